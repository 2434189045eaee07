import { extract, type FileKind, kindOf, otherKind } from '../bake/bake.ts';
import type { Extracted } from '../bake/carrier.ts';
import { BadgekitError } from '../errors.ts';
import { asList } from '../openbadges/credential.ts';
import { envelopedToken, type OpenedJwt, openJwt } from '../proof/jwt.ts';
import { CREDENTIALS_V1 } from '../openbadges/vocabulary.ts';
import { Familiar } from '../syntax/familiar.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../syntax/json.ts';
import { decodeUtf8, guessEncoding, isNoUtf8Text, quoted, visible } from '../syntax/text.ts';
import { type CheckResult, failed, type Finding, passed, undetermined } from './verdict.ts';

export type DocumentKind =
  | 'AchievementCredential'
  | 'EndorsementCredential'
  | 'ClrCredential'
  | 'StatusListCredential'
  | 'VerifiablePresentation'
  | 'OpenBadges2'
  | 'other';

/** What documents of each kind follow, as a report names it. */
export const STANDARDS: Readonly<Record<DocumentKind, string>> = {
  AchievementCredential: 'Open Badges 3.0',
  EndorsementCredential: 'Open Badges 3.0 endorsement',
  ClrCredential: 'Comprehensive Learner Record 2.0',
  StatusListCredential: 'status list',
  VerifiablePresentation: 'W3C verifiable presentation',
  OpenBadges2: 'Open Badges 2.0',
  other: 'W3C verifiable credential',
};

/** A credential that was found and read, but not yet believed. */
export interface Subject {
  readonly kind: DocumentKind;
  readonly document: JsonObject;
  readonly jwt: OpenedJwt | undefined;
  /** The image that carries it. */
  readonly image: { readonly format: 'png' | 'svg'; readonly bytes: Uint8Array } | undefined;
}

export interface Opened {
  readonly file: CheckResult;
  readonly syntax: CheckResult | undefined;
  readonly subject: Subject | undefined;
}

export const MAX_CREDENTIAL_LENGTH = 1024 * 1024;

/** Steps 1 and 2: finds the credential in the bytes of a file, and reads it strictly. What it is shows in its content. */
export function openFile(bytes: Uint8Array): Opened {
  const kind = kindOf(bytes);
  let carried: Carried;
  try {
    carried = carry(bytes, kind);
  } catch (error) {
    return unopened(fileFinding(error));
  }
  return openText(carried.text, carried.how, carried);
}

/** Badges of one kind say most in the same words. */
const familiar = new Familiar<JsonObject>();

interface Carrying {
  readonly notes?: readonly string[];
  readonly image?: Subject['image'];
  /** In UTF-16 code units. */
  readonly maxLength?: number;
}

/** Reads a credential from its text, JSON or compact JWS. */
export function openText(
  text: string,
  how: string,
  { notes = [], image, maxLength = MAX_CREDENTIAL_LENGTH }: Carrying = {},
): Opened {
  if (text.length > maxLength)
    return unopened({
      code: 'FILE_UNUSABLE',
      message: `the credential is larger than ${maxLength / 2 ** 20} MiB, which no badge is`,
    });
  const odd = notes.map((message): Finding => ({ code: 'CARRIER_ODD', message }));
  const file = passed('file', how, odd);
  const trimmed = text.trim();
  const isJson = trimmed.startsWith('{');
  if (/^https?:\/\/\S+$/.test(trimmed))
    return {
      file,
      syntax: undetermined('syntax', [
        {
          code: 'UNSUPPORTED_STANDARD',
          message: `it holds only the address of a badge, ${quoted(trimmed, 200)}`,
          advice: `badgekit verify ${trimmed} reads what stands there`,
        },
      ]),
      subject: undefined,
    };
  try {
    const jwt = isJson ? undefined : openJwt(trimmed);
    const document = jwt?.credential ?? parseJson(text, familiar);
    const enveloped = isJsonObject(document) && jwt === undefined ? envelopedToken(document) : undefined;
    if (enveloped !== undefined)
      return openText(enveloped, `${how}, the envelope of a token`, { notes, image, maxLength });
    if (isOldPresentation(jwt, document))
      return {
        file,
        syntax: undetermined('syntax', [
          {
            code: 'UNSUPPORTED_STANDARD',
            message: 'it is a presentation of version 1.1 of the data model, which badgekit does not verify',
            advice: 'verify the credentials in it, each as its own file',
          },
        ]),
        subject: undefined,
      };
    if (!isJsonObject(document) || (document['@context'] === undefined && document['type'] === undefined))
      return {
        file,
        syntax: failed('syntax', [{ code: 'NOT_A_BADGE', message: 'it is JSON, but no credential' }]),
        subject: undefined,
      };
    const syntax = passed('syntax', isJson ? 'JSON, each member once' : 'a compact JWS, its parts read strictly');
    return { file, syntax, subject: { kind: kindOfDocument(document), document, jwt, image } };
  } catch (error) {
    return {
      file,
      syntax: failed('syntax', [fileFinding(error, isJson ? 'JSON_INVALID' : 'JWT_INVALID')]),
      subject: undefined,
    };
  }
}

