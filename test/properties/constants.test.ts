import { describe, expect, test } from 'vitest';
import { assembleCredential } from '../../src/openbadges/credential.ts';
import { credentialFault } from '../../src/openbadges/credential-fault.ts';
import { normalizeForm } from '../../src/openbadges/credential-schema.ts';
import { plainFormFaults } from '../../src/openbadges/plain-form.ts';
import { ruleFaults } from '../../src/openbadges/rules.ts';
import { canonicalForm } from '../../src/proof/canonicalize.ts';
import { libraryForm } from '../../src/proof/library-form.ts';
import { Cleared, constant, isConstant } from '../../src/syntax/constant.ts';
import { Familiar } from '../../src/syntax/familiar.ts';
import { isJsonObject, isStrictJson, type Json, type JsonObject, parseJson } from '../../src/syntax/json.ts';
import { countValues } from '../../src/verify/file-budget.ts';
import { goodFiles } from '../fuzz/corpus.ts';
import { mutateJson } from '../fuzz/mutate.ts';
import { Chance } from '../fuzz/random.ts';
import { badgeContent } from '../support/badge.ts';
import { edited, placesIn, valueAt } from '../support/places.ts';

const SEED = Number(process.env['BADGEKIT_FUZZ_SEED'] ?? 20_261_128);

/** A constant, where a value can be one. */
function fixed(value: Json): Json {
  if (typeof value === 'object' && value !== null) constant(value);
  return value;
}

/** The same, with nothing in it that is a constant. */
function copyOf(document: JsonObject): JsonObject {
  return structuredClone(document);
}

describe('a constant', () => {
  test('is frozen throughout, and nothing else is a constant', () => {
    const value = { list: [{ name: 'a' }], part: { deep: { deeper: 1 } } };
    expect(constant(value)).toBe(value);
    expect(() => (value.part.deep.deeper = 2)).toThrow(TypeError);
    expect(() => value.list.push({ name: 'b' })).toThrow(TypeError);
    expect([value, value.list, value.list[0] ?? {}, value.part.deep].map(isConstant)).toEqual([true, true, true, true]);
    expect(isConstant({ ...value })).toBe(false);
    expect(isConstant(Object.freeze({}))).toBe(false);
  });

  test('has few levels: one with more stays as it is', () => {
    const nested = (levels: number): object => (levels === 0 ? {} : { inner: nested(levels - 1) });
    expect([14, 15, 16, 40].map((levels) => isConstant(constant(nested(levels))))).toEqual([true, true, false, false]);
    // Nor does it become deep by being put into others.
    expect(isConstant(constant({ inner: constant(nested(15)) }))).toBe(false);
  });

  test('alone is remembered as cleared', () => {
    const cleared = new Cleared();
    const [firm, loose] = [constant({ a: 1 }), { a: 1 }];
    for (const value of [firm, loose]) cleared.add(value);
    expect([firm, loose, constant({ a: 1 })].map((value) => cleared.has(value))).toEqual([true, false, false]);
  });
});

