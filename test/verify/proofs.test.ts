import { describe, expect, test } from 'vitest';
import type { AlgorithmName } from '../../src/keys/algorithms.ts';
import { asList, assembleCredential } from '../../src/openbadges/credential.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/syntax/json.ts';
import type { Report } from '../../src/verify/report.ts';
import { verify } from '../../src/verify/verify.ts';
import {
  badgeContent,
  bytesOf,
  codes,
  MADE,
  NOW,
  offline,
  outcomeOf,
  signedBadge,
  testIssuer,
} from '../support/badge.ts';
import { assembleStatusList } from '../../src/status/list.ts';
import { MIN_ENTRIES } from '../../src/status/bitstring.ts';
import { edited, leavesIn } from '../support/places.ts';
import { expectRefusal, told } from '../support/report.ts';
import { fakeWeb } from '../support/web.ts';
import { baseProof, derived, withoutProof, withProof, MANDATORY, shownBadge, SHOWN } from '../support/sign.ts';

const judge = (document: JsonObject, options = offline()): Promise<Report> => verify(bytesOf(document), options);

const statusNotes = (report: Report): string =>
  report.checks
    .filter(({ check }) => check === 'status')
    .flatMap(({ findings }) => findings.map(({ message }) => message))
    .join('; ');

const changed = (leaf: Json): Json =>
  typeof leaf === 'string' ? `${leaf}x` : typeof leaf === 'number' ? leaf + 1 : leaf !== true;

describe.each<[string, AlgorithmName]>([
  ['eddsa-jcs-2022', 'Ed25519'],
  ['ecdsa-jcs-2019', 'P-256'],
  ['ecdsa-jcs-2019', 'P-384'],
])('%s with %s', (cryptosuite, algorithm) => {
  const issuer = testIssuer(algorithm);
  const unsigned = assembleCredential(badgeContent(issuer.id));
  const context = unsigned['@context'] ?? [];

  test('verifies, with and without the contexts in the proof', async () => {
    for (const members of [{ cryptosuite }, { cryptosuite, '@context': context }]) {
      const report = await judge(await withProof(unsigned, issuer, members));
      expect(codes(report)).toEqual([]);
      expect(report.verdict).toBe('verified');
    }
  });

  test('no leaf can be edited, and no member added', async () => {
    const badge = await withProof(unsigned, issuer, { cryptosuite });
    for (const path of leavesIn(badge)) {
      const report = await judge(edited(badge, path, changed));
      expect(report.verdict, path.join('/')).not.toBe('verified');
    }
    expectRefusal(await judge({ ...badge, description: 'added' }), 'SIGNATURE_WRONG');
  });

  test('contexts that the proof does not name cannot be added', async () => {
    const badge = await withProof(unsigned, issuer, { cryptosuite, '@context': context });
    const longer = { ...badge, '@context': [...asList(context), 'https://w3id.org/security/multikey/v1'] };
    expectRefusal(await judge(longer), 'CONTEXT_NESTED');
  });
});

