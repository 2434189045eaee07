import type { IssuedCredential } from '../../issue/pipeline.ts';
import { NamelessFile } from '../../programme/nameless-file.ts';

/** How much of the list stays in memory; the rest goes into a file that nobody else can open. */
const MAX_KEPT = 256 * 1024;

/** What a run has issued: how much, in which forms and, where that is to be told, each credential. */
export class IssuedList {
  readonly #isKept: boolean;
  readonly #endings = new Set<string>();
  #length = 0;
  #text = '';
  #spool: NamelessFile | undefined;
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
      this.#spool ??= new NamelessFile();
      this.#spool.add(Buffer.from(this.#text, 'utf8'));
      this.#text = '';
    } catch {
      this.#limit = Infinity;
    }
  }

  /** All credentials as the entries of a JSON list, in pieces. */
  *pieces(): Generator<string> {
    const decoder = new TextDecoder();
    if (this.#spool !== undefined)
      for (const piece of this.#spool.read()) yield decoder.decode(piece, { stream: true });
    yield decoder.decode();
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
