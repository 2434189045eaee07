import fc from 'fast-check';
import { expect, test } from 'vitest';
import { constant, isConstant } from '../../src/syntax/constant.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/syntax/json.ts';
import { jsonText } from '../../src/syntax/json-text.ts';

/** The same object, with constants in some places of it. */
function withConstants(object: JsonObject, isFixed: () => boolean): JsonObject {
  const copy = Object.fromEntries(Object.entries(object).map(([key, member]) => [key, mixed(member, isFixed)]));
  return isFixed() ? constant(copy) : copy;
}

function mixed(value: Json, isFixed: () => boolean): Json {
  if (isJsonObject(value)) return withConstants(value, isFixed);
  if (!Array.isArray(value)) return value;
  const copy = value.map((entry: Json) => mixed(entry, isFixed));
  return isFixed() ? constant(copy) : copy;
}

const { json } = fc.letrec<{ readonly json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true, false, -0, 'a', ''),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('json'), { maxKeys: 4 }),
  ),
}));
const objectWith = (characters: string): fc.Arbitrary<JsonObject> =>
  fc.dictionary(fc.string({ unit: fc.constantFrom(...characters) }), json);

test('an object is written as JSON.stringify writes it, whatever in it is a constant, however often', () => {
  let constants = 0;
  fc.assert(
    fc.property(
      objectWith('a1@-"\\\n\u2028é😀'),
      // A number as a key would come before all others.
      objectWith('b@-"\\\n'),
      fc.infiniteStream(fc.boolean()),
      (own, last, choices) => {
        const isFixed = (): boolean => choices.next().value;
        const document = withConstants(own, isFixed);
        constants += Object.values(document).filter((member) => isJsonObject(member) && isConstant(member)).length;
        const behind = withConstants(
          Object.fromEntries(Object.entries(last).filter(([key]) => !Object.hasOwn(own, key))),
          isFixed,
        );
        // The same constants, at one depth and at others.
        for (const part of [document, { own: document, more: { own: document } }, document]) {
          const whole = { ...part, ...behind };
          expect(jsonText(part, 'line', behind)).toBe(JSON.stringify(whole));
          expect(jsonText(part, 'indented', behind)).toBe(JSON.stringify(whole, null, 2));
        }
      },
    ),
    { numRuns: 1000 },
  );
  expect(constants).toBeGreaterThan(100);
});
