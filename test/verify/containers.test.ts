import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contextDocument } from '../../src/openbadges/contexts.ts';
import {
  CLR_CONTEXT,
  CLR_FIRST_CONTEXT,
  CREDENTIALS_V2,
  OPEN_BADGES_CONTEXT,
} from '../../src/openbadges/vocabulary.ts';
import { type Json, type JsonObject, parseJson } from '../../src/syntax/json.ts';
import type { Report } from '../../src/verify/report.ts';
import { boundedWorld, FileBudget } from '../../src/verify/file-budget.ts';
import { DEFAULT_NEEDS } from '../../src/verify/verdict.ts';
import { verify } from '../../src/verify/verify.ts';
import {
  badgeContent,
  bytesOf,
  codes,
  LEARNER,
  offline,
  outcomeOf,
  signedBadge,
  signedToken,
  testIssuer,
} from '../support/badge.ts';
import { hasConformance, readBytes, readText } from '../support/conformance.ts';
import { expectRefusal } from '../support/report.ts';
import { learnerRecord, withProof } from '../support/sign.ts';
import { fakeWeb } from '../support/web.ts';
import { cpuTime } from '../support/cpu-time.ts';

const university = testIssuer();
const school = testIssuer();
const judge = (document: JsonObject | string): Promise<Report> => verify(bytesOf(document), offline());

function badge(changes = {}): Promise<JsonObject> {
  const content = badgeContent(school.id);
  return signedBadge(school, { subject: { ...content.subject, id: LEARNER }, ...changes });
}

const record = (verifiableCredential: readonly Json[], changes: JsonObject = {}): Promise<JsonObject> =>
  learnerRecord(university, verifiableCredential, changes);

function presentation(verifiableCredential: readonly Json[], changes: JsonObject = {}): JsonObject {
  return {
    '@context': [CREDENTIALS_V2],
    type: ['VerifiablePresentation'],
    verifiableCredential,
    ...changes,
  };
}

describe('the contexts of learner records', () => {
  test.skipIf(!hasConformance).each([
    [CLR_CONTEXT, 'contexts/clr-v2p0-context-2.0.1.json'],
    [CLR_FIRST_CONTEXT, 'contexts/clr-v2p0-context.json'],
  ])('%s is as published', async (url, file) => {
    expect(await contextDocument(url)).toEqual(JSON.parse(readText(file)));
  });
});

describe('a learner record', () => {
  test('verifies with all that it wraps, each with a report of its own', async () => {
    const report = await judge(
      await record([await badge(), await badge({ id: 'urn:uuid:5c3b7c1e-8f0a-8d3c-9a51-0d6a5f3c2b12' })]),
    );
    expect(codes(report)).toEqual([]);
    expect(report.verdict).toBe('verified');
    expect(report.standard).toBe('Comprehensive Learner Record 2.0');
    expect(report.contained.map(({ path, report: { verdict } }) => [path, verdict])).toEqual([
      ['/credentialSubject/verifiableCredential/0', 'verified'],
      ['/credentialSubject/verifiableCredential/1', 'verified'],
    ]);
  });

  test('is no better than the worst of what it wraps, and says which', async () => {
    const forged = { ...(await badge()), name: 'Edited' };
    const report = await judge(
      await record([await badge({ id: 'urn:uuid:5c3b7c1e-8f0a-8d3c-9a51-0d6a5f3c2b12' }), forged]),
    );
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toContain('CREDENTIAL_REJECTED');
    expect(report.contained.map(({ report: { verdict } }) => verdict)).toEqual(['verified', 'rejected']);
    expect(outcomeOf(report, 'signature')).toBe('passed');
    const expired = await judge(await record([await badge({ validUntil: Date.parse('2026-05-20T00:00:00Z') })]));
    expect(expired.contained[0]?.report.headline).toMatch(/^EXPIRED/);
    expect(expired.verdict).toBe('rejected');
  });

  test('does not verify when a badge in it is exchanged for another good one', async () => {
    const { credentialSubject: subject, ...signed } = await record([await badge()]);
    const other = await badge({ id: 'urn:uuid:5c3b7c1e-8f0a-8d3c-9a51-0d6a5f3c2b13' });
    const swapped = { ...signed, credentialSubject: { ...(subject as JsonObject), verifiableCredential: [other] } };
    expectRefusal(await judge(swapped), 'SIGNATURE_WRONG');
  });

  test('about one person with a badge of another says so', async () => {
    const content = badgeContent(school.id);
    const others = await signedBadge(school, { subject: { ...content.subject, id: 'did:example:other' } });
    const report = await judge(await record([others]));
    const findings = report.checks.flatMap((check) => check.findings.map(({ code }) => code));
    expect(findings).toContain('CREDENTIAL_OTHER_SUBJECT');
  });

  test.each<[string, JsonObject, string]>([
    ['without its credentials', { credentialSubject: { id: LEARNER, type: ['ClrSubject'] } }, 'SCHEMA'],
    ['without a name', { name: 1 }, 'SCHEMA'],
    ['with its contexts out of order', { '@context': [CREDENTIALS_V2, OPEN_BADGES_CONTEXT, CLR_CONTEXT] }, 'SCHEMA'],
  ])('%s is refused', async (_, changes, code) => {
    const report = await judge(await record([await badge()], changes));
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toContain(code);
  });

  test('cannot hide a description of itself in what it wraps', async () => {
    const id = 'urn:uuid:5c3b7c1e-8f0a-8d3c-9a51-0d6a5f3c2c00';
    const report = await judge(await record([{ ...(await badge()), evidence: [{ id, type: ['Evidence'] }] }]));
    expect(codes(report)).toContain('NODE_TWICE');
  });

  test.skipIf(!hasConformance)('of 1EdTech has two good signatures, whose keys nothing authenticates', async () => {
    const report = await verify(
      readBytes('fixtures/clr20/simple.json'),
      offline({ at: Date.parse('2026-11-24T00:00:00Z') }),
    );
    expect(report.verdict).toBe('undetermined');
    expect(outcomeOf(report, 'signature')).toBe('passed');
    expect(report.contained.map(({ report: each }) => outcomeOf(each, 'signature'))).toEqual(['passed']);
  });
});

