import { BadgekitError } from '../errors.ts';
import { otherFile, quoted, utf16Of } from './text.ts';

/** How the characters of a text file are written as bytes, by the name that the Encoding standard has for it. */
export type Encoding = string;

/** What a text file's encoding is, and how that is known. */
export interface FoundEncoding {
  readonly encoding: Encoding;
  /** By its byte order mark, since no other fits, as one of several that would fit, or because the user says so. */
  readonly by: 'mark' | 'content' | 'guess' | 'user';
  /** Where it was guessed: the first place that another encoding would read differently. */
  readonly example?: { readonly line: number; readonly text: string };
}

const MARKS: readonly (readonly [Encoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/**
 * Finds the encoding of a text from its bytes: by its mark, or else UTF-8 where all of it is, or else UTF-16 where every
 * other byte is empty, or else Windows-1252, which older programs write, and of which nobody can be sure.
 * @param chunks its bytes, from the beginning each time
 * @throws BadgekitError NOT_TEXT where it can be none of them
 */
export async function findEncoding(chunks: () => AsyncIterable<Uint8Array>): Promise<FoundEncoding> {
  let found: FoundEncoding | undefined;
  let isFirst = true;
  let isUtf8 = true;
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of chunks()) {
    if (isFirst) found = byBeginning(chunk);
    isFirst = false;
    if (found !== undefined && found.encoding !== 'utf-8') return found;
    isUtf8 = decodes(utf8, chunk);
    if (!isUtf8) break;
  }
  if (isUtf8 && decodes(utf8)) return found ?? { encoding: 'utf-8', by: 'content' };
  const western = new WesternText();
  for await (const chunk of chunks()) western.read(chunk);
  western.end();
  const { example } = western;
  if (western.isPossible && !western.isPartlyUtf8 && found === undefined)
    return { encoding: WESTERN, by: 'guess', ...(example === undefined ? {} : { example }) };
  const isUtf8InPart = western.isPartlyUtf8 || found !== undefined;
  throw new BadgekitError(
    'NOT_TEXT',
    isUtf8InPart
      ? 'the file is UTF-8 in part, and in part something else'
      : 'the file is no text in an encoding that badgekit finds by itself',
    {
      where: example === undefined ? undefined : { line: example.line },
      hint: isUtf8InPart
        ? 'mend the line, or save the file as UTF-8 again; if all of it is in another encoding, say which: --encoding windows-1252'
        : 'save it as UTF-8, or say what it is: --encoding windows-1250, windows-1251, shift_jis, …',
    },
  );
}

/** @throws BadgekitError NOT_TEXT */
function byBeginning(chunk: Uint8Array): FoundEncoding | undefined {
  const mark = MARKS.find(([, bytes]) => bytes.every((byte, index) => chunk[index] === byte));
  if (mark !== undefined) return { encoding: mark[0], by: 'mark' };
  const other = otherFile(chunk);
  if (other !== undefined)
    throw new BadgekitError('NOT_TEXT', `the file is not CSV: ${other}`, {
      hint: 'in your spreadsheet choose "Save as", "CSV UTF-8 (comma delimited)", and use that file',
    });
  const half = utf16Of(chunk);
  return half === undefined ? undefined : { encoding: half, by: 'content' };
}

/**
 * Reads the name of an encoding that a user gives.
 * @throws BadgekitError USAGE
 */
export function readEncoding(name: string): FoundEncoding {
  const encoding = name
    .trim()
    .toLowerCase()
    .replace(/^(?:cp|win)-?(?=125\d$)/, 'windows-');
  try {
    return { encoding: new TextDecoder(encoding, { fatal: true }).encoding, by: 'user' };
  } catch {
    throw new BadgekitError('USAGE', `--encoding ${quoted(name)} is no encoding that badgekit reads`, {
      hint: 'write utf-8, utf-16le, windows-1252 or another name of the Encoding standard, such as windows-1250, iso-8859-2, macintosh, shift_jis',
    });
  }
}

/**
 * Decodes a text; its byte order mark is left out.
 * @throws BadgekitError NOT_UTF8 | NOT_TEXT where it is not what it is said to be
 */
export async function* decodeText(chunks: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<string> {
  if (encoding === WESTERN) {
    for await (const chunk of chunks) yield decodeWestern(chunk);
    return;
  }
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const chunk of chunks) yield decode(decoder, chunk);
  yield decode(decoder);
}

function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    const isUtf8 = decoder.encoding === 'utf-8';
    throw new BadgekitError(isUtf8 ? 'NOT_UTF8' : 'NOT_TEXT', `the file is not ${encodingName(decoder.encoding)}`, {
      cause,
    });
  }
}

