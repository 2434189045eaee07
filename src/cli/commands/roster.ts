import { withJoin, withRosterHints } from './roster-hints.ts';
import { type SetUpCommand, withOutput, withProgramme } from './shared.ts';

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

export const setUp: SetUpCommand = (roster, session, outcome) => {
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
