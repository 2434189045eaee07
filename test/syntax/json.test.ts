import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadgekitError } from '../../src/errors.ts';
import { asJson, isStrictJson, parseJson } from '../../src/syntax/json.ts';
import { decodeUtf8 } from '../../src/syntax/text.ts';
import { conformancePath, hasConformance, readBytes } from '../support/conformance.ts';

const codeOf = (text: string): string => {
  try {
    parseJson(text);
    return 'accepted';
  } catch (error) {
    return error instanceof BadgekitError ? error.code : 'crashed';
  }
};

describe('strict JSON', () => {
  test('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/-0[,\]}\s]|-0$|e[+-]?\d{3}/.test(text) && !text.includes('__proto__'));
        let parsed: unknown;
        try {
          parsed = parseJson(text);
        } catch (error) {
          // Integers that a double cannot count with are refused where JSON.parse rounds.
          if (error instanceof BadgekitError && error.code === 'JSON_UNSAFE_NUMBER') return;
          throw error;
        }
        expect(JSON.stringify(parsed)).toBe(JSON.stringify(JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  const read = (value: unknown): unknown => {
    try {
      return asJson(value);
    } catch (error) {
      if (error instanceof BadgekitError || error instanceof TypeError) return undefined;
      throw error;
    }
  };
  const withoutMinusZero = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

  test('finds strict only what writing and reading would neither refuse nor change', () => {
    const odd = fc.oneof(
      fc.anything({ withNullPrototype: true, withSparseArray: true, withBigInt: true, withDate: true, withMap: true }),
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.constantFrom('\ud800', '\udc00a', -0, 1e21, 2 ** 53, 0.1 + 0.2, 1e-7, Number.NaN),
      fc.constantFrom(JSON.parse('{"__proto__":1}'), { '\ud800': 1 }, { toJSON: () => 1 }, [undefined], {
        a: undefined,
      }),
      fc.integer({ min: 60, max: 70 }).map(nested),
    );
    let strict = 0;
    fc.assert(
      fc.property(fc.oneof(odd, fc.record({ a: odd, b: fc.array(odd, { maxLength: 2 }) })), (value) => {
        if (!isStrictJson(value)) return;
        strict++;
        const copy = read(value);
        expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
        expect(copy).toEqual(value);
      }),
      { numRuns: 3000 },
    );
    expect(strict).toBeGreaterThan(300);
  });

  test('finds all JSON strict that it reads', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue({ noUnicodeString: false }).map(withoutMinusZero),
          fc.integer({ min: 60, max: 70 }).map(nested),
        ),
        (value) => {
          expect(isStrictJson(value)).toBe(read(value) !== undefined);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['{"a":1,"a":2}', 'JSON_DUPLICATE_KEY'],
    ['{"a":1,"\\u0061":2}', 'JSON_DUPLICATE_KEY'],
    ['{"x":{"b":1,"b":1}}', 'JSON_DUPLICATE_KEY'],
    ['{"__proto__":{}}', 'JSON_FORBIDDEN_KEY'],
    ['1e400', 'JSON_UNSAFE_NUMBER'],
    ['9007199254740993', 'JSON_UNSAFE_NUMBER'],
    ['-0', 'JSON_UNSAFE_NUMBER'],
    ['0.1000000000000000055511151231257827', 'JSON_UNSAFE_NUMBER'],
    ['"\\ud800"', 'JSON_SYNTAX'],
    ['"\\udc00\\ud800"', 'JSON_SYNTAX'],
    ['\ufeff{}', 'JSON_SYNTAX'],
    ['{} {}', 'JSON_SYNTAX'],
    ['{"a":1,}', 'JSON_SYNTAX'],
    ['NaN', 'JSON_SYNTAX'],
    ['', 'JSON_SYNTAX'],
    ['1.10', 'accepted'],
    ['1.0', 'accepted'],
    ['{"constructor":1,"prototype":2,"hasOwnProperty":3}', 'accepted'],
    ['[1.5e3, 100e-2, 0.30]', 'accepted'],
  ])('%j is %s', (text, expected) => {
    expect(codeOf(text)).toBe(expected);
  });

  test('says where the fault is', () => {
    expect(() => parseJson('{\n  "a": 1,\n  "a": 2\n}')).toThrow(
      expect.objectContaining({ where: { line: 3, column: 3 } }),
    );
  });

  test('refuses nesting beyond 64 levels without overflowing', () => {
    expect(codeOf('['.repeat(100_000))).toBe('JSON_TOO_DEEP');
    expect(codeOf(`${'['.repeat(60)}${']'.repeat(60)}`)).toBe('accepted');
  });

  describe.skipIf(!hasConformance)('JSONTestSuite', () => {
    const files = hasConformance ? readdirSync(conformancePath('vectors/json-test-suite/test_parsing')) : [];
    const outcomeOf = (file: string): string => {
      try {
        parseJson(decodeUtf8(readBytes(`vectors/json-test-suite/test_parsing/${file}`)));
        return 'accepted';
      } catch (error) {
        return error instanceof BadgekitError ? 'refused' : 'crashed';
      }
    };
    // What RFC 8259 allows and badgekit does not: duplicate keys, which hide things, and numbers that a double cannot keep.
    const stricter = new Set([
      'y_object_duplicated_key.json',
      'y_object_duplicated_key_and_value.json',
      'y_number_negative_zero.json',
      'y_number_minus_zero.json',
      'y_number_double_close_to_zero.json',
      'y_number.json',
      'y_number_real_capital_e.json',
      'y_number_real_exponent.json',
      'y_number_real_fraction_exponent.json',
      'y_object_extreme_numbers.json',
    ]);

    test.each(files.filter((file) => file.startsWith('n_') || stricter.has(file)))('%s is refused', (file) => {
      expect(outcomeOf(file)).toBe('refused');
    });
    test.each(files.filter((file) => file.startsWith('y_') && !stricter.has(file)))('%s is accepted', (file) => {
      expect(outcomeOf(file)).toBe('accepted');
    });
    test.each(files.filter((file) => file.startsWith('i_')))('%s does not crash', (file) => {
      expect(outcomeOf(file)).not.toBe('crashed');
    });
  });
});
