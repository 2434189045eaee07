import { BadgekitError } from '../errors.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes bytes as UTF-8 and nothing else. A byte order mark is kept as U+FEFF: whether it is welcome is for the
 * format to say.
 * @throws BadgekitError NOT_UTF8, naming the encoding that the bytes look like
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new BadgekitError('NOT_UTF8', `the text is not UTF-8: ${guessEncoding(bytes)}`, {
      hint: 'save it as UTF-8 and try again',
    });
  }
}

/** What bytes that should be UTF-8 text are instead, in words; and whether that is certain from their beginning. */
interface Guess {
  readonly words: string;
  readonly isCertain: boolean;
}

const UTF16: readonly (readonly [string, string])[] = [
  ['\u00ff\u00fe', 'it is UTF-16 (little endian), as Excel saves "Unicode Text"'],
  ['\u00fe\u00ff', 'it is UTF-16 (big endian)'],
];
const FILES: readonly (readonly [string, string])[] = [
  ['PK\u0003\u0004', 'it is an Excel or other packed file, not text'],
  ['\u0089PNG', 'it is an image'],
  ['%PDF', 'it is a PDF'],
  ['\u00d0\u00cf\u0011\u00e0', 'it is an old Excel or Word file, not text'],
];

function recognize(bytes: Uint8Array): Guess {
  const head = bytes.subarray(0, 400);
  const known = beginningOf(bytes, UTF16) ?? beginningOf(bytes, FILES);
  if (known !== undefined) return { words: known, isCertain: true };
  const zeros = head.includes(0) ? head.filter((byte) => byte === 0).length : 0;
  if (zeros > 0 && zeros === head.length) return { words: 'it is no text file at all', isCertain: true };
  if (zeros > head.length / 4) return { words: 'it looks like UTF-16 without a byte order mark', isCertain: true };
  return { words: 'it looks like Windows-1252 or Latin-1, as older programs save it', isCertain: false };
}

function beginningOf(bytes: Uint8Array, signatures: typeof FILES): string | undefined {
  return signatures.find(([signature]) => {
    for (let at = 0; at < signature.length; at++) if (bytes[at] !== signature.charCodeAt(at)) return false;
    return true;
  })?.[1];
}

/** What the bytes are where they are plainly no text: an image, a PDF, a packed or an Office file. */
export function otherFile(bytes: Uint8Array): string | undefined {
  return beginningOf(bytes, FILES);
}

/** Names the encoding that bytes which are not UTF-8 most likely have. */
export function guessEncoding(bytes: Uint8Array): string {
  return recognize(bytes).words;
}

/** Whether the bytes are plainly something else than UTF-8 text: UTF-16, a packed or a binary file. */
export function isNoUtf8Text(bytes: Uint8Array): boolean {
  return recognize(bytes).isCertain;
}

/**
 * Which order of bytes a UTF-16 text without a mark has, if it is one: its separators and line ends have an empty byte on the
 * same side, and no other encoding of text has empty bytes.
 */
export function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const empty = [0, 0];
  for (const [index, byte] of bytes.subarray(0, 400).entries())
    if (byte === 0) empty[index % 2] = (empty[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = empty;
  if (odd >= 2 && odd > even * 4) return 'utf-16le';
  return even >= 2 && even > odd * 4 ? 'utf-16be' : undefined;
}

/** 1-based line and column (in UTF-16 units) of an offset in a text; CRLF, LF and CR each end a line. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let index = 0; index < offset; index++) {
    const code = text.charCodeAt(index);
    const endsLine = code === 10 || (code === 13 && text.charCodeAt(index + 1) !== 10);
    if (!endsLine) continue;
    line++;
    lineStart = index + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

// Controls, format characters (zero-width ones, bidirectional marks and overrides, tags), line separators, half surrogates.
const INVISIBLE = /[\p{Cc}\p{Cf}\u2028\u2029\u202f\p{Cs}]/gu;

/**
 * Text from a file, a credential or the network, made safe for a terminal: controls, bidirectional overrides and
 * zero-width characters appear as `\u{..}`, everything else as it is. The result is one line.
 */
export function visible(text: string, limit = 200): string {
  // No longer than can be shown: texts come from anybody.
  const shown = text
    .slice(0, limit * 4)
    .replace(INVISIBLE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
  if (shown.length <= limit) return shown;
  const chars = Array.from(shown);
  return chars.length > limit ? `${chars.slice(0, limit).join('')}…` : shown;
}

/** Words of ASCII with a space between them, in which there is nothing to escape. */
const PLAIN = /^[!#-[\]-~]*(?: [!#-[\]-~]+)*$/;

/**
 * {@link visible} text between double quotes, with quotes and backslashes inside it escaped, and all but the first of
 * several spaces: no text can look as if it had ended, or as if it stood on another line.
 */
export function quoted(text: string, limit = 80): string {
  if (text.length <= limit && PLAIN.test(text)) return `"${text}"`;
  const escaped = text
    .slice(0, limit * 4)
    .replace(/["\\]/g, '\\$&')
    .replace(/(?<= ) /g, '\\u{20}');
  return `"${visible(escaped, limit)}"`;
}

const MAX_GUESSED_LENGTH = 64;

/** The candidate nearest to a mistyped word, if it is near enough to be meant (at most a third of it wrong). */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > MAX_GUESSED_LENGTH) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** `did you mean "welding"?`, or the words that there are. */
export function suggestion(word: string, candidates: readonly string[]): string | undefined {
  const guess = nearest(word, candidates);
  if (guess !== undefined) return `did you mean "${guess}"?`;
  return candidates.length === 0 ? undefined : `write one of: ${candidates.join(', ')}`;
}

/** Damerau-Levenshtein distance (adjacent swaps count once). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const steps = [(current[column - 1] ?? 0) + 1, (last[column] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1)];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) steps.push((beforeLast[column - 2] ?? 0) + 1);
      current.push(Math.min(...steps));
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

/** A whole number as people read it: `1,940`. The platform's own way takes longer to load than a small run takes. */
export function withThousands(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** The same text by itself: what is cut out of a text keeps the whole of it in memory. */
export function detached(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
