import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readdirSync } from 'node:fs';
import { BadgekitError, ifUsable } from '../../src/errors.ts';
import { canonicalForm, type Tier } from '../../src/proof/canonicalize.ts';
import { libraryForm } from '../../src/proof/library-form.ts';
import { skeletonOf, withSlots } from '../../src/proof/skeleton.ts';
import { assembleCredential } from '../../src/openbadges/credential.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../src/syntax/json.ts';
import { badgeContent, MADE } from '../support/badge.ts';
import { conformancePath, hasConformance, readText } from '../support/conformance.ts';
import { edited, leavesIn, valueAt } from '../support/places.ts';
import { withoutProof } from '../support/sign.ts';

/** The same documents each time, unless others are asked for. */
const SEED = Number(process.env['BADGEKIT_FUZZ_SEED'] ?? 20_261_128);

async function outcome(form: Promise<string>): Promise<string> {
  try {
    return await form;
  } catch (error) {
    if (error instanceof BadgekitError) return `refused: ${error.code}`;
    throw error;
  }
}

/** Compares all tiers with the libraries, and counts who answered. */
class Comparison {
  readonly #tiers = new Map<Tier | 'refused', number>();
  compared = 0;

  /** @returns the document that the two do not agree on, with what both say */
  async differs(document: JsonObject): Promise<object | undefined> {
    let tier: Tier | 'refused' = 'refused';
    const own = await outcome(
      canonicalForm(document).then((form) => {
        tier = form.tier;
        return form.text;
      }),
    );
    this.#tiers.set(tier, (this.#tiers.get(tier) ?? 0) + 1);
    this.compared++;
    const wanted = await outcome(libraryForm(document));
    return own === wanted ? undefined : { seed: SEED, document, own, wanted };
  }

  by(tier: Tier | 'refused'): number {
    return this.#tiers.get(tier) ?? 0;
  }

  toString(): string {
    return [...this.#tiers].map(([tier, count]) => `${tier} ${count}`).join(', ');
  }
}

/** Values that are awkward somewhere: for N-Quads, for ordering, for JSON-LD, or because others are the same. */
const TEXTS = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('same', 'same', 'Knots', 'a', ' ', 'type', 'id', 'name', '@type', '@id', ''),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('"', '\\', '\n\r\t\b\f', '\u0000\u001f\u007f\u0080', 'a"^^<b>', '> <x', '_:b0'),
  },
  { weight: 1, arbitrary: fc.constantFrom('\u{10000}', '\uffff', '\ue000', '\ufffd\u{1f600}', '\ud800', '\udc00x') },
);
const TAILS = fc.oneof(
  fc.constantFrom(
    'same',
    'a',
    'example.org/a',
    'example.org/a/../b',
    'example.org/%7Ea',
    'é',
    '\u{20000}',
    '\uf900',
    'a\u00a0b',
    'a\u2003b',
    'a\ufeff',
  ),
  fc.string({ minLength: 1, maxLength: 6 }),
);
const NUMBERS = fc.oneof(
  fc.constantFrom(0, -0, 1, 1.5, 1e-7, 1.5e-7, 1e21, 2 ** 53, 2 ** 53 - 1, -1, 0.1, 100, 1e20, 5e-324),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => Number(value.toPrecision(12))),
  fc.integer(),
);
const PREFIXES = fc.constantFrom('https://', 'urn:', 'did:', 'mailto:', 'http://', 'schema:', 'xsd:', 'x:');

const POOL = 4000;
const pool = <T>(values: fc.Arbitrary<T>): readonly T[] => fc.sample(values, { numRuns: POOL, seed: SEED });
const [texts, tails, numbers, iris] = [
  pool(TEXTS),
  pool(TAILS),
  pool(NUMBERS),
  pool(fc.tuple(PREFIXES, TAILS).map((parts) => parts.join(''))),
];

function shapeWith(value: string | number): string | undefined {
  return skeletonOf({ value })?.shape;
}

/** The document with another value in some of its slots, nearly always one of the same kind. */
function refilled(document: JsonObject, random: () => number): JsonObject {
  const pick = <T>(values: readonly T[], instead: T): T => values[Math.floor(random() * values.length)] ?? instead;
  return withSlots(document, (slot) => {
    if (random() < 0.6) return slot.value;
    if (random() < 0.002)
      return pick<string | number>(pick<readonly (string | number)[]>([texts, numbers, iris], texts), '');
    const value =
      slot.kind === 'text'
        ? pick(texts, '')
        : slot.kind === 'iri'
          ? `${slot.prefix}${pick(tails, '')}`
          : pick(numbers, 0);
    return shapeWith(value) === shapeWith(slot.value) ? value : slot.value;
  });
}

