import { EXIT, type ExitCode } from '../../errors.ts';
import { openKeyring } from '../../programme/keyring.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { openProgramme } from '../../programme/programme.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { usingLedger } from '../open-ledger.ts';
import { withPassphrase } from '../passphrase.ts';
import { refreshPublic } from '../public-folder.ts';
import type { Session } from '../session.ts';

/** `status refresh`: signs the lists that need it; the exit code says whether any did. */
export async function runStatusRefresh(options: CommonOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const lists = (await hasLedger(programme, session.env)) ? await refresh() : [];
  const shown = lists.map((path) => programme.shown(path));
  if (options.json === true)
    session.out(`${JSON.stringify({ badgekit: 1, command: 'status refresh', statusLists: shown })}\n`);
  else if (shown.length === 0) session.out('Every status list is up to date.\n');
  else
    session.out(
      `${shown.map((list) => `signed ${list}\n`).join('')}Publish public/ at ${programme.config.hosting ?? ''}: they count from then on.\n`,
    );
  return shown.length > 0 ? EXIT.yes : EXIT.no;

  async function refresh(): Promise<readonly string[]> {
    const keyring = await withPassphrase(session, options.passphraseFile, (passphrase) =>
      openKeyring(programme, passphrase, session.env),
    );
    return await usingLedger(programme, keyring, session, async (ledger) => {
      return (await refreshPublic(programme, keyring, ledger, session)).lists;
    });
  }
}
