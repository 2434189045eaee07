import type { Command } from 'commander';
import { type AddCommand, gather, withOutput, withProgramme } from './shared.ts';

const INSPECT_EXAMPLES = `
Examples:
  badgekit roster inspect export.csv
  badgekit roster inspect export.csv --dates dmy --map email="Contact"
  badgekit roster inspect grades.csv attendance.csv --join email
  badgekit roster inspect export.csv --json

Shows how a file is read, and writes nothing: its encoding, which system wrote it and how that shows, which column says
what, the first rows as awards, what is passed over and why, and what to put into badgekit.yaml so that every run reads
such files so. docs/rosters.md lists the systems.`;

const DIFF_EXAMPLES = `
Examples:
  badgekit roster diff spring.csv spring-corrected.csv
  badgekit roster diff spring.csv spring-corrected.csv --json

Compares two versions of a roster award by award, and says what issuing the new one would do about each difference. Writes
nothing. + is new, - is gone, ~ changed, ! would not be issued.`;

/** Adds the option that makes several files one roster. */
export function withJoin(command: Command): Command {
  return command.option('--join <column>', 'join several files by a column that all of them have, such as email');
}

/** Adds the options that say about a roster file what it does not say itself. */
export function withRosterHints(command: Command): Command {
  return command
    .option('--format <name>', 'which system wrote the file, such as moodle-completion (default: as the file shows)')
    .option('--map <column=Header>', 'take a column from another header; may be given several times', gather)
    .option(
      '--badge-id <theirs=ours>',
      "a badge's name or id in the file, and in badges/; may be given several times",
      gather,
    )
    .option('--dates <order>', 'what comes first in dates of numbers: dmy or mdy (default: as the dates show)')
    .option('--delimiter <name>', 'what separates the columns: comma, semicolon or tab (default: as the file shows)')
    .option('--encoding <name>', 'how the file is encoded, such as windows-1250 (default: as the file shows)');
}

export const addRoster: AddCommand = (program, session, outcome) => {
  const roster = program
    .command('roster')
    .summary('how a roster file is read, and what differs between two: inspect, diff');

  const inspecting = roster
    .command('inspect')
    .summary('show how a roster file is read')
    .description('Shows how badgekit reads a roster file, and what each of its first rows would award.')
    .argument('<files...>', 'a file that an LMS, a form or a spreadsheet exported; with --join further ones')
    .option('--badge <name>', 'the badge of rows that name none');
  withOutput(withProgramme(withJoin(withRosterHints(inspecting))))
    .addHelpText('after', INSPECT_EXAMPLES)
    .action(async (files: string[], options) => {
      const { runRosterInspect } = await import('../run/roster-inspect.ts');
      outcome.exitCode = await runRosterInspect(files, options, session);
    });

  const comparing = roster
    .command('diff')
    .summary('name what differs between two versions of a roster')
    .description('Names what a new version of a roster says otherwise than an old one, and what issuing it would do.')
    .argument('<old>', 'the roster as it was')
    .argument('<new>', 'the roster as it is now')
    .option('--badge <name>', 'the badge of rows that name none');
  withOutput(withProgramme(withRosterHints(comparing)))
    .addHelpText('after', DIFF_EXAMPLES)
    .action(async (old: string, now: string, options) => {
      const { runRosterDiff } = await import('../run/roster-diff.ts');
      outcome.exitCode = await runRosterDiff(old, now, options, session);
    });
};
