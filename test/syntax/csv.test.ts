import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CsvRecord, type Delimiter, findDelimiter, readCsv, writeCsvLine } from '../../src/syntax/csv.ts';

async function read(text: string, delimiter: Delimiter = findDelimiter(text), pieces = 7): Promise<CsvRecord[]> {
  async function* chunks(): AsyncGenerator<string> {
    const characters = Array.from(text);
    for (let at = 0; at < characters.length; at += pieces) yield characters.slice(at, at + pieces).join('');
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

  test('finds what separates the columns of the header', async () => {
    expect((await read('email;name\na@x.org;Ana')).map(({ cells }) => cells)).toEqual([
      ['email', 'name'],
      ['a@x.org', 'Ana'],
    ]);
    expect((await read('email\tname\na@x.org\tAna, B.'))[1]?.cells).toEqual(['a@x.org', 'Ana, B.']);
    expect((await read('email\na@x.org'))[1]?.cells).toEqual(['a@x.org']);
  });

  test.each<[string, string, Delimiter]>([
    ['a comma in a header that semicolons separate', 'email;name, given and family\na@x.org;Ana\nb@x.org;Bo\n', ';'],
    ['quoted separators', '"a,b";"c,d"\n"x,y";1\n', ';'],
    ['a semicolon in the header alone', 'email,name;x\na@x.org,Ana\n', ','],
    ['rows of which the last is not complete', 'email;na,me\na@x.org;Ana\nb@x', ';'],
  ])('is not misled by %s', (_, text, delimiter) => {
    expect(findDelimiter(text)).toBe(delimiter);
  });

  test.each([
    ['header', 'email,name;x\n'],
    ['file', 'email,name;x\na@x.org,Ana;y\n'],
    ['file that keeps to neither', 'email,name;x\na@x.org\n'],
  ])('asks where a %s leaves a choice', (_, text) => {
    expect(() => findDelimiter(text)).toThrow(
      expect.objectContaining({ code: 'CSV_SYNTAX', hint: expect.stringContaining('--delimiter') }),
    );
  });

  test.each([
    ['an unclosed quote', 'email,name\na@x.org,"Ana\nb@x.org,B\n'],
    ['text after a closing quote', 'email,name\na@x.org,"Ana"x\n'],
    ['a quote in the middle of a cell', 'email,name\na@x.org,A"na\n'],
  ])('names the line of %s', async (_, text) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'CSV_SYNTAX', where: { line: expect.any(Number) } });
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
