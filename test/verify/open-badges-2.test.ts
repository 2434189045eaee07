import { createHash, type KeyObject } from 'node:crypto';
import { CompactSign } from 'jose';
import { describe, expect, test } from 'vitest';
import { publicKeyFromPem } from '../../src/keys/public-key.ts';
import type { JsonObject } from '../../src/syntax/json.ts';
import type { VerifyOptions } from '../../src/verify/context.ts';
import type { Report } from '../../src/verify/report.ts';
import { verify } from '../../src/verify/verify.ts';
import { bytesOf, codes, keyPair, NOW, outcomeOf } from '../support/badge.ts';
import { answerOf, expectRefusal } from '../support/report.ts';
import { fakeWeb } from '../support/web.ts';

const HOST = 'https://school.example';
const keys = keyPair('RSA');
const pem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();

const issuer: JsonObject = {
  '@context': 'https://w3id.org/openbadges/v2',
  id: `${HOST}/issuer`,
  type: 'Profile',
  name: 'Test School',
  url: HOST,
  publicKey: `${HOST}/key`,
  revocationList: `${HOST}/revoked`,
};
const badgeClass: JsonObject = {
  '@context': 'https://w3id.org/openbadges/v2',
  id: `${HOST}/badge`,
  type: 'BadgeClass',
  name: 'Knots',
  description: 'Ties twelve knots.',
  image: `${HOST}/badge.png`,
  criteria: { narrative: 'Tie them.' },
  issuer: `${HOST}/issuer`,
};
const assertion: JsonObject = {
  '@context': 'https://w3id.org/openbadges/v2',
  id: `${HOST}/assertions/1`,
  type: 'Assertion',
  recipient: {
    type: 'email',
    hashed: true,
    salt: 'sea',
    identity: `sha256$${createHash('sha256').update('ana@example.orgsea').digest('hex')}`,
  },
  badge: `${HOST}/badge`,
  issuedOn: '2026-05-04T09:00:00Z',
  expires: '2028-05-04T09:00:00Z',
  verification: { type: 'hosted' },
};
const signedAssertion: JsonObject = {
  ...assertion,
  id: 'urn:uuid:1b1c1d1e-0000-4000-8000-000000000001',
  verification: { type: 'signed', creator: `${HOST}/key` },
};
const web: Readonly<Record<string, unknown>> = {
  [`${HOST}/issuer`]: issuer,
  [`${HOST}/badge`]: badgeClass,
  [`${HOST}/assertions/1`]: assertion,
  [`${HOST}/key`]: { id: `${HOST}/key`, type: 'CryptographicKey', owner: `${HOST}/issuer`, publicKeyPem: pem },
  [`${HOST}/revoked`]: { id: `${HOST}/revoked`, type: 'RevocationList', revokedAssertions: [] },
};

function judge(
  file: JsonObject | string,
  documents: Readonly<Record<string, unknown>> = web,
  options: Partial<VerifyOptions> = {},
): Promise<Report> {
  return verify(bytesOf(file), { at: NOW, world: fakeWeb(documents), ...options });
}

function token(payload: JsonObject, key: KeyObject = keys.privateKey, alg = 'RS256'): Promise<string> {
  return new CompactSign(bytesOf(payload)).setProtectedHeader({ alg }).sign(key);
}