/** A credential inside another: as JSON, or as a compact JWS. */
export function openEmbedded(value: JsonObject | string): Opened {
  if (typeof value === 'string') return openText(value, 'compact JWS');
  return {
    file: passed('file', 'JSON'),
    syntax: passed('syntax', 'JSON, each member once'),
    subject: { kind: kindOfDocument(value), document: value, jwt: undefined, image: undefined },
  };
}

/** What a file is that holds no credential, as far as its beginning shows, and what to do. */
function unknownFile(bytes: Uint8Array): BadgekitError {
  const text = Buffer.from(bytes.subarray(0, 4096)).toString('utf8').trim();
  if (text === '') return unknown('the file is empty', 'get it again');
  if (text.startsWith('['))
    return unknown('it is JSON, but a list and not one credential', 'save each entry of the list as a file of its own');
  if (/^"?eyJ/.test(text))
    return unknown(
      'it looks like a signed token, but is not written as one: three parts with dots, nothing around or between them',
      'remove quotes, spaces and line breaks, or get it again',
    );
  return unknown(
    `the file is no credential: neither JSON, nor a signed token, nor a PNG or SVG image${otherKind(bytes, 'unknown')}`,
    'ask for the badge as .json, .png or .svg',
  );
}

function unknown(message: string, hint: string): BadgekitError {
  return new BadgekitError('IMAGE_UNKNOWN', message, { hint });
}

interface Carried {
  readonly text: string;
  readonly how: string;
  readonly notes: readonly string[];
  readonly image: Subject['image'];
}

function carry(bytes: Uint8Array, kind: FileKind): Carried {
  if (kind === 'png' || kind === 'svg') {
    const { credential, how, notes, standard }: Extracted = extract(bytes);
    const called = standard === 'Open Badges 3.0' ? how : `${how}, baked as ${standard}`;
    return { text: credential, how: called, notes, image: { format: kind, bytes } };
  }
  // Text in another encoding is told as such, whatever it looks like.
  if (isNoUtf8Text(bytes.subarray(0, 400)) && otherKind(bytes, 'unknown') === '' && bytes.length > 0)
    throw new BadgekitError('NOT_UTF8', `the text is not UTF-8: ${guessEncoding(bytes)}`, {
      hint: 'save it as UTF-8, or ask for the badge as .json, .png or .svg',
    });
  if (kind === 'unknown') throw unknownFile(bytes);
  return {
    text: decodeUtf8(bytes),
    how: kind === 'json' ? 'JSON' : 'compact JWS (JWT)',
    notes: [],
    image: undefined,
  };
}

function isOldPresentation(jwt: OpenedJwt | undefined, document: Json): boolean {
  if (isJsonObject(jwt?.payload['vp'])) return true;
  return (
    isJsonObject(document) &&
    asList(document['type']).includes('VerifiablePresentation') &&
    asList(document['@context']).includes(CREDENTIALS_V1)
  );
}

/** Types that decide, each before those below it. */
const KINDS: readonly (readonly [string, DocumentKind])[] = [
  ['VerifiablePresentation', 'VerifiablePresentation'],
  ['ClrCredential', 'ClrCredential'],
  ['AchievementCredential', 'AchievementCredential'],
  ['OpenBadgeCredential', 'AchievementCredential'],
  ['EndorsementCredential', 'EndorsementCredential'],
  ['BitstringStatusListCredential', 'StatusListCredential'],
  ['StatusList2021Credential', 'StatusListCredential'],
];

function kindOfDocument(document: JsonObject): DocumentKind {
  const types = asList(document['type']);
  if (isOpenBadges2(document)) return 'OpenBadges2';
  return KINDS.find(([type]) => types.includes(type))?.[1] ?? 'other';
}

function isOpenBadges2(document: JsonObject): boolean {
  const isCredential = asList(document['type']).some(
    (type) => type === 'VerifiableCredential' || type === 'VerifiablePresentation',
  );
  if (isCredential) return false;
  return (
    asList(document['@context']).includes('https://w3id.org/openbadges/v2') ||
    (document['badge'] !== undefined && document['recipient'] !== undefined)
  );
}

function unopened(finding: Finding): Opened {
  return { file: failed('file', [finding]), syntax: undefined, subject: undefined };
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
