import { describe, expect, test } from 'vitest';
import { type RowFault, type RowOutcome, readAward, type RowRules } from '../../src/issue/award.ts';
import { type ColumnMap, columnsOf, listFields, parseMapping } from '../../src/roster/columns.ts';
import { headOf } from '../../src/roster/layout.ts';
import { identify } from '../../src/issue/identity.ts';
import type { Definition, DefinitionSource } from '../../src/openbadges/definition.ts';
import { NO_DEMANDS } from '../../src/openbadges/tier-policy.ts';

const source = (change: Partial<DefinitionSource> = {}): DefinitionSource => ({
  name: 'Knots',
  description: 'Ties.',
  tier: 'skill',
  criteria: { narrative: 'x' },
  image: { file: 'k.svg', caption: 'x' },
  ...change,
});
const definitions = new Map<string, Definition>([
  ['knots', { badge: 'knots', source: source() }],
  ['knots.pt', { badge: 'knots.pt', source: source({ name: 'Nós' }) }],
  [
    'welding',
    {
      badge: 'welding',
      source: source({
        resultDescription: [
          { name: 'Paper', resultType: 'Percent', valueMin: '0', valueMax: '100', requiredValue: '60' },
          {
            name: 'Bench',
            resultType: 'RubricCriterionLevel',
            requiredLevel: 'pass',
            rubricCriterionLevel: [{ name: 'fail' }, { name: 'pass' }, { name: 'distinction' }],
          },
          { name: 'Grade', resultType: 'LetterGrade', allowedValue: ['C', 'B', 'A'], requiredValue: 'B' },
          { name: 'Attendance', resultType: 'Status' },
        ],
      }),
    },
  ],
]);

function mapColumns(header: readonly string[], mapping: ReadonlyMap<string, string>): ColumnMap {
  return columnsOf(listFields(headOf(header, []), mapping).fields, header, false);
}

function read(header: string, row: string, change: Partial<RowRules> = {}): RowOutcome {
  const rules: RowRules = {
    columns: mapColumns(header.split(','), new Map()),
    definitions,
    defaultBadge: 'knots',
    recipients: 'hashed-email',
    namesEveryone: false,
    tiers: NO_DEMANDS,
    ...change,
  };
  return readAward({ line: 7, cells: row.split(',') }, rules);
}
const faults = (outcome: RowOutcome): readonly RowFault[] => (outcome.ok ? [] : outcome.faults);

describe('a roster row', () => {
  test('becomes an award', () => {
    const outcome = read(
      'email,name,badge,issued_on,score,level,credits,evidence_url,award',
      ' Ana@Example.org ,Ana,welding,2026-05-04,87.5,PASS,2.5,https://x.example/e,2026',
    );
    expect(outcome).toMatchObject({
      ok: true,
      award: {
        line: 7,
        badge: 'welding',
        recipient: { label: 'ana@example.org', email: 'ana@example.org' },
        name: 'Ana',
        awardKey: '2026',
        issuedOn: Date.parse('2026-05-04'),
        credits: 2.5,
        evidence: [{ url: 'https://x.example/e' }],
        results: [
          { name: 'Paper', value: '87.5' },
          { name: 'Bench', level: 'pass' },
        ],
      },
    });
  });

  test('takes the definition in its own language, and stays the same badge', () => {
    expect(read('email,locale', 'ana@x.org,pt-BR')).toMatchObject({
      award: { badge: 'knots', definition: 'knots.pt' },
    });
    expect(read('email,locale', 'ana@x.org,de')).toMatchObject({ award: { badge: 'knots', definition: 'knots' } });
  });

  test.each<[string, string, string, Partial<RowFault>]>([
    [
      'an address with two @',
      'email',
      'ana@@x.org',
      { column: 1, message: 'email "ana@@x.org" is not an e-mail address' },
    ],
    ['nobody', 'email,name', ',Ana', { column: 1, message: 'the row names nobody: email is empty' }],
    [
      'an unknown badge',
      'email,badge',
      'a@x.org,weldign',
      { column: 2, message: 'badge "weldign" is not defined', hint: 'did you mean "welding"?' },
    ],
    [
      'a foreign date',
      'email,issued_on',
      'a@x.org,04/05/2026',
      { column: 2, hint: 'write year-month-day, such as 2026-05-04' },
    ],
    ['a day that does not exist', 'email,issued_on', 'a@x.org,2026-02-30', { column: 2 }],
    ['an end before its beginning', 'email,issued_on,expires_on', 'a@x.org,2026-05-04,2026-05-01', { column: 3 }],
    [
      'a score below what is required',
      'email,badge,score',
      'a@x.org,welding,59.5',
      { column: 3, message: 'score 59.5 lies below the required 60' },
    ],
    ['a score out of range', 'email,badge,score', 'a@x.org,welding,101', { column: 3 }],
    ['a score that is no number', 'email,badge,score', 'a@x.org,welding,87%', { column: 3 }],
    ['a level below what is required', 'email,badge,level', 'a@x.org,welding,fail', { column: 3 }],
    [
      'a level that there is not',
      'email,badge,level',
      'a@x.org,welding,Expert',
      { column: 3, message: 'level "Expert" is not one of: fail, pass, distinction' },
    ],
    ['a grade that is not allowed', 'email,badge,result.Grade', 'a@x.org,welding,D', { column: 3 }],
    [
      'a grade below what is required',
      'email,badge,result.Grade',
      'a@x.org,welding,C',
      { column: 3, message: 'result.Grade C lies below the required B' },
    ],
    ['a status that there is not', 'email,badge,result.Attendance', 'a@x.org,welding,done', { column: 3 }],
    ['a result that the badge does not have', 'email,score', 'a@x.org,3', { column: 2 }],
    ['evidence that is no address', 'email,evidence_url', 'a@x.org,javascript:alert(1)', { column: 2 }],
    ['credits that are no number', 'email,credits', 'a@x.org,two', { column: 2 }],
    ['a language that is none', 'email,locale', 'a@x.org,english!', { column: 2 }],
    ['an id that is none', 'id', 'ana', { column: 1 }],
    ['a kind of identifier that there is not', 'identifier,identifier_type', '17,studentNo', { column: 2 }],
  ])('with %s is refused, with its column and advice', (_, header, row, expected) => {
    const [fault, ...others] = faults(read(header, row));
    expect(fault).toMatchObject({ line: 7, ...expected });
    expect(fault?.hint).not.toBe('');
    expect(others.filter(({ column }) => column === fault?.column)).toEqual([]);
  });

  test('tells everything that is wrong with it at once', () => {
    expect(faults(read('email,badge,issued_on', 'x,y,z')).map(({ column }) => column)).toEqual([1, 2, 3]);
  });

  test('needs a DID where the programme identifies by DID', () => {
    expect(faults(read('email,id', 'a@x.org,', { recipients: 'did' }))).toHaveLength(1);
    expect(read('id', 'did:key:z6Mkabc', { recipients: 'did' })).toMatchObject({ ok: true });
  });

  test('with more cells than the header is refused', () => {
    expect(faults(read('email', 'a@x.org,extra'))[0]).toMatchObject({
      column: 2,
      hint: expect.stringContaining('quotes'),
    });
    expect(read('email', 'a@x.org,,').ok).toBe(true);
  });
});

