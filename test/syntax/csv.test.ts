import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadgekitError } from '../../src/errors.ts';
import { type CsvRecord, type Delimiter, findDelimiter, readCsv, writeCsvLine } from '../../src/syntax/csv.ts';

async function read(text: string, delimiter: Delimiter = findDelimiter(text), pieces = 7): Promise<CsvRecord[]> {
  async function* chunks(): AsyncGenerator<string> {
    const characters = Array.from(text);
    for (let at = 0; at < characters.length; at += pieces) yield characters.slice(at, at + pieces).join('');
  }
  const records: CsvRecord[] = [];
  for await (const some of readCsv(chunks(), delimiter)) records.push(...some);
  return records;
}

/** The rows of a text as csv-parse has them, or that it has none. */
function wholeOf(text: string): unknown {
  try {
    return parse(text, {
      delimiter: ',',
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
    });
  } catch {
    return 'CSV_SYNTAX';
  }
}

function codeOf(error: unknown): string {
  return error instanceof BadgekitError ? error.code : String(error);
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

  test('names the line of a row that is too long, and of a quote far into a file', async () => {
    const long = 'x'.repeat(1_100_000);
    await expect(read(`a,b\n1,2\n${long}`, ',', 50_000)).rejects.toMatchObject({
      where: { line: 3 },
      message: expect.stringContaining('too long'),
    });
    await expect(read(`a,b\n1,2\n"${long}`, ',', 50_000)).rejects.toMatchObject({ where: { line: 3 } });
    const rows = Array.from({ length: 3000 }, (_, index) => `a${index}@x.org,"Ana, ${index}"\n`).join('');
    await expect(read(`email,name\n${rows}b@x.org,B"o\n`, ',', 50_000)).rejects.toMatchObject({
      where: { line: 3002 },
    });
  });

  test('reads files whose line ends differ', async () => {
    const records = await read('a,b\n1,2\r\n"3",4\r5,6\n7,"8"\r\n');
    expect(records.map(({ line, cells }) => [line, ...cells])).toEqual([
      [1, 'a', 'b'],
      [2, '1', '2'],
      [3, '3', '4'],
      [4, '5', '6'],
      [5, '7', '8'],
    ]);
  });

  test('reads in pieces, with and without quotes, what csv-parse reads as a whole', async () => {
    const far = 'x,y\n'.repeat(1100);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', ',', '"', '\n', '\r', '\r\n', '"b"', '"c\n"', ',"', '",', '""', far, 'é🛠')),
        fc.integer({ min: 1, max: 40 }),
        async (parts, pieces) => {
          const text = parts.join('');
          const size = text.length > far.length ? pieces * 500 : pieces;
          const records = await read(text, ',', size).catch((error: unknown) => codeOf(error));
          expect(typeof records === 'string' ? records : records.map(({ cells }) => cells)).toEqual(wholeOf(text));
          const lines = text.split(/\r\n|\n|\r/);
          const begins = typeof records === 'string' ? [] : records;
          for (const { line, cells } of begins) expect(lines[line - 1]).toContain(cells[0]?.split(/[\r\n"]/)[0]);
        },
      ),
      { numRuns: 2000 },
    );
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
