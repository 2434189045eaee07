import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PIECE = 64 * 1024;

/** A temporary file without a name: nobody else can open it, and it is gone when this process is. */
export class NamelessFile {
  readonly #file: number;
  #size = 0;

  constructor() {
    const path = join(tmpdir(), `badgekit-${randomBytes(12).toString('hex')}`);
    this.#file = openSync(path, 'wx+', 0o600);
    rmSync(path, { force: true });
  }

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const written = writeSync(this.#file, bytes, at, bytes.length - at, this.#size);
      at += written;
      this.#size += written;
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /** All of it from its beginning, in pieces. */
  *read(): Generator<Uint8Array> {
    for (let at = 0; at < this.#size;) {
      const piece = new Uint8Array(Math.min(PIECE, this.#size - at));
      const length = readSync(this.#file, piece, 0, piece.length, at);
      at += length;
      yield piece.subarray(0, length);
    }
  }
}
