import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bake } from '../../src/bake/bake.ts';
import { assembleCredential, type CredentialContent } from '../../src/openbadges/credential.ts';
import { plainImage } from '../../src/openbadges/plain-image.ts';
import { CREDENTIALS_V1 } from '../../src/openbadges/vocabulary.ts';
import { encodeBitstring, MIN_ENTRIES } from '../../src/status/bitstring.ts';
import { type Json, type JsonObject } from '../../src/syntax/json.ts';
import { encodeBase58btc, encodeMultibaseUrl } from '../../src/syntax/multibase.ts';
import type { VerifyOptions } from '../../src/verify/context.ts';
import type { Report } from '../../src/verify/report.ts';
import { DEFAULT_NEEDS } from '../../src/verify/verdict.ts';
import { verify } from '../../src/verify/verify.ts';
import { badgeContent, bytesOf, codes, NOW, offline, outcomeOf, testIssuer } from '../support/badge.ts';
import { expectRefusal, told } from '../support/report.ts';
import { fakeWeb } from '../support/web.ts';
import { withProof } from '../support/sign.ts';

const issuer = testIssuer();
const LIST = 'https://school.example/status/1';

/** A signed badge with members that the issuing side does not write. */
function badgeWith(members: JsonObject, content: Partial<CredentialContent> = {}): Promise<JsonObject> {
  const { '@context': context, ...rest } = assembleCredential(badgeContent(issuer.id, content));
  return withProof({ '@context': context ?? [], ...rest, ...members }, issuer);
}

function judge(badge: JsonObject, documents: Readonly<Record<string, unknown>>, options: Partial<VerifyOptions> = {}) {
  return verify(bytesOf(badge), { at: NOW, world: fakeWeb(documents), ...options });
}

function statusList(subject: JsonObject, members: JsonObject = {}): Promise<JsonObject> {
  return withProof(
    {
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      id: LIST,
      type: ['VerifiableCredential', 'BitstringStatusListCredential'],
      issuer: issuer.id,
      validFrom: '2026-05-01T00:00:00Z',
      credentialSubject: { id: `${LIST}#list`, type: 'BitstringStatusList', statusPurpose: 'revocation', ...subject },
      ...members,
    },
    issuer,
  );
}

const entry = (members: JsonObject = {}): JsonObject => ({
  credentialStatus: {
    id: `${LIST}#7`,
    type: 'BitstringStatusListEntry',
    statusPurpose: 'revocation',
    statusListIndex: '7',
    statusListCredential: LIST,
    ...members,
  },
});

describe('a status list with several bits for each entry', () => {
  const messages = ['0x0', '0x1', '0x2', '0x3'].map((status) => ({ status, message: `means ${status}` }));
  const encodedList = encodeBitstring(MIN_ENTRIES * 2, [14, 17]);

  test('gives the entry its message', async () => {
    const list = await statusList({ statusPurpose: 'message', encodedList });
    const message = { statusPurpose: 'message', statusSize: 2, statusMessage: messages };
    const report = await judge(await badgeWith(entry(message)), { [LIST]: list });
    expect(report.verdict).toBe('verified');
    expect(report.checks.find(({ check }) => check === 'status')?.summary).toContain('means 0x2');
    const next = await judge(await badgeWith(entry({ ...message, statusListIndex: '8' })), { [LIST]: list });
    expect(next.checks.find(({ check }) => check === 'status')?.summary).toContain('means 0x1');
  });

  test('revokes with any value but 0, and gives the reason', async () => {
    const list = await statusList({ encodedList });
    const sized = { statusSize: 2, statusMessage: messages };
    const revoked = await judge(await badgeWith(entry(sized)), { [LIST]: list });
    expect(revoked.headline).toMatch(/^REVOKED {2}.*means 0x2/);
    expect((await judge(await badgeWith(entry({ ...sized, statusListIndex: '9' })), { [LIST]: list })).verdict).toBe(
      'verified',
    );
    const beyond = await judge(await badgeWith(entry({ ...sized, statusListIndex: String(MIN_ENTRIES) })), {
      [LIST]: list,
    });
    expect(codes(beyond)).toEqual(['STATUS_LIST_RANGE']);
  });

  test('must be as many times longer', async () => {
    const list = await statusList({ encodedList: encodeBitstring(MIN_ENTRIES, []) });
    const report = await judge(await badgeWith(entry({ statusSize: 2, statusMessage: messages })), { [LIST]: list });
    expect(codes(report)).toEqual(['STATUS_LIST_REJECTED']);
  });
});

