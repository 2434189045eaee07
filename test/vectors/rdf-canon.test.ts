import jsonld from 'jsonld';
import { describe, expect, test } from 'vitest';
import { loadContext } from '../../src/openbadges/contexts.ts';
import { MAX_DEEP_ITERATIONS } from '../../src/proof/library-form.ts';
import { hasConformance, readText } from '../support/conformance.ts';
import { cpuTime } from '../support/cpu-time.ts';

interface Entry {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly action: string;
  readonly result?: string;
  readonly hashAlgorithm?: string;
}

const FOLDER = 'vectors/rdf-canon';
const entries = hasConformance
  ? (JSON.parse(readText(`${FOLDER}/manifest.jsonld`)) as { readonly entries: readonly Entry[] }).entries
  : [];
/** Without a bound on the work the largest of these graphs would take hours. */
const MAX_MS = 10_000;

/** The library as badgekit calls it, with badgekit's bound on its work. */
async function canonical(
  quads: string,
  hash = 'SHA256',
  canonicalIdMap = new Map<string, string>(),
): Promise<{ text: string; elapsed: number }> {
  const elapsed = cpuTime();
  const text = await jsonld
    .canonize(quads, {
      algorithm: 'RDFC-1.0',
      inputFormat: 'application/n-quads',
      format: 'application/n-quads',
      documentLoader: loadContext,
      safe: true,
      canonizeOptions: {
        maxDeepIterations: MAX_DEEP_ITERATIONS,
        messageDigestAlgorithm: hash.toLowerCase(),
        canonicalIdMap,
      },
    })
    .catch((error: unknown) => `refused: ${String(error)}`);
  return { text, elapsed: elapsed() };
}

describe.skipIf(!hasConformance)("the W3C's RDFC-1.0 test suite, within badgekit's bound on work", () => {
  test.each(entries.filter(({ type }) => type.endsWith('RDFC10EvalTest')))('$id $name', async (entry) => {
    const { text, elapsed } = await canonical(readText(`${FOLDER}/${entry.action}`), entry.hashAlgorithm);
    expect(text).toBe(readText(`${FOLDER}/${entry.result ?? ''}`));
    expect(elapsed).toBeLessThan(MAX_MS);
  });

  test.each(entries.filter(({ type }) => type.endsWith('RDFC10MapTest')))('$id $name: its labels', async (entry) => {
    const labels = JSON.parse(readText(`${FOLDER}/${entry.result ?? ''}`)) as Readonly<Record<string, string>>;
    const given = new Map<string, string>();
    await canonical(readText(`${FOLDER}/${entry.action}`), entry.hashAlgorithm, given);
    const bare = [...given].map((pair) => pair.map((label) => label.replace(/^_:/, '')));
    expect(Object.fromEntries(bare)).toEqual(labels);
  });

  test.each(entries.filter(({ type }) => type.endsWith('RDFC10NegativeEvalTest')))(
    '$id $name is refused in time',
    async (entry) => {
      const { text, elapsed } = await canonical(readText(`${FOLDER}/${entry.action}`));
      expect(text).toMatch(/^refused: /);
      expect(elapsed).toBeLessThan(MAX_MS);
    },
  );
});

test('poison graphs of any size end in time', async () => {
  for (const size of [10, 20, 40]) {
    const places = Array.from({ length: size }, (_, index) => index);
    const clique = places
      .flatMap((from) => places.filter((to) => to !== from).map((to) => `_:b${from} <urn:p> _:b${to} .\n`))
      .join('');
    const { text, elapsed } = await canonical(clique);
    expect(text, String(size)).toMatch(/^refused: /);
    expect(elapsed, String(size)).toBeLessThan(MAX_MS);
  }
});
