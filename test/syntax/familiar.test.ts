import { describe, expect, test } from 'vitest';
import { BadgekitError } from '../../src/errors.ts';
import { assembleCredential } from '../../src/openbadges/credential.ts';
import { isConstant } from '../../src/syntax/constant.ts';
import { Familiar } from '../../src/syntax/familiar.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../src/syntax/json.ts';
import { mutateJson } from '../fuzz/mutate.ts';
import { Chance } from '../fuzz/random.ts';
import { badgeContent } from '../support/badge.ts';

const SEED = Number(process.env['BADGEKIT_FUZZ_SEED'] ?? 20_261_128);

/** What a text holds, or why it holds nothing. */
function outcome(text: string, familiar?: Familiar<JsonObject>): object | Json {
  try {
    return parseJson(text, familiar);
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    const { code, message, where } = error;
    return { code, message, where };
  }
}

const badge = assembleCredential(badgeContent('did:example:school'));

function achievementIn(value: Json): Json {
  const subject = isJsonObject(value) ? (value['credentialSubject'] ?? null) : null;
  return isJsonObject(subject) ? (subject['achievement'] ?? null) : null;
}

describe('a part that stands in several texts', () => {
  test('is one constant from the second time on, and what differs is not', () => {
    const familiar = new Familiar<JsonObject>();
    const [first, second, third] = [1, 2, 3].map((number) =>
      achievementIn(parseJson(JSON.stringify({ ...badge, id: `urn:uuid:${number}` }, null, 2), familiar)),
    );
    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(isJsonObject(third) && isConstant(third)).toBe(true);
    // Written otherwise, it is read again.
    const other = parseJson(JSON.stringify(badge), familiar);
    expect(achievementIn(other)).not.toBe(first);
    expect(achievementIn(other)).toEqual(first);
  });

  test('changes nothing of what is read, and nothing of where a fault is told', () => {
    const chance = new Chance(SEED);
    const familiar = new Familiar<JsonObject>();
    const layouts = [undefined, 2, '\t'];
    let faults = 0;
    for (let round = 0; round < 4000; round++) {
      const document = chance.below(3) === 0 ? mutateJson(badge, badge, chance) : { ...badge, id: `urn:uuid:${round}` };
      let text = JSON.stringify(document, null, layouts[chance.below(3)]);
      // A sign that is gone, doubled or another.
      if (chance.below(4) === 0) {
        const at = chance.below(text.length);
        text = `${text.slice(0, at)}${chance.pick(['', '"', '}', ',', '\\', '{', text.slice(at, at + 1).repeat(2)])}${text.slice(at + 1)}`;
      }
      const wanted = outcome(text);
      expect(outcome(text, familiar), `seed ${SEED}: ${text}`).toEqual(wanted);
      if (isJsonObject(wanted) && wanted['code'] !== undefined) faults++;
    }
    expect(faults).toBeGreaterThan(300);
  });

  test('has the names that it had before, and no name twice for that', () => {
    const usual = '{"id":"urn:x","a/b":1,"type":["Badge"],"name":"One"}';
    const refused = [
      ['JSON_DUPLICATE_KEY', '{"id":"urn:x","id":"urn:y"}'],
      ['JSON_DUPLICATE_KEY', '{"id":"urn:x","a/b":1,"type":["Badge"],"name":"One","id":"urn:y"}'],
      ['JSON_DUPLICATE_KEY', '{"id":"urn:x","\\u0069d":"urn:y"}'],
      ['JSON_FORBIDDEN_KEY', '{"id":"urn:x","a/b":1,"type":["Badge"],"name":"One","__proto__":1}'],
      ['JSON_SYNTAX', '{"id":"urn:x","a"b":1}'],
      ['JSON_SYNTAX', '{"id":"urn:x'],
      ['JSON_SYNTAX', '{"id'],
    ] as const;
    const read = [
      usual,
      '{"id":"urn:x","a/b":1,"type":["Badge"],"nam":"One"}',
      '{"id":"urn:x","a/b":1,"type":["Badge"]}',
      '{"id":"urn:x","a/b":1,"type":["Badge"],"name" :"One","more":{}}',
      '{"id":"urn:x","a\\/b":1}',
    ];
    const knowing = (text: string): Familiar<JsonObject> => {
      const familiar = new Familiar<JsonObject>();
      parseJson(text, familiar);
      return familiar;
    };
    expect(knowing(usual).namesAt('')).toEqual(['id', 'a/b', 'type', 'name']);
    expect(knowing(`{"x":[${usual}]}`).namesAt('x')).toEqual(['id', 'a/b', 'type', 'name']);
    for (const around of [(text: string) => text, (text: string) => `{"x":[${text}]}`]) {
      const known = around(usual);
      for (const [code, text] of refused)
        expect(outcome(around(text), knowing(known)), around(text)).toMatchObject({ code });
      for (const text of read.map(around))
        expect(JSON.stringify(outcome(text, knowing(known)))).toBe(JSON.stringify(JSON.parse(text)));
    }
    // Names with quotes in them are written otherwise than they are.
    const familiar = knowing(usual);
    parseJson('{"y":{"a\\"b":1,"c":2}}', familiar);
    expect(outcome('{"y":{"a"b":1,"c":2}}', familiar)).toMatchObject({ code: 'JSON_SYNTAX' });
    expect(outcome('{"y":{"a\\"b":1,"c":2}}', familiar)).toEqual({ y: { 'a"b': 1, c: 2 } });
  });

  test('is forgotten where texts are long, and is none where it is short or lies deep', () => {
    const familiar = new Familiar<JsonObject>();
    const part = { name: 'x'.repeat(200) };
    const twice = (value: object, inner: (read: Json) => Json | undefined): boolean => {
      const [one, two] = [1, 2].map(() => inner(parseJson(JSON.stringify(value), familiar)));
      return one === two && typeof one === 'object';
    };
    const at = (key: string) => (read: Json) => (isJsonObject(read) ? read[key] : undefined);
    expect(twice({ usual: part }, at('usual'))).toBe(true);
    expect(twice({ short: { name: 'x' } }, at('short'))).toBe(false);
    expect(twice({ long: part, rest: 'x'.repeat(70_000) }, at('long'))).toBe(false);
    const nested = (levels: number): object => (levels === 0 ? { deep: part } : { inner: nested(levels - 1) });
    const innermost = (read: Json): Json | undefined => {
      let value: Json | undefined = read;
      while (isJsonObject(value ?? null) && at('inner')(value ?? null) !== undefined)
        value = at('inner')(value ?? null);
      return at('deep')(value ?? null);
    };
    expect(twice(nested(10), innermost)).toBe(true);
    expect(twice(nested(55), innermost)).toBe(false);
  });

  test('of a hostile number of members takes no more room for them', () => {
    const familiar = new Familiar<JsonObject>();
    const part = { name: 'x'.repeat(200) };
    for (let number = 0; number < 1000; number++)
      parseJson(JSON.stringify({ [`member${number}`]: { ...part, number } }), familiar);
    const [first, last] = [0, 999].map((number) => {
      const text = JSON.stringify({ [`member${number}`]: { ...part, number } });
      const read = [1, 2].map(() => parseJson(text, familiar));
      const [one, two] = read.map((value) => (isJsonObject(value) ? value[`member${number}`] : undefined));
      return one === two;
    });
    expect([first, last]).toEqual([true, false]);
  });
});
