import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BadgekitError } from '../errors.ts';
import { methodKey, readControllerDocument } from '../keys/controller-document.ts';
import { didKeyMethod, didKeyOf } from '../keys/did-key.ts';
import { didDocumentPath } from '../keys/did-web.ts';
import { exportPrivateJwk, type PrivateKey, privateKeyFromJwk, type Signer } from '../keys/private-key.ts';
import { isSameKey, type PublicKey } from '../keys/public-key.ts';
import { openJwk, sealJwk } from '../keys/sealed.ts';
import { decodeBase64url, encodeBase64url } from '../syntax/base64url.ts';
import { isJsonObject, parseJson } from '../syntax/json.ts';
import { decodeUtf8 } from '../syntax/text.ts';
import type { ProofForm } from './config.ts';
import { readDidFile } from './did-file.ts';
import { externalSigner } from './external-signer.ts';
import { readBounded } from './files.ts';
import type { Programme } from './programme.ts';

const MAX_KEY_BYTES = 64 * 1024;
export const SECRET_MODE = 0o600;
export const AWARD_SECRET_FILE = 'keys/award-ids.jwe';
export const AWARD_SECRET_BYTES = 32;

/** What an issuer signs with, opened for one run. */
export interface Keyring {
  readonly key: Signer;
  /** Makes credential ids and status places that nobody can guess; the same for the programme's whole life. */
  readonly awardSecret: Uint8Array;
  /** The DID URL that publishes the key: as Multikey for embedded proofs, as JWK for tokens. */
  readonly verificationMethod: Readonly<Record<ProofForm, string>>;
}

export function keyFile(name: string): string {
  return `keys/${name}.jwe`;
}

/** Seals a new key and, where there is none yet, the secret behind credential ids. */
export async function sealKeyring(
  name: string,
  key: PrivateKey,
  awardSecret: Uint8Array,
  passphrase: string,
): Promise<readonly { readonly path: string; readonly content: string; readonly mode: number }[]> {
  const [sealedKey, sealedSecret] = await Promise.all([
    sealJwk(exportPrivateJwk(key), passphrase),
    sealJwk({ kty: 'oct', k: encodeBase64url(awardSecret) }, passphrase),
  ]);
  return [
    { path: keyFile(name), content: `${sealedKey}\n`, mode: SECRET_MODE },
    { path: AWARD_SECRET_FILE, content: `${sealedSecret}\n`, mode: SECRET_MODE },
  ];
}

/**
 * Opens the programme's key and proves that it is the one that the issuer's identifier publishes. A key that is not in
 * keys/ is reached through the programme's signer, if it has one.
 * @throws BadgekitError KEY_MISSING | KEY_EXPOSED | PASSPHRASE_WRONG | KEY_INVALID | KEY_MISMATCH
 */
