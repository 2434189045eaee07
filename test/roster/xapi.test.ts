import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statementRows, surveyOf, XAPI_HEADER } from '../../src/roster/xapi.ts';

const statement = (id: string, more: object = {}) => ({
  id,
  actor: { mbox: `mailto:${id}@example.org`, name: `N ${id} "}]\\` },
  verb: { id: 'http://adlnet.gov/expapi/verbs/passed' },
  object: { id: 'https://lms.example/knots' },
  ...more,
});

async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function read(text: string, size = 7): Promise<readonly { line: number; cells: Record<string, string> }[]> {
  const rows: { line: number; cells: Record<string, string> }[] = [];
  const survey = await surveyOf(pieces(text, size));
  for await (const { line, cells } of statementRows(pieces(text, size), survey))
    rows.push({ line, cells: Object.fromEntries(cells.map((cell, at) => [XAPI_HEADER[at] ?? '', cell])) });
  return rows.slice(1);
}

describe('statements of the Experience API', () => {
  test.each([
    ['an array', (list: object[]) => JSON.stringify(list)],
    ['an array on several lines', (list: object[]) => `\ufeff${JSON.stringify(list, null, 2)}\n`],
    ['one a line', (list: object[]) => list.map((each) => JSON.stringify(each)).join('\n')],
    ["a store's answer", (list: object[]) => JSON.stringify({ statements: list, more: '' })],
    [
      "a store's answer, the other way round",
      (list: object[]) => JSON.stringify({ more: '', statements: list }, null, 1),
    ],
  ])('are read from %s, wherever the pieces of the file end', async (_what, write) => {
    const list = ['ana', 'bo', 'cy'].map((id) => statement(id));
    const text = write(list);
    for (const size of [1, 7, 100_000]) {
      const rows = await read(text, size);
      expect(rows.map(({ cells }) => [cells['email'], cells['name'], cells['verb']])).toEqual(
        ['ana', 'bo', 'cy'].map((id) => [`${id}@example.org`, `N ${id} "}]\\`, 'passed']),
      );
    }
  });

  test('come back as they were written, whatever their texts are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        async (names, size, isArray) => {
          const list = names.map((name, index) =>
            statement(`p${index}`, { actor: { name, mbox: `mailto:p${index}@x.org` } }),
          );
          const text = isArray ? JSON.stringify(list, null, 2) : list.map((each) => JSON.stringify(each)).join('\n');
          expect((await read(text, size)).map(({ cells }) => cells['name'])).toEqual(names);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('tell on which line each begins', async () => {
    const text = `[\n${JSON.stringify(statement('a'))},\n\n${JSON.stringify(statement('b'), null, 2)}\n]`;
    expect((await read(text)).map(({ line }) => line)).toEqual([2, 4]);
  });

  test('know scores in per cent, languages and accounts', async () => {
    const [row] = await read(
      JSON.stringify([
        statement('a', {
          actor: { account: { name: 'u1', homePage: 'https://lms.example' } },
          object: { id: 'https://lms.example/k', definition: { name: { de: 'Knoten', 'en-US': 'Knots' } } },
          result: { score: { scaled: 0.925, raw: 37, max: 40 }, success: true },
        }),
      ]),
    );
    expect(row?.cells).toMatchObject({
      email: '',
      account: 'u1 at https://lms.example',
      account_name: 'u1',
      activity_name: 'Knots',
      score: '37',
      score_max: '40',
      score_percent: '92.5',
      success: 'true',
    });
  });

  test.each([
    ['{"a":1}', 'ROSTER_INVALID', 1],
    ['[\n1]', 'JSON_SYNTAX', 2],
    [`[\n${JSON.stringify(statement('a'))},`, 'JSON_SYNTAX', 2],
    [`${JSON.stringify(statement('a'))}\n{"actor":`, 'JSON_SYNTAX', 2],
    [`{"actor":{},"verb":{},\n"verb":{}}`, 'JSON_DUPLICATE_KEY', 2],
  ])('refuse %j with the line', async (text, code, line) => {
    await expect(read(text)).rejects.toMatchObject({ code, where: { line } });
  });

  test('have a line of their own each, also where all stand on one', async () => {
    const rows = await read(JSON.stringify(['a', 'b', 'c'].map((id) => statement(id))));
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  test('are repeated only where they say the same of how it went', async () => {
    const scored = (id: string, scaled: number) => ({ ...statement('ana'), id, result: { score: { scaled } } });
    const rows = await read(JSON.stringify([scored('1', 0.4), scored('2', 0.9), scored('3', 0.9)]));
    expect(rows.map(({ cells }) => cells['standing'])).toEqual(['', '', 'repeated']);
  });

  test('are taken back by the verb of the standard alone, whatever the case of an id', async () => {
    const voiding = (verb: string, id: string) => ({
      ...statement('t'),
      verb: { id: verb },
      object: { objectType: 'StatementRef', id },
    });
    const rows = await read(
      JSON.stringify([
        statement('AB'),
        statement('cd'),
        voiding('http://adlnet.gov/expapi/verbs/voided', 'ab'),
        voiding('https://anybody.example/voided', 'cd'),
      ]),
    );
    expect(rows.map(({ cells }) => cells['standing'])).toEqual(['voided', '', '', '']);
  });

  test('keep accounts of several systems apart', async () => {
    const of = (homePage: string) => statement(homePage.slice(-3), { actor: { account: { homePage, name: '1001' } } });
    const rows = await read(JSON.stringify([of('https://a.example/one'), of('https://b.example/two')]));
    expect(
      rows.map(({ cells }) => [cells['account'], `${cells['account_name'] ?? ''}${cells['standing'] ?? ''}`]),
    ).toEqual([
      ['1001 at https://a.example/one', ''],
      ['1001 at https://b.example/two', ''],
    ]);
  });

  test('may have numbers with more digits than are kept', async () => {
    const [row] = await read(
      `[${JSON.stringify(statement('a')).slice(0, -1)},"result":{"score":{"scaled":0.83333333333333334}}}]`,
    );
    expect(row?.cells['score_percent']).toBe('83.33');
  });

  test('may have numbers that no double keeps, where nobody looks', async () => {
    const rows = await read(
      `[${JSON.stringify(statement('a')).slice(0, -1)},"result":{"extensions":{"https://x.example/e":123456789012345678}}}]`,
    );
    expect(rows).toHaveLength(1);
  });

  test.each(['[]\n[]', `[${JSON.stringify(statement('a'))}]${JSON.stringify(statement('b'))}`])(
    'refuse what stands behind them: %s',
    async (text) => {
      await expect(read(text)).rejects.toMatchObject({
        code: 'JSON_SYNTAX',
        message: 'something else stands behind the statements',
      });
    },
  );

  test.each(['{"statements":[],"more":"/next"}', '{"more":"/next","statements":[]}'])(
    'refuse a page of several: %s',
    async (text) => {
      await expect(read(text)).rejects.toMatchObject({
        code: 'ROSTER_INVALID',
        message: expect.stringContaining('one page of several') as string,
      });
    },
  );
});
