import { gather, type SetUpCommand, withDryRun, withOutput, withProgramme } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit align badges/first-aid.yaml
  badgekit align badges/first-aid.yaml --search "critical thinking"
  badgekit align badges/first-aid.yaml --add esco:b9e7a5f1-0000-4000-8000-000000000000

Without --search the badge's own name and tags are searched by. A reference is looked up each time the definition is read: what
the framework does not have, or no longer wants used, badgekit define --check says.`;

export const setUp: SetUpCommand = (command, session, outcome) => {
  command
    .description(
      'Offers skills of the programme’s frameworks for a badge, or writes references to them into its definition.',
    )
    .option('--search <words>', 'what to look for')
    .option('--framework <name>', 'look in this one alone')
    .option('--add <reference>', 'write a reference into the definition; may be given several times', gather);
  withOutput(withDryRun(withProgramme(command)))
    .addHelpText('after', EXAMPLES)
    .action(async (definition: string, options) => {
      const { runAlign } = await import('../run/align.ts');
      outcome.exitCode = await runAlign(definition, options, session);
    });
};
