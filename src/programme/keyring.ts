import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BadgekitError } from '../errors.ts';
import { methodKey, readControllerDocument } from '../keys/controller-document.ts';
import { didKeyMethod, didKeyOf } from '../keys/did-key.ts';
import { didDocumentPath } from '../keys/did-web.ts';
import { exportPrivateJwk, type PrivateKey, privateKeyFromJwk, type Signer } from '../keys/private-key.ts';
import { isSameKey, type PublicKey } from '../keys/public-key.ts';
import { isSealedSet, openJwk, sealJwk } from '../keys/sealed.ts';
import { decodeBase64url, encodeBase64url } from '../syntax/base64url.ts';
import { isJsonObject, type JsonObject, parseJson } from '../syntax/json.ts';
import { decodeUtf8 } from '../syntax/text.ts';
import type { ProofForm } from './config.ts';
import { readDidFile } from './did-file.ts';
import { readBounded } from './files.ts';
import { AWARD_SECRET_FILE, keyFile, MAX_KEY_BYTES } from './places.ts';
import type { Programme } from './programme.ts';
import type { Unsealing } from './unsealing.ts';

export const SECRET_MODE = 0o600;
export const AWARD_SECRET_BYTES = 32;

/** What an issuer signs with, opened for one run. */
export interface Keyring {
  readonly key: Signer;
  /** Makes credential ids and status places that nobody can guess; the same for the programme's whole life. */
  readonly awardSecret: Uint8Array;
  /** The DID URL that publishes the key: as Multikey for embedded proofs, as JWK for tokens. */
  readonly verificationMethod: Readonly<Record<ProofForm, string>>;
}

/** Seals a new key, and the secret behind credential ids. */
export async function sealKeyring(
  name: string,
  key: PrivateKey,
  awardSecret: Uint8Array,
  passphrase: string,
): Promise<readonly { readonly path: string; readonly content: string; readonly mode: number }[]> {
  const [sealedKey, sealedSecret] = await Promise.all([
    sealKey(key, awardSecret, passphrase),
    sealJwk(secretJwk(awardSecret), passphrase),
  ]);
  return [
    { path: keyFile(name), content: `${sealedKey}\n`, mode: SECRET_MODE },
    { path: AWARD_SECRET_FILE, content: `${sealedSecret}\n`, mode: SECRET_MODE },
  ];
}

/** Seals a key together with the secret behind credential ids: to open a file takes a while, and one is enough so. */
export async function sealKey(key: PrivateKey, awardSecret: Uint8Array, passphrase: string): Promise<string> {
  return await sealJwk({ keys: [exportPrivateJwk(key), secretJwk(awardSecret)] }, passphrase);
}

function secretJwk(awardSecret: Uint8Array): JsonObject {
  return { kty: 'oct', k: encodeBase64url(awardSecret) };
}

/**
 * Opens the programme's key and proves that it is the one that the issuer's identifier publishes. A key that is not in
 * keys/ is reached through the programme's signer, if it has one.
 * @param begun what is being opened already
 * @throws BadgekitError KEY_MISSING | KEY_EXPOSED | PASSPHRASE_WRONG | KEY_INVALID | KEY_MISMATCH
 */
export async function openKeyring(
  programme: Programme,
  passphrase: string,
  env: Readonly<Record<string, string | undefined>>,
  begun?: Unsealing,
): Promise<Keyring> {
  const { signer } = programme.config;
  const { key, awardSecret } =
    signer !== undefined && !isKeyHere(programme)
      ? await openElsewhere(programme, signer.command, passphrase, env)
      : await openOwnKey(programme, passphrase, begun);
  await proveOwnership(programme, key.publicKey);
  return { key, awardSecret, verificationMethod: verificationMethodsOf(programme) };
}

function isKeyHere({ config, root }: Programme): boolean {
  return existsSync(join(root, keyFile(config.key)));
}

type Opened = Pick<Keyring, 'key' | 'awardSecret'>;

