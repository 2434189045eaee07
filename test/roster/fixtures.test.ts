import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openRoster } from '../../src/programme/roster.ts';
import { readEncoding } from '../../src/syntax/encoding.ts';

const FOLDER = resolve(import.meta.dirname, '../../fixtures/rosters');

interface Expectation {
  readonly hints?: { readonly encoding?: string };
  readonly badges?: Readonly<Record<string, string>>;
  readonly format: string;
  readonly encoding: string;
  readonly delimiter: string;
  readonly dates: string | null;
  readonly awards: readonly (Readonly<Record<string, string>> & { readonly line: number })[];
  readonly passedOver: Readonly<Record<string, number>>;
}

const files = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace(/\.json$/, ''));

describe('what systems export', () => {
  test('is there for each of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(13);
  });

  test.each(files)('%s is read as what it is, and gives exactly these awards', async (name) => {
    const expected = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Expectation;
    const encoding = expected.hints?.encoding;
    const roster = await openRoster(join(FOLDER, `${name}.csv`), name, {
      badges: new Map(Object.entries(expected.badges ?? {})),
      encoding: encoding === undefined ? undefined : readEncoding(encoding),
    });
    const { fields, columns } = roster.reading;
    const awards: object[] = [];
    for await (const { line, cells } of roster.rows()) {
      const values = fields.map(({ column, at }, index) => [
        column,
        (cells[columns.from === undefined ? at : index] ?? '').trim(),
      ]);
      awards.push({ line, ...Object.fromEntries(values.filter(([, text]) => text !== '')) });
    }
    expect({
      format: roster.format.system?.name ?? 'list',
      encoding: roster.encoding.encoding,
      delimiter: roster.delimiter,
      dates: roster.dates ?? null,
      awards,
      passedOver: Object.fromEntries([...roster.passedOver()].map(([why, { rows }]) => [why, rows])),
    }).toEqual({
      format: expected.format,
      encoding: expected.encoding,
      delimiter: expected.delimiter,
      dates: expected.dates,
      awards: expected.awards,
      passedOver: expected.passedOver,
    });
  });
});
