import { type SetUpCommand, withDryRun, withOutput, withPassphrase } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit init-issuer                      ask for everything
  badgekit init-issuer --name "Tidewater Repair School" --hosting https://badges.tidewater.example
  badgekit init-issuer --name "A. Teacher" --no-hosting
  badgekit init-issuer --key-only           make the missing key of a programme that has its badgekit.yaml

With a hosting address the issuer is did:web, and badges can be revoked. Without one the issuer is did:key: nothing
needs to be on the web, and nothing can be revoked.`;

export const setUp: SetUpCommand = (command, session, outcome) => {
  command
    .description('Makes a programme in a folder: badgekit.yaml, a sealed signing key, and what is to be hosted.')
    .option('--name <text>', "the issuer's name")
    .option(
      '--hosting <url>',
      'the https address under which the folder public/ will be found (makes a did:web issuer)',
    )
    .option('--no-hosting', 'host nothing (makes a did:key issuer; badges cannot be revoked)')
    .option('--url <url>', "the issuer's web site")
    .option('--email <address>', "the issuer's e-mail address")
    .option('--description <text>', 'what the issuer is')
    .option('--image <file>', "the issuer's logo, PNG or SVG")
    .option('--image-caption <text>', 'what the logo shows, for screen readers')
    .option('--recipients <how>', 'how recipients are identified: hashed-email, plain-email or did')
    .option('--proof <form>', 'how badges are signed: data-integrity or jwt')
    .option('--key-type <type>', 'ed25519, p256 or rsa (default: ed25519; p256 with --proof jwt)')
    .option('--key-name <name>', "the key's name", 'key-1')
    .option('--key-only', 'make only the key that badgekit.yaml names');
  withOutput(withDryRun(withPassphrase(command)))
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, options) => {
      const { runInitIssuer } = await import('../run/init-issuer.ts');
      outcome.exitCode = await runInitIssuer(folder, options, session);
    });
};