async function openElsewhere(
  programme: Programme,
  command: readonly string[],
  passphrase: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Opened> {
  const [key, awardSecret] = await Promise.all([
    externalKey(programme, command, env),
    readAwardSecret(programme, passphrase),
  ]);
  return { key, awardSecret };
}

/** The key in keys/, and the secret that lies with it, or in a file of its own. */
async function openOwnKey(programme: Programme, passphrase: string, begun?: Unsealing): Promise<Opened> {
  const sealed = await readSealed(programme, keyFile(programme.config.key), begun);
  if (!isSealedSet(sealed.text)) {
    const [key, awardSecret] = await Promise.all([sealed.open(passphrase), readAwardSecret(programme, passphrase)]);
    return { key: privateKeyFromJwk(key), awardSecret };
  }
  const [key, secret] = keysIn(await sealed.open(passphrase));
  return { key: privateKeyFromJwk(key), awardSecret: secretIn(secret, sealed.shownAs) };
}

function keysIn(set: unknown): readonly unknown[] {
  const keys = isJsonObject(set) ? set['keys'] : undefined;
  return Array.isArray(keys) ? keys : [];
}

/** The key that signs, of a file that holds one or a set. */
export function signingKeyIn(opened: unknown): unknown {
  return keysIn(opened)[0] ?? opened;
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
  const { externalSigner } = await import('./external-signer.ts');
  return externalSigner({ command, name, publicKey: published.key, cwd: programme.root, env });
}

/**
 * Opens the secret behind credential ids: the one that the programme signs with.
 * @throws BadgekitError KEY_MISSING | KEY_EXPOSED | PASSPHRASE_WRONG | KEY_INVALID
 */
export async function openAwardSecret(programme: Programme, passphrase: string): Promise<Uint8Array> {
  if (!isKeyHere(programme)) return await readAwardSecret(programme, passphrase);
  return (await openOwnKey(programme, passphrase)).awardSecret;
}

async function readAwardSecret(programme: Programme, passphrase: string): Promise<Uint8Array> {
  const { open, shownAs } = await readSealed(programme, AWARD_SECRET_FILE);
  return secretIn(await open(passphrase), shownAs);
}

/**
 * Sees that the secret lies in its own file, for a time when no key is in keys/ with which it lies.
 * @throws BadgekitError KEY_MISMATCH where another one lies there
 */
export async function keepAwardSecret(
  programme: Programme,
  awardSecret: Uint8Array,
  passphrase: string,
): Promise<void> {
  if (!existsSync(join(programme.root, AWARD_SECRET_FILE))) {
    const sealed = `${await sealJwk(secretJwk(awardSecret), passphrase)}\n`;
    await programme.files.write(AWARD_SECRET_FILE, sealed, { mode: SECRET_MODE });
    return;
  }
  if (Buffer.compare(await readAwardSecret(programme, passphrase), awardSecret) === 0) return;
  throw new BadgekitError('KEY_MISMATCH', 'it is not the secret that this programme has issued with', {
    where: { file: programme.shown(AWARD_SECRET_FILE) },
    hint: 'move it away and run the command again: the right one, which lies with the key, is then written there',
  });
}

function secretIn(jwk: unknown, shownAs: string): Uint8Array {
  const k = isJsonObject(jwk) ? jwk['k'] : undefined;
  if (typeof k === 'string') return decodeBase64url(k);
  throw new BadgekitError('KEY_INVALID', 'the file holds no secret', { where: { file: shownAs } });
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
  return await (await readSealed(programme, path)).open(passphrase);
}

/** @throws BadgekitError KEY_MISSING | KEY_EXPOSED | FILE_* */
async function readSealed(programme: Programme, path: string, begun?: Unsealing): Promise<SealedFile> {
  const file = join(programme.root, path);
  if (!existsSync(file)) throw missingKey(programme, path);
  return await readSealedFile(file, programme.shown(path), begun);
}

/**
 * Opens a sealed file, wherever it is.
 * @throws BadgekitError KEY_EXPOSED | PASSPHRASE_WRONG | KEY_INVALID | FILE_*, naming the file
 */
export async function openSealedFile(file: string, shownAs: string, passphrase: string): Promise<unknown> {
  return await (await readSealedFile(file, shownAs)).open(passphrase);
}

interface SealedFile {
  /** As it is sealed. */
  readonly text: string;
  readonly shownAs: string;
  /** @throws BadgekitError PASSPHRASE_WRONG | KEY_INVALID, naming the file */
  readonly open: (passphrase: string) => Promise<unknown>;
}

async function readSealedFile(file: string, shownAs: string, begun?: Unsealing): Promise<SealedFile> {
  const text = decodeUtf8(await readBounded(file, MAX_KEY_BYTES, shownAs)).trim();
  await refuseExposed(file, shownAs);
  const open = async (passphrase: string): Promise<unknown> =>
    await (begun?.text === text ? begun.opened : openJwk(text, passphrase)).catch((error: unknown) => {
      throw error instanceof BadgekitError
        ? new BadgekitError(error.code, error.message, { where: { file: shownAs }, hint: error.hint })
        : error;
    });
  return { text, shownAs, open };
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
