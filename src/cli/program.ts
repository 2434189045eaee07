import { Command } from 'commander';
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

/** The command line. Commands load what they need only when they run. */
export function createProgram(session: Session, outcome: Outcome): Command {
  const program = new Command('badgekit')
    .description('Signs, bakes, verifies and revokes Open Badges 3.0.')
    .version(__BADGEKIT_VERSION__, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('(badgekit --help says more)')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: session.out, writeErr: session.err })
    .addHelpText('after', AFTER);
  for (const add of [
    addInitIssuer,
    addDefine,
    addFrameworks,
    addRoster,
    addIssue,
    addApprove,
    addBake,
    addVerify,
    addList,
    addWhy,
    addRecord,
    addPortfolio,
    addRenew,
    addRevoke,
    addErase,
    addPublish,
    addStatus,
    addLedger,
    addKeys,
  ] satisfies AddCommand[])
    add(program, session, outcome);
  return program;
}
