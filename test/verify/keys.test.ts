import { describe, expect, test } from 'vitest';
import { generatePrivateKey, type PrivateKey } from '../../src/keys/private-key.ts';
import { assembleCredential } from '../../src/openbadges/credential.ts';
import { signJwt } from '../../src/proof/jwt.ts';
import { encodeBase64url } from '../../src/syntax/base64url.ts';
import type { JsonObject } from '../../src/syntax/json.ts';
import type { Report } from '../../src/verify/report.ts';
import { verify } from '../../src/verify/verify.ts';
import { badgeContent, bytesOf, codes, NOW, outcomeOf, type TestIssuer } from '../support/badge.ts';
import { expectRefusal } from '../support/report.ts';
import { withProof } from '../support/sign.ts';
import { fakeWeb } from '../support/web.ts';

const ISSUER = 'https://school.example/issuer';
const HOST = 'https://school.example/';

async function judge(file: JsonObject | string, documents: Readonly<Record<string, unknown>> = {}): Promise<Report> {
  return await verify(bytesOf(file), { at: NOW, world: fakeWeb(documents) });
}

function token(key: PrivateKey, header: JsonObject, issuer = ISSUER): Promise<string> {
  const content = badgeContent(issuer, { subject: { ...badgeContent(issuer).subject, id: 'did:example:ana' } });
  const { kid } = header;
  return typeof kid === 'string' ? signJwt(assembleCredential(content), key, kid) : resigned(content, key, header);
}

/** signJwt always names a kid; this token has another header. */
async function resigned(
  content: Parameters<typeof assembleCredential>[0],
  key: PrivateKey,
  header: JsonObject,
): Promise<string> {
  const { CompactSign, decodeJwt } = await import('jose');
  const claims = decodeJwt(await signJwt(assembleCredential(content), key, 'x'));
  return await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: key.publicKey.algorithm.jws[0], ...header })
    .sign(key.object);
}

function controllerDocument(id: string, method: string, key: PrivateKey, changes: JsonObject = {}): JsonObject {
  return {
    id,
    verificationMethod: [
      { id: method, type: 'Multikey', controller: id, publicKeyMultibase: key.publicKey.multikey ?? '' },
    ],
    assertionMethod: [method],
    ...changes,
  };
}

function issuerAt(id: string, method: string): TestIssuer {
  return { id, key: generatePrivateKey('Ed25519'), method };
}

const badgeBy = (issuer: TestIssuer): Promise<JsonObject> =>
  withProof(assembleCredential(badgeContent(issuer.id)), issuer);

