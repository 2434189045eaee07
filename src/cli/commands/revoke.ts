import { withAwardFilters } from './award-filters.ts';
import { type SetUpCommand, withDryRun, withOutput, withPassphrase, withProgramme } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit revoke urn:uuid:1d2c… --reason "issued to the wrong person"
  badgekit revoke ana@example.org --badge first-aid
  badgekit revoke ana@example.org --all --dry-run
  badgekit revoke --roster spring.csv --all --reason "the exam was void"
  badgekit revoke --batch 20261125-1f2e3d4c --all
  badgekit revoke --key key-1 --dry-run
  badgekit revoke urn:uuid:1d2c… --suspend
  badgekit revoke urn:uuid:1d2c… --reinstate

A revocation counts once public/status/ is published: verifiers read the list there. It cannot be undone; a suspension
can. Suspending needs  status: { purposes: [revocation, suspension] }  in badgekit.yaml before the badge is issued.`;

export const setUp: SetUpCommand = (command, session, outcome) => {
  command
    .description('Revokes badges: sets their bit in the status list, signs the list anew and records why.')
    .option('--reason <text>', 'why; kept in the ledger, never published')
    .option('--date <day>', 'since when it is so (default: now); kept in the ledger')
    .option('--all', 'every badge that matches, without asking')
    .option('--suspend', 'suspend for a time instead of revoking for good')
    .option('--reinstate', 'end a suspension');
  withOutput(withDryRun(withPassphrase(withProgramme(withAwardFilters(command)))))
    .addHelpText('after', EXAMPLES)
    .action(async (credential: string | undefined, options) => {
      const { runRevoke } = await import('../run/revoke.ts');
      outcome.exitCode = await runRevoke(credential, options, session);
    });
};
