import { fstatSync, type Stats, writeSync } from 'node:fs';
import { codeOf } from '../programme/file-faults.ts';

/** Standard output or standard error, for text. */
export interface TextOutput {
  readonly isTerminal: boolean;
  /** Its width, or that which most terminals have. */
  readonly columns: number;
  readonly write: (text: string) => void;
}

const FILES = { stdout: 1, stderr: 2 } as const;
type Name = keyof typeof FILES;

const USUAL_COLUMNS = 80;

/**
 * A pipe is written to directly as long as all of it is so few bytes, which fit into an empty one: who waits for the reader of a
 * full one can do nothing else meanwhile.
 */
const DIRECT_BYTES = 4096;

/**
 * Opens it without the platform's stream, where that may do: to make one takes a tenth of the time that a short run takes.
 * @param onFault told, once, of what could not be written
 */
export function openTextOutput(name: Name, onFault: (error: Error) => void): TextOutput {
  const about = aboutOf(name);
  if (mayBeTerminal(about)) {
    const stream = process[name].on('error', onFault);
    return {
      isTerminal: stream.isTTY === true,
      columns: stream.columns ?? USUAL_COLUMNS,
      write: (text) => void stream.write(text),
    };
  }
  const output = new DirectOutput(name, about.isFile() ? Infinity : DIRECT_BYTES, onFault);
  return { isTerminal: false, columns: USUAL_COLUMNS, write: (text) => output.write(text) };
}

export function isTerminal(name: Name): boolean {
  return mayBeTerminal(aboutOf(name)) && process[name].isTTY === true;
}

function aboutOf(name: Name): Stats {
  return fstatSync(FILES[name]);
}

/** Whether only the platform's stream can tell. What a pipe is on Windows, that stream knows better, too. */
function mayBeTerminal(about: Stats): boolean {
  return about.isCharacterDevice() || process.platform === 'win32';
}

/** A file or a pipe. */
class DirectOutput {
  readonly #name: Name;
  readonly #onFault: (error: Error) => void;
  /** How many bytes more are written directly. */
  #room: number;
  #stream: NodeJS.WriteStream | undefined;
  #hasFailed = false;

  constructor(name: Name, room: number, onFault: (error: Error) => void) {
    this.#name = name;
    this.#room = room;
    this.#onFault = onFault;
  }

  write(text: string): void {
    if (this.#hasFailed) return;
    const bytes = Buffer.from(text, 'utf8');
    const isDirect = this.#stream === undefined && bytes.length <= this.#room;
    this.#room -= bytes.length;
    const rest = isDirect ? this.#writeNow(bytes) : bytes;
    if (rest.length > 0) (this.#stream ??= process[this.#name].on('error', this.#onFault)).write(rest);
  }

  /** Writes what is taken at once, and gives the rest back. */
  #writeNow(bytes: Uint8Array): Uint8Array {
    let rest = bytes;
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(FILES[this.#name], rest));
    } catch (error) {
      // A pipe that is full, and that somebody set not to keep its writers waiting.
      if (codeOf(error) === 'EAGAIN') return rest;
      this.#hasFailed = true;
      // As a stream tells of its faults: after whoever writes is done.
      process.nextTick(this.#onFault, error instanceof Error ? error : new Error(String(error)));
      return new Uint8Array();
    }
    return rest;
  }
}
