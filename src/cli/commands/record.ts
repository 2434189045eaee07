import { type SetUpCommand, withDryRun, withOutput, withProgramme } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit record ana@example.org
  badgekit record ana@example.org --out ana.html
  badgekit record did:key:z6Mk… --all --json

The page holds the signed credentials themselves, so whoever gets it can verify each of them.`;

export const setUp: SetUpCommand = (command, session, outcome) => {
  command
    .description(
      'Writes what a person has achieved, how well, against which skills and with what evidence, as one HTML page.',
    )
    .option('--out <file>', 'where to write it (default: record-<person>.html in this folder)')
    .option('--all', 'also badges that newer ones replaced');
  withOutput(withDryRun(withProgramme(command)))
    .addHelpText('after', EXAMPLES)
    .action(async (person: string, options) => {
      const { runRecord } = await import('../run/record.ts');
      outcome.exitCode = await runRecord(person, options, session);
    });
};