describe('a hosted Open Badges 2.0 assertion', () => {
  test('verifies where its own address says the same', async () => {
    const report = await judge(assertion, web, { recipient: 'ana@example.org' });
    expect(codes(report)).toEqual([]);
    expect(report).toMatchObject({ verdict: 'verified', standard: 'Open Badges 2.0' });
    expect(report.claims).toMatchObject({ name: 'Knots', issuerId: `${HOST}/issuer`, issuerName: 'Test School' });
    expect(outcomeOf(report, 'recipient')).toBe('passed');
  });

  test('that was edited is told where', async () => {
    const report = await judge({ ...assertion, issuedOn: '2020-05-04T09:00:00Z' });
    expect(report.verdict).toBe('rejected');
    expect(report.checks.flatMap(({ findings }) => findings)).toContainEqual(
      expect.objectContaining({ code: 'SIGNATURE_WRONG', path: '/issuedOn' }),
    );
  });

  test('is undetermined offline: nothing but its address speaks for it', async () => {
    const report = await judge(assertion, {});
    expect(report.verdict).toBe('undetermined');
    expect(codes(report)).toContain('KEY_UNREACHABLE');
  });

  test('on a host that is not the issuer’s is refused', async () => {
    const elsewhere = { ...assertion, id: 'https://attacker.example/1' };
    const report = await judge(elsewhere, { ...web, 'https://attacker.example/1': elsewhere });
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toContain('ISSUER_MISMATCH');
    const scoped = { ...issuer, verification: { startsWith: [`${HOST}/other/`] } };
    expectRefusal(await judge(assertion, { ...web, [`${HOST}/issuer`]: scoped }), 'ISSUER_MISMATCH');
  });

  test('is revoked where its address says so', async () => {
    const hosted = { ...assertion, revoked: true, revocationReason: 'by mistake' };
    const report = await judge(assertion, { ...web, [`${HOST}/assertions/1`]: hosted });
    expect(report.headline).toMatch(/^REVOKED {2}.*by mistake/);
  });

  test('has dates and a recipient', async () => {
    const expired = { ...assertion, expires: '2026-05-05T00:00:00Z' };
    expect(codes(await judge(expired, { ...web, [`${HOST}/assertions/1`]: expired }))).toEqual(['EXPIRED']);
    expect(codes(await judge(assertion, web, { recipient: 'bo@example.org' }))).toEqual(['RECIPIENT_MISMATCH']);
  });
});

test('the addresses of programs that put everything into queries are addresses, too', async () => {
  const id = `${HOST}/badges/assertion.php?b=abc&obversion=2`;
  const profile = { ...issuer, id: `${HOST}/badges/issuer_json.php?id=5` };
  const own = { ...badgeClass, id: `${HOST}/badges/badge_json.php?id=7`, issuer: profile.id };
  const hosted = { ...assertion, id, badge: own.id };
  const documents = { [id]: hosted, [profile.id]: profile, [own.id]: own };
  expect((await judge(hosted, documents)).verdict).toBe('verified');
});

describe('a signed Open Badges 2.0 assertion', () => {
  test('verifies under a key that the issuer names and that names the issuer', async () => {
    const report = await judge(await token(signedAssertion));
    expect(codes(report)).toEqual([]);
    expect(report.verdict).toBe('verified');
  });

  test('is rejected under another key, or when it was edited', async () => {
    const other = keyPair('RSA');
    expect(codes(await judge(await token(signedAssertion, other.privateKey)))).toContain('SIGNATURE_WRONG');
    const [header = '', , signature = ''] = (await token(signedAssertion)).split('.');
    const payload = Buffer.from(JSON.stringify({ ...signedAssertion, issuedOn: '2020-01-01T00:00:00Z' })).toString(
      'base64url',
    );
    expectRefusal(await judge(`${header}.${payload}.${signature}`), 'SIGNATURE_WRONG');
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['that the issuer does not name', { [`${HOST}/issuer`]: { ...issuer, publicKey: `${HOST}/other` } }],
    [
      'that belongs to somebody else',
      { [`${HOST}/key`]: { id: `${HOST}/key`, owner: 'https://other.example', publicKeyPem: pem } },
    ],
  ])('with a key %s is rejected', async (_, documents) => {
    const report = await judge(await token(signedAssertion), { ...web, ...documents });
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toContain('ISSUER_MISMATCH');
  });

  test('is authentic offline, with the key given and the badge class inside', async () => {
    const inside = { ...signedAssertion, badge: { ...badgeClass, issuer: { ...issuer, revocationList: 1 } } };
    const report = await judge(await token(inside), {}, { keys: [{ key: publicKeyFromPem(pem) }] });
    expect(outcomeOf(report, 'signature')).toBe('passed');
    expect(outcomeOf(report, 'key')).toBe('passed');
    // Which list would revoke it only the profile at the issuer's address can say.
    expect(report.headline).toMatch(/^STATUS UNKNOWN/);
    expectRefusal(await judge(await token(inside), {}), 'KEY_UNREACHABLE', 'undetermined');
  });

  test('in the list of the revoked is revoked', async () => {
    const list = {
      id: `${HOST}/revoked`,
      revokedAssertions: [{ id: signedAssertion['id'], revocationReason: 'wrong person' }],
    };
    const report = await judge(await token(signedAssertion), { ...web, [`${HOST}/revoked`]: list });
    expect(report.headline).toMatch(/^REVOKED {2}.*wrong person/);
    const unknown = { ...web, [`${HOST}/revoked`]: undefined };
    expect((await judge(await token(signedAssertion), unknown)).headline).toMatch(/^STATUS UNKNOWN/);
  });

  test('that is not signed at all is rejected', async () => {
    expect(codes(await judge(signedAssertion))).toContain('NO_PROOF');
  });
});

