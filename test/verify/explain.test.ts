import { describe, expect, test } from 'vitest';
import { bake } from '../../src/bake/bake.ts';
import { generatePrivateKey } from '../../src/keys/private-key.ts';
import { asList, assembleCredential } from '../../src/openbadges/credential.ts';
import { OPEN_BADGES_CONTEXT } from '../../src/openbadges/vocabulary.ts';
import { plainImage } from '../../src/openbadges/plain-image.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/syntax/json.ts';
import type { VerifyOptions } from '../../src/verify/context.ts';
import { type Copy, explain } from '../../src/verify/explain.ts';
import type { Report } from '../../src/verify/report.ts';
import { verify } from '../../src/verify/verify.ts';
import {
  badgeContent,
  bytesOf,
  codes,
  NOW,
  offline,
  signedBadge,
  signedToken,
  testIssuer,
  type TestIssuer,
} from '../support/badge.ts';
import { withProof } from '../support/sign.ts';
import { fakeWeb } from '../support/web.ts';
import { cpuTime } from '../support/cpu-time.ts';

const issuer = testIssuer();
const achievement = {
  ...badgeContent(issuer.id).achievement,
  name: 'Knöpfe & Œillets',
  description: 'Ties “twelve” knots.\nEach for its purpose.',
};
const good = (): Promise<JsonObject> => signedBadge(issuer, { achievement });

async function explained(
  broken: JsonObject | string | Uint8Array,
  copies: readonly Copy[] = [],
  options: VerifyOptions = offline(),
): Promise<Report> {
  const bytes = broken instanceof Uint8Array ? broken : bytesOf(broken);
  const report = await verify(bytes, options);
  expect(report.verdict).not.toBe('verified');
  const answer = await explain(bytes, report, options, copies);
  expect(answer.verdict).toBe(report.verdict);
  return answer;
}

const causes = (report: Report) =>
  report.checks.flatMap(({ findings }) => findings).filter(({ code }) => code.startsWith('CAUSE_'));
const copy = (name: string, document: JsonObject | string): Copy => ({ name, bytes: bytesOf(document) });

function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((entry) => mapTexts(entry, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapTexts(member, change)]));
}

async function damaged(change: (text: string) => string): Promise<JsonObject> {
  const { proof, '@context': context, ...rest } = await good();
  const changed = mapTexts(rest, change);
  return { '@context': context ?? [], ...(isJsonObject(changed) ? changed : {}), proof: proof ?? [] };
}

const windows1252 = (text: string): string => new TextDecoder('windows-1252').decode(new TextEncoder().encode(text));

