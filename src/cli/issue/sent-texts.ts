/**
 * Texts on their way to another thread. As bytes that are handed over they cost no copy, and are nothing that the heap of
 * either thread holds: of those that wait, none is a string yet.
 */
export interface SentTexts {
  /** All of them in UTF-8, one after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How many bytes each of them has. */
  readonly lengths: Uint32Array<ArrayBuffer>;
}

/** So many bytes are set aside for texts at first. */
const USUAL_BYTES = 128 * 1024;
/** A text has at most so many bytes for each of its UTF-16 units. */
const BYTES_PER_UNIT = 3;

/** Gathers texts that are sent together, some after others. */
export class TextsToSend {
  #bytes = Buffer.allocUnsafeSlow(USUAL_BYTES);
  #end = 0;
  #lengths: number[] = [];

  /** Forgets what was gathered and not sent. */
  begin(): void {
    this.#end = 0;
    this.#lengths = [];
  }

  /** @param text without lone surrogates, which UTF-8 does not have */
  add(text: string): void {
    const needed = this.#end + text.length * BYTES_PER_UNIT;
    if (needed > this.#bytes.length) this.#grow(needed);
    const length = this.#bytes.write(text, this.#end, 'utf8');
    this.#end += length;
    this.#lengths.push(length);
  }

  /** What was gathered since the beginning, in no more memory than it takes: it is not given back at once. */
  end(): SentTexts {
    return { bytes: new Uint8Array(this.#bytes.subarray(0, this.#end)), lengths: Uint32Array.from(this.#lengths) };
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

/** Each of the texts, as bytes that remain where they are. */
export function* receivedTexts({ bytes, lengths }: SentTexts): Generator<Buffer<ArrayBuffer>> {
  let at = bytes.byteOffset;
  for (const length of lengths) {
    yield Buffer.from(bytes.buffer, at, length);
    at += length;
  }
}
