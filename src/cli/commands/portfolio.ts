import { type SetUpCommand, withOutput, withProgramme } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit portfolio
  badgekit portfolio --json          in a pipeline: exit code 1 where badgekit.yaml allows less

Looks at all definitions and at what was issued: badges that say nearly the same, that go to the same people, that share a
skill, that were never issued or issued to everyone, that show no skill, that were issued without evidence, whose criteria
are due to be looked at. What is too much, badgekit.yaml says: portfolio: { limits: { never-issued: 0 } }; docs/portfolio.md.`;

export const setUp: SetUpCommand = (command, session, outcome) => {
  command.description('Says what can be said against the badges of the programme as a whole.');
  withOutput(withProgramme(command))
    .addHelpText('after', EXAMPLES)
    .action(async (options) => {
      const { runPortfolio } = await import('../run/portfolio.ts');
      outcome.exitCode = await runPortfolio(options, session);
    });
};