describe('the header', () => {
  test('is matched without regard to case, spaces and hyphens', () => {
    const header = [' Email\u00a0', 'Issued On', 'RESULT.Written paper', 'emial'];
    const { indices, results } = mapColumns(header, new Map());
    const { unused } = listFields(headOf(header, []), new Map());
    expect(indices.get('email')).toBe(0);
    expect(indices.get('issued_on')).toBe(1);
    expect(results.get('Written paper')).toBe(2);
    expect(unused).toEqual([{ name: 'emial', meant: 'email' }]);
  });

  test('can be mapped', () => {
    const { indices } = mapColumns(['E-Mail', 'Name'], parseMapping(['email=e-mail']));
    expect(indices.get('email')).toBe(0);
    expect(() => parseMapping(['mail=E-Mail'])).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(() => mapColumns(['A'], parseMapping(['email=B']))).toThrow(
      expect.objectContaining({ code: 'ROSTER_INVALID' }),
    );
  });

  test.each([
    ['repeated columns', ['email', 'Email'], /twice/],
    ['no identity', ['Address', 'Name'], /no column is named "email"/],
    ['no header at all', ['ana@example.org', 'Ana'], /no header/],
  ])('with %s is refused', (_, header, message) => {
    expect(() => mapColumns(header, new Map())).toThrow(
      expect.objectContaining({
        code: 'ROSTER_INVALID',
        message: expect.stringMatching(message),
        hint: expect.any(String),
      }),
    );
  });
});

describe("an award's identity", () => {
  const secret = new Uint8Array(32).fill(9);
  const award = (row: string, header = 'email,name,award') => {
    const outcome = read(header, row);
    if (!outcome.ok) throw new Error('refused');
    return identify(secret, 'did:web:x.example', outcome.award);
  };

  test('depends on badge, recipient and award key alone', () => {
    expect(award('ana@x.org,Ana,')).toMatchObject({ award: award('ANA@x.org,Someone,').award });
    expect(award('ana@x.org,Ana,1').firstId).not.toBe(award('ana@x.org,Ana,2').firstId);
    expect(award('ana@x.org,Ana,').content).not.toBe(award('ana@x.org,Anna,').content);
  });

  test('cannot be guessed without the secret', () => {
    const outcome = read('email', 'ana@x.org');
    const other = outcome.ok ? identify(new Uint8Array(32).fill(8), 'did:web:x.example', outcome.award) : undefined;
    expect(other?.firstId).not.toBe(award('ana@x.org,,').firstId);
    expect(award('ana@x.org,,').firstId).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
