import { EXIT, type ExitCode } from '../../errors.ts';
import { openKeyring } from '../../programme/keyring.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { openProgramme } from '../../programme/programme.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { usingLedger } from '../open-ledger.ts';
import { withPassphrase } from '../passphrase.ts';
import { refreshPublic, type Refreshed } from '../public-folder.ts';
import type { Session } from '../session.ts';

/** `status refresh`: signs the lists that need it; the exit code says whether anything changed. */
export async function runStatusRefresh(options: CommonOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const refreshed = (await hasLedger(programme, session.env)) ? await refresh() : { lists: [], files: [] };
  const statusLists = refreshed.lists.map((path) => programme.shown(path));
  const files = refreshed.files.map((path) => programme.shown(path));
  const lines = [...statusLists.map((list) => `signed ${list}\n`), ...files.map((file) => `wrote ${file}\n`)];
  if (options.json === true)
    session.out(`${JSON.stringify({ badgekit: 1, command: 'status refresh', statusLists, files })}\n`);
  else if (lines.length === 0) session.out('Every status list is up to date.\n');
  else session.out(`${lines.join('')}Publish public/ at ${programme.config.hosting ?? ''}: it counts from then on.\n`);
  return lines.length > 0 ? EXIT.yes : EXIT.no;

  async function refresh(): Promise<Refreshed> {
    const keyring = await withPassphrase(session, options.passphraseFile, (passphrase) =>
      openKeyring(programme, passphrase, session.env),
    );
    return await usingLedger(programme, keyring, session, async (ledger) => {
      return await refreshPublic(programme, keyring, ledger, session);
    });
  }
}
