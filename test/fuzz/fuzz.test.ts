import { expect, test } from 'vitest';
import { extract } from '../../src/bake/bake.ts';
import { BadgekitError } from '../../src/errors.ts';
import { canonicalJson } from '../../src/syntax/jcs.ts';
import { isJsonObject, type Json } from '../../src/syntax/json.ts';
import { openFile } from '../../src/verify/subject.ts';
import { verify } from '../../src/verify/verify.ts';
import { offline } from '../support/badge.ts';
import { goodFiles, type Seed } from './corpus.ts';
import { mutateBytes, mutateJson } from './mutate.ts';
import { Chance } from './random.ts';
import { cpuTime } from '../support/cpu-time.ts';

const SECONDS = Number(process.env['BADGEKIT_FUZZ_SECONDS'] ?? 0);
const CASES = SECONDS > 0 ? Number.POSITIVE_INFINITY : 1500;
const SEED = Number(process.env['BADGEKIT_FUZZ_SEED'] ?? 20_261_125);
const MAX_MS = 2000;
const TELL_EVERY_MS = 30_000;
const options = { ...offline(), allowsWithheld: true };

/** Two files say the same where their members are the same: lists have no order, and a list of one is that one. */
function said(bytes: Uint8Array): string | undefined {
  const { subject } = openFile(bytes);
  if (subject === undefined) return undefined;
  // What may differ: a proof that counts for nothing, by somebody else and of an unknown kind; a context of which no
  // term is used.
  const { proof: _proof, '@context': _context, ...unsecured } = subject.document;
  return canonicalJson(unordered(unsecured));
}

function unordered(value: Json): Json {
  if (Array.isArray(value) && value.length === 1) return unordered(value[0] ?? null);
  if (Array.isArray(value)) return value.map(unordered).sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unordered(member)]));
}

function mutated(seed: Seed, others: readonly [Seed, ...Seed[]], chance: Chance): Uint8Array {
  const other = chance.pick(others);
  if (seed.document !== undefined && chance.below(3) > 0) {
    let document: Json = seed.document;
    for (let count = 1 + chance.below(3); count > 0; count--)
      document = mutateJson(document, other.document ?? null, chance);
    return new TextEncoder().encode(JSON.stringify(document));
  }
  let bytes = seed.bytes;
  for (let count = 1 + chance.below(3); count > 0; count--) bytes = mutateBytes(bytes, [other.bytes], chance);
  return bytes;
}

/** What is wrong with the answer about one file; undefined where nothing is. */
async function faultWith(
  bytes: Uint8Array,
  good: ReadonlySet<string | undefined>,
  tally: Tally,
): Promise<string | undefined> {
  const time = cpuTime();
  const report = await verify(bytes, options).catch((error: unknown) => String(error));
  const elapsed = Math.round(time());
  tally.slowestMs = Math.max(tally.slowestMs, elapsed);
  if (typeof report === 'string') return `verify threw: ${report}`;
  tally[report.verdict]++;
  if (elapsed > MAX_MS) return `it took ${elapsed} ms`;
  if (report.verdict === 'verified' && !good.has(said(bytes))) return 'it verified, and says something else';
  return thrownBy(() => extract(bytes));
}

function thrownBy(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof BadgekitError ? undefined : `extract threw: ${String(error)}`;
  }
}

interface Tally {
  verified: number;
  rejected: number;
  undetermined: number;
  slowestMs: number;
}

test('good files of every kind verify', async () => {
  for (const { name, bytes } of await goodFiles())
    expect((await verify(bytes, options)).verdict, name).toBe('verified');
});

test(
  'mutated files never verify, and nothing but a BadgekitError is ever thrown',
  async () => {
    const files = await goodFiles();
    // A mutation can put one good file in the place of another.
    const good = new Set(files.map(({ bytes }) => said(bytes)));
    const until = SECONDS === 0 ? Number.POSITIVE_INFINITY : Date.now() + SECONDS * 1000;
    const tally: Tally = { verified: 0, rejected: 0, undetermined: 0, slowestMs: 0 };
    const faults: string[] = [];
    let cases = 0;
    let told = Date.now();
    for (; cases < CASES && Date.now() < until && faults.length === 0; cases++) {
      const chance = new Chance(SEED + cases);
      const seed = chance.pick(files);
      const bytes = mutated(seed, files, chance);
      const fault = await faultWith(bytes, good, tally);
      if (SECONDS > 0 && Date.now() - told > TELL_EVERY_MS) {
        told = Date.now();
        console.log(`${cases + 1} files so far: ${JSON.stringify(tally)}`);
      }
      if (fault !== undefined)
        faults.push(
          `${fault} (${seed.name}, case ${SEED + cases}: ${Buffer.from(bytes).toString('base64').slice(0, 4000)})`,
        );
    }
    console.log(`fuzzed ${cases} files from seed ${SEED}: ${JSON.stringify(tally)}`);
    expect(faults).toEqual([]);
    expect(tally.rejected).toBeGreaterThan(cases / 2);
  },
  (SECONDS + 120) * 1000,
);
