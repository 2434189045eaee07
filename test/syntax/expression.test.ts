import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadgekitError } from '../../src/errors.ts';
import { readValue } from '../../src/roster/facts.ts';
import {
  type Expression,
  type Facts,
  judge,
  namesIn,
  parseExpression,
  Unjudgeable,
} from '../../src/syntax/expression.ts';

const CELLS = new Map([
  ['grade', '85.00'],
  ['low', '12.5'],
  ['attended', 'yes'],
  ['absent', 'no'],
  ['eligible', 'N'],
  ['code', '007'],
  ['empty', ''],
  ['dash', '-'],
  ['excused', 'EX'],
  ['status', 'Checked In'],
  ['day', '2026-05-04'],
  ['prénom', 'Zoë'],
]);
const facts: Facts = {
  cell: (name) => ({ text: CELLS.get(name) ?? '', value: readValue(CELLS.get(name) ?? '') }),
  value: readValue,
};
const holds = (text: string): boolean | string => {
  const judgement = judge(parseExpression(text), facts);
  return judgement.holds || judgement.because;
};

describe('a condition', () => {
  test.each([
    'grade >= 70 and attended',
    'grade > 84.9 && !absent',
    'absent or grade == 85',
    'not absent and not (grade < 70)',
    'status == "checked in"',
    "status in ['Attending', 'Checked In']",
    'grade in [84, 85]',
    'grade + low >= 97.5',
    '(grade - low) * 2 / 5 == 29',
    'day >= "2026-05-01" and day < "2026-06-01"',
    'eligible == "N"',
    'eligible == "no"',
    'eligible in ["n"]',
    'not eligible',
    'eligible != "Y"',
    'code == "007"',
    'code == 7',
    'grade == "85"',
    'excused == "EX"',
    'excused != "F"',
    'empty == ""',
    'dash == ""',
    'grade != ""',
    'empty == "" or empty >= 3',
    'not (absent and empty)',
    'prénom == "zoë"',
    'low > -1',
    'attended == "yes"',
  ])('%s holds', (text) => {
    expect(holds(text)).toBe(true);
  });

  test.each([
    ['grade >= 90', 'grade is 85, and it takes >= 90'],
    ['grade >= low * 10', 'grade is 85, and it takes >= low * 10 (125)'],
    ['grade >= 90 or absent', 'grade is 85, and it takes >= 90; and absent is no'],
    ['attended and empty', 'empty is empty'],
    ['empty >= 1', 'empty is empty, and it takes >= 1'],
    ['empty == 0', 'empty is empty, and it takes == 0'],
    ['empty != 0', 'empty is empty, and it takes != 0'],
    ['dash != "F"', 'dash is empty, and it takes != "F"'],
    ['not empty', 'empty is empty'],
    ['not (empty < 3)', 'empty is empty, and it takes < 3'],
    ['not (attended and empty)', 'empty is empty'],
    ['not (empty or absent)', 'empty is empty; and absent is no'],
    ['eligible != "N"', 'eligible is no, and it takes != "N"'],
    ['code != "007"', 'code is 7, and it takes != "007"'],
    ['grade != "" and empty != ""', 'empty is empty, and it takes != ""'],
    ['grade / 0 >= 1', 'grade / 0 is empty, and it takes >= 1'],
    ['not attended', 'it is so that attended'],
    ['status in ["Attending"]', 'status is "Checked In", none of "Attending"'],
  ])('%s does not hold, since %s', (text, because) => {
    expect(holds(text)).toBe(because);
  });

  test.each([
    'status >= 3',
    'grade',
    'status and attended',
    'status + 1 > 2',
    'attended > 0',
    'excused >= 5',
    'excused != 5',
    'excused != false',
    'attended == 1',
    'status == day + 1',
  ])('%s cannot be judged by what is there', (text) => {
    expect(() => holds(text)).toThrow(Unjudgeable);
  });

  test.each([
    ['', /empty/],
    ['   ', /empty/],
    ['grade >= 70 attended', /side by side/],
    ['grade >=', /cannot be read/],
    ['(grade', /cannot be read/],
    ['grade => 70', /cannot be read|no sign/],
    ['grade = 70', /cannot be read|no sign/],
    ['grade ** 2', /no sign|cannot be read/],
    ['grade % 2', /no sign/],
    ['a ? b : c', /no meaning/],
    ['a.b', /no meaning/],
    ['a["b"]', /no meaning/],
    ['constructor("x")()', /no meaning/],
    ['this', /no meaning/],
    ['null', /no meaning/],
    ['+grade', /no meaning/],
    ['-grade', /no meaning/],
    ['grade in grade', /a list/],
    ['grade in [a]', /numbers and texts alone/],
    ['[1]', /no meaning/],
    ['a, b', /side by side|cannot be read/],
    ['`x`', /cannot be read|no meaning/],
    ['(('.repeat(200), /cannot be read|nested/],
    [`${'not '.repeat(60)}a`, /nested too deep/],
    ['a'.repeat(2000), /longer than/],
  ])('%j is refused, with what can be written', (text, message) => {
    expect(() => parseExpression(text)).toThrow(
      expect.objectContaining({
        code: 'EXPRESSION_INVALID',
        message: expect.stringMatching(message),
        hint: expect.stringContaining('and, or, not'),
      }),
    );
  });

  test('says which names it looks at, those of objects too, and finds nothing behind them', () => {
    expect([...namesIn(parseExpression('a >= 1 and not (b or c in [1]) or d + e == f'))]).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
      'f',
    ]);
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(judge(parseExpression(`${name} == 1`), facts)).toMatchObject({ holds: false });
  });

  test('any text is a condition that ends, or is refused', () => {
    const part = fc.constantFrom(
      'grade',
      'attended',
      '70',
      '"x"',
      '>=',
      '==',
      'and',
      'or',
      'not',
      'in',
      '[',
      ']',
      '(',
      ')',
      ',',
      '.',
      '+',
      '!',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(part, { maxLength: 12 }).map((parts) => parts.join(' ')),
          fc.string({ maxLength: 60 }),
        ),
        (text) => {
          expect(['judged', 'refused', 'no answer']).toContain(outcomeOf(text));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

function outcomeOf(text: string): string {
  let expression: Expression;
  try {
    expression = parseExpression(text);
  } catch (error) {
    return error instanceof BadgekitError && error.code === 'EXPRESSION_INVALID' ? 'refused' : `threw ${String(error)}`;
  }
  try {
    judge(expression, facts);
    return 'judged';
  } catch (error) {
    return error instanceof Unjudgeable ? 'no answer' : `threw ${String(error)}`;
  }
}
