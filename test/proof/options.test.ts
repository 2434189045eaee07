import { expect, test } from 'vitest';
import { BadgekitError } from '../../src/errors.ts';
import { CREDENTIALS_V2, OPEN_BADGES_CONTEXT } from '../../src/openbadges/vocabulary.ts';
import { canonicalOptions } from '../../src/proof/data-integrity.ts';
import { libraryForm } from '../../src/proof/library-form.ts';
import type { Json, JsonObject } from '../../src/syntax/json.ts';
import { Chance } from '../fuzz/random.ts';

const SEED = Number(process.env['BADGEKIT_FUZZ_SEED'] ?? 20_261_129);

const USUAL = {
  type: 'DataIntegrityProof',
  cryptosuite: 'eddsa-rdfc-2022',
  created: '2026-06-01T09:00:00Z',
  verificationMethod: 'did:web:school.example#key-1',
  proofPurpose: 'assertionMethod',
};

function codeOf(error: unknown): string {
  if (error instanceof BadgekitError) return error.code;
  throw error;
}

test('the options of a proof are its own, whatever was looked at before them', async () => {
  const chance = new Chance(SEED);
  const contexts: [Json, ...Json[]] = [
    CREDENTIALS_V2,
    [CREDENTIALS_V2],
    [CREDENTIALS_V2, OPEN_BADGES_CONTEXT],
    [OPEN_BADGES_CONTEXT, CREDENTIALS_V2],
    [CREDENTIALS_V2, { comment: 'https://school.example/comment' }],
    [CREDENTIALS_V2, { comment: 'https://school.example/remark' }],
  ];
  const members: [JsonObject, ...JsonObject[]] = [
    {},
    {},
    { proofValue: 'zA' },
    { proofValue: 'zB' },
    { created: '2026-06-01T09:00:01Z' },
    { created: ['2026-06-01T09:00:00Z'] },
    { expires: '2030-06-01T09:00:00Z' },
    { '@context': CREDENTIALS_V2 },
    { domain: 'school.example' },
    { domain: ['school.example'] },
    { domain: ['school.example', 'other.example'] },
    { challenge: 'a' },
    { comment: 'a' },
    { id: 'urn:uuid:00000000-0000-8000-8000-000000000001' },
    { '@context': [CREDENTIALS_V2, { challenge: 'https://school.example/challenge' }], challenge: 'a' },
  ];
  const textOr = (made: Promise<string>): Promise<string> => made.catch((error: unknown) => codeOf(error));
  const seen = new Map<string, string>();
  for (let round = 0; round < 1500; round++) {
    const document = { '@context': chance.pick(contexts), type: ['VerifiableCredential'] };
    const proof: JsonObject = {
      ...Object.fromEntries(Object.entries(USUAL).filter(() => chance.below(20) > 0)),
      ...chance.pick(members),
      ...chance.pick(members),
    };
    const { proofValue: _, ...options } = proof;
    const whole = { '@context': document['@context'], ...options };
    const name = JSON.stringify(whole);
    const wanted = seen.get(name) ?? (await textOr(libraryForm(whole)));
    seen.set(name, wanted);
    expect(await textOr(canonicalOptions(document, proof)), `seed ${SEED}, round ${round}: ${name}`).toBe(wanted);
  }
  expect(seen.size).toBeGreaterThan(150);
  expect(new Set(seen.values()).size).toBeGreaterThan(10);
}, 60_000);

test('a proof with contexts of its own has not the options of one that has a member more', async () => {
  const document = { '@context': CREDENTIALS_V2 };
  const bound = { ...USUAL, domain: 'school.example' };
  await canonicalOptions(document, bound);
  const own = { '@context': CREDENTIALS_V2, ...USUAL };
  expect(await canonicalOptions(document, own)).toBe(await libraryForm(own));
});
