import { EXIT } from '../errors.ts';
import type { Clock, Random } from '../ports.ts';
import { codeOf } from '../programme/file-faults.ts';
import type { ByteOutput } from './byte-output.ts';
import type { Beginning } from './issue/beginning.ts';
import { isCi, type Surroundings, surroundings } from './surroundings.ts';
import { openTextOutput } from './text-output.ts';

/** The world of one run of the command line, gathered in one place so that nothing below reaches for it. */
export interface Session extends Surroundings {
  /** What was begun before the command line was read. */
  readonly begun?: Beginning | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Writes a result, as it stands, to standard output. */
  readonly out: (text: string) => void;
  /** Standard output for what is no text. From here on nothing else is to be written there. */
  readonly byteOutput: () => Promise<ByteOutput>;
  /** Writes progress or a diagnostic, as it stands, to standard error. */
  readonly err: (text: string) => void;
  /** Whether a progress line may be drawn over itself on standard error. */
  readonly showsProgress: boolean;
  readonly colours: { readonly out: boolean; readonly err: boolean };
  /** How wide a line may be, in columns. */
  readonly columns: { readonly out: number; readonly err: number };
  /** From here on Ctrl-C does not end the program at once: what is in hand is finished first. */
  readonly finishOnInterrupt: () => void;
  readonly isInterrupted: () => boolean;
}

/** The session of this process. */
export function openSession(begun?: Beginning): Session {
  const { env } = process;
  let interrupted = false;
  // A fault of a write is then told to who wrote.
  let isByteOutput = false;
  const stderr = openTextOutput('stderr', endWith);
  const stdout = openTextOutput('stdout', (error) => {
    if (!isByteOutput) endWith(error);
  });
  // A pipeline draws no progress, and keeps no colours.
  const isAlone = isCi(env);
  return {
    ...surroundings(),
    begun,
    clock: Date.now,
    // The platform's own source, which is loaded only when it is asked.
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    out: stdout.write,
    byteOutput: async () => {
      isByteOutput = true;
      const { openByteOutput } = await import('./byte-output.ts');
      return openByteOutput();
    },
    err: stderr.write,
    showsProgress: stderr.isTerminal && !isAlone,
    colours: { out: wantsColour(stdout.isTerminal, env, isAlone), err: wantsColour(stderr.isTerminal, env, isAlone) },
    columns: { out: stdout.columns, err: stderr.columns },
    isInterrupted: () => interrupted,
    finishOnInterrupt: () => {
      process.on('SIGINT', () => {
        // A second Ctrl-C means now.
        if (interrupted) process.exit(130);
        interrupted = true;
      });
    },
  };
}

/** Ends the program, as what it is to print cannot be written. */
function endWith(error: Error): void {
  // Who closed the pipe had read enough; but what was not decided yet is no yes.
  if (codeOf(error) === 'EPIPE') process.exit(process.exitCode ?? EXIT.undetermined);
  process.stderr.write(`What was to be printed could not be written: ${error.message}\n`);
  process.exit(EXIT.undetermined);
}

function wantsColour(isTerminal: boolean, env: NodeJS.ProcessEnv, isAlone: boolean): boolean {
  const { NO_COLOR: never, FORCE_COLOR: always } = env;
  if (never !== undefined && never !== '') return false;
  if (always !== undefined) return always !== '0' && always !== 'false';
  return isTerminal && !isAlone && env['TERM'] !== 'dumb';
}
