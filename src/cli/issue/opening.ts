import { type Keyring, openKeyring } from '../../programme/keyring.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { withPassphrase } from '../passphrase.ts';
import type { Session } from '../session.ts';
import type { Beginning, KeyOptions } from './beginning.ts';

/** The programme, and its keys, which are being opened. */
export interface Opening {
  readonly programme: Programme;
  /** Whether the keys are being opened already: nobody is asked for a passphrase. */
  readonly isBegun: boolean;
  /** Asked for when they are needed; who is asked for a passphrase is asked then, once, and told first what else is wrong. */
  readonly keyring: () => Promise<Keyring>;
}

/**
 * Opens the programme, and goes on with opening its keys.
 * @throws BadgekitError as `openProgramme` does
 */
export async function openBegun(
  { key }: Beginning,
  { programme: folder, passphraseFile }: KeyOptions,
  session: Session,
): Promise<Opening> {
  const programme = await openProgramme(session.cwd, folder);
  const { env } = session;
  if (key === undefined) {
    let asked: Promise<Keyring> | undefined;
    const ask = (): Promise<Keyring> =>
      withPassphrase(session, passphraseFile, (passphrase) => openKeyring(programme, passphrase, env));
    return { programme, isBegun: false, keyring: () => (asked ??= ask()) };
  }
  const opening = key.then(({ passphrase, begun }) => openKeyring(programme, passphrase, env, begun));
  // A failure is met where the keys are needed.
  opening.catch(() => undefined);
  return { programme, isBegun: true, keyring: () => opening };
}
