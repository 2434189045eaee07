import { type Keyring, openKeyring } from '../../programme/keyring.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { withPassphrase } from '../passphrase.ts';
import type { Session } from '../session.ts';

/** The programme, and its keys, which are being opened. */
export interface Opening {
  readonly programme: Programme;
  /** Asked for when they are needed; who is asked for a passphrase is asked then, and told first what else is wrong. */
  readonly keyring: () => Promise<Keyring>;
}

/**
 * Begins to open the keys, which takes a while by design, before what else a run needs is even loaded.
 * @throws BadgekitError as `openProgramme` does
 */
export async function beginOpening(
  { programme: folder, passphraseFile }: Pick<CommonOptions, 'programme' | 'passphraseFile'>,
  session: Session,
): Promise<Opening> {
  const programme = await openProgramme(session.cwd, folder);
  const open = (): Promise<Keyring> =>
    withPassphrase(session, passphraseFile, (passphrase) => openKeyring(programme, passphrase, session.env));
  if (session.isInteractive) return { programme, keyring: open };
  const opening = open();
  // A failure is met where the keys are needed.
  opening.catch(() => undefined);
  return { programme, keyring: () => opening };
}