test('a list older than the reader allows leaves the status open', async () => {
  const list = await statusList({ encodedList: encodeBitstring(MIN_ENTRIES, []) });
  const badge = await badgeWith(entry());
  expect((await judge(badge, { [LIST]: list }, { maxStatusAgeMs: 40 * 86_400_000 })).verdict).toBe('verified');
  const stale = await judge(badge, { [LIST]: list }, { maxStatusAgeMs: 86_400_000 });
  expect(stale.verdict).toBe('undetermined');
  expect(codes(stale)).toEqual(['STATUS_STALE']);
});

describe('a StatusList2021', () => {
  const context = [
    CREDENTIALS_V1,
    'https://w3id.org/vc/status-list/2021/v1',
    'https://w3id.org/security/data-integrity/v2',
  ];
  const encoded = encodeBitstring(MIN_ENTRIES, [9]).slice(1);
  const list = (changes: JsonObject = {}): Promise<JsonObject> =>
    withProof(
      {
        '@context': context,
        id: LIST,
        type: ['VerifiableCredential', 'StatusList2021Credential'],
        issuer: issuer.id,
        issuanceDate: '2026-05-01T00:00:00Z',
        credentialSubject: {
          id: `${LIST}#list`,
          type: 'StatusList2021',
          statusPurpose: 'revocation',
          encodedList: encoded,
          ...changes,
        },
      },
      issuer,
    );
  const badge = (index: string): Promise<JsonObject> => {
    const { '@context': _, ...unsigned } = assembleCredential(badgeContent(issuer.id));
    return withProof(
      {
        ...unsigned,
        '@context': [
          'https://www.w3.org/ns/credentials/v2',
          'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json',
          'https://purl.imsglobal.org/spec/ob/v3p0/extensions.json',
          'https://w3id.org/vc/status-list/2021/v1',
        ],
        ...entry({ type: 'StatusList2021Entry', statusListIndex: index }),
      },
      issuer,
    );
  };

  test('is read without the prefix that its successor has', async () => {
    expect((await judge(await badge('7'), { [LIST]: await list() })).verdict).toBe('verified');
    expect(codes(await judge(await badge('9'), { [LIST]: await list() }))).toEqual(['REVOKED']);
    expect(codes(await judge(await badge('7'), { [LIST]: await list({ encodedList: `u${encoded}` }) }))).toEqual([
      'STATUS_LIST_REJECTED',
    ]);
  });

  test('and a bitstring list do not stand for each other', async () => {
    const other = await statusList({ encodedList: encodeBitstring(MIN_ENTRIES, []) });
    expect(codes(await judge(await badge('7'), { [LIST]: other }))).toEqual(['STATUS_LIST_REJECTED']);
    expect(codes(await judge(await badgeWith(entry()), { [LIST]: await list() }))).toEqual(['STATUS_LIST_REJECTED']);
  });
});

describe('a 1EdTechRevocationList', () => {
  const ADDRESS = 'https://school.example/revocations';
  const badge = (): Promise<JsonObject> =>
    badgeWith({ credentialStatus: { id: ADDRESS, type: '1EdTechRevocationList' } });
  const id = badgeContent(issuer.id).id;
  const list = (revokedCredential: Json, changes: JsonObject = {}): JsonObject => ({
    id: ADDRESS,
    issuer: issuer.id,
    revokedCredential,
    ...changes,
  });

  test('revokes what it lists, unless it says otherwise, and is told not to be signed', async () => {
    const clear = await judge(await badge(), { [ADDRESS]: list([{ id: 'urn:uuid:other' }, { id, revoked: false }]) });
    expect(clear.verdict).toBe('verified');
    expect(told(clear)).toContain('STATUS_UNSIGNED');
    const revoked = await judge(await badge(), { [ADDRESS]: list([{ id, revocationReason: 'by mistake' }]) });
    expect(revoked.headline).toMatch(/^REVOKED {2}.*by mistake/);
    expect((await judge(await badge(), { [ADDRESS]: list([id]) })).headline).toMatch(/^REVOKED/);
  });

  test.each<[string, unknown]>([
    ['by somebody else', list([], { issuer: 'did:web:other.example' })],
    ['that is none', { id: ADDRESS, revokedCredential: 'none' }],
    ['without entries', { id: ADDRESS, message: 'maintenance' }],
    ['of another address', list([], { id: 'https://school.example/other' })],
    ['with an entry that cannot be read', list([{ id: 1 }])],
    ['that is a page', '<html></html>'],
    ['that is missing', undefined],
  ])('%s leaves the status open', async (_, document) => {
    const report = await judge(await badge(), { [ADDRESS]: document });
    expect(report.verdict).toBe('undetermined');
    expect(codes(report)).toEqual(['STATUS_UNKNOWN']);
  });
});

