import { Command, type OutputConfiguration } from 'commander';
import { COMMANDS } from './command-list.ts';
import type { Outcome } from './commands/shared.ts';
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

/**
 * The command line. Commands load what they need only when they run.
 * @param argv what it will be given: of what it cannot ask for nothing is set up
 */
export async function createProgram(session: Session, outcome: Outcome, argv: readonly string[]): Promise<Command> {
  const [first, second] = argv;
  const named = COMMANDS.filter(({ name }) => name === (first === 'help' ? second : first));
  const wanted = named.length > 0 ? named : COMMANDS;
  // One word that names no command can ask for nothing but the list of them.
  const isList = named.length === 0 && argv.length < 2;
  const loaded = isList ? [] : await Promise.all(wanted.map(({ load }) => load()));
  const program = new Command('badgekit')
    .description('Signs, bakes, verifies and revokes Open Badges 3.0.')
    .version(__BADGEKIT_VERSION__, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('(badgekit --help says more)')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput(outputOf(session))
    .addHelpText('after', AFTER);
  for (const [at, { name, summary, argument, isGroup = false }] of wanted.entries()) {
    const command = program.command(name).summary(summary);
    if (argument !== undefined) command.argument(...argument);
    loaded[at]?.setUp(command, session, outcome);
    // The list says whether there are options.
    if (isList && !isGroup) command.option('--json');
  }
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
