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
  return await all(readCsv(chunks(), delimiter));
}

async function all(groups: AsyncIterable<readonly CsvRecord[]>): Promise<CsvRecord[]> {
  const records: CsvRecord[] = [];
  for await (const some of groups) records.push(...some);
  return records;
}

/**
 * The rows of a text as csv-parse has them, each with the line on which it begins, found character by character; or that it has
 * none. A carriage return alone ends a line where the first one does.
 */
function wholeOf(text: string): unknown {
  const isCr = /^(?:"[^"]*"|[^"\r\n])*\r(?!\n)/.test(text);
  const ends = isCr ? ['\r\n', '\n', '\r'] : ['\r\n', '\n'];
  try {
    const rows = parse(text, {
      delimiter: ',',
      record_delimiter: ends,
      relax_column_count: true,
      skip_empty_lines: true,
    });
    const begins: number[] = [];
    let [line, isQuoted, isBegin] = [1, false, true];
    for (let at = 0; at < text.length;) {
      const end = ends.find((each) => text.startsWith(each, at));
      if (end === undefined || isQuoted) {
        if (isBegin) begins.push(line);
        isBegin = false;
      }
      if (text[at] === '"') isQuoted = !isQuoted;
      if (end !== undefined) line++;
      if (end !== undefined && !isQuoted) isBegin = true;
      at += end?.length ?? 1;
    }
    return rows.map((cells, index) => ({ line: begins[index], cells }));
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

  test('gives each row the line on which it begins, over line breaks in quotes', async () => {
    const lines = async (text: string): Promise<number[]> => (await read(text, ',')).map(({ line }) => line);
    expect(await lines('h\r\n"x\r\ny"\r\n"z",1\r\n')).toEqual([1, 2, 4]);
    expect(await lines('h\n"x\n\ny"\n\n"z",1\n')).toEqual([1, 2, 6]);
    expect(await lines('h\r"x\ry"\r\r"z",1\r')).toEqual([1, 2, 5]);
  });

  test('names the line of the row that is not well-formed, however far into a file', async () => {
    const rows = (end: string): string => `a@x.org,"Ana${end}Lind"${end}`.repeat(3000);
    for (const end of ['\n', '\r\n'])
      await expect(read(`email,name${end}${rows(end)}b@x.org,B"o${end}`, ',', 50_000)).rejects.toMatchObject({
        where: { line: 6002 },
        message: expect.stringContaining('in the middle of a cell'),
      });
    const long = 'x,y\n'.repeat(400_000);
    await expect(read(`a,b\n1,5" disk\n${long}`, ',', 50_000)).rejects.toMatchObject({
      where: { line: 2 },
      message: expect.stringContaining('in the middle of a cell'),
    });
  });

  test('refuses a row that is too long, with its line, before it has read on for long', async () => {
    const most = 1024 * 1024;
    for (const begin of ['', '"']) {
      let pieces = 0;
      async function* endless(): AsyncGenerator<string> {
        yield `a,b\n1,2\n${begin}`;
        for (; pieces < 400; pieces++) yield 'x'.repeat(64 * 1024);
      }
      await expect(all(readCsv(endless(), ','))).rejects.toMatchObject({
        where: { line: 3 },
        message: expect.stringContaining('too long'),
      });
      expect(pieces).toBeLessThan(20);
    }
    for (const row of ['x'.repeat(most + 1), `"${'x'.repeat(most + 2)}"`])
      await expect(read(`a,b\n1,2\n${row}\n3,4\n`, ',', most * 2)).rejects.toMatchObject({
        where: { line: 3 },
        message: expect.stringContaining('too long'),
      });
  });

  test('takes a carriage return alone for the end of a line only where the first line ends so', async () => {
    const cells = async (text: string): Promise<unknown> => (await read(text, ',')).map((record) => record.cells);
    expect(await cells('email,name\nbo@x.org,Bo\rmallory@x.org\n')).toEqual([
      ['email', 'name'],
      ['bo@x.org', 'Bo\rmallory@x.org'],
    ]);
    expect(await cells('email,name\r\nbo@x.org,Bo\rmallory@x.org\n"c@x.org",C\r\n')).toEqual([
      ['email', 'name'],
      ['bo@x.org', 'Bo\rmallory@x.org'],
      ['c@x.org', 'C'],
    ]);
    expect(await cells('email,name\rbo@x.org,Bo\r"c@x.org",C')).toEqual([
      ['email', 'name'],
      ['bo@x.org', 'Bo'],
      ['c@x.org', 'C'],
    ]);
  });

  test('reads in pieces, with and without quotes, what csv-parse reads as a whole', async () => {
    const far = 'x,y\n'.repeat(1100);
    const part = fc.constantFrom(
      'a',
      ',',
      '"',
      '\n',
      '\r',
      '\r\n',
      '"b"',
      '"c\n"',
      '"d\r\ne"',
      '\r\n"f"',
      '\n"g',
      ',"',
      '",',
      '""',
      far,
      'é🛠',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part), fc.integer({ min: 1, max: 40 }), async (parts, pieces) => {
        const text = parts.join('');
        const size = text.length > far.length ? pieces * 500 : pieces;
        expect(await read(text, ',', size).catch((error: unknown) => codeOf(error))).toEqual(wholeOf(text));
      }),
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
