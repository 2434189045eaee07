import { EXIT, type ExitCode } from '../../errors.ts';
import { resealAll } from '../../programme/key-files.ts';
import { openProgramme } from '../../programme/programme.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { askReplacingPassphrase, withPassphrase } from '../passphrase.ts';
import type { Session } from '../session.ts';
import { counted } from '../style.ts';

export interface KeysPassphraseOptions extends CommonOptions {
  readonly newPassphraseFile?: string;
}

/** `keys change-passphrase`: seals every key file with another passphrase. */
export async function runKeysChangePassphrase(options: KeysPassphraseOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const changed = await withPassphrase(session, options.passphraseFile, async (from) =>
    resealAll(programme, from, await askReplacingPassphrase(session, options.newPassphraseFile)),
  );
  session.out(
    options.json === true
      ? `${JSON.stringify({ badgekit: 1, command: 'keys change-passphrase', changed })}\n`
      : `${counted(changed, 'file')} in keys/ sealed with the new passphrase. Copies in your backups still open with the old one.\n`,
  );
  return EXIT.yes;
}
