import { withAwardFilters } from './award-filters.ts';
import { type SetUpCommand, withDryRun, withOutput, withPassphrase, withProgramme } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit renew --expiring 30d --dry-run
  badgekit renew --expiring 30d --badge first-aid
  badgekit renew --recipient ana@example.org --expiring 1y

The new badge says the same and is valid from now, for as long as the definition says (or as the old one was). It names
the one that it replaces, which stays valid until its own end. A badge that was revoked, suspended or renewed before is
left alone.`;

export const setUp: SetUpCommand = (command, session, outcome) => {
  command
    .description('Issues badges once more whose validity nears its end.')
    .option('--expiring <span>', 'those that are not valid for longer than this, such as 30d', '30d')
    .option('--expired', 'those that have expired already, too');
  withOutput(withDryRun(withPassphrase(withProgramme(withAwardFilters(command)))))
    .addHelpText('after', EXAMPLES)
    .action(async (options) => {
      const { runRenew } = await import('../run/renew.ts');
      outcome.exitCode = await runRenew(options, session);
    });
};
