import { type SetUpCommand, withOutput, withProgramme } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit issue rosters/exam.csv --plan-out plan.json
  badgekit approve plan.json --as ana
  badgekit approve plan.json --as ana --key /media/stick/ana.jwe
  badgekit issue --plan plan.json

An approval is for this very plan: whatever changes in it, in the roster or in a definition, it counts no more.
How many approvals badges of a tier need, badgekit.yaml says (tiers), and whose count (approvers); docs/tiers.md.`;

export const setUp: SetUpCommand = (command, session, outcome) => {
  command
    .description("Signs a plan with a person's own key, and writes the approval beside it.")
    .requiredOption('--as <name>', 'who you are, as badgekit.yaml calls you')
    .option(
      '--key <file>',
      'your own sealed key (default: BADGEKIT_APPROVER_KEY, or ~/.badgekit/<name>.jwe, where badgekit keys approver puts it)',
    )
    .option('--passphrase-file <file>', 'read your own passphrase from a file (or set BADGEKIT_APPROVER_PASSPHRASE)');
  withOutput(withProgramme(command))
    .addHelpText('after', EXAMPLES)
    .action(async (plan: string, options) => {
      const { runApprove } = await import('../run/approve.ts');
      outcome.exitCode = await runApprove(plan, options, session);
    });
};
