import { withRosterHints } from './roster-hints.ts';
import { type SetUpCommand, withDryRun, withOutput, withPassphrase, withProgramme } from './shared.ts';

const EXPORT_EXAMPLES = `
Examples:
  badgekit ledger export > ledger.jsonl
  badgekit ledger export ledger.jsonl --force

One line for each list, run and award, sorted, so that two exports can be compared and merged (schemas/ledger.json).
It names people. It asks for no passphrase.`;

const IMPORT_EXAMPLES = `
Examples:
  badgekit ledger import ledger.jsonl --dry-run
  badgekit ledger import other-machine.jsonl
  BADGEKIT_LEDGER_URL=postgres://db/badges badgekit ledger import ledger.jsonl      from a file to a server

What is known already stays; what goes further (issued, revoked, erased) is taken in. If two badges have one status
entry, or one award has two badges, nothing is imported and each is named.`;

const CHECK_EXAMPLES = `
Examples:
  badgekit ledger check
  badgekit ledger check --json

Compares the ledger with credentials/ and public/status/ and names every difference. Writes nothing, and asks for no
passphrase. Signatures are not verified here: badgekit verify credentials/ does that.`;

const REBUILD_EXAMPLES = `
Examples:
  badgekit ledger rebuild
  badgekit ledger rebuild archive/2025/*.csv --dry-run

Credentials with hashed addresses do not say whom they are for: rosters do. Without names it looks in rosters/. Copy
public/status/ back from your web host first, if it is missing: what is revoked stands there.`;

export const setUp: SetUpCommand = (ledger, session, outcome) => {
  const exporting = ledger
    .command('export')
    .summary('write the ledger as JSON Lines')
    .description('Writes the whole ledger as sorted JSON Lines, to a file or to standard output.')
    .argument('[file]', 'where to; standard output without it')
    .option('--force', 'replace the file')
    .option('--debug', 'print stack traces with errors');
  withProgramme(exporting)
    .addHelpText('after', EXPORT_EXAMPLES)
    .action(async (file: string | undefined, options) => {
      const { runLedgerExport } = await import('../run/ledger-export.ts');
      outcome.exitCode = await runLedgerExport(file, options, session);
    });

  const importing = ledger
    .command('import')
    .summary('take in what another copy of the ledger knows')
    .description('Takes in the records of an exported ledger, all of them or none.')
    .argument('<file>', 'what badgekit ledger export wrote');
  withOutput(withDryRun(withProgramme(importing)))
    .addHelpText('after', IMPORT_EXAMPLES)
    .action(async (file: string, options) => {
      const { runLedgerImport } = await import('../run/ledger-import.ts');
      outcome.exitCode = await runLedgerImport(file, options, session);
    });

  const checking = ledger
    .command('check')
    .summary('compare ledger, files and status lists')
    .description('Compares ledger, files and status lists, and names every difference.');
  withOutput(withProgramme(checking))
    .addHelpText('after', CHECK_EXAMPLES)
    .action(async (options) => {
      const { runLedgerCheck } = await import('../run/ledger-check.ts');
      outcome.exitCode = await runLedgerCheck(options, session);
    });

  const rebuilding = ledger
    .command('rebuild')
    .summary('make a lost ledger again')
    .description('Makes a lost ledger again from credentials/, public/status/ and the rosters.')
    .argument('[rosters...]', 'where to find who has what (default: rosters/*.csv)');
  withOutput(withDryRun(withPassphrase(withProgramme(withRosterHints(rebuilding)))))
    .addHelpText('after', REBUILD_EXAMPLES)
    .action(async (rosters: string[], options) => {
      const { runLedgerRebuild } = await import('../run/ledger-rebuild.ts');
      outcome.exitCode = await runLedgerRebuild(rosters, options, session);
    });
};