describe('ecdsa-sd-2023, against the reference implementation', () => {
  const issuer = testIssuer('P-256');
  const unsigned = assembleCredential(badgeContent(issuer.id));
  test('what a holder shows verifies, and the report says that there may be more', async () => {
    const shown = await derived(await baseProof(unsigned, issuer, MANDATORY), [
      '/name',
      '/id',
      '/credentialSubject/identifier',
      '/credentialSubject/narrative',
    ]);
    const report = await judge(shown, { ...offline(), allowsWithheld: true });
    expect(codes(report)).toEqual([]);
    expect(report.verdict).toBe('verified');
    expect(told(report)).toContain('PROOF_DERIVED');
    expect(shown).not.toHaveProperty('evidence');
  });

  test('a status or an end that is not shown may have been withheld, and then nothing is certain', async () => {
    const base = await baseProof(
      unsigned,
      issuer,
      MANDATORY.filter((pointer) => pointer !== '/validUntil'),
    );
    const shown = await derived(base, SHOWN);
    const report = await judge(shown);
    expect(report.verdict).toBe('undetermined');
    expect(['dates', 'status'].map((check) => outcomeOf(report, check))).toEqual(['undetermined', 'undetermined']);
    expect(codes(report)).toEqual(['WITHHELD', 'WITHHELD']);
  });

  test('a revocation cannot be hidden behind another entry', async () => {
    const list = (purpose: string): JsonObject => ({
      id: `https://school.example/status/${purpose}#7`,
      type: 'BitstringStatusListEntry',
      statusPurpose: purpose,
      statusListIndex: '7',
      statusListCredential: `https://school.example/status/${purpose}`,
    });
    const withStatus = { ...unsigned, credentialStatus: [list('revocation'), list('suspension')] };
    const lists = Object.fromEntries(
      await Promise.all(
        ['revocation', 'suspension'].map(async (purpose) => {
          const id = `https://school.example/status/${purpose}`;
          const document = assembleStatusList({
            url: id,
            issuer: issuer.id,
            purpose: purpose === 'revocation' ? 'revocation' : 'suspension',
            size: MIN_ENTRIES,
            set: purpose === 'revocation' ? [7] : [],
            validFrom: MADE,
            validUntil: NOW + 1000,
          });
          return [id, await withProof(document, issuer)] as const;
        }),
      ),
    );
    const options = { at: NOW, world: fakeWeb(lists) };
    const base = await baseProof(withStatus, issuer, MANDATORY);
    const hidden = await verify(bytesOf(await derived(base, [...SHOWN, '/credentialStatus/1'])), options);
    expect(hidden.verdict).toBe('undetermined');
    expect(codes(hidden)).toContain('WITHHELD');
    expect(statusNotes(hidden)).not.toContain('cannot be withheld');
    const all = await derived(await baseProof(withStatus, issuer, [...MANDATORY, '/credentialStatus']), SHOWN);
    const whole = await verify(bytesOf(all), options);
    expect(whole.headline).toMatch(/^REVOKED/);
    expect(statusNotes(whole)).toContain('cannot be withheld');
  });

  test('no leaf of what is shown can be edited', async () => {
    const shown = await shownBadge(issuer);
    for (const path of leavesIn(shown))
      expect(
        (await judge(edited(shown, path, changed), { ...offline(), allowsWithheld: true })).verdict,
        path.join('/'),
      ).not.toBe('verified');
  });

  test('what is mandatory cannot be left out', async () => {
    const shown = await shownBadge(issuer);
    const { validUntil: _, ...endless } = shown;
    const report = await judge(endless, { ...offline(), allowsWithheld: true });
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toContain('SIGNATURE_WRONG');
  });

  test('a base proof is for its holder alone', async () => {
    const report = await judge(await baseProof(unsigned, issuer, MANDATORY));
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toEqual(['PROOF_NOT_DERIVED']);
  });

  test('the signatures of one credential are none of another by the same issuer', async () => {
    const other = assembleCredential(badgeContent(issuer.id, { id: 'urn:uuid:5c3b7c1e-8f0a-8d3c-9a51-0d6a5f3c2b11' }));
    const [one, two] = await Promise.all(
      [unsigned, other].map(async (each) => derived(await baseProof(each, issuer, MANDATORY), SHOWN)),
    );
    const mixed = { ...one, proof: two?.['proof'] ?? [] };
    const report = await judge(mixed, { ...offline(), allowsWithheld: true });
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toContain('SIGNATURE_WRONG');
  });
});