/** Random numbers that a seed gives again. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ALIGNMENT = {
  type: ['Alignment'],
  targetName: 'Ropework',
  targetUrl: 'https://frameworks.example/ropework',
} as const;
const RESULT = { type: ['Result'], resultDescription: 'https://school.example/achievements/knots#score' } as const;

/** Badges as rosters make them, with and without what is optional, and with parts that are alike. */
function badges(): readonly JsonObject[] {
  const content = badgeContent('did:web:school.example');
  const { achievement, subject, evidence } = content;
  const status = {
    id: 'https://school.example/status/revocation-1.json#7',
    type: 'BitstringStatusListEntry',
    statusPurpose: 'revocation',
    statusListIndex: '7',
    statusListCredential: 'https://school.example/status/revocation-1.json',
  } as const;
  const full = {
    ...content,
    status: [status],
    subject: { ...subject, result: [{ ...RESULT, value: '17' }] },
    achievement: {
      ...achievement,
      creator: content.issuer,
      alignment: [ALIGNMENT, { ...ALIGNMENT, targetName: 'Seamanship', targetUrl: 'https://frameworks.example/sea' }],
    },
  };
  return [
    assembleCredential(full),
    assembleCredential(content),
    assembleCredential({ ...content, evidence: [], awardedDate: undefined, validUntil: undefined }),
    assembleCredential({ ...full, achievement: { ...full.achievement, alignment: [ALIGNMENT, ALIGNMENT] } }),
    assembleCredential({
      ...full,
      evidence: [...evidence, { type: ['Evidence'], name: 'A' }, { type: ['Evidence'], name: 'A' }],
    }),
    {
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      type: 'DataIntegrityProof',
      cryptosuite: 'eddsa-rdfc-2022',
      created: new Date(MADE).toISOString(),
      verificationMethod: 'did:key:z6Mk#z6Mk',
      proofPurpose: 'assertionMethod',
    },
  ];
}

/** A document without some of its members: what is optional, and what is not. */
function withoutSome(value: JsonObject, random: () => number): JsonObject {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key === '@context' || key === 'type' || random() > 0.12)
      .map(([key, member]) => [key, key === '@context' ? member : within(member, random)]),
  );
}

function within(member: Json, random: () => number): Json {
  if (Array.isArray(member)) return member.map((entry) => within(entry, random));
  return isJsonObject(member) ? withoutSome(member, random) : member;
}

/** The document with any leaf changed, contexts and types included: for a value of any kind, or for another one of its own. */
function mutated(document: JsonObject, random: () => number): JsonObject {
  const leaves = leavesIn(document);
  const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  const [path, from] = [pick(leaves), pick(leaves)];
  if (path === undefined || from === undefined) return document;
  const value = pick<() => Json | undefined>([
    () => pick(texts),
    () => pick(iris),
    () => pick(numbers),
    () => pick<Json>([true, false, null, [], {}]),
    () => valueAt(document, from),
    () => [valueAt(document, path) ?? null, valueAt(document, from) ?? null],
  ])?.();
  return edited(document, path, () => value ?? null);
}

const ROWS = 20_000;
const VARIATIONS = 8;
const WITHOUT_SOME = 7;

describe('the canonical form by templates is that of the libraries', () => {
  test('for 20,000 random badges with hostile characters, equal values and parts that are alike', async () => {
    const comparison = new Comparison();
    const random = randomFrom(SEED);
    const documents = badges().flatMap((badge) => [
      badge,
      ...Array.from({ length: WITHOUT_SOME }, () => withoutSome(badge, random)),
    ]);
    while (comparison.compared < ROWS)
      for (const document of documents) expect(await comparison.differs(refilled(document, random))).toBeUndefined();
    console.log(`seed ${SEED}: ${comparison.compared} badges, by ${comparison.toString()}`);
    expect(comparison.by('template')).toBeGreaterThan(ROWS / 2);
    expect(comparison.by('template and library')).toBeGreaterThan(ROWS / 50);
    expect(comparison.by('library')).toBeGreaterThan(ROWS / 200);
  }, 900_000);

  test.skipIf(!hasConformance)(
    'for every published document, as it is and with its leaves changed',
    async () => {
      const comparison = new Comparison();
      const random = randomFrom(SEED);
      for (const document of publishedDocuments()) {
        for (let time = 0; time < 3; time++) expect(await comparison.differs(document)).toBeUndefined();
        for (let time = 0; time < VARIATIONS; time++)
          expect(await comparison.differs(refilled(document, random))).toBeUndefined();
        for (let time = 0; time < VARIATIONS; time++) {
          const other = mutated(document, random);
          for (const again of [other, refilled(other, random), refilled(other, random)])
            expect(await comparison.differs(again)).toBeUndefined();
        }
      }
      console.log(`seed ${SEED}: ${comparison.compared} documents, by ${comparison.toString()}`);
      expect(comparison.by('template')).toBeGreaterThan(500);
    },
    600_000,
  );
});

/** The published documents that have contexts, wherever in a file they stand, without their proofs. */
function publishedDocuments(): readonly JsonObject[] {
  const files = readdirSync(conformancePath('.'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.json(?:ld)?$/.test(file))
    .sort()
    .flatMap((file) => documentsIn(ifUsable(() => parseJson(readText(file))) ?? null));
}

function documentsIn(value: Json): readonly JsonObject[] {
  if (Array.isArray(value)) return value.flatMap((entry) => documentsIn(entry));
  if (!isJsonObject(value)) return [];
  // A context by itself is no document.
  const isDocument = value['@context'] !== undefined && Object.keys(value).length > 1;
  return isDocument ? [withoutProof(value)] : Object.values(value).flatMap((member) => documentsIn(member));
}
