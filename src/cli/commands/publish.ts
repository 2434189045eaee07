import { type SetUpCommand, withDryRun, withOutput, withPassphrase, withProgramme } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit publish
  badgekit publish --dry-run
  badgekit publish --check-live
  badgekit publish --check-live https://staging.example.org

Copy the folder public/ to your web host as it stands: nothing runs there. --check-live then reads it from there and
compares it byte for byte; it writes nothing, and needs no passphrase.`;

export const setUp: SetUpCommand = (command, session, outcome) => {
  command
    .description(
      "Writes what is to be hosted into public/: the issuer's profile, achievements with their images, and fresh status lists.",
    )
    .option('--check-live [url]', 'compare what the host serves (default: hosting in badgekit.yaml) with public/');
  withOutput(withDryRun(withPassphrase(withProgramme(command))))
    .addHelpText('after', EXAMPLES)
    .action(async (options) => {
      const { checkLive } = options;
      if (checkLive === undefined) {
        const { runPublish } = await import('../run/publish.ts');
        outcome.exitCode = await runPublish(options, session);
      } else {
        const { runCheckLive } = await import('../run/check-live.ts');
        outcome.exitCode = await runCheckLive(checkLive, options, session);
      }
    });
};