describe('several proofs', () => {
  const issuer = testIssuer();
  const notary = testIssuer();
  const badge = () => signedBadge(issuer);
  const ID = 'urn:uuid:11111111-1111-4111-8111-111111111111';
  const OTHER = 'urn:uuid:22222222-2222-4222-8222-222222222222';
  const unsigned = assembleCredential(badgeContent(issuer.id));

  test('two by the issuer, over the same statements, verify', async () => {
    const report = await judge(await withProof(await badge(), issuer, { created: '2026-05-05T00:00:00Z' }));
    expect(report.verdict).toBe('verified');
  });

  test('one by somebody else beside it is told, and adds nothing', async () => {
    const report = await judge(await withProof(await badge(), notary));
    expect(report.verdict).toBe('verified');
    expect(told(report)).toContain('PROOF_COSIGNED');
    const alone = await judge(await withProof(unsigned, notary));
    expect(alone.verdict).toBe('rejected');
    expect(codes(alone)).toContain('ISSUER_MISMATCH');
  });

  test('a false one by somebody else spoils it', async () => {
    const signed = await withProof(await badge(), notary);
    const [first, second] = asList(signed['proof']).filter(isJsonObject);
    const spoilt = { ...signed, proof: [first ?? {}, { ...second, created: '2026-05-05T00:00:00Z' }] };
    const report = await judge(spoilt);
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toContain('SIGNATURE_WRONG');
  });

  test('a chain verifies with all its links', async () => {
    const first = await withProof(unsigned, issuer, { id: ID });
    const chain = await withProof(first, notary, { previousProof: ID });
    expect((await judge(chain)).verdict).toBe('verified');
    const own = await withProof(first, issuer, { previousProof: [ID] });
    expect((await judge(own)).verdict).toBe('verified');
  });

  test.each<[string, (first: JsonObject, second: JsonObject) => readonly JsonObject[]]>([
    ['without the link before it', (_, second) => [second]],
    ['with two links of one name', (first, second) => [first, { ...second, id: ID }]],
    ['that leads to itself', (first, second) => [first, { ...second, id: OTHER, previousProof: OTHER }]],
    [
      'in a circle',
      (first, second) => [
        { ...first, previousProof: OTHER },
        { ...second, id: OTHER, previousProof: ID },
      ],
    ],
    ['with a number for a name', (first, second) => [first, { ...second, previousProof: 1 }]],
  ])('a chain %s is refused', async (_, links) => {
    const chain = await withProof(await withProof(unsigned, issuer, { id: ID }), issuer, { previousProof: ID });
    const [first, second] = asList(chain['proof']).filter(isJsonObject);
    const report = await judge({ ...chain, proof: links(first ?? {}, second ?? {}) });
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toContain('PROOF_CHAIN');
  });

  test('a link cannot be exchanged for another good proof', async () => {
    const chain = await withProof(await withProof(unsigned, issuer, { id: ID }), issuer, { previousProof: ID });
    const [, second] = asList(chain['proof']).filter(isJsonObject);
    const [other] = asList((await withProof(unsigned, issuer, { id: ID, created: '2026-05-05T00:00:00Z' }))['proof']);
    expectRefusal(await judge({ ...withoutProof(chain), proof: [other ?? {}, second ?? {}] }), 'SIGNATURE_WRONG');
  });
});

describe('domain and challenge', () => {
  const issuer = testIssuer();
  const unsigned = assembleCredential(badgeContent(issuer.id));

  test('are noted where nobody asked for them, and demanded where somebody did', async () => {
    const bound = await withProof(unsigned, issuer, { domain: 'jobs.example', challenge: 'abc' });
    const report = await judge(bound);
    expect(report.verdict).toBe('verified');
    expect(told(report).filter((code) => code === 'PROOF_DOMAIN')).toHaveLength(2);
    expect((await judge(bound, { ...offline(), domain: 'jobs.example', challenge: 'abc' })).verdict).toBe('verified');
    for (const wanted of [{ domain: 'other.example' }, { challenge: 'abd' }])
      expect(codes(await judge(bound, { ...offline(), ...wanted }))).toContain('PROOF_DOMAIN');
    expectRefusal(await judge(await signedBadge(issuer), { ...offline(), domain: 'jobs.example' }), 'PROOF_DOMAIN');
  });
});
