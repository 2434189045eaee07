import { type AddCommand, withDryRun, withOutput } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit bake badge.json badge.png -o baked.png
  badgekit bake badge.jwt badge.svg                    writes badge.baked.svg
  badgekit bake --extract baked.png                    prints the credential
  badgekit bake --extract baked.svg -o badge.json`;

export const addBake: AddCommand = (program, session, outcome) => {
  const command = program
    .command('bake')
    .summary('put a credential into an image, or take it out')
    .description(
      'Puts a credential into a PNG or SVG, or takes the exact text out of a baked one. Nothing else in the image changes.',
    )
    .argument('<files...>', 'a credential and an image; with --extract, a baked image')
    .option('--extract', 'take the credential out')
    .option('-o, --output <file>', 'where to write')
    .option('--force', 'replace a file that is there');
  withOutput(withDryRun(command))
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options) => {
      const { runBake } = await import('../run/bake.ts');
      outcome.exitCode = await runBake(files, options, session);
    });
};
