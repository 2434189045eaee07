import { Command, type OutputConfiguration } from 'commander';
import { addApprove } from './commands/approve.ts';
import { addBake } from './commands/bake.ts';
import { addDefine } from './commands/define.ts';
import { addFrameworks } from './commands/frameworks.ts';
import { addErase } from './commands/erase.ts';
import { addInitIssuer } from './commands/init-issuer.ts';
import { addIssue } from './commands/issue.ts';
import { addKeys } from './commands/keys.ts';
import { addLedger } from './commands/ledger.ts';
import { addList } from './commands/list.ts';
import { addPortfolio } from './commands/portfolio.ts';
import { addPublish } from './commands/publish.ts';
import { addRecord } from './commands/record.ts';
import { addRenew } from './commands/renew.ts';
import { addRevoke } from './commands/revoke.ts';
import { addRoster } from './commands/roster.ts';
import { addWhy } from './commands/why.ts';
import { addVerify } from './commands/verify.ts';
import { addStatus } from './commands/status.ts';
import type { AddCommand, Outcome } from './commands/shared.ts';
import { CommandList } from './command-list.ts';
import type { Session } from './session.ts';

const AFTER = `
Exit codes:
  0    yes: everything asked for was done, or the badge is verified
  1    no: a badge did not verify, or a row was refused
  2    wrong usage, or an input file that cannot be used
  3    could not be determined: something could not be reached, the ledger is locked, the disk is full
  130  interrupted

A first programme:
  badgekit init-issuer
  badgekit define first-aid
  badgekit issue roster.csv
  badgekit verify credentials/first-aid/*.png`;

/** In the order in which they are shown. */
const COMMANDS: Readonly<Record<string, AddCommand>> = {
  'init-issuer': addInitIssuer,
  define: addDefine,
  frameworks: addFrameworks,
  roster: addRoster,
  issue: addIssue,
  approve: addApprove,
  bake: addBake,
  verify: addVerify,
  list: addList,
  why: addWhy,
  record: addRecord,
  portfolio: addPortfolio,
  renew: addRenew,
  revoke: addRevoke,
  erase: addErase,
  publish: addPublish,
  status: addStatus,
  ledger: addLedger,
  keys: addKeys,
};

/**
 * The command line. Commands load what they need only when they run.
 * @param argv what it will be given: of what it cannot ask for nothing is set up
 */
export function createProgram(session: Session, outcome: Outcome, argv: readonly string[]): Command {
  const [name = ''] = argv;
  const named = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const isList = argv.length < 2 && named === undefined;
  const program = new (isList ? CommandList : Command)('badgekit')
    .description('Signs, bakes, verifies and revokes Open Badges 3.0.')
    .version(__BADGEKIT_VERSION__, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('(badgekit --help says more)')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput(outputOf(session))
    .addHelpText('after', AFTER);
  for (const add of named === undefined ? Object.values(COMMANDS) : [named]) add(program, session, outcome);
  return program;
}

/** Where commander writes, and how: left to itself it makes the platform's streams to find that out. */
function outputOf({ out, err, colours, columns }: Session): OutputConfiguration {
  return {
    writeOut: out,
    writeErr: err,
    getOutHasColors: () => colours.out,
    getErrHasColors: () => colours.err,
    getOutHelpWidth: () => columns.out,
    getErrHelpWidth: () => columns.err,
  };
}
