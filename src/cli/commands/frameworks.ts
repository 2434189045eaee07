import { type SetUpCommand, withDryRun, withOutput, withProgramme } from './shared.ts';

const IMPORT_EXAMPLES = `
Examples:
  badgekit frameworks import skills_en.csv --as esco --release 1.2.0
  badgekit frameworks import standards.json --as case
  badgekit frameworks import "Occupation Data.txt" --as onet --release 29.0

Read are ESCO (CSV), CASE 1.1 packages (JSON), CTDL-ASN and Rich Skill Descriptor collections (JSON-LD), and O*NET (text).
Nothing is fetched: the snapshot lies in frameworks/, goes into version control, and changes when you import another one.`;

const LIST_EXAMPLES = `
Examples:
  badgekit frameworks list
  badgekit frameworks list --json`;

export const setUp: SetUpCommand = (frameworks, session, outcome) => {
  const importing = frameworks
    .command('import')
    .summary('take a framework of skills into the programme')
    .description('Makes a snapshot of a framework of skills from the files that it is published in.')
    .argument('<files...>', 'its files')
    .requiredOption('--as <name>', 'what definitions call it, such as esco')
    .option('--release <version>', 'which release it is (default: as the file says)')
    .option('--title <text>', 'what it is called in badges (default: as the file says)');
  withOutput(withDryRun(withProgramme(importing)))
    .addHelpText('after', IMPORT_EXAMPLES)
    .action(async (files: string[], options) => {
      const { runFrameworksImport } = await import('../run/frameworks.ts');
      outcome.exitCode = await runFrameworksImport(files, options, session);
    });

  withOutput(withProgramme(frameworks.command('list').summary('the frameworks that the programme holds')))
    .description('Lists the frameworks that the programme holds.')
    .addHelpText('after', LIST_EXAMPLES)
    .action(async (options) => {
      const { runFrameworksList } = await import('../run/frameworks.ts');
      outcome.exitCode = await runFrameworksList(options, session);
    });
};