describe('--explain finds that', () => {
  test('a field was edited, and names it and both values, where an unspoilt copy lies beside it', async () => {
    const badge = await good();
    const broken = { ...badge, validUntil: '2038-05-04T09:00:00Z' };
    const [cause] = causes(
      await explained(broken, [copy('other.json', await signedBadge(issuer)), copy('ana.json', badge)]),
    );
    expect(cause).toMatchObject({ code: 'CAUSE_FIELD_EDITED', path: '/validUntil' });
    expect(cause?.message).toContain('signed "2028-05-04T09:00:00Z", here "2038-05-04T09:00:00Z"');
  });

  test('a member was added', async () => {
    const [cause] = causes(await explained({ ...(await good()), description: 'With honours' }));
    expect(cause).toMatchObject({ code: 'CAUSE_MEMBER_ADDED', path: '/description' });
  });

  test('a context was exchanged for another version', async () => {
    const badge = await good();
    const swapped = asList(badge['@context']).map((url) =>
      url === OPEN_BADGES_CONTEXT ? 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json' : url,
    );
    const [cause] = causes(await explained({ ...badge, '@context': swapped }));
    expect(cause).toMatchObject({ code: 'CAUSE_CONTEXT', path: '/@context' });
    expect(cause?.message).toContain('context-3.0.3.json');
  });

  test('terms in it were never signed', async () => {
    const [cause] = causes(await explained({ ...(await good()), grade: 'A' }));
    expect(cause).toMatchObject({ code: 'CAUSE_UNSIGNED_TERMS' });
  });

  test('its text was damaged by a wrong encoding, once or twice', async () => {
    expect(causes(await explained(await damaged(windows1252)))[0]).toMatchObject({ code: 'CAUSE_ENCODING' });
    const twice = await damaged((text) => windows1252(windows1252(text)));
    expect(causes(await explained(twice))[0]).toMatchObject({ code: 'CAUSE_ENCODING' });
  });

  test('its characters were decomposed', async () => {
    const [cause] = causes(await explained(await damaged((text) => text.normalize('NFD'))));
    expect(cause).toMatchObject({ code: 'CAUSE_NORMALIZED' });
    expect(cause?.message).toContain('NFC');
  });

  test.each<[string, (text: string) => string]>([
    ['dates', (text) => text.replace(/^(\d{4}-.*T.*)Z$/, '$1.000Z')],
    ['dates', (text) => text.replace(/^(\d{4}-.*T.*)Z$/, '$1+00:00')],
    ['lines', (text) => text.replaceAll('\n', '\r\n')],
  ])('its %s were written anew', async (words, change) => {
    const [cause] = causes(await explained(await damaged(change)));
    expect(cause).toMatchObject({ code: 'CAUSE_RESERIALIZED' });
    expect(cause?.message).toContain(words);
  });

  test('its numbers became text', async () => {
    const unsigned = assembleCredential(badgeContent(issuer.id));
    const badge = await withProof(unsigned, issuer, { cryptosuite: 'eddsa-jcs-2022' });
    const subject = isJsonObject(badge['credentialSubject']) ? badge['credentialSubject'] : {};
    const broken = { ...badge, credentialSubject: { ...subject, creditsEarned: '1.5' } };
    expect(causes(await explained(broken))[0]).toMatchObject({ code: 'CAUSE_RESERIALIZED' });
  });

  test('its proof was copied from another credential', async () => {
    const other = await signedBadge(issuer, { id: 'urn:uuid:5c3b7c1e-8f0a-8d3c-9a51-0d6a5f3c2b99' });
    const forged = { ...(await good()), proof: other['proof'] ?? [] };
    const [cause] = causes(await explained(forged, [copy('other.json', other)]));
    expect(cause).toMatchObject({ code: 'CAUSE_PROOF_COPIED', path: '/proof' });
    expect(cause?.message).toContain('other.json');
  });

  test('it was signed with another key of the issuer than it names', async () => {
    const did = 'did:web:school.example';
    const [old, current] = [generatePrivateKey('Ed25519'), generatePrivateKey('Ed25519')];
    const method = (name: string, { publicKey }: TestIssuer['key']): JsonObject => ({
      id: `${did}#${name}`,
      type: 'Multikey',
      controller: did,
      publicKeyMultibase: publicKey.multikey ?? '',
    });
    const document = {
      id: did,
      verificationMethod: [method('old', old), method('new', current)],
      assertionMethod: [`${did}#old`, `${did}#new`],
    };
    const broken = await signedBadge({ id: did, key: old, method: `${did}#new` });
    const world = fakeWeb({ 'https://school.example/.well-known/did.json': document });
    const [cause] = causes(await explained(broken, [], { at: NOW, world }));
    expect(cause).toMatchObject({ code: 'CAUSE_OTHER_KEY', path: '/proof' });
    expect(cause?.message).toContain('#old');
    const token = await signedToken({ id: did, key: old, method: `${did}#new` });
    const [why] = causes(await explained(token, [], { at: NOW, world }));
    expect(why).toMatchObject({ code: 'CAUSE_OTHER_KEY' });
    expect(why?.message).toMatch(/#old.*than the one that it names.*#new/);
  });

  test('more edits than are told are counted', async () => {
    const badge = await good();
    const added = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`added${index}`, index]));
    const found = causes(await explained({ ...badge, ...added }, [copy('good.json', badge)]));
    expect(found.map(({ code }) => code)).toEqual(Array.from({ length: 6 }, () => 'CAUSE_FIELD_EDITED'));
    expect(found.at(-1)?.message).toBe('and in 2 more places');
  });

  test("a token's payload was altered", async () => {
    const token = await signedToken(issuer);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as JsonObject;
    const altered = Buffer.from(JSON.stringify({ ...claims, name: 'Edited' })).toString('base64url');
    const broken = `${header}.${altered}.${signature}`;
    const [cause] = causes(await explained(broken, [copy('ana.jwt', token)]));
    expect(cause).toMatchObject({ code: 'CAUSE_TOKEN_ALTERED' });
    expect(cause?.message).toMatch(/payload differs.*\/name signed "Knots", here "Edited"/);
    expect(causes(await explained(broken))[0]).toMatchObject({ code: 'CAUSE_UNKNOWN' });
  });

  test('another family of algorithms was written into it', async () => {
    const token = await signedToken(issuer);
    const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid: issuer.method, typ: 'JWT' })).toString('base64url');
    const [, ...rest] = token.split('.');
    expect(causes(await explained([header, ...rest].join('.')))[0]).toMatchObject({ code: 'CAUSE_ALGORITHM' });
    const badge = await good();
    const [proof] = asList(badge['proof']).filter(isJsonObject);
    const other = { ...badge, proof: [{ ...proof, cryptosuite: 'ecdsa-rdfc-2019' }] };
    expect(causes(await explained(other))[0]).toMatchObject({ code: 'CAUSE_ALGORITHM' });
  });

  test('an image was saved again, and which chunks it has', async () => {
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const [cause] = causes(await explained(new Uint8Array(png)));
    expect(cause).toMatchObject({ code: 'CAUSE_IMAGE_SAVED_AGAIN' });
    expect(cause?.message).toContain('IHDR, IDAT, IEND');
  });

  test('nothing common explains it, where an edit leaves no trace', async () => {
    const report = await explained({ ...(await good()), name: 'Something else' });
    expect(causes(report)).toHaveLength(1);
    expect(causes(report)[0]).toMatchObject({ code: 'CAUSE_UNKNOWN' });
    expect(codes(report)).toContain('SIGNATURE_WRONG');
  });
});

test('--explain leaves a badge alone that is authentic, and ends in time on a large one', async () => {
  const baked = bake(new TextEncoder().encode(plainImage('skill')), JSON.stringify(await good()));
  const report = await verify(baked, offline());
  expect(await explain(baked, report, offline())).toBe(report);
  const large = await signedBadge(issuer, {
    evidence: Array.from({ length: 400 }, (_, index) => ({
      id: `urn:x:${index}`,
      type: ['Evidence'],
      name: `No ${index}`,
    })),
  });
  const elapsed = cpuTime();
  await explained({ ...large, name: 'Edited' });
  expect(elapsed()).toBeLessThan(20_000);
}, 60_000);