describe('a presentation', () => {
  test('that nobody signed is only a wrapping: the verdict is that of the credentials in it', async () => {
    const report = await judge(presentation([await badge()]));
    expect(report.verdict).toBe('verified');
    expect(outcomeOf(report, 'signature')).toBe('skipped');
    expectRefusal(await judge(presentation([{ ...(await badge()), name: 'Edited' }])), 'CREDENTIAL_REJECTED');
  });

  test('without credentials proves nothing', async () => {
    const { verifiableCredential: _, ...empty } = presentation([]);
    const report = await judge(empty);
    expect(report.verdict).toBe('undetermined');
    expect(outcomeOf(report, 'credentials')).toBe('skipped');
    expect(report.headline).toMatch(/it wraps none/);
  });

  test('signed by its holder verifies; by anybody else it does not', async () => {
    const holder = testIssuer();
    const options = { proofPurpose: 'authentication', domain: 'jobs.example', challenge: 'c1' };
    const unsigned = presentation([await badge()], { holder: holder.id });
    const asked = { ...offline(), domain: 'jobs.example', challenge: 'c1' };
    const signed = await withProof(unsigned, holder, options);
    expect((await verify(bytesOf(signed), asked)).verdict).toBe('verified');
    expectRefusal(await verify(bytesOf(signed), { ...asked, challenge: 'c2' }), 'PROOF_DOMAIN');
    expectRefusal(await judge(await withProof(unsigned, testIssuer(), options)), 'ISSUER_MISMATCH');
    expectRefusal(await judge(await withProof(unsigned, holder, { proofPurpose: 'assertionMethod' })), 'PROOF_PURPOSE');
    expectRefusal(await judge(await withProof(presentation([await badge()]), holder, options)), 'ISSUER_MISMATCH');
  });

  test('cannot hide claims beside a token in its envelope', async () => {
    const token = await signedToken(school);
    const id = `data:application/vc+jwt,${token}`;
    for (const beside of [
      { type: ['EnvelopedVerifiableCredential', 'VerifiableCredential', 'OpenBadgeCredential'] },
      { type: ['EnvelopedVerifiableCredential'], name: 'PhD in Physics' },
    ])
      expectRefusal(await judge(presentation([{ '@context': [CREDENTIALS_V2], id, ...beside }])), 'DATA_MODEL');
  });

  test('of the older data model is not judged, and not called false', async () => {
    const older = {
      '@context': ['https://www.w3.org/2018/credentials/v1'],
      type: ['VerifiablePresentation'],
      verifiableCredential: [await badge()],
    };
    const report = await judge(older);
    expect(report.verdict).toBe('undetermined');
    expect(codes(report)).toEqual(['UNSUPPORTED_STANDARD']);
  });

  test('can wrap tokens in envelopes', async () => {
    const token = await signedToken(school);
    const wrapped = (text: string): JsonObject =>
      presentation([
        {
          '@context': [CREDENTIALS_V2],
          type: ['EnvelopedVerifiableCredential'],
          id: `data:application/vc+jwt,${text}`,
        },
      ]);
    const report = await judge(wrapped(token));
    expect(report.contained[0]?.report.verdict).toBe('verified');
    expect(report.verdict).toBe('verified');
    expectRefusal(await judge(wrapped(`${token.slice(0, -6)}AAAAAA`)), 'CREDENTIAL_REJECTED');
  });

  test('is followed as deep as a record in a presentation goes, and no deeper', async () => {
    const followed = await judge(presentation([await record([await badge()])]));
    expect(followed.verdict).toBe('verified');
    const inner = await record([await badge()], { id: 'urn:uuid:5c3b7c1e-8f0a-8d3c-9a51-0d6a5f3c2c09' });
    const deep = await judge(presentation([await record([inner])]));
    expectRefusal(deep, 'CREDENTIAL_UNDETERMINED', 'undetermined');
    const [outer] = deep.contained;
    const deepest = outer?.report.contained[0]?.report.contained[0]?.report;
    expect(deepest && codes(deepest)).toEqual(['TOO_COMPLEX']);
  });

  test('of presentations is refused', async () => {
    const inner = presentation([await badge()], { id: 'urn:uuid:5c3b7c1e-8f0a-8d3c-9a51-0d6a5f3c2c09' });
    expectRefusal(await judge(presentation([inner])), 'DATA_MODEL');
  });
});

