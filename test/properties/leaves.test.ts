import { describe, expect, test } from 'vitest';
import { publicKeyFromMultikey } from '../../src/keys/public-key.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/syntax/json.ts';
import { verify } from '../../src/verify/verify.ts';
import { goodFiles } from '../fuzz/corpus.ts';
import { bytesOf, offline } from '../support/badge.ts';
import { hasConformance, readDocument } from '../support/conformance.ts';

type Path = readonly (string | number)[];

function leavesOf(value: Json, path: Path = []): readonly Path[] {
  if (Array.isArray(value)) return value.flatMap((entry, index) => leavesOf(entry, [...path, index]));
  if (isJsonObject(value)) return Object.entries(value).flatMap(([key, member]) => leavesOf(member, [...path, key]));
  return [path];
}

function at(value: Json, path: Path): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const member = Array.isArray(value) ? value[Number(key)] : isJsonObject(value) ? value[key] : undefined;
  return at(member ?? null, rest);
}

/** The value with another leaf; without it, where the leaf is undefined. */
function withLeaf(value: Json, [key, ...rest]: Path, leaf: Json | undefined): Json | undefined {
  if (key === undefined) return leaf;
  if (Array.isArray(value)) {
    const changed = withLeaf(value[Number(key)] ?? null, rest, leaf);
    return changed === undefined ? value.toSpliced(Number(key), 1) : value.with(Number(key), changed);
  }
  if (!isJsonObject(value)) return value;
  const changed = withLeaf(value[key] ?? null, rest, leaf);
  const others = Object.entries(value).filter(([name]) => name !== key);
  return Object.fromEntries(changed === undefined ? others : [...others, [String(key), changed]]);
}

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
  for (const path of leavesOf(document))
    for (const edit of edits(at(document, path))) {
      // A context says nothing by itself: one of whose terms none is used can go.
      if (path[0] === '@context' && edit === undefined) continue;
      // One of several proofs may be of a kind that nobody knows; what is signed stays under the others.
      if (path[0] === 'proof' && path[1] === 1 && path[2] === 'cryptosuite') continue;
      const edited = withLeaf(document, path, edit);
      if (edited === undefined || JSON.stringify(edited) === JSON.stringify(document)) continue;
      count++;
      const report = await verify(bytesOf(isJsonObject(edited) ? edited : {}), options);
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
