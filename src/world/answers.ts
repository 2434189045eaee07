import type { Lookup } from '../ports.ts';
import { detached } from '../syntax/text.ts';

/** How much of what was read is kept: many thousand documents with keys, or a hundred large status lists. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;
/** What an answer takes beside its name and what was found. */
const EACH = 256;

/** What addresses were asked for and what they held. Of more than is kept, what was read first is forgotten, and asked again. */
export class Answers {
  readonly #known = new Map<string, Promise<Lookup<Uint8Array>>>();
  /** How large each answer is that is there, the first one in front. */
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
      this.#keep(own, EACH + own.length + (found.found ? found.value.length : found.message.length));
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
