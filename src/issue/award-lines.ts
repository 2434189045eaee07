const DIGITS = 8;
/** So many 32-bit words of an award's name are kept: 96 bits, which no two awards share. */
const WORDS = 3;
const SLOT = WORDS + 1;
const FIRST_SLOTS = 1024;
const MOST_FULL = 0.75;
/** Growing by half leaves less room unused than doubling. */
const GROWTH = 1.5;

/** On which line each award of a roster stands first: 16 bytes for each and some room, so that a million rows are little. */
export class AwardLines {
  #slots = new Uint32Array(FIRST_SLOTS * SLOT);
  #size = 0;

  /** @param award its name in the ledger, a digest in hexadecimal */
  get(award: string): number | undefined {
    const line = this.#slots[this.#find(wordsOf(award)) + WORDS];
    return line === 0 ? undefined : line;
  }

  /** @param line from 1 */
  set(award: string, line: number): void {
    if ((this.#size + 1) * SLOT > this.#slots.length * MOST_FULL) this.#grow();
    const words = wordsOf(award);
    const at = this.#find(words);
    if (this.#slots[at + WORDS] === 0) this.#size++;
    this.#slots.set(words, at);
    this.#slots[at + WORDS] = line;
  }

  /** Where an award stands, or would stand. */
  #find(words: readonly number[]): number {
    const slots = this.#slots;
    const count = slots.length / SLOT;
    for (let slot = (words[0] ?? 0) % count; ; slot = (slot + 1) % count) {
      const at = slot * SLOT;
      if (slots[at + WORDS] === 0 || words.every((word, index) => slots[at + index] === word)) return at;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(Math.ceil((old.length / SLOT) * GROWTH) * SLOT);
    for (let at = 0; at < old.length; at += SLOT)
      if (old[at + WORDS] !== 0) {
        const slot = [...old.subarray(at, at + SLOT)];
        this.#slots.set(slot, this.#find(slot.slice(0, WORDS)));
      }
  }
}

function wordsOf(award: string): readonly number[] {
  return Array.from({ length: WORDS }, (_, index) =>
    Number.parseInt(award.slice(index * DIGITS, (index + 1) * DIGITS), 16),
  );
}