describe('did:jwk', () => {
  const key = generatePrivateKey('P-256');
  const did = `did:jwk:${encodeBase64url(bytesOf(key.publicKey.jwk))}`;

  test('is itself the key', async () => {
    const report = await judge(await badgeBy({ id: did, key, method: `${did}#0` }));
    expect(codes(report)).toEqual([]);
    expect(report.verdict).toBe('verified');
  });

  test('has one key, named #0', async () => {
    const report = await judge(await badgeBy({ id: did, key, method: `${did}#1` }));
    expect(codes(report)).toContain('KEY_METHOD_UNKNOWN');
  });

  test.each([
    ['padding', `${did}=`, 'KEY_METHOD_UNKNOWN'],
    ['something else than JSON', 'did:jwk:YWJj', 'KEY_INVALID'],
    ['a secret key', `did:jwk:${encodeBase64url(bytesOf({ ...key.publicKey.jwk, d: 'AAAA' }))}`, 'KEY_INVALID'],
    [
      'one member twice',
      `did:jwk:${encodeBase64url(bytesOf(`{"kty":"OKP",${JSON.stringify(key.publicKey.jwk).slice(1)}`))}`,
      'KEY_INVALID',
    ],
  ])('with %s is no key', async (_, wrong, code) => {
    expectRefusal(await judge(await badgeBy({ id: wrong, key, method: `${wrong}#0` })), code);
  });
});

describe('an issuer that is a web address', () => {
  const method = `${ISSUER}#key-1`;
  const issuer = issuerAt(ISSUER, method);

  test('is authenticated by the document at its own address', async () => {
    const report = await judge(await badgeBy(issuer), { [ISSUER]: controllerDocument(ISSUER, method, issuer.key) });
    expect(codes(report)).toEqual([]);
    expect(report.verdict).toBe('verified');
  });

  test('may name a key that stands elsewhere on its host', async () => {
    const elsewhere = { ...issuer, method: `${HOST}keys/1` };
    const document = controllerDocument(ISSUER, elsewhere.method, issuer.key);
    expect((await judge(await badgeBy(elsewhere), { [ISSUER]: document })).verdict).toBe('verified');
  });

  test.each<[string, JsonObject, string]>([
    ['names another key', controllerDocument(ISSUER, method, generatePrivateKey('Ed25519')), 'SIGNATURE_WRONG'],
    [
      'does not let it assert',
      controllerDocument(ISSUER, method, issuer.key, { assertionMethod: [] }),
      'KEY_NOT_AUTHORIZED',
    ],
    [
      'says that somebody else controls it',
      {
        id: ISSUER,
        verificationMethod: [
          { id: method, controller: 'https://other.example/', publicKeyMultibase: issuer.key.publicKey.multikey ?? '' },
        ],
        assertionMethod: [method],
      },
      'ISSUER_MISMATCH',
    ],
    [
      'has withdrawn it',
      {
        id: ISSUER,
        verificationMethod: [
          {
            id: method,
            controller: ISSUER,
            publicKeyMultibase: issuer.key.publicKey.multikey ?? '',
            revoked: '2026-05-01T00:00:00Z',
          },
        ],
        assertionMethod: [method],
      },
      'KEY_NOT_AUTHORIZED',
    ],
  ])('is not authenticated where its document %s', async (_, document, code) => {
    expectRefusal(await judge(await badgeBy(issuer), { [ISSUER]: document }), code);
  });

  test('is not authenticated by a document about somebody else, nor by a profile without keys', async () => {
    for (const [document, code] of [
      [controllerDocument('https://school.example/other', method, issuer.key), 'KEY_UNREACHABLE'],
      [{ id: ISSUER, type: ['Profile'], name: 'Test School' }, 'KEY_NOT_AUTHENTICATED'],
      ['<!doctype html>', 'KEY_UNREACHABLE'],
    ] as const)
      expectRefusal(await judge(await badgeBy(issuer), { [ISSUER]: document }), code, 'undetermined');
  });

  test('is not authenticated by the key in the fragment, whose signature is good all the same', async () => {
    const claimed = { ...issuer, method: `${ISSUER}#${issuer.key.publicKey.multikey ?? ''}` };
    const badge = await badgeBy(claimed);
    for (const documents of [{}, { [ISSUER]: { id: ISSUER, type: ['Profile'] } }]) {
      const report = await judge(badge, documents);
      expect(report.verdict).toBe('undetermined');
      expect(outcomeOf(report, 'signature')).toBe('passed');
      expect(codes(report)).toContain('KEY_NOT_AUTHENTICATED');
    }
    const listed = controllerDocument(ISSUER, claimed.method, issuer.key);
    expect((await judge(badge, { [ISSUER]: listed })).verdict).toBe('verified');
    const unlisted = controllerDocument(ISSUER, method, issuer.key);
    expectRefusal(await judge(badge, { [ISSUER]: unlisted }), 'KEY_NOT_AUTHORIZED');
  });

  test('has no keys on another host', async () => {
    const foreign = { ...issuer, method: 'https://attacker.example/key' };
    const web = fakeWeb({
      'https://attacker.example/key': {
        id: foreign.method,
        controller: ISSUER,
        publicKeyMultibase: issuer.key.publicKey.multikey,
      },
    });
    const report = await verify(bytesOf(await badgeBy(foreign)), { at: NOW, world: web });
    expectRefusal(report, 'ISSUER_MISMATCH');
    expect(web.asked).not.toContain('https://attacker.example/key');
  });
});

describe('an issuer whose address looks like another', () => {
  const key = generatePrivateKey('P-256');

  test.each([
    'https://university.example@school.example/',
    'https://university.example:443@school.example/',
    'https://school.example/?university.example',
    'https://school.example/#/university.example',
    'https://school.example/x/..',
    'https://school.example/%2e%2e/',
    'https://SCHOOL.example/',
    'https://university\u3002school.example/',
    'https://un\u0456versity.example/',
  ])('%s is authenticated by no host', async (id) => {
    const origin = new URL(id).origin;
    const documents = {
      [id]: controllerDocument(id, `${id}#k1`, key),
      [new URL(id).href]: controllerDocument(id, `${id}#k1`, key),
      [`${origin}/.well-known/jwks.json`]: { keys: [{ ...key.publicKey.jwk, kid: 'k1' }] },
    };
    expectRefusal(
      await judge(await token(key, { kid: 'k1' }, id), documents),
      'KEY_METHOD_UNSUPPORTED',
      'undetermined',
    );
  });
});

describe('a token', () => {
  const key = generatePrivateKey('P-256');
  const jwks = (changes: JsonObject = {}): JsonObject => ({ keys: [{ ...key.publicKey.jwk, kid: 'k1' }], ...changes });
  const WELL_KNOWN = `${HOST}.well-known/jwks.json`;

  test('by an issuer that is its host has the key of the JWK set there', async () => {
    for (const kid of ['k1', `${WELL_KNOWN}#k1`, `${HOST}#k1`])
      expect((await judge(await token(key, { kid }, HOST), { [WELL_KNOWN]: jwks() })).verdict, kid).toBe('verified');
  });

  test('by one of several issuers of a host needs a JWK set that says whose it is', async () => {
    const signed = await token(key, { kid: 'k1' });
    expect((await judge(signed, { [WELL_KNOWN]: jwks({ iss: ISSUER }) })).verdict).toBe('verified');
    for (const changes of [{}, { iss: 'https://school.example/other' }]) {
      const report = await judge(signed, { [WELL_KNOWN]: jwks(changes) });
      expect(report.verdict).toBe('undetermined');
      expect(outcomeOf(report, 'signature')).toBe('passed');
      expect(codes(report)).toContain('KEY_NOT_AUTHENTICATED');
    }
  });

  test('that brings its key along is believed only where the issuer names that key', async () => {
    const signed = await token(key, { jwk: key.publicKey.jwk });
    const alone = await judge(signed);
    expect(alone.verdict).toBe('undetermined');
    expect(outcomeOf(alone, 'signature')).toBe('passed');
    const document = {
      id: ISSUER,
      assertionMethod: [{ id: `${ISSUER}#a`, controller: ISSUER, publicKeyJwk: key.publicKey.jwk }],
    };
    expect((await judge(signed, { [ISSUER]: document })).verdict).toBe('verified');
    expect((await judge(signed, { [WELL_KNOWN]: jwks({ iss: ISSUER }) })).verdict).toBe('verified');
    const other = {
      id: ISSUER,
      assertionMethod: [
        { id: `${ISSUER}#a`, controller: ISSUER, publicKeyJwk: generatePrivateKey('P-256').publicKey.jwk },
      ],
    };
    const refused = await judge(signed, { [ISSUER]: other });
    expect(refused.verdict).toBe('rejected');
    expect(codes(refused)).toContain('KEY_NOT_AUTHORIZED');
  });

  test('whose kid is an address of the host is good, but not authenticated by what stands there', async () => {
    const kid = `${HOST}keys/1.jwk`;
    const report = await judge(await token(key, { kid }), { [kid]: key.publicKey.jwk });
    expect(report.verdict).toBe('undetermined');
    expect(outcomeOf(report, 'signature')).toBe('passed');
    expect(codes(report)).toContain('KEY_NOT_AUTHENTICATED');
  });

  test('makes badgekit fetch nothing from another host', async () => {
    const web = fakeWeb({});
    await verify(bytesOf(await token(key, { kid: 'https://attacker.example/k' })), { at: NOW, world: web });
    expect(web.asked.filter((url) => !url.startsWith(HOST))).toEqual([]);
  });

  test.each([-9_000_000_000_000, 253_402_300_800, 9_000_000_000_000])(
    'with a date that is none (exp %d) is refused',
    async (exp) => {
      const { validUntil: _, ...endless } = assembleCredential(badgeContent(ISSUER));
      const [header = '', payload = ''] = (await signJwt(endless, key, 'k1')).split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as JsonObject;
      const dated = Buffer.from(JSON.stringify({ ...claims, exp })).toString('base64url');
      const report = await judge(`${header}.${dated}.AAAA`);
      expect(report.verdict).toBe('rejected');
      expect(codes(report)).toContain('JWT_CLAIM_MISMATCH');
    },
  );

  test('answers a domain and a challenge with its audience and nonce alone', async () => {
    const document = controllerDocument(ISSUER, `${ISSUER}#k`, key);
    const signed = await token(key, { kid: `${ISSUER}#k` });
    const world = fakeWeb({ [ISSUER]: document });
    expect((await verify(bytesOf(signed), { at: NOW, world })).verdict).toBe('verified');
    for (const asked of [{ domain: 'jobs.example' }, { challenge: 'c' }])
      expect(codes(await verify(bytesOf(signed), { at: NOW, world, ...asked }))).toContain('PROOF_DOMAIN');
  });

  test('of a DID issuer may name its key by a bare name', async () => {
    const did = 'did:web:school.example';
    const document = controllerDocument(did, `${did}#key-1`, key);
    const documents = { 'https://school.example/.well-known/did.json': document };
    for (const kid of ['key-1', '#key-1', `${did}#key-1`])
      expect((await judge(await token(key, { kid }, did), documents)).verdict, kid).toBe('verified');
  });
});
