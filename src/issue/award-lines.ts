const DIGITS = 8;
/** So many 32-bit words of an award's name are kept: 96 bits, which no two awards share. */
const WORDS = 3;
const SLOT = WORDS + 1;
const FIRST_SLOTS = 16;
const MOST_FULL = 0.8;
/** Growing by a quarter leaves less room unused than doubling. */
const GROWTH = 1.25;
/** In so many parts, of which one at a time is twice in memory, when it grows. */
const PARTS = 256;

/** On which line each award of a roster stands first: 16 bytes for each and some room, so that a million rows are little. */
export class AwardLines {
  readonly #parts = Array.from({ length: PARTS }, () => new Part());

  /** @param award its name in the ledger, a digest in hexadecimal */
  get(award: string): number | undefined {
    const words = wordsOf(award);
    return this.#partOf(words).get(words);
  }

  /** @param line from 1 */
  set(award: string, line: number): void {
    const words = wordsOf(award);
    this.#partOf(words).set(words, line);
  }

  #partOf([, , last]: Words): Part {
    const part = this.#parts[last % PARTS];
    if (part === undefined) throw new Error('an award is named by a digest');
    return part;
  }
}

type Words = readonly [number, number, number];

/** Lines of awards, in slots where each stands at, or soon after, the place that its first word says. */
class Part {
  #slots = new Uint32Array(FIRST_SLOTS * SLOT);
  #size = 0;

  get(words: Words): number | undefined {
    const line = this.#slots[this.#find(words) + WORDS];
    return line === 0 ? undefined : line;
  }

  set(words: Words, line: number): void {
    if ((this.#size + 1) * SLOT > this.#slots.length * MOST_FULL) this.#grow();
    const at = this.#find(words);
    if (this.#slots[at + WORDS] === 0) this.#size++;
    this.#slots.set(words, at);
    this.#slots[at + WORDS] = line;
  }

  /** Where an award stands, or would stand. */
  #find([first, second, third]: Words): number {
    const slots = this.#slots;
    const count = slots.length / SLOT;
    for (let slot = first % count; ; slot = (slot + 1) % count) {
      const at = slot * SLOT;
      if (slots[at + WORDS] === 0) return at;
      if (slots[at] === first && slots[at + 1] === second && slots[at + 2] === third) return at;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(Math.ceil((old.length / SLOT) * GROWTH) * SLOT);
    for (let at = 0; at < old.length; at += SLOT) {
      if (old[at + WORDS] === 0) continue;
      const to = this.#find([old[at] ?? 0, old[at + 1] ?? 0, old[at + 2] ?? 0]);
      for (let word = 0; word < SLOT; word++) this.#slots[to + word] = old[at + word] ?? 0;
    }
  }
}

function wordsOf(award: string): Words {
  return [wordAt(award, 0), wordAt(award, 1), wordAt(award, 2)];
}

function wordAt(award: string, index: number): number {
  let word = 0;
  for (let at = index * DIGITS; at < (index + 1) * DIGITS; at++) word = (word << 4) | digitOf(award.charCodeAt(at));
  return word >>> 0;
}

/** What a digit stands for: 0 to 9, and a to f. */
function digitOf(code: number): number {
  return code <= NINE ? code - ZERO : code - LETTERS;
}

const [ZERO, NINE] = [0x30, 0x39];
/** From the code of a letter to what it stands for. */
const LETTERS = 0x61 - 10;
