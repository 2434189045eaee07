import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDuration,
  durationInWords,
  formatStamp,
  isDuration,
  parseDateOrStamp,
  parseDateTimeStamp,
} from '../../src/syntax/datetime.ts';

describe('dates', () => {
  test('reads back every instant that it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), (seconds) => {
        expect(parseDateTimeStamp(formatStamp(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });

  test.each([
    '2026-02-29T00:00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01t00:00:00z',
    '26-01-01T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '10000-01-01T00:00:00Z',
    '2026-01-01T00:00:00+15:00',
    '0000-01-01T00:00:00Z',
    '',
  ])('%j is no dateTimeStamp', (text) => {
    expect(parseDateTimeStamp(text)).toBeUndefined();
  });

  test('reads offsets and fractions', () => {
    expect(parseDateTimeStamp('2026-05-04T02:00:00.5+02:00')).toBe(Date.parse('2026-05-04T00:00:00.500Z'));
    expect(parseDateTimeStamp('2026-05-04T02:00:00.123456789Z')).toBe(Date.parse('2026-05-04T02:00:00.123Z'));
    expect(parseDateOrStamp('2026-05-04')).toBe(Date.parse('2026-05-04T00:00:00Z'));
    expect(parseDateOrStamp('04.05.2026')).toBeUndefined();
  });

  test.each([
    ['2024-02-29', 'P1Y', '2025-02-28'],
    ['2026-01-31', 'P1M', '2026-02-28'],
    ['2026-05-04', 'P2Y', '2028-05-04'],
    ['2026-05-04', 'P1W', '2026-05-11'],
    ['2026-05-04', 'P18M', '2027-11-04'],
    ['2026-05-04', 'P1Y6M3D', '2027-11-07'],
  ])('%s + %s = %s', (start, duration, end) => {
    expect(addDuration(Date.parse(start), duration)).toBe(Date.parse(end));
  });

  test.each(['P', 'PT', 'P1', '1Y', 'P0D', 'P-1Y', 'P1.5Y', 'P1YT', 'two years'])('%j is no duration', (text) => {
    expect(isDuration(text)).toBe(false);
  });

  test('refuses to pass the year 9999', () => {
    expect(() => addDuration(Date.parse('2026-01-01'), 'P9000Y')).toThrow(
      expect.objectContaining({ code: 'DATE_INVALID' }),
    );
  });

  test.each([
    ['P10Y', '10 years'],
    ['P1Y', '1 year'],
    ['P1Y6M', '1 year and 6 months'],
    ['P1Y2M3DT4H', '1 year, 2 months, 3 days and 4 hours'],
    ['soon', 'soon'],
  ])('%s in words is %s', (duration, words) => {
    expect(durationInWords(duration)).toBe(words);
  });
});
