import { type SetUpCommand, withDryRun, withOutput } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit bake badge.json badge.png -o baked.png
  badgekit bake badge.jwt badge.svg                    writes badge.baked.svg
  badgekit bake --extract baked.png                    prints the credential
  badgekit bake --extract baked.svg -o badge.json`;

export const setUp: SetUpCommand = (command, session, outcome) => {
  command
    .description(
      'Puts a credential into a PNG or SVG, or takes the exact text out of a baked one. Nothing else in the image changes.',
    )
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
