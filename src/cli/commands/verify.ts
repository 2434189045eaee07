import { type AddCommand, gather, withOutput, withProgramme } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit verify ana.png
  badgekit verify ana.png --recipient ana@example.org
  badgekit verify archive/ --offline --jsonl
  badgekit verify ana.json --hosting https://badges.example.org=public
  badgekit verify ana.json --key issuer.jwk --at 2026-01-01

Inside a programme, what it will host is read from its folder public/, and the report says so.
A verdict is VERIFIED (exit 0), REJECTED (1), or UNDETERMINED (3): something that had to be known could not be.`;

export const addVerify: AddCommand = (program, session, outcome) => {
  const command = program
    .command('verify')
    .summary('verify credentials and baked images')
    .description(
      'Verifies Open Badges: JSON, JWT, and baked PNG or SVG. Each check has its own line: what was looked at, what was found.',
    )
    .argument('<files...>', 'files, or folders of them')
    .option('--recipient <who>', 'the e-mail address, DID or other identifier that it should have been awarded to')
    .option('--at <date>', 'judge as of this day or moment (default: now)')
    .option(
      '--key <file>',
      "a key that you know to be the issuer's: JWK, JWK set, Multikey, did:key or DID document; may be given several times",
      gather,
    )
    .option(
      '--hosting <url=dir>',
      'read what is hosted under an address from a folder; may be given several times',
      gather,
    )
    .option('--offline', 'open no network connection')
    .option('--jsonl', 'print one JSON document for each file, a line each');
  withOutput(withProgramme(command))
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options) => {
      const { runVerify } = await import('../run/verify.ts');
      outcome.exitCode = await runVerify(files, options, session);
    });
};
