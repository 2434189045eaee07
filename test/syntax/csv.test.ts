import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CsvRecord, type Delimiter, readCsv, writeCsvLine } from '../../src/syntax/csv.ts';

async function read(text: string | Uint8Array, delimiter?: Delimiter, pieces = 7): Promise<CsvRecord[]> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += pieces) yield bytes.subarray(at, at + pieces);
  }
  const records: CsvRecord[] = [];
  for await (const record of readCsv(chunks(), delimiter)) records.push(record);
  return records;
}

describe('CSV', () => {
  test('counts physical lines, over quoted line breaks and blank lines', async () => {
    const records = await read('email,note\r\na@x.org,"two\r\nlines"\r\n\r\nb@x.org,x\r\n');
    expect(records.map(({ line }) => line)).toEqual([1, 2, 5]);
    expect(records[1]?.cells).toEqual(['a@x.org', 'two\r\nlines']);
  });

  test('strips a byte order mark and finds the delimiter of the header', async () => {
    expect((await read('\ufeffemail;name\na@x.org;Ana')).map(({ cells }) => cells)).toEqual([
      ['email', 'name'],
      ['a@x.org', 'Ana'],
    ]);
    expect((await read('email\tname\na@x.org\tAna, B.'))[1]?.cells).toEqual(['a@x.org', 'Ana, B.']);
    expect((await read('email\na@x.org'))[1]?.cells).toEqual(['a@x.org']);
  });

  test('asks where the delimiter is ambiguous', async () => {
    await expect(read('email,name;x\n')).rejects.toMatchObject({
      code: 'CSV_SYNTAX',
      hint: expect.stringContaining('--delimiter'),
    });
    expect((await read('email,name;x\na,b', ','))[0]?.cells).toEqual(['email', 'name;x']);
  });

  test.each([
    ['an unclosed quote', 'email,name\na@x.org,"Ana\nb@x.org,B\n'],
    ['text after a closing quote', 'email,name\na@x.org,"Ana"x\n'],
    ['a quote in the middle of a cell', 'email,name\na@x.org,A"na\n'],
  ])('names the line of %s', async (_, text) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'CSV_SYNTAX', where: { line: expect.any(Number) } });
  });

  test.each([
    ['Latin-1', Buffer.from('email,name\na@x.org,Zo\xeb\n', 'latin1'), 'Latin-1'],
    ['UTF-16 LE', Buffer.from('\ufeffemail\tname\na@x.org\tZoë\n', 'utf16le'), 'UTF-16'],
    ['UTF-16 LE without a mark', Buffer.from('email\tname\na@x.org\tZoë\n', 'utf16le'), 'UTF-16'],
  ])('refuses %s and says what it is', async (_, bytes, name) => {
    await expect(read(new Uint8Array(bytes), undefined, 1000)).rejects.toMatchObject({
      code: 'NOT_UTF8',
      message: expect.stringContaining(name),
    });
  });

  test('reads back what it writes, but for armed formulas', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(fc.string({ unit: fc.constantFrom(...'a,";\n\r\t\'=+-@é🛠') }), { minLength: 2, maxLength: 4 }),
          { minLength: 1, maxLength: 5 },
        ),
        async (rows) => {
          const width = rows[0]?.length ?? 0;
          const even = rows.map((row) => Array.from({ length: width }, (_, index) => row[index] ?? ''));
          fc.pre(even.every((row) => row.some((cell) => cell !== '')));
          const records = await read(
            writeCsvLine(Array.from({ length: width }, (_, index) => `h${index}`)) + even.map(writeCsvLine).join(''),
            ',',
          );
          const disarmed = even.map((row) => row.map((cell) => (/^[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : cell)));
          expect(records.slice(1).map(({ cells }) => cells)).toEqual(disarmed);
        },
      ),
      { numRuns: 200 },
    );
  });
});