test('a badge that names the members of every object has no answer for them', async () => {
  const list = await statusList({ statusPurpose: ['constructor'], encodedList: encodeBitstring(MIN_ENTRIES, []) });
  const report = await judge(await badgeWith(entry({ statusPurpose: 'constructor' })), { [LIST]: list });
  expect(JSON.stringify(report)).not.toContain('native code');
  const twice = await badgeWith({});
  const evidence = [{ id: 'urn:a:1', type: ['constructor'], name: 'x' }];
  const subject = {
    ...(twice['credentialSubject'] as JsonObject),
    source: { id: 'urn:a:1', type: ['Profile'], name: 'y' },
  };
  expectRefusal(await judge({ ...twice, evidence, credentialSubject: subject }, {}), 'NODE_TWICE');
});

test('a badge has a few status entries and no more', async () => {
  const { credentialStatus } = entry();
  const many = Array.from({ length: 9 }, (_, index) => ({
    ...(credentialStatus as JsonObject),
    id: `${LIST}#${index}`,
  }));
  const web = fakeWeb({});
  const report = await verify(bytesOf(await badgeWith({ credentialStatus: many })), { at: NOW, world: web });
  expect(codes(report)).toContain('STATUS_MALFORMED');
  expect(web.asked).toEqual([]);
});

test('a demand for the status is not met by an entry that says nothing of revocation', async () => {
  const list = await statusList({ statusPurpose: 'refresh', encodedList: encodeBitstring(MIN_ENTRIES, []) });
  const needs = { possible: DEFAULT_NEEDS.possible, made: new Set(['status'] as const) };
  const badge = await badgeWith(entry({ statusPurpose: 'refresh' }));
  expect((await judge(badge, { [LIST]: list })).verdict).toBe('verified');
  const unmet = await judge(badge, { [LIST]: list }, { needs });
  expect(unmet.verdict).toBe('undetermined');
  expect(outcomeOf(unmet, 'status')).toBe('skipped');
});

describe('a refresh service', () => {
  const SERVICE = 'https://school.example/refresh/1';
  const badge = (changes: Partial<CredentialContent> = {}): Promise<JsonObject> =>
    badgeWith({ refreshService: { id: SERVICE, type: '1EdTechCredentialRefresh' } }, changes);

  test('is named, and asked only where the reader says so', async () => {
    const web = fakeWeb({});
    const report = await verify(bytesOf(await badge()), { at: NOW, world: web });
    expect(report.verdict).toBe('verified');
    expect(told(report)).toContain('REFRESH_OFFERED');
    expect(web.asked).toEqual([]);
  });

  test('tells of a newer version, whose verdict it gives', async () => {
    const newer = await badge({ validFrom: Date.parse('2026-05-20T00:00:00Z') });
    const report = await judge(await badge(), { [SERVICE]: newer }, { refresh: true });
    expect(report.verdict).toBe('verified');
    expect(told(report)).toContain('REFRESH_NEWER');
    const same = await judge(await badge(), { [SERVICE]: await badge() }, { refresh: true });
    expect(outcomeOf(same, 'refresh')).toBe('passed');
    expect(told(same)).not.toContain('REFRESH_NEWER');
  });

  test('that fails or sends something else does not spoil the badge', async () => {
    const other = await badge({ id: 'urn:uuid:5c3b7c1e-8f0a-8d3c-9a51-0d6a5f3c2b77' });
    for (const document of [undefined, other, 'nonsense']) {
      const report = await judge(await badge(), { [SERVICE]: document }, { refresh: true });
      expect(report.verdict).toBe('verified');
      expect(codes(report)).toEqual(['REFRESH_FAILED']);
    }
  });

  test('is asked once, even where the answer names it again', async () => {
    const web = fakeWeb({ [SERVICE]: await badge({ validFrom: Date.parse('2026-05-20T00:00:00Z') }) });
    await verify(bytesOf(await badge()), { at: NOW, world: web, refresh: true });
    expect(web.asked).toEqual([SERVICE]);
  });
});

