/**
 * Texts on their way to another thread. As bytes that are handed over the way costs no copy, and they are nothing that the
 * heap of who receives them holds: of those that wait there, none is a string yet.
 */
export interface SentTexts {
  /** All of them in UTF-8, one after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How many bytes each of them has. */
  readonly lengths: Uint32Array<ArrayBuffer>;
}

/** A text has at most so many bytes for each of its UTF-16 units. */
const BYTES_PER_UNIT = 3;

/** Where texts are gathered; what is sent is a copy of its own, in no more memory than it takes. */
let room = Buffer.allocUnsafeSlow(256 * 1024);

/** @param texts without lone surrogates, which UTF-8 does not have */
export function sentTexts(texts: readonly string[]): SentTexts {
  const lengths = new Uint32Array(texts.length);
  let end = 0;
  for (const [index, text] of texts.entries()) {
    makeRoom(end, text.length * BYTES_PER_UNIT);
    const length = room.write(text, end, 'utf8');
    lengths[index] = length;
    end += length;
  }
  return { bytes: new Uint8Array(room.subarray(0, end)), lengths };
}

function makeRoom(used: number, more: number): void {
  if (used + more <= room.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(used + more, 2 * room.length));
  room.copy(larger, 0, 0, used);
  room = larger;
}

/** Each of the texts, as bytes that remain where they are. */
export function* receivedTexts({ bytes, lengths }: SentTexts): Generator<Buffer<ArrayBuffer>> {
  let at = bytes.byteOffset;
  for (const length of lengths) {
    yield Buffer.from(bytes.buffer, at, length);
    at += length;
  }
}
