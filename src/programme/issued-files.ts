import { ifUsable } from '../errors.ts';
import { credentialPath } from '../issue/pipeline.ts';
import type { LedgerAward } from '../ports.ts';
import { openJwt } from '../proof/jwt.ts';
import { isJsonObject, type JsonObject, parseJson } from '../syntax/json.ts';
import { decodeUtf8 } from '../syntax/text.ts';
import { listFiles } from './files.ts';
import type { Programme } from './programme.ts';

const MAX_CREDENTIAL_BYTES = 4 * 1024 * 1024;
const MAIN = /^credentials\/([^/]+)\/([^/.][^/]*)\.(json|jwt)$/;

/** The endings of credentials' files, those of the credential itself first. */
export const CREDENTIAL_ENDINGS = ['json', 'jwt', 'png', 'svg'] as const;

const CREDENTIAL_FILE = /^credentials\/[^/\\]+\/[^./\\][^/\\]*\.(?:json|jwt|png|svg)$/;

/** Whether a path is one under which a credential or an image of it is written. */
export function isCredentialFile(path: string): boolean {
  return CREDENTIAL_FILE.test(path);
}

/** A credential that lies in credentials/, with the images that carry it. */
export interface IssuedFile {
  /** The file with the credential itself. */
  readonly path: string;
  /** The folder's name. */
  readonly badge: string;
  /** That file and the images beside it, sorted. */
  readonly files: readonly string[];
  /** Undefined where it cannot be read. */
  readonly credential: IssuedCredentialText | undefined;
}

/** A credential as it was issued. */
export interface IssuedCredentialText {
  readonly text: string;
  readonly form: 'json' | 'jwt';
  /** Without its envelope. */
  readonly document: JsonObject;
  readonly verificationMethod: string | undefined;
}

/** The files of credentials/ that are no credentials and no images of one. */
export interface StrayFiles {
  /** What an interrupted run left. */
  readonly temporary: readonly string[];
  readonly others: readonly string[];
}

/**
 * The files of a badge: those that the ledger knows; of one that was issued into an archive, those that were unpacked to
 * where they would have been. The credential's own comes first.
 */
export async function filesOfAward(
  { files }: Programme,
  award: Pick<LedgerAward, 'badge' | 'credentialId' | 'files'>,
): Promise<readonly string[]> {
  if (award.files.length > 0) return award.files;
  const base = credentialPath(award.badge, award.credentialId);
  const unpacked: string[] = [];
  for (const ending of CREDENTIAL_ENDINGS)
    if (await files.exists(`${base}.${ending}`)) unpacked.push(`${base}.${ending}`);
  // Images alone tell nothing that could be compared.
  return /\.(?:json|jwt)$/.test(unpacked[0] ?? '') ? unpacked : [];
}

/** Whether a badge was issued into an archive, of which the programme knows no more. */
export function isInArchive({ state, files, erasedAt }: Pick<LedgerAward, 'state' | 'files' | 'erasedAt'>): boolean {
  return state === 'issued' && files.length === 0 && erasedAt === undefined;
}

/** Every credential in credentials/, one after the other, by path. */
export async function* issuedFiles(programme: Programme): AsyncGenerator<IssuedFile> {
  const all = await listFiles(programme.root, 'credentials');
  const byBase = new Map<string, string[]>();
  for (const path of all) {
    const base = path.replace(/\.[^./]+$/, '');
    byBase.set(base, [...(byBase.get(base) ?? []), path]);
  }
  for (const path of all) {
    const [, badge, name] = MAIN.exec(path) ?? [];
    if (badge === undefined || name === undefined) continue;
    yield {
      path,
      badge,
      files: byBase.get(`credentials/${badge}/${name}`) ?? [path],
      credential: await readIssued(programme, path),
    };
  }
}

/** A credential file; undefined where it cannot be read as one. */
export async function readIssued({ files }: Programme, path: string): Promise<IssuedCredentialText | undefined> {
  const bytes = await files.read(path, MAX_CREDENTIAL_BYTES);
  return ifUsable(() => {
    const text = decodeUtf8(bytes);
    if (path.endsWith('.jwt')) {
      const { credential, header } = openJwt(text.trim());
      return { text: text.trim(), form: 'jwt', document: credential, verificationMethod: textOf(header['kid']) };
    }
    const value = parseJson(text);
    if (!isJsonObject(value)) return undefined;
    const { proof, ...document } = value;
    const [first] = Array.isArray(proof) ? proof : [proof];
    return {
      text,
      form: 'json',
      document,
      verificationMethod: isJsonObject(first) ? textOf(first['verificationMethod']) : undefined,
    };
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
