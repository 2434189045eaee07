import { BadgekitError } from '../errors.ts';
import { methodKey, readControllerDocument } from '../keys/controller-document.ts';
import { didDocumentPath } from '../keys/did-web.ts';
import type { PublicKey } from '../keys/public-key.ts';
import type { Instant } from '../syntax/datetime.ts';
import { isJsonObject, type JsonObject, parseJson } from '../syntax/json.ts';
import { decodeUtf8 } from '../syntax/text.ts';
import type { Programme } from './programme.ts';

const MAX_BYTES = 256 * 1024;

/** The issuer's DID document as it is to be hosted. */
export interface DidFile {
  readonly path: string;
  readonly document: JsonObject;
  /** Its keys by their names in the programme, in the order in which they stand. */
  readonly keys: ReadonlyMap<string, PublishedKey>;
}

export interface PublishedKey {
  readonly key: PublicKey;
  readonly forAssertion: boolean;
  readonly endsAt: Instant | undefined;
}

/**
 * Reads the DID document of a did:web issuer.
 * @throws BadgekitError USAGE for a did:key issuer, who has no other key than himself; KEY_MISMATCH where it is missing
 */
export async function readDidFile(programme: Programme): Promise<DidFile> {
  const { issuer, hosting } = programme.config;
  if (!issuer.id.startsWith('did:web:'))
    throw new BadgekitError('USAGE', `the issuer ${issuer.id} is itself a key: it cannot have another one`, {
      hint: 'make a programme with a hosting address for what you issue from now on: badgekit init-issuer',
    });
  const path = `public/${didDocumentPath(issuer.id, hosting ?? '') ?? 'did.json'}`;
  if (!(await programme.files.exists(path)))
    throw new BadgekitError('KEY_MISMATCH', "the issuer's DID document is not here", {
      where: { file: programme.shown(path) },
      hint: 'copy it back from your web host or your backup',
    });
  const document = parseJson(decodeUtf8(await programme.files.read(path, MAX_BYTES)));
  const { methods } = readControllerDocument(document, issuer.id);
  if (!isJsonObject(document)) throw new BadgekitError('KEY_MISMATCH', 'the DID document is no JSON object');
  const keys = new Map<string, PublishedKey>();
  for (const method of methods) {
    const name = method.id.slice(issuer.id.length + 1).replace(/-jwk$/, '');
    keys.set(name, { key: methodKey(method), forAssertion: method.forAssertion, endsAt: method.endsAt });
  }
  return { path, document, keys };
}

/** Writes the document; nobody else may be writing it. */
export async function writeDidFile({ files }: Programme, path: string, document: JsonObject): Promise<void> {
  await files.write(path, `${JSON.stringify(document, null, 2)}\n`, { replace: true, isSole: true });
}
