import { BadgekitError, unusable } from '../errors.ts';
import type { PrivateKey } from '../keys/private-key.ts';
import { sealJwk } from '../keys/sealed.ts';
import { isJsonObject } from '../syntax/json.ts';
import { decodeUtf8 } from '../syntax/text.ts';
import { readConfig } from './config.ts';
import { CONFIG_FILE, KEY_LINE, keyFile, MAX_CONFIG_BYTES } from './places.ts';
import { listFiles } from './files.ts';
import { openSealed, sealKey, SECRET_MODE } from './keyring.ts';
import type { Programme } from './programme.ts';

/** The sealed files in keys/, sorted. */
export async function sealedFiles({ root }: Programme): Promise<readonly string[]> {
  return (await listFiles(root, 'keys')).filter((path) => path.endsWith('.jwe'));
}

/** Seals a new key beside the others. */
export async function addSealedKey(
  { files }: Programme,
  name: string,
  key: PrivateKey,
  { awardSecret, passphrase }: { readonly awardSecret: Uint8Array; readonly passphrase: string },
): Promise<void> {
  await files.write(keyFile(name), `${await sealKey(key, awardSecret, passphrase)}\n`, { mode: SECRET_MODE });
}

/**
 * Seals every key file with another passphrase. Whatever interrupts it, it can be run again: a file that opens with the
 * new passphrase is done.
 * @returns how many were sealed anew
 * @throws BadgekitError PASSPHRASE_WRONG where a file opens with neither
 */
export async function resealAll(programme: Programme, from: string, to: string): Promise<number> {
  const paths = await sealedFiles(programme);
  const opened = await Promise.all(
    paths.map(async (path) => {
      const jwk = await openSealed(programme, path, from).catch(unusable);
      // Every file is tried before any is written.
      if (jwk === undefined) await openSealed(programme, path, to);
      return { path, jwk };
    }),
  );
  let changed = 0;
  for (const { path, jwk } of opened) {
    if (!isJsonObject(jwk)) continue;
    await programme.files.write(path, `${await sealJwk(jwk, to)}\n`, { mode: SECRET_MODE, replace: true });
    changed++;
  }
  return changed;
}

/**
 * Makes another key the one that badgekit.yaml names, and leaves the rest of the file as it is.
 * @throws BadgekitError CONFIG_INVALID where the line cannot be found
 */
export async function nameSigningKey({ files }: Programme, name: string): Promise<void> {
  const text = decodeUtf8(await files.read(CONFIG_FILE, MAX_CONFIG_BYTES));
  const edited = text.replace(KEY_LINE, `$1${JSON.stringify(name)}`);
  if (readConfig(Buffer.from(edited, 'utf8')).key !== name)
    throw new BadgekitError('CONFIG_INVALID', 'the line that names the signing key could not be changed', {
      where: { file: CONFIG_FILE },
      hint: `write it yourself: key: ${name}`,
    });
  await files.write(CONFIG_FILE, edited, { replace: true, isSole: true });
}
