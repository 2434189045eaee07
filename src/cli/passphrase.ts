import { BadgekitError } from '../errors.ts';
import { MIN_PASSPHRASE_LENGTH } from '../keys/sealed.ts';
import {
  APPROVER_PASSPHRASE_VARIABLE,
  givenPassphrase,
  NEW_PASSPHRASE_VARIABLE,
  PASSPHRASE_VARIABLE,
} from './given-passphrase.ts';
import type { Session } from './session.ts';

const TRIES = 3;

/**
 * Opens something with the passphrase of an existing key: from a file, from BADGEKIT_PASSPHRASE, or asked for, up to
 * three times. Never from the command line.
 * @throws BadgekitError PASSPHRASE_MISSING where there is neither and nobody to ask; PASSPHRASE_WRONG
 */
export async function withPassphrase<T>(
  session: Session,
  file: string | undefined,
  open: (passphrase: string) => Promise<T>,
  { variable = PASSPHRASE_VARIABLE, message = 'Passphrase of the signing key' } = {},
): Promise<T> {
  const given = await givenPassphrase(session, file, variable);
  if (given !== undefined) return await open(given);
  const { password } = await import('@inquirer/prompts');
  for (let attempt = 1; ; attempt++) {
    try {
      return await open(await password({ message, mask: true }, { output: process.stderr }));
    } catch (error) {
      if (!(error instanceof BadgekitError) || error.code !== 'PASSPHRASE_WRONG' || attempt >= TRIES) throw error;
      session.err('That passphrase does not open the key. Once more:\n');
    }
  }
}

/** A passphrase for a new key; asked for twice, and long enough. */
export async function askNewPassphrase(session: Session, file: string | undefined): Promise<string> {
  return await askTwice(
    await givenPassphrase(session, file),
    'Passphrase for the new signing key (you will need it for every issue)',
  );
}

/** A passphrase for a person's own key; asked for twice, and long enough. */
export async function askApproverPassphrase(session: Session, file: string | undefined): Promise<string> {
  return await askTwice(
    await givenPassphrase(session, file, APPROVER_PASSPHRASE_VARIABLE),
    'A passphrase of your own for the key',
  );
}

/** The passphrase that takes the place of the present one. */
export async function askReplacingPassphrase(session: Session, file: string | undefined): Promise<string> {
  const given = await givenPassphrase(session, file, NEW_PASSPHRASE_VARIABLE, '--new-passphrase-file');
  return await askTwice(given, 'The new passphrase');
}

async function askTwice(given: string | undefined, message: string): Promise<string> {
  if (given !== undefined) return long(given);
  const { password } = await import('@inquirer/prompts');
  const context = { output: process.stderr };
  const first = await password(
    {
      message,
      mask: true,
      validate: (text) => text.length >= MIN_PASSPHRASE_LENGTH || `at least ${MIN_PASSPHRASE_LENGTH} characters`,
    },
    context,
  );
  await password(
    { message: 'The same passphrase again', mask: true, validate: (text) => text === first || 'the two differ' },
    context,
  );
  return first;
}

function long(passphrase: string): string {
  if (passphrase.length >= MIN_PASSPHRASE_LENGTH) return passphrase;
  throw new BadgekitError('PASSPHRASE_MISSING', `the passphrase is shorter than ${MIN_PASSPHRASE_LENGTH} characters`, {
    hint: 'choose a longer one: it is all that protects a stolen key file',
  });
}
