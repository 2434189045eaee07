import { withAwardFilters } from './award-filters.ts';
import { type SetUpCommand, withOutput, withProgramme } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit list
  badgekit list --recipient ana@example.org
  badgekit list --badge first-aid --status revoked
  badgekit list --expiring 30d --csv > renew.csv
  badgekit list --batch 20261125-1f2e3d4c --json

It asks for no passphrase: it only reads the ledger. What it prints names people; keep it where you keep personal data.`;

export const setUp: SetUpCommand = (command, session, outcome) => {
  command
    .description('Lists issued badges from the ledger, in the order in which they were issued.')
    .option('--status <word>', 'valid, expired, suspended, revoked or superseded')
    .option('--expiring <span>', 'valid now, and not for longer than this, such as 30d')
    .option('--csv', 'print CSV for a spreadsheet')
    .option('--jsonl', 'print one JSON document a line');
  withOutput(withProgramme(withAwardFilters(command)))
    .addHelpText('after', EXAMPLES)
    .action(async (credential: string | undefined, options) => {
      const { runList } = await import('../run/list.ts');
      outcome.exitCode = await runList(credential, options, session);
    });
};
