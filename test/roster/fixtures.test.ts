import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAward, type RowRules } from '../../src/issue/award.ts';
import type { Definition } from '../../src/openbadges/definition.ts';
import { openRoster } from '../../src/programme/roster.ts';
import { readEncoding } from '../../src/syntax/encoding.ts';
import { NO_DEMANDS } from '../../src/openbadges/tier-policy.ts';

const FOLDER = resolve(import.meta.dirname, '../../fixtures/rosters');

interface Expectation {
  readonly hints?: { readonly encoding?: string };
  readonly badges?: Readonly<Record<string, string>>;
  readonly format: string;
  readonly encoding: string;
  readonly delimiter: string;
  readonly dates: string | null;
  /** Who earns the badge: `award_when` of a definition. */
  readonly rule?: string;
  /** Why the people of these lines do not. */
  readonly unearned?: Readonly<Record<string, string>>;
  readonly awards: readonly (Readonly<Record<string, string>> & { readonly line: number })[];
  readonly passedOver: Readonly<Record<string, number>>;
}

const files = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace(/\.json$/, ''));

function knots(rule: string | undefined): Definition {
  return {
    badge: 'knots',
    source: {
      name: 'Knots',
      description: 'D',
      tier: 'skill',
      criteria: { narrative: 'C' },
      image: { file: 'knots.svg', caption: 'A knot' },
      ...(rule === undefined ? {} : { award_when: rule }),
    },
  };
}

describe('what systems export', () => {
  test('is there for each of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(27);
  });

  test.each(files)('%s is read as what it is, and gives exactly these awards', async (name) => {
    const expected = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Expectation;
    const encoding = expected.hints?.encoding;
    const file = ['csv', 'jsonl'].map((ending) => join(FOLDER, `${name}.${ending}`)).find((path) => existsSync(path));
    const roster = await openRoster(file ?? name, name, {
      badges: new Map(Object.entries(expected.badges ?? {})),
      encoding: encoding === undefined ? undefined : readEncoding(encoding),
    });
    const { fields, columns } = roster.reading;
    const awards: object[] = [];
    const unearned: Record<string, string> = {};
    const rules: RowRules = {
      columns,
      definitions: new Map([['knots', knots(expected.rule)]]),
      defaultBadge: 'knots',
      recipients: 'hashed-email',
      namesEveryone: roster.format.system?.rows === 'everyone',
      tiers: NO_DEMANDS,
    };
    for await (const row of roster.rows()) {
      const { line, cells } = row;
      const outcome = readAward(row, rules);
      if (!outcome.ok && outcome.unearned !== undefined) {
        unearned[line] = outcome.unearned;
        continue;
      }
      const values = fields
        .filter(({ column }) => !/^(?:fact|join)\./.test(column))
        .map(({ column, at }, index) => [column, (cells[columns.from === undefined ? at : index] ?? '').trim()]);
      awards.push({ line, ...Object.fromEntries(values.filter(([, text]) => text !== '')) });
    }
    expect({
      format: roster.format.system?.name ?? 'list',
      encoding: roster.encoding.encoding,
      delimiter: roster.delimiter,
      dates: roster.dates ?? null,
      awards,
      unearned,
      passedOver: Object.fromEntries([...roster.passedOver()].map(([why, { rows }]) => [why, rows])),
    }).toEqual({
      format: expected.format,
      encoding: expected.encoding,
      delimiter: expected.delimiter,
      dates: expected.dates,
      awards: expected.awards,
      unearned: expected.unearned ?? {},
      passedOver: expected.passedOver,
    });
  });
});
