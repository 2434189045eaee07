import { resolve } from 'node:path';
import { BadgekitError } from '../errors.ts';
import { readBounded } from '../programme/files.ts';
import { decodeUtf8 } from '../syntax/text.ts';
import type { Surroundings } from './surroundings.ts';

export const PASSPHRASE_VARIABLE = 'BADGEKIT_PASSPHRASE';
export const NEW_PASSPHRASE_VARIABLE = 'BADGEKIT_NEW_PASSPHRASE';
/** Of a person's own key, not the programme's. */
export const APPROVER_PASSPHRASE_VARIABLE = 'BADGEKIT_APPROVER_PASSPHRASE';
const MAX_FILE_BYTES = 4096;

/**
 * A passphrase that is given, in a file or in a variable.
 * @returns undefined where there is none, and somebody can be asked for it
 * @throws BadgekitError PASSPHRASE_MISSING where nobody can; FILE_* as reading the file does
 */
export async function givenPassphrase(
  { cwd, env, isInteractive }: Surroundings,
  file: string | undefined,
  name = PASSPHRASE_VARIABLE,
  option = '--passphrase-file',
): Promise<string | undefined> {
  if (file !== undefined)
    return decodeUtf8(await readBounded(resolve(cwd, file), MAX_FILE_BYTES, file)).replace(/\r?\n$/, '');
  const variable = env[name];
  if (variable !== undefined && variable !== '') return variable;
  if (isInteractive) return undefined;
  const what = name === NEW_PASSPHRASE_VARIABLE ? 'the new passphrase is missing' : 'the key needs its passphrase';
  throw new BadgekitError('PASSPHRASE_MISSING', what, {
    hint: `set ${name}, or give ${option} FILE`,
  });
}