describe('an impostor', () => {
  const attacker = keyPair('RSA');
  const attackerPem = attacker.publicKey.export({ type: 'spki', format: 'pem' }).toString();

  test('who brings the issuer’s profile along is not the issuer, signed or hosted', async () => {
    const profile = {
      ...issuer,
      publicKey: { id: `${HOST}/key`, owner: `${HOST}/issuer`, publicKeyPem: attackerPem },
      verification: { allowedOrigins: 'evil.example' },
    };
    const signed = await token({ ...signedAssertion, badge: { ...badgeClass, issuer: profile } }, attacker.privateKey);
    expectRefusal(await judge(signed, {}), 'KEY_UNREACHABLE', 'undetermined');
    expectRefusal(await judge(signed), 'SIGNATURE_WRONG');
    const hosted = { ...assertion, id: 'https://evil.example/1', badge: { ...badgeClass, issuer: profile } };
    for (const documents of [{}, web])
      expect(answerOf(await judge(hosted, { ...documents, 'https://evil.example/1': hosted }))).toMatch(
        /ISSUER_MISMATCH|KEY_/,
      );
  });

  test.each([
    ['https://school.example', 'https://school.example.evil.example/a.json'],
    ['https://school.example/badges/', 'https://school.example/badges/../users/eve/a.json'],
    ['https://school.example/badges/', 'https://school.example/badges/%2e%2e/users/eve/a.json'],
    ['https://school.example/badges', 'https://school.example/badges-of-eve/a.json'],
    [undefined, 'https://school.example@evil.example/a.json'],
    [undefined, 'https://school.example:8443/a.json'],
  ])('within %s does not host %s', async (startsWith, id) => {
    const policy = startsWith === undefined ? {} : { verification: { startsWith } };
    const hosted = { ...assertion, id };
    const report = await judge(hosted, { ...web, [`${HOST}/issuer`]: { ...issuer, ...policy }, [id]: hosted });
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toContain('ISSUER_MISMATCH');
  });

  test('is not helped by a key that was given for somebody else, for another name, or for an earlier time', async () => {
    const signed = await token(signedAssertion, attacker.privateKey);
    const key = publicKeyFromPem(attackerPem);
    for (const given of [{ controller: 'https://other.example' }, { method: `${HOST}/other` }, { endsAt: 1 }])
      for (const documents of [web, {}])
        expect(answerOf(await judge(signed, documents, { keys: [{ key, ...given }] }))).toMatch(/SIGNATURE_WRONG|KEY_/);
  });
});

test('an Open Badges 2.0 badge answers no challenge', async () => {
  expect(codes(await judge(await token(signedAssertion), web, { challenge: 'c' }))).toContain('PROOF_DOMAIN');
});

test.each<[string, JsonObject, string]>([
  ['without a badge', { badge: 1 }, 'SCHEMA'],
  ['without a verification', { verification: 1 }, 'SCHEMA'],
  [
    'of version 1',
    { verification: undefined as never, verify: { type: 'hosted', url: `${HOST}/assertions/1` } },
    'UNSUPPORTED_STANDARD',
  ],
])('an assertion %s is told', async (_, changes, code) => {
  const report = await judge({ ...assertion, ...changes });
  expect(report.verdict).not.toBe('verified');
  expect(codes(report)).toContain(code);
});
