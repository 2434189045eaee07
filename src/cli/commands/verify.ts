import { type SetUpCommand, gather, withOutput, withProgramme } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit verify ana.png
  badgekit verify ana.png --recipient ana@example.org
  badgekit verify archive/ --offline --jsonl
  badgekit verify archive/ --trust partners.yaml --report archive.html
  badgekit verify badges.tar badges.jsonl
  badgekit verify damaged.json --explain
  badgekit verify ana.json --save-bundle ana.bundle.json
  badgekit verify ana.json --offline --bundle ana.bundle.json --at 2030-01-01
  badgekit verify ana.json --hosting https://badges.example.org=public
  badgekit verify https://badges.example.org/ana.json
  cat ana.json | badgekit verify -

Inside a programme, what it will host is read from its folder public/, and the report says so.
A verdict is VERIFIED (exit 0), REJECTED (1), or UNDETERMINED (3): something that had to be known could not be.
Every finding has a code; docs/findings.md explains each.`;

export const setUp: SetUpCommand = (command, session, outcome) => {
  command
    .description(
      'Verifies Open Badges 3.0 and 2.0, endorsements, learner records (CLR 2.0), presentations and status lists: JSON, JWT, and baked PNG or SVG. Each check has its own line: what was looked at, what was found.',
    )
    .optionsGroup('What it must be:')
    .option('--recipient <who>', 'the e-mail address, DID or other identifier that it should have been awarded to')
    .option(
      '--trust <list>',
      'a list of issuers whom you trust, a file or https address; may be given several times',
      gather,
    )
    .option('--require <checks>', 'checks that must have been made, such as status,trust', gather)
    .option('--evidence <dir>', "compare the files in a folder with the digests of the badge's evidence")
    .option('--domain <domain>', 'the domain that the proof must have been made for')
    .option('--challenge <text>', 'the challenge that the proof must have been made for')
    .option('--max-status-age <duration>', 'how old a status list may be, such as P7D')
    .option('--allow-unknown-status', 'accept a badge whose status could not be looked up')
    .option('--allow-withheld', 'accept that a holder may have withheld a status or an end')
    .optionsGroup('What is known:')
    .option('--at <date>', 'judge as of this moment, or the end of this day (default: now)')
    .option(
      '--key <file>',
      "a key that you know to be the issuer's: JWK, JWK set, Multikey, did:key, PEM or DID document; may be given several times",
      gather,
    )
    .option(
      '--hosting <url=dir>',
      'read what is hosted under an address from a folder; may be given several times',
      gather,
    )
    .option('--bundle <file>', 'look things up in a bundle that was saved earlier, before the network')
    .option('--save-bundle <file>', 'save all that is looked up, so that it can be decided again later, offline')
    .option('--offline', 'open no network connection')
    .option('--refresh', "ask the badge's refresh service for a newer version, once")
    .option('--allow-loopback', 'read http and https addresses on this computer, for development')
    .optionsGroup('What is shown:')
    .option('--explain', 'where a signature does not hold, find out why')
    .option('--all', 'show the checks for which there was nothing to do, too')
    .option('--report <file>', 'write a page (HTML) to hand on')
    .option('--force', 'replace the report or the bundle if the file exists')
    .option('--jsonl', 'print one JSON document for each file, a line each')
    .option('--jobs <number>', 'threads for many files (default: all cores)');
  withOutput(withProgramme(command))
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options) => {
      const { runVerify } = await import('../run/verify.ts');
      outcome.exitCode = await runVerify(files, options, session);
    });
};
