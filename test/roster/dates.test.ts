import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DateOrder, orderShownBy, readDate } from '../../src/roster/dates.ts';

const day = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

describe('dates of rosters', () => {
  test.each([
    ['2026-05-04', '2026-05-04'],
    ['2026-05-04T10:15:00+02:00', '2026-05-04T10:15:00+02:00'],
    ['2026/05/04', '2026-05-04'],
    ['2026/10/04 10:15:00 AM GMT+5:30', '2026-10-04'],
    ['2026-05-04 23:59', '2026-05-04'],
    ['23/04/2026', '2026-04-23'],
    ['4/23/26', '2026-04-23'],
    ['8/25/2025 23:25:41', '2025-08-25'],
    ['18/04/26, 14:30', '2026-04-18'],
    ['4.5.2026', '2026-05-04'],
    ['18. 04. 2026, 14:30', '2026-04-18'],
    ['05/05/2026', '2026-05-05'],
    ['4 May 2026', '2026-05-04'],
    ['May 4, 2026', '2026-05-04'],
    ['Monday, 4 May 2026, 10:15 AM', '2026-05-04'],
    ['04-May-26', '2026-05-04'],
    ['4. Mai 2026', '2026-05-04'],
    ['1 août 2026', '2026-08-01'],
    ['4 de mayo de 2026', '2026-05-04'],
    ['4 maja 2026', '2026-05-04'],
    ['4 мая 2026', '2026-05-04'],
  ])('%s is %s', (text, expected) => {
    expect(readDate(text, undefined)).toEqual({ kind: 'date', text: expected });
  });

  test.each(['04/05/2026', '4-5-2026', '12/11/2026 10:00'])(
    '%s can be read in two ways, and is by the order that is given',
    (text) => {
      expect(readDate(text, undefined)).toEqual({ kind: 'either' });
      const [dmy, mdy] = (['dmy', 'mdy'] as const).map((order) => readDate(text, order));
      expect([dmy?.kind, mdy?.kind]).toEqual(['date', 'date']);
      expect(dmy).not.toEqual(mdy);
      expect(orderShownBy(text)).toBeUndefined();
    },
  );

  test.each([
    '',
    'yesterday',
    '31/04/2026',
    '2026-02-30',
    '32.01.2026',
    '4 Mumble 2026',
    '4/5',
    '20260504',
    '1/2/3/4',
    '26-05-04',
    '4-5-26',
    '4 listopada 2026',
  ])('%j is none', (text) => {
    expect(readDate(text, undefined)).toEqual({ kind: 'none' });
  });

  test('a date reads back however its parts are ordered, and shows the order only where it must', () => {
    const forms: Readonly<Record<DateOrder, (year: string, month: string, of: string) => string>> = {
      dmy: (year, month, of) => `${of}/${month}/${year}`,
      mdy: (year, month, of) => `${month}/${of}/${year}`,
    };
    fc.assert(
      fc.property(day, fc.constantFrom<DateOrder>('dmy', 'mdy'), (text, order) => {
        const [year = '', month = '', of = ''] = text.split('-');
        const written = forms[order](year, month, of);
        expect(readDate(written, order)).toEqual({ kind: 'date', text });
        expect(orderShownBy(written)).toBe(Number(of) > 12 ? order : undefined);
      }),
    );
  });

  test('nothing takes long to be no date', () => {
    for (const text of [
      '1'.repeat(10_000),
      `${' '.repeat(10_000)}x`,
      `4 ${'a'.repeat(10_000)} 2026x`,
      `4/5/2026${' '.repeat(10_000)}x`,
    ])
      expect(readDate(text, undefined).kind).toBe('none');
  });
});