function decodes(decoder: TextDecoder, chunk?: Uint8Array): boolean {
  try {
    decoder.decode(chunk, { stream: chunk !== undefined });
    return true;
  } catch {
    return false;
  }
}

/** `UTF-8`, `UTF-16`, `Windows-1252`: as people call it. */
export function encodingName(encoding: Encoding): string {
  if (encoding.startsWith('utf-')) return encoding.toUpperCase().replace(/(?=[LB]E$)/, ' ');
  return encoding.replace(/^windows/, 'Windows');
}

const WESTERN = 'windows-1252';
const FIRST_HIGH = 0x80;
/** What Windows-1252 has from 0x80 to 0x9f. TextDecoder has control characters there in some versions of Node. */
const HIGH = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

function decodeWestern(bytes: Uint8Array): string {
  return (
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      .toString('latin1')
      // oxlint-disable-next-line no-control-regex -- the bytes in question
      .replace(/[\u0080-\u009f]/g, (char) => HIGH[char.charCodeAt(0) - FIRST_HIGH] ?? char)
  );
}

const LINE_FEED = 10;
/** In UTF-8. */
const MAX_CHARACTER_BYTES = 4;
const MAX_EXAMPLE_BYTES = 40;

// oxlint-disable-next-line no-control-regex -- no text has them, and five codes are not in use
const NO_WESTERN = /[\u0000-\u0008\u000e-\u001f\u007f\u0081\u008d\u008f\u0090\u009d]/;
/** So many letters beyond ASCII stand one after the other in no western word: they are another script. */
const NO_WESTERN_WORD = /[\u00c0-\u00ff]{4}/;
/** A character in UTF-8, which nobody writes as two or three of Windows-1252. */
const UTF8_CHARACTER =
  /[\u00c2-\u00df][\u0080-\u00bf]|[\u00e0-\u00ef][\u0080-\u00bf]{2}|[\u00f0-\u00f4][\u0080-\u00bf]{3}/g;

/** Looks whether bytes can be a text in Windows-1252, and where that first says something of its own. */
class WesternText {
  #lines = 1;
  isPossible = true;
  /** Whether characters in UTF-8 stand in it: then it is a text in UTF-8 that was damaged, or joined with another. */
  isPartlyUtf8 = false;
  /** The first place that is no UTF-8 and not ASCII. */
  example: FoundEncoding['example'];

  /** What may be the beginning of a character. */
  #rest: Uint8Array = new Uint8Array();

  read(chunk: Uint8Array): void {
    const bytes = Buffer.concat([this.#rest, chunk]);
    let end = bytes.length;
    while (end > 0 && end > bytes.length - MAX_CHARACTER_BYTES && (bytes[end - 1] ?? 0) >= FIRST_HIGH) end--;
    this.#rest = bytes.subarray(end);
    this.#look(bytes.subarray(0, end));
  }

  end(): void {
    this.#look(this.#rest);
  }

  #look(chunk: Uint8Array): void {
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    if (NO_WESTERN.test(text) || NO_WESTERN_WORD.test(text)) this.isPossible = false;
    // Of the same length, so that places stay what they are.
    const rest = text.replace(UTF8_CHARACTER, (character) => '?'.repeat(character.length));
    if (rest !== text) this.isPartlyUtf8 = true;
    if (this.example !== undefined) return;
    const at = rest.search(/[\u0080-\u00ff]/);
    const before = chunk.subarray(0, at === -1 ? chunk.length : at);
    for (const byte of before) if (byte === LINE_FEED) this.#lines++;
    if (at === -1) return;
    const start = /[^\s,;"]{0,40}$/.exec(text.slice(Math.max(0, at - MAX_EXAMPLE_BYTES), at))?.[0].length ?? 0;
    const word = /^[^\s,;"]*/.exec(decodeWestern(chunk.subarray(at - start, at + MAX_EXAMPLE_BYTES)))?.[0] ?? '';
    this.example = { line: this.#lines, text: word };
  }
}
