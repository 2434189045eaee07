import { resolve } from 'node:path';
import { BadgekitError, EXIT, type ExitCode } from '../../errors.ts';
import type { LoadOutcome, RecordConflict } from '../../ports.ts';
import { openLedgerFile } from '../../programme/ledger-file.ts';
import { openProgramme } from '../../programme/programme.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { usingLedger } from '../open-ledger.ts';
import type { Session } from '../session.ts';
import { count, counted } from '../style.ts';

/** `ledger import`: takes the records of another copy in, or none of them where any two do not fit together. */
export async function runLedgerImport(file: string, options: CommonOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const opened = await openLedgerFile(resolve(session.cwd, file), file);
  const isTrial = options.dryRun === true;
  const outcome = await usingLedger(
    programme,
    undefined,
    session,
    (ledger) => ledger.load(opened.records, opened.secret, { isTrial }),
    { isRemade: true },
  );
  if (outcome.conflicts.length > 0) throw conflictError(outcome.conflicts);
  session.out(
    options.json === true
      ? `${JSON.stringify({ badgekit: 1, command: 'ledger import', dryRun: isTrial, ...countsOf(outcome) })}\n`
      : `${count(outcome.added)} added, ${count(outcome.changed)} brought further, ${count(outcome.same)} known already\n${isTrial ? 'Nothing was written.\n' : ''}`,
  );
  return EXIT.yes;
}

function countsOf({ added, changed, same }: LoadOutcome): object {
  return { added, changed, same };
}

const EXPLAINED: Readonly<Record<RecordConflict['kind'], (what: string, one: string, two: string) => string>> = {
  place: (what, one, two) =>
    `  ${one} and ${two} have one status entry (${what}): who revokes the one revokes the other`,
  award: (_, one, two) => `  ${one} and ${two} are two badges for one award`,
  credential: (_, one) => `  ${one} is another badge here than there: its award, badge or status entry differs`,
};

/** @returns the error that names what does not fit together, and what to do about it */
export function conflictError(conflicts: readonly RecordConflict[]): BadgekitError {
  const has = (kind: RecordConflict['kind']): boolean => conflicts.some((conflict) => conflict.kind === kind);
  const advice = [
    ...(has('place')
      ? [
          'Of two badges with one status entry, keep the one that is out in the world: take the line of the other out of the file, import, remove its files and issue its roster again; its holder needs the new file.',
        ]
      : []),
    ...(has('award')
      ? ['Of two badges for one award, revoke one where it was issued, and take its line out of the file.']
      : []),
    ...(has('credential') ? ['Take the line out of the file that is not what credentials/ holds.'] : []),
  ];
  return new BadgekitError(
    'LEDGER_CONFLICT',
    `the two do not fit together (${counted(conflicts.length, 'conflict')}); nothing was imported`,
    {
      hint: advice.join(' '),
      more: conflicts.map(({ kind, what, credentials: [one, two] }) => EXPLAINED[kind](what, one, two)),
    },
  );
}
