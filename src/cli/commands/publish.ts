import { type AddCommand, withDryRun, withOutput, withPassphrase, withProgramme } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit publish
  badgekit publish --dry-run

Copy the folder public/ to your web host as it stands: nothing runs there.`;

export const addPublish: AddCommand = (program, session, outcome) => {
  const command = program
    .command('publish')
    .summary('bring the folder public/ up to date')
    .description(
      "Writes what is to be hosted into public/: the issuer's profile, achievements with their images, and fresh status lists.",
    );
  withOutput(withDryRun(withPassphrase(withProgramme(command))))
    .addHelpText('after', EXAMPLES)
    .action(async (options) => {
      const { runPublish } = await import('../run/publish.ts');
      outcome.exitCode = await runPublish(options, session);
    });
};
