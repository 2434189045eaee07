import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeText, findEncoding, readEncoding } from '../../src/syntax/encoding.ts';

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function textOf(bytes: Uint8Array, encoding: string, size = 1000): Promise<string> {
  let text = '';
  for await (const piece of decodeText(pieces(bytes, size), encoding)) text += piece;
  return text;
}

const bigEndian = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

/** Every character of Windows-1252 above ASCII, from its published table. */
const WESTERN =
  '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ' + Array.from({ length: 0x60 }, (_, at) => String.fromCharCode(0xa0 + at)).join('');
const WESTERN_BYTES = new Map(
  Array.from({ length: 0x100 }, (_, byte) => byte)
    .filter((byte) => byte >= 0x80 && ![0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte))
    .map((byte, index) => [WESTERN[index] ?? '', byte] as const),
);

function western(text: string): Buffer {
  return Buffer.from(Array.from(text, (char) => WESTERN_BYTES.get(char) ?? char.charCodeAt(0)));
}

const HEADER = 'email,name\n';
/** Text as rosters hold it: no control characters but line ends. */
const roster = (units: string): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...units), maxLength: 200 }).map((text) => HEADER + text);
const ANY = 'ab,;"\n\té€Łжम字🛠\u{1F1E6}\u00a0\u0301';

describe('the encoding of a roster', () => {
  test.each<[string, (text: string) => Buffer, string, 'mark' | 'content']>([
    ['UTF-8 with its mark', (text) => Buffer.from(`\ufeff${text}`), 'utf-8', 'mark'],
    ['UTF-8', (text) => Buffer.from(text), 'utf-8', 'content'],
    ['UTF-16LE with its mark', (text) => Buffer.from(`\ufeff${text}`, 'utf16le'), 'utf-16le', 'mark'],
    ['UTF-16LE', (text) => Buffer.from(text, 'utf16le'), 'utf-16le', 'content'],
    ['UTF-16BE with its mark', (text) => bigEndian(`\ufeff${text}`), 'utf-16be', 'mark'],
    ['UTF-16BE', bigEndian, 'utf-16be', 'content'],
  ])('%s is found, and read back as it was, in pieces of any size', async (_, encode, encoding, by) => {
    await fc.assert(
      fc.asyncProperty(roster(ANY), fc.integer({ min: 1, max: 50 }), async (text, size) => {
        const bytes = encode(text);
        expect(await findEncoding(() => pieces(bytes, Math.max(size, 24)))).toEqual({ encoding, by });
        expect(await textOf(bytes, encoding, size)).toBe(text);
      }),
    );
  });

  test('what cannot be UTF-8 is guessed to be Windows-1252, and the guess can be looked at', async () => {
    const bytes = western('email,name\nana@x.org,Ana\nzoe@x.org,Zoë “Zo”,5 €\n');
    expect(await findEncoding(() => pieces(bytes, 7))).toEqual({
      encoding: 'windows-1252',
      by: 'guess',
      example: { line: 3, text: expect.stringMatching(/^Zoë|^ë/) },
    });
    await fc.assert(
      fc.asyncProperty(roster(`ab,;\n${WESTERN}`), async (text) => {
        expect(await textOf(western(text), 'windows-1252', 3)).toBe(text);
      }),
    );
  });

  test('the first place that tells is named, wherever in the file it stands', async () => {
    const bytes = western(`${HEADER}${'x@example.org,X\n'.repeat(5000)}z@example.org,Zoë Núñez\n`);
    expect(await findEncoding(() => pieces(bytes, 4096))).toMatchObject({ example: { line: 5002, text: 'Zoë' } });
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'bytes that no character of Windows-1252 has',
      Buffer.from(`${HEADER}\x81\x8d`, 'latin1'),
      /no text in an encoding/,
    ],
    ['a mark of UTF-8 before something else', Buffer.from('\xef\xbb\xbfemail\nZo\xeb\n', 'latin1'), /UTF-8 in part/],
    ['an Excel file', Buffer.from('PK\x03\x04 xl/workbook.xml', 'latin1'), /Excel/],
    ['a PDF', Buffer.from('%PDF-1.7 \xe2\xe3', 'latin1'), /PDF/],
  ])('%s is refused', async (_, bytes, message) => {
    await expect(findEncoding(() => pieces(bytes, 9))).rejects.toMatchObject({
      code: 'NOT_TEXT',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
  });

  test.each<[string, Uint8Array]>([
    [
      'a text in UTF-8 with one damaged line',
      Buffer.concat([Buffer.from(`${HEADER}ana@x.org,José\n`), western('z@x.org,Renée\n')]),
    ],
    ['Cyrillic in Windows-1251', Buffer.from(`${HEADER}a@x.org,\xc8\xe2\xe0\xed\xee\xe2\n`, 'latin1')],
  ])('%s is not guessed', async (_, bytes) => {
    for (const size of [5, 1000])
      await expect(findEncoding(() => pieces(bytes, size))).rejects.toMatchObject({
        code: 'NOT_TEXT',
        where: { line: expect.any(Number) },
        hint: expect.stringContaining('--encoding'),
      });
  });

  test('a text that is cut within a character is refused where it is read', async () => {
    await expect(textOf(Buffer.from('é').subarray(0, 1), 'utf-8')).rejects.toMatchObject({ code: 'NOT_UTF8' });
    await expect(textOf(Buffer.from('abc'), 'utf-16le')).rejects.toMatchObject({ code: 'NOT_TEXT' });
  });

  test('names of encodings are read as people write them', () => {
    expect(readEncoding('CP1250')).toEqual({ encoding: 'windows-1250', by: 'user' });
    expect(readEncoding('latin2').encoding).toBe('iso-8859-2');
    expect(readEncoding('UTF8').encoding).toBe('utf-8');
    expect(() => readEncoding('ebcdic')).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
