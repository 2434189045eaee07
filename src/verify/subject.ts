import { extract, kindOf } from '../bake/bake.ts';
import { BadgekitError } from '../errors.ts';
import { asList } from '../openbadges/credential.ts';
import { type OpenedJwt, openJwt } from '../proof/jwt.ts';
import { isJsonObject, type JsonObject, parseJson } from '../syntax/json.ts';
import { decodeUtf8, visible } from '../syntax/text.ts';
import { type CheckResult, failed, type Finding, passed, undetermined } from './verdict.ts';

export type DocumentKind =
  'AchievementCredential' | 'EndorsementCredential' | 'BitstringStatusListCredential' | 'other';

/** A credential that was found and read, but not yet believed. */
export interface Subject {
  readonly kind: DocumentKind;
  readonly document: JsonObject;
  readonly jwt: OpenedJwt | undefined;
}

export type Opened = { readonly file: CheckResult; readonly subject: Subject | undefined };

const MAX_CREDENTIAL_LENGTH = 1024 * 1024;

/** Steps 1 and 2: finds the credential in the bytes of a file, and reads it strictly. */
export function openFile(bytes: Uint8Array): Opened {
  try {
    const carried = carry(bytes);
    if (carried.standard !== 'Open Badges 3.0') return foreign(carried.standard, carried.how);
    return openText(carried.text, carried.how, carried.notes);
  } catch (error) {
    return { file: failed('file', [fileFinding(error)]), subject: undefined };
  }
}

/** Reads a credential from its text, JSON or compact JWS. */
export function openText(text: string, how: string, notes: readonly string[] = []): Opened {
  if (text.length > MAX_CREDENTIAL_LENGTH)
    return {
      file: failed('file', [
        { code: 'FILE_UNUSABLE', message: 'the credential is larger than 1 MiB, which no badge is' },
      ]),
      subject: undefined,
    };
  const odd = notes.map((message): Finding => ({ code: 'CARRIER_ODD', message }));
  const trimmed = text.trim();
  try {
    const jwt = trimmed.startsWith('{') ? undefined : openJwt(trimmed);
    const document = jwt?.credential ?? parseJson(text);
    if (!isJsonObject(document)) return notABadge();
    if (isOpenBadges2(document)) return foreign('Open Badges 2.0', how);
    return { file: passed('file', how, odd), subject: { kind: kindOfDocument(document), document, jwt } };
  } catch (error) {
    return {
      file: failed('file', [fileFinding(error, trimmed.startsWith('{') ? 'JSON_INVALID' : 'JWT_INVALID')]),
      subject: undefined,
    };
  }
}

/** A credential inside another: an endorsement as JSON, or as a compact JWS. */
export function openEmbedded(value: JsonObject | string): Opened {
  if (typeof value === 'string') return openText(value, 'compact JWS');
  return { file: passed('file', 'JSON'), subject: { kind: kindOfDocument(value), document: value, jwt: undefined } };
}

function carry(bytes: Uint8Array): { text: string; how: string; notes: readonly string[]; standard: string } {
  const kind = kindOf(bytes);
  if (kind === 'png' || kind === 'svg') {
    const { credential, how, notes, standard } = extract(bytes);
    return { text: credential, how, notes, standard };
  }
  if (kind === 'unknown')
    throw new BadgekitError(
      'IMAGE_UNKNOWN',
      'the file is no credential: neither JSON, nor a signed token, nor a PNG or SVG image',
    );
  return {
    text: decodeUtf8(bytes),
    how: kind === 'json' ? 'JSON' : 'compact JWS (JWT)',
    notes: [],
    standard: 'Open Badges 3.0',
  };
}

function kindOfDocument(document: JsonObject): DocumentKind {
  const types = asList(document['type']);
  if (types.includes('AchievementCredential') || types.includes('OpenBadgeCredential')) return 'AchievementCredential';
  if (types.includes('EndorsementCredential')) return 'EndorsementCredential';
  return types.includes('BitstringStatusListCredential') ? 'BitstringStatusListCredential' : 'other';
}

function isOpenBadges2(document: JsonObject): boolean {
  const contexts = asList(document['@context']);
  return (
    contexts.includes('https://w3id.org/openbadges/v2') ||
    (document['badge'] !== undefined && document['recipient'] !== undefined)
  );
}

function foreign(standard: string, how: string): Opened {
  const finding: Finding = {
    code: 'UNSUPPORTED_STANDARD',
    message: `it is ${standard === 'CLR 2.0' ? 'a CLR 2.0 record' : `an ${standard} badge`}, which this version of badgekit reads but does not verify (${how})`,
  };
  return { file: undetermined('file', [finding]), subject: undefined };
}

function notABadge(): Opened {
  return {
    file: failed('file', [{ code: 'NOT_A_BADGE', message: 'the file is JSON, but no credential' }]),
    subject: undefined,
  };
}

function fileFinding(error: unknown, otherwise: Finding['code'] = 'FILE_UNUSABLE'): Finding {
  if (!(error instanceof BadgekitError)) throw error;
  const code =
    ({ CREDENTIAL_MISSING: 'NO_CREDENTIAL', CREDENTIAL_DUPLICATE: 'SEVERAL_CREDENTIALS' } as const)[
      error.code as string
    ] ?? otherwise;
  const at = error.where?.line === undefined ? '' : ` (line ${error.where.line}, column ${error.where.column ?? 1})`;
  return { code, message: visible(error.message + at, 400), advice: error.hint };
}