export async function openKeyring(
  programme: Programme,
  passphrase: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Keyring> {
  const { config, root } = programme;
  const [key, awardSecret] = await Promise.all([
    config.signer !== undefined && !existsSync(join(root, keyFile(config.key)))
      ? externalKey(programme, config.signer.command, env)
      : openSealed(programme, keyFile(config.key), passphrase).then(privateKeyFromJwk),
    openAwardSecret(programme, passphrase),
  ]);
  await proveOwnership(programme, key.publicKey);
  return { key, awardSecret, verificationMethod: verificationMethodsOf(programme) };
}

async function externalKey(
  programme: Programme,
  command: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Signer> {
  const { key: name } = programme.config;
  const published = (await readDidFile(programme)).keys.get(name);
  if (published === undefined)
    throw new BadgekitError('KEY_MISSING', `the issuer publishes no key named ${name}`, {
      hint: `publish it first: badgekit keys rotate --name ${name} --public FILE`,
    });
  return externalSigner({ command, name, publicKey: published.key, cwd: programme.root, env });
}

/**
 * Opens the secret behind credential ids.
 * @throws BadgekitError KEY_MISSING | KEY_EXPOSED | PASSPHRASE_WRONG | KEY_INVALID
 */
export async function openAwardSecret(programme: Programme, passphrase: string): Promise<Uint8Array> {
  const secret = await openSealed(programme, AWARD_SECRET_FILE, passphrase);
  const k = isJsonObject(secret) ? secret['k'] : undefined;
  if (typeof k === 'string') return decodeBase64url(k);
  throw new BadgekitError('KEY_INVALID', 'the file holds no secret', {
    where: { file: programme.shown(AWARD_SECRET_FILE) },
  });
}

function verificationMethodsOf({ config }: Programme): Keyring['verificationMethod'] {
  const { id } = config.issuer;
  if (id.startsWith('did:key:')) return { 'data-integrity': didKeyMethod(id), jwt: didKeyMethod(id) };
  return { 'data-integrity': `${id}#${config.key}`, jwt: `${id}#${config.key}-jwk` };
}

/**
 * Opens a file in keys/.
 * @throws BadgekitError KEY_MISSING | KEY_EXPOSED | PASSPHRASE_WRONG | KEY_INVALID, naming the file
 */
export async function openSealed(programme: Programme, path: string, passphrase: string): Promise<unknown> {
  const file = join(programme.root, path);
  if (!existsSync(file)) throw missingKey(programme, path);
  return await openSealedFile(file, programme.shown(path), passphrase);
}

/**
 * Opens a sealed file, wherever it is.
 * @throws BadgekitError KEY_EXPOSED | PASSPHRASE_WRONG | KEY_INVALID | FILE_*, naming the file
 */
export async function openSealedFile(file: string, shownAs: string, passphrase: string): Promise<unknown> {
  const where = { file: shownAs };
  const sealed = decodeUtf8(await readBounded(file, MAX_KEY_BYTES, shownAs)).trim();
  await refuseExposed(file, shownAs);
  return await openJwk(sealed, passphrase).catch((error: unknown) => {
    throw error instanceof BadgekitError
      ? new BadgekitError(error.code, error.message, { where, hint: error.hint })
      : error;
  });
}

function missingKey(programme: Programme, path: string): BadgekitError {
  const other = path === AWARD_SECRET_FILE ? keyFile(programme.config.key) : AWARD_SECRET_FILE;
  const isNew = !existsSync(join(programme.root, other));
  const hint = isNew
    ? 'copy keys/ from where you keep it; for a programme that never had a key: badgekit init-issuer --key-only'
    : 'copy it from where you keep it: it cannot be made again';
  return new BadgekitError(
    'KEY_MISSING',
    path === AWARD_SECRET_FILE ? 'the secret behind credential ids is not here' : 'the signing key is not here',
    { where: { file: programme.shown(path) }, hint },
  );
}

async function refuseExposed(file: string, shownAs: string): Promise<void> {
  const { mode } = await stat(file);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new BadgekitError(
    'KEY_EXPOSED',
    `other users of this computer may read the key (its mode is ${(mode & 0o777).toString(8)})`,
    { where: { file: shownAs }, hint: `take that right away: chmod 600 ${shownAs}` },
  );
}

async function proveOwnership(programme: Programme, key: PublicKey): Promise<void> {
  const { issuer, hosting } = programme.config;
  const mismatch = (what: string): BadgekitError =>
    new BadgekitError('KEY_MISMATCH', what, {
      where: { file: programme.shown(keyFile(programme.config.key)) },
      hint: "nobody could verify badges signed with it: use the key that belongs to the issuer's identifier",
    });
  if (issuer.id.startsWith('did:key:')) {
    if (didKeyOf(key) !== issuer.id) throw mismatch(`the key is not the one that ${issuer.id} is`);
    return;
  }
  const path = `public/${didDocumentPath(issuer.id, hosting ?? '') ?? 'did.json'}`;
  if (!(await programme.files.exists(path)))
    throw new BadgekitError('KEY_MISMATCH', "the issuer's DID document is not here, so nobody could find the key", {
      where: { file: programme.shown(path) },
      hint: 'copy it back from your web host or your backup',
    });
  const document = readControllerDocument(
    parseJson(decodeUtf8(await programme.files.read(path, MAX_KEY_BYTES))),
    issuer.id,
  );
  const names = new Set([`${issuer.id}#${programme.config.key}`, `${issuer.id}#${programme.config.key}-jwk`]);
  const published = document.methods.filter(({ id, forAssertion }) => names.has(id) && forAssertion);
  if (published.length === 0)
    throw mismatch(`${programme.shown(path)} publishes no key named "${programme.config.key}"`);
  if (!published.every((method) => isSameKey(methodKey(method), key)))
    throw mismatch(`the key is not the one that ${programme.shown(path)} publishes`);
}
