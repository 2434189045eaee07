import type { Lookup } from '../ports.ts';
import { detached } from '../syntax/text.ts';

/** How much of what was read is kept: many thousand documents with keys, or a hundred large status lists. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

/** What addresses were asked for and what they held: each is asked once, and again only when very much was read since. */
export class Answers {
  readonly #known = new Map<string, Promise<Lookup<Uint8Array>>>();
  /** How large each answer is that holds something, the one that was made first in front. */
  readonly #sizes = new Map<string, number>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes = MAX_KEPT_BYTES) {
    this.#maxBytes = maxBytes;
  }

  orAsk(name: string, ask: () => Promise<Lookup<Uint8Array>>): Promise<Lookup<Uint8Array>> {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const own = detached(name);
    const answer = ask().then((found) => {
      if (found.found) this.#keep(own, found.value.length);
      return found;
    });
    this.#known.set(own, answer);
    return answer;
  }

  #keep(name: string, size: number): void {
    this.#sizes.set(name, size);
    this.#bytes += size;
    for (const [oldest, itsSize] of this.#sizes) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#sizes.delete(oldest);
      this.#known.delete(oldest);
      this.#bytes -= itsSize;
    }
  }
}
