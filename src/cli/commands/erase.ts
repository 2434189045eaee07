import { type SetUpCommand, withDryRun, withOutput, withPassphrase, withProgramme } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit erase ana@example.org --dry-run
  badgekit erase ana@example.org
  badgekit erase ana@example.org --revoke --yes

Takes the person out of the ledger and removes the badges from credentials/. Kept are the badges' ids, dates and status
entries, so that they can still be revoked and no roster issues them again. The receipt, in erasures/, says what is gone,
what is kept, and what no command can recall.`;

export const setUp: SetUpCommand = (command, session, outcome) => {
  command
    .description("Removes a person's data from the ledger and the local files, and writes a receipt.")
    .option('--revoke', 'also revoke the badges')
    .option('--yes', 'without asking');
  withOutput(withDryRun(withPassphrase(withProgramme(command))))
    .addHelpText('after', EXAMPLES)
    .action(async (recipient: string, options) => {
      const { runErase } = await import('../run/erase.ts');
      outcome.exitCode = await runErase(recipient, options, session);
    });
};