describe('evidence', () => {
  const photograph = new TextEncoder().encode('a photograph');
  const digest = createHash('sha256').update(photograph).digest();
  const digestMultibase = encodeMultibaseUrl(Uint8Array.from([0x12, 32, ...digest]));
  const evidence = (members: JsonObject): JsonObject => ({
    evidence: [{ id: 'https://school.example/evidence/knots.jpg', type: ['Evidence'], ...members }],
  });
  const file = (name: string, bytes: Uint8Array) => ({
    name,
    digests: [`12:${createHash('sha256').update(bytes).digest('hex')}`],
  });
  const look = async (members: JsonObject, files: ReturnType<typeof file>[]): Promise<Report> =>
    await verify(bytesOf(await badgeWith(evidence(members))), { ...offline(), evidence: files });

  test('that is the one that was signed is found, whatever its name', async () => {
    for (const value of [digestMultibase, encodeBase58btc(Uint8Array.from([0x12, 32, ...digest]))])
      expect(outcomeOf(await look({ digestMultibase: value }, [file('x', photograph)]), 'evidence')).toBe('passed');
  });

  test('that was changed is told, and that which is missing', async () => {
    const changed = await look({ digestMultibase }, [file('knots.jpg', bytesOf('another'))]);
    expect(changed.verdict).toBe('rejected');
    expect(codes(changed)).toEqual(['EVIDENCE_CHANGED']);
    const absent = await look({ digestMultibase }, [file('x', bytesOf('another'))]);
    expect(absent.verdict).toBe('undetermined');
    expect(codes(absent)).toEqual(['EVIDENCE_ABSENT']);
  });

  test('without a digest is only a link', async () => {
    expect(codes(await look({}, [file('knots.jpg', photograph)]))).toEqual(['EVIDENCE_UNSIGNED']);
  });

  test('is not looked at where the reader has no files', async () => {
    const report = await verify(bytesOf(await badgeWith(evidence({ digestMultibase }))), offline());
    expect(report.verdict).toBe('verified');
    expect(outcomeOf(report, 'evidence')).toBe('skipped');
  });
});

describe('the picture around a badge', () => {
  const svg = plainImage('skill');
  const other = plainImage('participation');
  const withImage = (): Promise<JsonObject> =>
    badgeWith({
      image: { id: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`, type: 'Image' },
    });
  const baked = async (image: string): Promise<Uint8Array> =>
    bake(new TextEncoder().encode(image), JSON.stringify(await withImage()));

  test('is compared with the one inside the badge', async () => {
    expect(outcomeOf(await verify(await baked(svg), offline()), 'image')).toBe('passed');
    const swapped = await verify(await baked(other), offline());
    expect(swapped.verdict).toBe('verified');
    expect(codes(swapped)).toEqual(['IMAGE_DIFFERS']);
  });

  test('is told not to be signed where the badge names none', async () => {
    const image = bake(new TextEncoder().encode(svg), JSON.stringify(await badgeWith({})));
    expect(told(await verify(image, offline()))).toContain('IMAGE_NOT_NAMED');
  });

  test('is never fetched', async () => {
    const web = fakeWeb({});
    const badge = await badgeWith({ image: { id: 'https://school.example/knots.svg', type: 'Image' } });
    await verify(bake(new TextEncoder().encode(svg), JSON.stringify(badge)), { at: NOW, world: web });
    expect(web.asked).toEqual([]);
  });
});
