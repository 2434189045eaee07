import { fstatSync, writeSync } from 'node:fs';
import { codeOf } from '../programme/file-faults.ts';

/** Standard output or standard error, for text. */
export interface TextOutput {
  readonly isTerminal: boolean;
  /** The width of the terminal. */
  readonly columns: number | undefined;
  readonly write: (text: string) => void;
}

const FILES = { stdout: 1, stderr: 2 } as const;

/** @param onFault told of what could not be written */
export function openTextOutput(name: keyof typeof FILES, onFault: (error: Error) => void): TextOutput {
  const file = FILES[name];
  if (mayBeTerminal(file)) {
    const stream = process[name].on('error', onFault);
    return { isTerminal: stream.isTTY, columns: stream.columns, write: (text) => void stream.write(text) };
  }
  let stream: NodeJS.WriteStream | undefined;
  const write = (text: string): void => {
    const rest = stream === undefined ? writeNow(file, text) : text;
    if (rest.length > 0) (stream ??= process[name].on('error', onFault)).write(rest);
  };
  return {
    isTerminal: false,
    columns: undefined,
    write: (text) => {
      try {
        write(text);
      } catch (error) {
        // As a stream's faults are: after whoever writes is done.
        process.nextTick(onFault, error instanceof Error ? error : new Error(String(error)));
      }
    },
  };
}

/** Whether a file that is open is a terminal. */
export function isTerminal(name: keyof typeof FILES): boolean {
  return mayBeTerminal(FILES[name]) && process[name].isTTY;
}

/**
 * Whether it is worth to ask the platform's stream for it. To make one takes a tenth of the time that a short run takes; files
 * and pipes are written to without.
 */
function mayBeTerminal(file: number): boolean {
  // There a pipe may take its time.
  if (process.platform === 'win32') return true;
  const about = fstatSync(file);
  return about.isCharacterDevice();
}

/** Writes at once what is taken at once, and gives the rest back. */
function writeNow(file: number, text: string): Uint8Array {
  let rest: Uint8Array = Buffer.from(text, 'utf8');
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(file, rest));
  } catch (error) {
    // A pipe that is full, and that somebody set not to keep its writers waiting.
    if (codeOf(error) !== 'EAGAIN') throw error;
  }
  return rest;
}
