import { type SetUpCommand, gather, withOutput, withProgramme } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit why ana@example.org --badge first-aid
  badgekit why ana@example.org --plan plans/spring.json --json

Looks in the ledger, in plans in the programme's folder, in the lists of rows that were refused or had not earned a badge,
and in the rosters in rosters/ as they are now. Changes nothing.`;

export const setUp: SetUpCommand = (command, session, outcome) => {
  command
    .description("Says what became of somebody's badge, or why they have none.")
    .option('--badge <name>', 'which badge (default: all)')
    .option('--plan <file>', 'a plan to look in; may be given several times', gather);
  withOutput(withProgramme(command))
    .addHelpText('after', EXAMPLES)
    .action(async (person: string, options) => {
      const { runWhy } = await import('../run/why.ts');
      outcome.exitCode = await runWhy(person, options, session);
    });
};