describe('what is found in documents with constants in them is what is found in copies of them', () => {
  const found = (document: JsonObject): object => ({
    strict: isStrictJson(document),
    fault: credentialFault(document) ?? 'none',
    plain: plainFormFaults(document),
    rules: ruleFaults(document),
    form: normalizeForm(document),
    values: countValues(document, 100_000),
  });

  test('wherever constants stand that were found good elsewhere', async () => {
    const chance = new Chance(SEED);
    const documents = (await goodFiles()).flatMap(({ document }) => (document === undefined ? [] : [document]));
    const [first, ...rest] = documents;
    if (first === undefined) throw new Error('there are no documents');
    // Parts that are good where they stand, looked at there first; and parts with something wrong in them.
    const parts: [Json, ...Json[]] = [constant({ id: 'https://school.example/1', type: ['Achievement'] })];
    for (const document of documents)
      for (const path of placesIn(document)) {
        const part = valueAt(document, path);
        if (typeof part !== 'object' || part === null) continue;
        const whole = edited(document, path, () => fixed(structuredClone(part)));
        expect(found(whole)).toEqual(found(copyOf(whole)));
        parts.push(valueAt(whole, path), fixed(mutateJson(part, part, chance)));
      }
    let faulty = 0;
    for (let round = 0; round < 3000; round++) {
      let document = chance.pick([first, ...rest]);
      for (let grafts = 1 + chance.below(3); grafts > 0; grafts--) {
        const [place = [], ...others] = placesIn(document);
        const path = chance.pick([place, ...others]);
        document = edited(document, path, (value) =>
          chance.below(2) === 0 ? fixed(structuredClone(value)) : chance.pick(parts),
        );
      }
      const wanted = found(copyOf(document));
      expect(found(document), `seed ${SEED}, ${JSON.stringify(document)}`).toEqual(wanted);
      // The second time everything good is known.
      expect(found(document), `seed ${SEED}, again`).toEqual(wanted);
      if (plainFormFaults(document).length > 0) faulty++;
    }
    expect(faulty).toBeGreaterThan(500);
    expect(faulty).toBeLessThan(2500);
  });

  test('the canonical form, too, when constants and others take the place of each other, in any order', async () => {
    const chance = new Chance(SEED);
    const { achievement, issuer } = badgeContent('did:example:a');
    const long = 'x'.repeat(130);
    const familiar = new Familiar<JsonObject>();
    const tiers = new Map<string, number>();
    for (let round = 0; round < 600; round++) {
      // Few values, so that parts come back; some so short that they are read anew each time.
      const changes = {
        achievement: {
          ...achievement,
          name: chance.pick(['Knots', 'Splices']),
          criteria: { narrative: chance.pick([long, `${long}y`, 'short', 'brief']) },
          description: chance.pick(['\u{1f600}', '\ufffd', 'Ties twelve knots.']),
        },
        issuer: { ...issuer, name: chance.pick([long, 'School']) },
        evidence: [
          { type: ['Evidence'] as const, name: chance.pick(['same', 'Knots']) },
          { type: ['Evidence'] as const, name: 'same' },
        ].slice(0, 1 + chance.below(2)),
        validFrom: 1_780_000_000_000 + 1000 * chance.below(3),
      };
      const document = copyOf(assembleCredential(badgeContent('did:example:a', changes)));
      // Behind so much white space parts are not remembered.
      const text = `${JSON.stringify(document)}${chance.below(4) === 0 ? ' '.repeat(66_000) : ''}`;
      const read = parseJson(text, chance.below(3) === 0 ? undefined : familiar);
      if (!isJsonObject(read)) throw new Error('a document is an object');
      const { text: own, tier } = await canonicalForm(read);
      expect(own, `seed ${SEED}, round ${round}: ${text.trim()}`).toBe(await libraryForm(document));
      tiers.set(tier, (tiers.get(tier) ?? 0) + 1);
    }
    expect(tiers.get('template')).toBeGreaterThan(300);
  }, 60_000);

  test('the canonical form, too, when one constant takes the place of another', async () => {
    const chance = new Chance(SEED);
    const achievements = ['Knots', 'Splices', 'Knots'].map((name) =>
      constant({ ...badgeContent('did:example:a').achievement, name }),
    );
    const issuers = ['Test School', 'Other School'].map((name) =>
      constant({ ...badgeContent('did:example:a').issuer, name }),
    );
    for (let round = 0; round < 500; round++) {
      const achievement = achievements[chance.below(3)];
      const issuer = issuers[chance.below(2)];
      if (achievement === undefined || issuer === undefined) throw new Error('there is none');
      const changes = { achievement, issuer, validFrom: 1_780_000_000_000 + 1000 * chance.below(3) };
      const document = assembleCredential(badgeContent('did:example:a', changes));
      expect(await canonicalForm(document), `seed ${SEED}`).toEqual(await canonicalForm(copyOf(document)));
    }
  });
});
