import type { Command } from 'commander';
import { gather } from './shared.ts';

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
