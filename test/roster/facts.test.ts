import { describe, expect, test } from 'vitest';
import { factName, fractionIn, readValue } from '../../src/roster/facts.ts';

describe('what a cell says to a condition', () => {
  test.each<[string, unknown]>([
    ['85', 85],
    ['85.5', 85.5],
    [' 85,5 ', 85.5],
    ['-3', -3],
    ['85.00 %', 85],
    ['85,00\u00a0%', 85],
    ['28.00 / 30', 28],
    ['28,5/30', 28.5],
    ['', undefined],
    ['-', undefined],
    ['–', undefined],
    ['Yes', true],
    ['JA', true],
    ['oui', true],
    ['Sí', true],
    ['да', true],
    ['✓', true],
    ['N', false],
    ['não', false],
    ['нет', false],
    ['1,234', '1,234'],
    ['1.234,5', '1.234,5'],
    ['A-', 'A-'],
    ['EX', 'EX'],
    ['3 / 0', '3 / 0'],
    ['1e3', '1e3'],
    ['0x10', '0x10'],
  ])('%j says %j', (cell, value) => {
    expect(readValue(cell)).toBe(value);
  });

  test('a score with its most has parts', () => {
    expect(fractionIn('21.00 / 30')).toEqual({ value: 21, max: 30, percent: 70 });
    expect(fractionIn('21')).toBeUndefined();
  });

  test.each([
    ['Course total (Percentage)', 'course_total_percentage'],
    ['Quiz: Knots (Real)', 'quiz_knots_real'],
    ['Prénom', 'prenom'],
    ['2nd try', '_2nd_try'],
    ['氏名', '氏名'],
    ['Order #', 'order'],
    ['***', ''],
  ])('the column %j is called %s', (header, name) => {
    expect(factName(header)).toBe(name);
  });
});
