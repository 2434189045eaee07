import { resolve } from 'node:path';
import { EXIT, type ExitCode } from '../../errors.ts';
import { writeWhole } from '../../programme/files.ts';
import { writeLedger } from '../../programme/ledger-file.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { openProgramme } from '../../programme/programme.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { usingLedger } from '../open-ledger.ts';
import type { Session } from '../session.ts';
import { counted } from '../style.ts';

export interface LedgerExportOptions extends CommonOptions {
  readonly force?: boolean;
}

/** `ledger export`: the ledger as sorted JSON Lines, to a file or to standard output. */
export async function runLedgerExport(
  file: string | undefined,
  options: LedgerExportOptions,
  session: Session,
): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const pieces: string[] = [];
  let records = -1;
  if (await hasLedger(programme, session.env))
    await usingLedger(programme, undefined, session, async (ledger) => {
      for await (const line of writeLedger(await ledger.secretFingerprint(), ledger.dump())) {
        records++;
        if (file === undefined) session.out(line);
        else pieces.push(line);
      }
    });
  if (file === undefined) return EXIT.yes;
  await writeWhole(resolve(session.cwd, file), Buffer.from(pieces.join(''), 'utf8'), {
    replace: options.force === true,
    mode: 0o600,
    shownAs: file,
  });
  session.err(
    `Wrote ${counted(Math.max(records, 0), 'record')} to ${file}. It names people: keep it where you keep personal data.\n`,
  );
  return EXIT.yes;
}
