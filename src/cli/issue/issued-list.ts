import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IssuedCredential } from '../../issue/pipeline.ts';

/** How much of the list stays in memory; the rest goes into a file that nobody else can open. */
const MAX_KEPT = 256 * 1024;
const PIECE = 64 * 1024;

/** What a run has issued: how much, in which forms and, where that is to be told, each credential. */
export class IssuedList {
  readonly #isKept: boolean;
  readonly #endings = new Set<string>();
  #length = 0;
  #text = '';
  #spool: Spool | undefined;
  #limit = MAX_KEPT;

  /** @param isKept whether each credential is to be told at the end */
  constructor(isKept: boolean) {
    this.#isKept = isKept;
  }

  get length(): number {
    return this.#length;
  }

  /** `.json`, `.svg`: those of all files, in the order in which they came up. */
  get endings(): readonly string[] {
    return [...this.#endings];
  }

  add({ credentialId, badge, line, files, supersedes }: IssuedCredential): void {
    for (const file of files) this.#endings.add(file.slice(file.lastIndexOf('.')));
    if (this.#isKept)
      this.#text += `${this.#length === 0 ? '' : ','}${JSON.stringify({ id: credentialId, badge, line, files, supersedes: supersedes ?? null })}`;
    this.#length++;
    if (this.#text.length >= this.#limit) this.#store();
  }

  /** Where there is no room for temporary files, memory has to do. */
  #store(): void {
    try {
      this.#spool ??= new Spool();
      this.#spool.write(this.#text);
      this.#text = '';
    } catch {
      this.#limit = Infinity;
    }
  }

  /** All credentials as the entries of a JSON list, in pieces. */
  *pieces(): Generator<string> {
    if (this.#spool !== undefined) yield* this.#spool.read();
    yield this.#text;
  }
}

/** What came of a run that only plans. */
export function nothingIssued() {
  return {
    issued: new IssuedList(false),
    statusLists: [],
    rejectedFile: undefined,
    unearnedFile: undefined,
    archive: undefined,
    isInterrupted: false,
    isHeld: false,
  } as const;
}

/** A temporary file without a name: it is gone when this process is. */
class Spool {
  readonly #file: number;
  #size = 0;

  constructor() {
    const path = join(tmpdir(), `badgekit-${randomBytes(12).toString('hex')}`);
    this.#file = openSync(path, 'wx+', 0o600);
    process.once('exit', () => closeSync(this.#file));
    rmSync(path, { force: true });
  }

  write(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    for (let at = 0; at < bytes.length;) {
      const written = writeSync(this.#file, bytes, at, bytes.length - at, this.#size);
      at += written;
      this.#size += written;
    }
  }

  *read(): Generator<string> {
    const decoder = new TextDecoder();
    const piece = new Uint8Array(PIECE);
    for (let at = 0; at < this.#size;) {
      const length = readSync(this.#file, piece, 0, Math.min(PIECE, this.#size - at), at);
      at += length;
      yield decoder.decode(piece.subarray(0, length), { stream: at < this.#size });
    }
  }
}
