import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
// Before jsonld, which takes what it needs from there when it is loaded.
import { sharingContexts } from '../../src/proof/shared-contexts.ts';
import jsonld from 'jsonld';
import { parseJson } from '../../src/syntax/json.ts';
import { conformancePath, hasConformance, readText, withExamples } from '../support/conformance.ts';
import { cpuTime } from '../support/cpu-time.ts';

const documents = hasConformance
  ? readdirSync(conformancePath('.'), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.json(?:ld)?$/.test(file))
      .map((file) => file.replaceAll('\\', '/'))
      .sort()
      .flatMap((file) => objectsIn(file))
  : [];

/** The JSON objects of a file, if it holds any: whatever they are, and however deep they lie in a list of test cases. */
function objectsIn(file: string): readonly { readonly file: string; readonly document: object }[] {
  try {
    const value = parseJson(readText(file));
    const all = Array.isArray(value) ? value : [value];
    return all.filter((entry) => typeof entry === 'object' && entry !== null).map((document) => ({ file, document }));
  } catch {
    return [];
  }
}

async function canonical(document: object, options: object): Promise<string> {
  try {
    return await jsonld.canonize(structuredClone(document), {
      ...options,
      algorithm: 'RDFC-1.0',
      base: null,
      canonizeOptions: { maxDeepIterations: 2000 },
      documentLoader: withExamples,
      format: 'application/n-quads',
      safe: true,
    });
  } catch (error) {
    return `refused: ${error instanceof Error ? `${error.name} ${error.message}` : String(error)}`;
  }
}

describe.skipIf(!hasConformance)('contexts that are shared instead of copied', () => {
  test('give every published document the very same canonical form, or the same refusal', async () => {
    let answered = 0;
    for (const { file, document } of documents) {
      const copied = await canonical(document, {});
      // Twice: what the first time left in the caches must not show.
      for (let time = 0; time < 2; time++) expect(await canonical(document, sharingContexts), file).toBe(copied);
      if (!copied.startsWith('refused')) answered++;
    }
    expect(answered).toBeGreaterThan(100);
  });

  test('take less than half of the time', async () => {
    const badge = JSON.parse(readText('fixtures/ob30/complete.json')) as object;
    const time = async (options: object): Promise<number> => {
      const elapsed = cpuTime();
      for (let round = 0; round < 10; round++) await canonical(badge, options);
      return elapsed();
    };
    const rounds: { readonly copied: number; readonly shared: number }[] = [];
    for (let round = 0; round < 5; round++)
      rounds.push({ copied: await time({}), shared: await time(sharingContexts) });
    const fastest = (of: (round: (typeof rounds)[number]) => number): number => Math.min(...rounds.map(of));
    expect(fastest(({ shared }) => shared)).toBeLessThan(fastest(({ copied }) => copied) / 2);
  });
});
