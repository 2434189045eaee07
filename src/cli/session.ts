import { fstatSync, fsync } from 'node:fs';
import { promisify } from 'node:util';
import { BadgekitError, EXIT } from '../errors.ts';
import { codeOf, within } from '../programme/file-faults.ts';
import type { Clock, Random } from '../ports.ts';

/** The world of one run of the command line, gathered in one place so that nothing below reaches for it. */
export interface Session {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly random: Random;
  /** Writes a result, as it stands, to standard output. */
  readonly out: (text: string) => void;
  /** Standard output for what is no text. From here on nothing else is to be written there. */
  readonly byteOutput: () => ByteOutput;
  /** Writes progress or a diagnostic, as it stands, to standard error. */
  readonly err: (text: string) => void;
  /** Whether somebody can be asked: a terminal on both ends, and no CI. */
  readonly isInteractive: boolean;
  /** Whether a progress line may be drawn over itself on standard error. */
  readonly showsProgress: boolean;
  readonly colours: { readonly out: boolean; readonly err: boolean };
  /** The width of the terminal, in columns. */
  readonly columns: number;
  /** From here on Ctrl-C does not end the program at once: what is in hand is finished first. */
  readonly finishOnInterrupt: () => void;
  readonly isInterrupted: () => boolean;
}

/** Standard output, as bytes. */
export interface ByteOutput {
  readonly kind: 'terminal' | 'pipe' | 'file';
  /**
   * Resolves once the bytes are taken; in a file, once they are safe.
   * @throws BadgekitError FILE_NOT_WRITABLE | DISK_FULL
   */
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/** The session of this process. */
export function openSession(): Session {
  const { env, stdin, stdout, stderr } = process;
  let interrupted = false;
  // A fault of a write is then told to who wrote.
  let isByteOutput = false;
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (isByteOutput && stream === stdout) return;
      // Who closed the pipe had read enough; but what was not decided yet is no yes.
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.undetermined);
      process.stderr.write(`What was to be printed could not be written: ${error.message}\n`);
      process.exit(EXIT.undetermined);
    });
  }
  const isCi = env['CI'] !== undefined && env['CI'] !== '' && env['CI'] !== 'false';
  return {
    cwd: process.cwd(),
    env,
    clock: Date.now,
    // The platform's own source, which is loaded only when it is asked.
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    out: (text) => void stdout.write(text),
    byteOutput: () => {
      isByteOutput = true;
      return byteOutput();
    },
    err: (text) => void stderr.write(text),
    isInteractive: stdin.isTTY && stderr.isTTY && !isCi,
    showsProgress: stderr.isTTY && !isCi,
    colours: { out: wantsColour(stdout.isTTY, env, isCi), err: wantsColour(stderr.isTTY, env, isCi) },
    columns: stderr.columns ?? 80,
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

function wantsColour(isTerminal: boolean, env: NodeJS.ProcessEnv, isCi: boolean): boolean {
  const { NO_COLOR: never, FORCE_COLOR: always } = env;
  if (never !== undefined && never !== '') return false;
  if (always !== undefined) return always !== '0' && always !== 'false';
  return isTerminal && !isCi && env['TERM'] !== 'dumb';
}

const synced = promisify(fsync);

function byteOutput(): ByteOutput {
  const { stdout } = process;
  const kind = stdout.isTTY ? 'terminal' : fstatSync(stdout.fd).isFile() ? 'file' : 'pipe';
  return {
    kind,
    write: (bytes) =>
      within('standard output', async () => {
        await new Promise<void>((resolve, reject) => {
          stdout.write(bytes, (error) => (error == null ? resolve() : reject(readerGone(error))));
        });
        if (kind === 'file') await synced(stdout.fd);
      }),
  };
}

function readerGone(error: Error): Error {
  if (codeOf(error) !== 'EPIPE') return error;
  return new BadgekitError('FILE_NOT_WRITABLE', 'what reads the standard output has ended', {
    hint: 'run the same command again: it goes on behind what was taken',
    cause: error,
  });
}
