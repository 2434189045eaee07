import type { Command } from 'commander';
import type { Session } from '../session.ts';

/** What a command leaves behind besides its output. */
export interface Outcome {
  exitCode: number;
}

/** Says of a command what the list of the commands does not: its options, its examples, what it does, or its own commands. */
export type SetUpCommand = (command: Command, session: Session, outcome: Outcome) => void;

/** Options that most commands have, worded once. */
export interface CommonOptions {
  readonly programme?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly passphraseFile?: string;
  readonly debug?: boolean;
}

export function withProgramme(command: Command): Command {
  return command.option('--programme <dir>', 'the programme folder (default: the nearest one with badgekit.yaml)');
}

export function withPassphrase(command: Command): Command {
  return command.option(
    '--passphrase-file <file>',
    "read the key's passphrase from a file (or set BADGEKIT_PASSPHRASE)",
  );
}

export function withDryRun(command: Command): Command {
  return command.option('--dry-run', 'show what would be written, and write nothing');
}

export function withOutput(command: Command): Command {
  return command.option('--json', 'print one JSON document').option('--debug', 'print stack traces with errors');
}

/** Gathers the values of an option that may be given several times. */
export function gather(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
