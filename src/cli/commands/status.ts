import { type SetUpCommand, withOutput, withPassphrase, withProgramme } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit status refresh
  badgekit status refresh && rsync -a public/ host:/var/www/badges/

Exit codes:
  0    lists were signed anew: publish them
  1    nothing to do: every list says what it should, for long enough

Meant for a job that runs daily: a list is signed anew when a badge was revoked, suspended or reinstated, or when less
than half of its validity is left.`;

export const setUp: SetUpCommand = (status, session, outcome) => {
  const refresh = status
    .command('refresh')
    .summary('sign anew the lists that need it')
    .description('Signs anew the status lists whose bits changed or whose validity nears its end; no others.');
  withOutput(withPassphrase(withProgramme(refresh)))
    .addHelpText('after', EXAMPLES)
    .action(async (options) => {
      const { runStatusRefresh } = await import('../run/status-refresh.ts');
      outcome.exitCode = await runStatusRefresh(options, session);
    });
};
