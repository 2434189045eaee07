import { describe, expect, test } from 'vitest';
import { publicKeyFromMultikey } from '../../src/keys/public-key.ts';
import type { Json, JsonObject } from '../../src/syntax/json.ts';
import { verify } from '../../src/verify/verify.ts';
import { goodFiles } from '../fuzz/corpus.ts';
import { bytesOf, offline } from '../support/badge.ts';
import { hasConformance, readDocument } from '../support/conformance.ts';
import { edited, leavesIn, valueAt } from '../support/places.ts';

/** What a leaf can become: nearly the same, something else, another type, nothing. */
function edits(leaf: Json): readonly (Json | undefined)[] {
  if (typeof leaf === 'string')
    return [
      `${leaf}x`,
      leaf.slice(1),
      leaf.toUpperCase() === leaf ? leaf.toLowerCase() : leaf.toUpperCase(),
      [leaf, 'x'],
      null,
      undefined,
    ];
  if (typeof leaf === 'number') return [leaf + 1, -leaf - 1, null, undefined];
  return [leaf !== true, 'true', null, undefined];
}

async function survivors(
  document: JsonObject,
  keys: readonly ReturnType<typeof publicKeyFromMultikey>[],
  moment?: number,
) {
  const options = { ...offline({ keys, ...(moment === undefined ? {} : { at: moment }) }), allowsWithheld: true };
  expect((await verify(bytesOf(document), options)).verdict).toBe('verified');
  const verified: string[] = [];
  let count = 0;
  for (const path of leavesIn(document))
    for (const edit of edits(valueAt(document, path))) {
      // A context says nothing by itself: one of whose terms none is used can go.
      if (path[0] === '@context' && edit === undefined) continue;
      // One of several proofs may be of a kind that nobody knows; what is signed stays under the others.
      if (path[0] === 'proof' && path[1] === 1 && path[2] === 'cryptosuite') continue;
      const changed = edited(document, path, () => edit);
      if (JSON.stringify(changed) === JSON.stringify(document)) continue;
      count++;
      const report = await verify(bytesOf(changed), options);
      if (report.verdict === 'verified') verified.push(`${path.join('/')} -> ${JSON.stringify(edit)}`);
    }
  expect(count).toBeGreaterThan(60);
  return verified;
}

describe('no edit of any leaf leaves a credential verified', () => {
  test('of every kind that badgekit reads', async () => {
    const documents = (await goodFiles()).flatMap(({ name, document }) =>
      document === undefined ? [] : [{ name, document }],
    );
    for (const { name, document } of documents) expect(await survivors(document, []), name).toEqual([]);
  }, 240_000);

  test.skipIf(!hasConformance).each([
    ['ob30/simple.json', 'z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi'],
    ['ob30/simple_v1.json', 'z6MknNHHrBzPytzu6CUBP9Lg7fg4KSBjzimc2Frh693YbMiv'],
    ['ob30/endorsement-valid.json', 'z6MkoMGF38Ck9xkdqrbZt4h9eHb1qc3GhAAkoSWa4Vy3SHRN'],
  ])(
    'of the fixture %s',
    async (name, key) => {
      const document = readDocument(`fixtures/${name}`);
      expect(await survivors(document, [publicKeyFromMultikey(key)], Date.parse('2026-11-24T00:00:00Z'))).toEqual([]);
    },
    120_000,
  );
});
