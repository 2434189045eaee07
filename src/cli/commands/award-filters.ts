import type { Command } from 'commander';

/** Adds the options by which badges are found. What they mean is worked out only where they are used. */
export function withAwardFilters(command: Command): Command {
  return command
    .option('--badge <name>', 'badges of this definition')
    .option('--recipient <id>', 'badges of this person: an e-mail address, or an id')
    .option('--batch <id>', 'badges of this run of issue, as list shows it')
    .option('--roster <file>', 'badges that were issued from a roster of this name')
    .option('--key <name>', 'badges that were signed with this key');
}