describe('a presentation that passes itself off as a credential', () => {
  const claims = {
    issuer: { id: 'https://university.example/issuer', type: ['Profile'], name: 'Famous University' },
    validFrom: '2026-05-04T09:00:00Z',
    credentialSubject: { type: ['AchievementSubject'], achievement: { name: 'PhD in Physics' } },
  };

  test.each<[string, JsonObject]>([
    [
      'by its types and members',
      { type: ['VerifiablePresentation', 'VerifiableCredential', 'OpenBadgeCredential'], ...claims },
    ],
    ['by its types', { type: ['VerifiablePresentation', 'OpenBadgeCredential'] }],
    ['by its members', claims],
  ])('%s is refused, alone and inside another', async (_, changes) => {
    const forged = presentation([await badge()], changes);
    expectRefusal(await judge(forged), 'DATA_MODEL');
    expectRefusal(await judge(presentation([forged])), 'CREDENTIAL_REJECTED');
  });

  test('by a holder whom nobody proved shows no holder', async () => {
    const report = await judge(presentation([await badge()], { holder: 'https://university.example/issuer' }));
    expect(report.verdict).toBe('verified');
    expect(report.claims).toMatchObject({ issuerId: undefined, name: undefined });
  });

  test('answers no challenge and no demand for a signature', async () => {
    const plain = bytesOf(presentation([await badge()]));
    for (const asked of [{ challenge: 'c' }, { domain: 'jobs.example' }])
      expect(codes(await verify(plain, { ...offline(), ...asked }))).toEqual(['PROOF_DOMAIN']);
    const needs = { possible: DEFAULT_NEEDS.possible, made: new Set(['signature'] as const) };
    expect((await verify(plain, { ...offline(), needs })).verdict).toBe('undetermined');
  });
});

describe('keys and budgets', () => {
  test('a key given for a record speaks for its issuer, and not for those inside', async () => {
    const registrar = {
      ...testIssuer(),
      id: 'https://registrar.example/issuer',
      method: 'https://registrar.example/issuer#k',
    };
    const impersonated = {
      ...registrar,
      id: 'https://university.example/issuer',
      method: 'https://university.example/issuer#k',
    };
    const content = badgeContent(impersonated.id);
    const inner = await signedBadge(impersonated, { subject: { ...content.subject, id: LEARNER } });
    const outer = await learnerRecord(registrar, [inner]);
    const report = await verify(bytesOf(outer), offline({ keys: [registrar.key.publicKey] }));
    expect(outcomeOf(report, 'key')).toBe('passed');
    expectRefusal(report, 'CREDENTIAL_UNDETERMINED', 'undetermined');
    expect(report.contained.flatMap(({ report: inside }) => codes(inside))).toContain('KEY_UNREACHABLE');
  });

  test('many large tokens in one presentation take no longer than one', async () => {
    const evidence = Array.from({ length: 600 }, (_, index) => ({
      id: `urn:x:${index}`,
      type: ['Evidence'] as const,
      name: 'x',
    }));
    const token = await signedToken(school, { evidence });
    const envelope = {
      '@context': [CREDENTIALS_V2],
      type: ['EnvelopedVerifiableCredential'],
      id: `data:application/vc+jwt,${token}`,
    };
    const elapsed = cpuTime();
    expectRefusal(await judge(presentation(Array.from({ length: 10 }, () => envelope))), 'CREDENTIAL_REJECTED');
    expect(elapsed()).toBeLessThan(10_000);
  });

  test('a file leads to a few addresses, and to a few more for each credential in it', async () => {
    for (const [wrapped, limit] of [
      [0, 32],
      [10, 72],
    ] as const) {
      const web = fakeWeb({});
      const budget = new FileBudget();
      budget.allowLookupsFor(wrapped);
      const world = boundedWorld(web, budget);
      for (let index = 0; index < 100; index++) await world.read(`https://school-${index}.example/`, 1);
      expect(web.asked).toHaveLength(limit);
      expect(await world.read('https://school-0.example/x', 1)).toMatchObject({ found: false, reason: 'blocked' });
      // To ask once more leads nowhere new.
      await world.read('https://school-0.example/', 1);
      expect(web.asked).toHaveLength(limit + 1);
    }
  });

  test('credentials wrapped where nobody looks are refused', async () => {
    const hidden = { ...(await badge()), verifiableCredential: [await badge()] };
    expect(codes(await judge(hidden))).toContain('KEY_NOT_PLAIN');
  });
});

describe('the schema of learner records', () => {
  test('is valid JSON with the classes that the standard adds', () => {
    const schema = parseJson(readFileSync(join(import.meta.dirname, '../../schemas/clr-2.0.json'), 'utf8'));
    expect(Object.keys((schema as JsonObject)['$defs'] ?? {})).toEqual(['ClrCredential', 'ClrSubject', 'Association']);
  });
});
