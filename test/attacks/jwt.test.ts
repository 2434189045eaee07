import { createHmac, createSign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALGORITHMS, type AlgorithmName } from '../../src/keys/algorithms.ts';
import { generatePrivateKey, signBytes } from '../../src/keys/private-key.ts';
import { publicKeyFromJwk } from '../../src/keys/public-key.ts';
import { addProof } from '../../src/proof/data-integrity.ts';
import { checkJwtSignature, openJwt, signJwt } from '../../src/proof/jwt.ts';
import { didDocument } from '../../src/site/did-document.ts';
import { encodeBase64url } from '../../src/syntax/base64url.ts';
import type { JsonObject } from '../../src/syntax/json.ts';
import { MADE, NOW, testIssuer, type TestIssuer } from '../support/badge.ts';
import { hasConformance, readDocument, readText } from '../support/conformance.ts';
import { expectRefusal, answerOf, told } from '../support/report.ts';
import { inside, judge, jws, lost, plain, proofOf, served, unsigned, without } from './support.ts';

const issuer = testIssuer('P-256');
const attacker = testIssuer('P-256');
const seconds = (instant: number): number => Math.floor(instant / 1000);
const FROM = seconds(MADE);
const UNTIL = seconds(Date.parse('2028-05-04T09:00:00Z'));

/** The claims of a token for a badge, as they should be. */
function claims(id: string, badge: JsonObject = unsigned(id)): JsonObject {
  return { ...badge, iss: id, jti: badge['id'] ?? null, nbf: FROM, exp: UNTIL };
}
const good = claims(issuer.id);
const HEADER = { alg: 'ES256', kid: issuer.method, typ: 'JWT' } as const;
const token = (header: object | string, payload: object | string = good, by: TestIssuer = issuer): string =>
  jws(header, payload, by.key);
const parts = (text: string): [header: string, payload: string, signature: string] => {
  const [header = '', payload = '', signature = ''] = text.split('.');
  return [header, payload, signature];
};

describe('a token as it should be', () => {
  test('is verified: what the attacks change is all that is wrong with them', async () => {
    expect(answerOf(await judge(token(HEADER)))).toBe('verified');
  });
});

describe('algorithms', () => {
  test.each([['none'], ['None'], ['nOnE'], [''], [undefined]])('JW1: %j signs nothing', async (alg) => {
    const header = { ...HEADER, alg };
    expectRefusal(await judge(token(header)), 'JWT_ALGORITHM');
    const [first, second] = parts(token(header));
    // As such tokens are written: nothing after the last dot.
    expectRefusal(await judge(`${first}.${second}.`), 'FILE_UNUSABLE');
    expectRefusal(await judge(`${first}.${second}.AAAA`), 'JWT_ALGORITHM');
  });

  test('JW2: the public key is no shared secret, in none of its spellings', async () => {
    const { jwk, object, multikey = '' } = issuer.key.publicKey;
    const secrets = [
      JSON.stringify(jwk),
      object.export({ type: 'spki', format: 'pem' }),
      object.export({ type: 'spki', format: 'der' }),
      Buffer.from(String(jwk['x']), 'base64url'),
      multikey,
      issuer.id,
      '',
    ];
    for (const alg of ['HS256', 'HS384', 'HS512'])
      for (const secret of secrets) {
        const [header, payload] = parts(token({ ...HEADER, alg }));
        const mac = createHmac(`sha${alg.slice(2)}`, secret)
          .update(`${header}.${payload}`)
          .digest('base64url');
        expectRefusal(await judge(`${header}.${payload}.${mac}`), 'JWT_ALGORITHM');
      }
  });

  test('JW3: the algorithm is that of the key, whatever the header says', async () => {
    const names: readonly AlgorithmName[] = ['Ed25519', 'P-256', 'P-384', 'RSA'];
    const algs = ['EdDSA', 'Ed25519', 'ES256', 'ES256K', 'ES384', 'ES512', 'RS256', 'RS512', 'PS256', 'Ed448', 'es256'];
    for (const name of names) {
      const key = generatePrivateKey(name);
      // An RSA key has no did:key.
      const id = `did:jwk:${encodeBase64url(Buffer.from(JSON.stringify(key.publicKey.jwk)))}`;
      for (const alg of algs) {
        const report = await judge(jws({ alg, kid: `${id}#0` }, claims(id), key));
        const isOwn = ALGORITHMS[name].jws.includes(alg);
        expect(answerOf(report)).toMatch(isOwn ? /^verified$/ : /^rejected: .*(?:KEY_KIND|JWT_ALGORITHM)/);
      }
    }
  });
});

describe('keys', () => {
  const web = 'did:web:school.example';
  const document = 'https://school.example/.well-known/did.json';
  const keys = (...named: readonly (readonly [string, TestIssuer])[]): JsonObject =>
    plain(
      didDocument(
        web,
        named.map(([name, { key }]) => ({ name, key: key.publicKey })),
      ),
    );

  test("JW4: a key that the token brings along is not the issuer's", async () => {
    const jwk = attacker.key.publicKey.jwk;
    expectRefusal(await judge(token({ alg: 'ES256', jwk }, good, attacker)), 'KEY_NOT_AUTHORIZED');
    // Beside the name of the true key it changes nothing.
    expectRefusal(await judge(token({ ...HEADER, jwk }, good, attacker)), 'SIGNATURE_WRONG');
    const forged = token({ alg: 'ES256', jwk }, claims(web), attacker);
    const known = await judge(forged, { web: { [document]: served(keys(['key-1', issuer])) } });
    expectRefusal(known, 'KEY_NOT_AUTHORIZED');
    expectRefusal(
      await judge(forged, { web: { [document]: lost('unreachable') } }),
      'KEY_NOT_AUTHENTICATED',
      'undetermined',
    );
  });

  test("JW4: it counts where it is one that the issuer's identifier leads to", async () => {
    const own = { alg: 'ES256', jwk: issuer.key.publicKey.jwk };
    expect(answerOf(await judge(token(own)))).toBe('verified');
    const report = await judge(token(own, claims(web)), { web: { [document]: served(keys(['key-1', issuer])) } });
    expect(answerOf(report)).toBe('verified');
    expect(report.asked).toEqual([document]);
  });

  test('JW5: what the header says where keys can be had is never followed', async () => {
    const lures = {
      jku: 'https://evil.example/jwks.json',
      x5u: 'https://evil.example/chain.pem',
      x5c: [Buffer.from('no certificate').toString('base64')],
    };
    for (const [name, value] of Object.entries(lures)) {
      const honest = await judge(token({ ...HEADER, [name]: value }));
      expect(answerOf(honest)).toBe('verified');
      expect(told(honest)).toContain('JWT_HEADER');
      expect(honest.asked).toEqual([]);
      const forged = await judge(token({ ...HEADER, [name]: value }, good, attacker));
      expectRefusal(forged, 'SIGNATURE_WRONG');
      expect(forged.asked).toEqual([]);
      // Without any other name for the key there is none.
      const alone = await judge(token({ alg: 'ES256', [name]: value }, good, attacker));
      expectRefusal(alone, 'KEY_METHOD_UNKNOWN');
      expect(alone.asked).toEqual([]);
    }
  });

  test.each([
    ['an address elsewhere', 'https://evil.example/keys/1', 'ISSUER_MISMATCH'],
    ['an address without TLS', 'http://evil.example/keys/1', 'ISSUER_MISMATCH'],
    ['a file', '/etc/passwd', 'KEY_METHOD_UNKNOWN'],
    ['a file: address', 'file:///etc/passwd', 'KEY_METHOD_UNKNOWN'],
    ['a way up', '../../keys/1', 'KEY_METHOD_UNKNOWN'],
    ['SQL', "' OR 1=1; DROP TABLE keys --", 'KEY_METHOD_UNKNOWN'],
    ['another DID', attacker.method, 'ISSUER_MISMATCH'],
    ["another DID with the issuer's fragment", `${attacker.id}#${issuer.id.slice(8)}`, 'ISSUER_MISMATCH'],
    ["the issuer's DID with another key behind it", `${issuer.id}#${attacker.id.slice(8)}`, 'KEY_METHOD_UNKNOWN'],
    ['a bare fragment of another key', `#${attacker.id.slice(8)}`, 'KEY_METHOD_UNKNOWN'],
    ['the prototype', '__proto__', 'KEY_METHOD_UNKNOWN'],
    ['nothing', '', 'KEY_METHOD_UNKNOWN'],
    ['500,000 letters', 'k'.repeat(500_000), 'KEY_METHOD_UNKNOWN'],
    ['a million letters', 'k'.repeat(1_000_000), 'FILE_UNUSABLE'],
  ])('JW6: a kid that is %s leads nowhere, and nothing is fetched', async (_, kid, code) => {
    // The attacker signs, for whom the kid should lead to the attacker's key.
    const report = await judge(token({ ...HEADER, kid }, good, attacker));
    expectRefusal(report, code);
    expect(report.asked).toEqual([]);
  });

  test('JW6: a kid that is a bare fragment or name is one of the issuer', async () => {
    for (const kid of [`#${issuer.id.slice(8)}`, issuer.id.slice(8)])
      expect(answerOf(await judge(token({ ...HEADER, kid })))).toBe('verified');
  });

  test('JW6: no other kid whatsoever is verified', async () => {
    const own = new Set([issuer.method, issuer.id, `#${issuer.id.slice(8)}`, issuer.id.slice(8)]);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.webUrl(),
          fc.nat(issuer.method.length - 1).map((at) => issuer.method.slice(at)),
          fc.nat(issuer.method.length - 1).map((at) => issuer.method.slice(0, at)),
          fc.string({ minLength: 1 }).map((more) => issuer.method + more),
        ),
        async (kid) => {
          fc.pre(!own.has(kid) && kid.isWellFormed());
          const report = await judge(token({ ...HEADER, kid }));
          expect(report.verdict).not.toBe('verified');
          expect(report.asked).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('JW7: a key that the issuer lists for other purposes does not sign credentials', async () => {
    const payload = claims(web);
    const kid = `${web}#key-1`;
    const listed = keys(['key-1', issuer]);
    const sound = await judge(token({ ...HEADER, kid }, payload), { web: { [document]: served(listed) } });
    expect(answerOf(sound)).toBe('verified');
    for (const assertionMethod of [[], [`${web}#key-2`], 'key-1']) {
      const other = { ...listed, assertionMethod, authentication: [kid] };
      expectRefusal(
        await judge(token({ ...HEADER, kid }, payload), { web: { [document]: served(other) } }),
        'KEY_NOT_AUTHORIZED',
      );
    }
  });
});

describe('headers', () => {
  test.each<[string, object | string]>([
    ['unknown', { ...HEADER, crit: ['x'], x: 1 }],
    ['empty', { ...HEADER, crit: [] }],
    ['about a member that is not there', { ...HEADER, crit: ['exp'] }],
    ['naming one twice', { ...HEADER, crit: ['x', 'x'], x: 1 }],
    ['of a known parameter', { ...HEADER, crit: ['alg'] }],
    ['no list', { ...HEADER, crit: 'x', x: 1 }],
    ['null', { ...HEADER, crit: null }],
  ])('JW8: a crit that is %s is refused', async (_, header) => {
    expectRefusal(await judge(token(header)), 'JWT_HEADER');
  });

  test.each<[string, object]>([
    ['alone', { ...HEADER, b64: false }],
    ['with crit', { ...HEADER, b64: false, crit: ['b64'] }],
    ['true, as if it were asked for', { ...HEADER, b64: true, crit: ['b64'] }],
  ])('JW9: b64 %s is refused', async (_, header) => {
    expectRefusal(await judge(token(header)), 'JWT_HEADER');
  });

  test('JW9: a payload that stands there as it is, is no token', async () => {
    const [header] = parts(token({ ...HEADER, b64: false, crit: ['b64'] }));
    const body = JSON.stringify(good);
    const signature = encodeBase64url(signBytes(issuer.key, Buffer.from(`${header}.${body}`)));
    expectRefusal(await judge(`${header}.${body}.${signature}`), 'FILE_UNUSABLE');
  });

  test.each<[string, string, string]>([
    ['the algorithm', `{"alg":"none",${JSON.stringify(HEADER).slice(1)}`, JSON.stringify(good)],
    ['the algorithm, spelt otherwise', `{"\\u0061lg":"none",${JSON.stringify(HEADER).slice(1)}`, JSON.stringify(good)],
    ['the issuer', JSON.stringify(HEADER), `{"issuer":${JSON.stringify(attacker.id)},${JSON.stringify(good).slice(1)}`],
    ['the end', JSON.stringify(HEADER), `${JSON.stringify(good).slice(0, -1)},"exp":${UNTIL + 1_000_000}}`],
  ])('JW10: a token that says %s twice is refused before anything reads it', async (_, header, payload) => {
    const report = await judge(token(header, payload));
    expectRefusal(report, 'JWT_INVALID');
    expect(report.headline).toMatch(/stands twice/);
  });

  test.each([
    ['an ID token', 'at+jwt', undefined, 'JWT_HEADER'],
    ['a presentation', 'vp+jwt', undefined, 'JWT_HEADER'],
    ['a proof of possession', 'dpop+jwt', undefined, 'JWT_HEADER'],
    ['a number', 7, undefined, 'JWT_HEADER'],
    ['a list', ['JWT'], undefined, 'JWT_HEADER'],
    ['a token around a token', 'JWT', 'JWT', 'JWT_HEADER'],
    ['a page', 'JWT', 'text/html', 'JWT_HEADER'],
  ])('JW17: a token that calls itself %s is no credential', async (_, typ, cty, code) => {
    expectRefusal(await judge(token({ ...HEADER, typ, cty })), code);
  });

  test('JW17: the proper types are read', async () => {
    for (const typ of ['vc+jwt', 'JWT', 'jwt', undefined])
      expect(answerOf(await judge(token({ ...HEADER, typ })))).toBe('verified');
    expect(answerOf(await judge(token({ ...HEADER, typ: 'vc+jwt', cty: 'vc' })))).toBe('verified');
  });

  test('JW17: what the issuer signed for another use is no badge', async () => {
    const idToken = { iss: issuer.id, sub: 'ana', aud: 'https://app.example', nbf: FROM, exp: UNTIL, iat: FROM };
    expectRefusal(await judge(token(HEADER, idToken)), 'NOT_A_BADGE');
    expectRefusal(
      await judge(token(HEADER, { ...idToken, ...without(unsigned(issuer.id), 'credentialSubject') })),
      'SCHEMA',
    );
  });
});

describe('the shape of a token', () => {
  const [header, payload, signature] = parts(token(HEADER));

  test.each([
    ['one part', header],
    ['two parts', `${header}.${payload}`],
    ['four parts', `${header}.${payload}.${signature}.${signature}`],
    ['five parts, as encrypted ones have', `${header}.AAAA.AAAA.${payload}.${signature}`],
    ['no header', `.${payload}.${signature}`],
    ['no payload', `${header}..${signature}`],
    ['no signature', `${header}.${payload}.`],
    ['only dots', '..'],
    ['two tokens', `${header}.${payload}.${signature}\n${header}.${payload}.${signature}`],
    ['a disclosure behind it', `${header}.${payload}.${signature}~WyJhIl0~`],
  ])('JW11: %s is no token', async (_, text) => {
    expectRefusal(await judge(text), 'FILE_UNUSABLE');
  });

  test('JW11: the JSON serializations are no badge', async () => {
    expectRefusal(await judge({ protected: header, payload, signature }), 'NOT_A_BADGE');
    expectRefusal(await judge({ payload, signatures: [{ protected: header, signature }] }), 'NOT_A_BADGE');
  });

  test.each([
    ['padding', `${header}.${payload}.${signature}==`],
    ['padding in the header', `${header}=.${payload}.${signature}`],
    ['a space', `${header}. ${payload}.${signature}`],
    ['a line break inside', `${header}.${payload.slice(0, 76)}\n${payload.slice(76)}.${signature}`],
    ['the other alphabet', `${header}.${payload}.+${signature.slice(1)}`],
    ['a NUL', `${header}.${payload}.${signature}\0`],
  ])('JW12: %s in a token is refused', async (_, text) => {
    expectRefusal(await judge(text), 'FILE_UNUSABLE');
  });

  test('JW12: a line break at the end of a file belongs to the file', async () => {
    for (const end of ['\n', '\r\n'])
      expect(answerOf(await judge(`${header}.${payload}.${signature}${end}`))).toBe('verified');
  });

  test('JW12: spare bits have one spelling, in each of the three parts', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const spare = (part: string): number => ({ 2: 4, 3: 2 })[part.length % 4] ?? 0;
    const padded = [header, payload, signature];
    let tried = 0;
    for (const [index, part] of padded.entries()) {
      const last = alphabet.indexOf(part.at(-1) ?? '');
      for (let bits = 1; bits < 2 ** spare(part); bits++) {
        const other = part.slice(0, -1) + (alphabet[last + bits] ?? '');
        // The bytes are the same: a careless reader takes it for the same token.
        expect(Buffer.from(other, 'base64url').equals(Buffer.from(part, 'base64url'))).toBe(true);
        expectRefusal(await judge(padded.with(index, other).join('.')), 'JWT_INVALID');
        tried++;
      }
    }
    expect(tried).toBeGreaterThanOrEqual(15);
  });
});

describe('claims', () => {
  const timeless = without(unsigned(issuer.id), 'validUntil');

  test.each<[string, unknown, string]>([
    ['as text', String(UNTIL), 'JWT_CLAIM_MISMATCH'],
    ['a date', '2028-05-04T09:00:00Z', 'JWT_CLAIM_MISMATCH'],
    ['with a fraction', UNTIL + 0.5, 'JWT_CLAIM_MISMATCH'],
    ['negative', -1, 'JWT_CLAIM_MISMATCH'],
    ['in milliseconds', UNTIL * 1000, 'JWT_CLAIM_MISMATCH'],
    ['a list', [UNTIL], 'JWT_CLAIM_MISMATCH'],
    ['null', null, 'JWT_CLAIM_MISMATCH'],
    ['true', true, 'JWT_CLAIM_MISMATCH'],
  ])('JW13: an exp, %s, is not read as something else', async (_, exp, code) => {
    expectRefusal(await judge(token(HEADER, { ...good, exp })), code);
  });

  test.each<[string, unknown]>([
    ['text', String(FROM)],
    ['with a fraction', FROM + 0.5],
    ['negative', -FROM],
    ['in milliseconds', FROM * 1000],
    ['null', null],
  ])('JW13: nor an nbf, %s', async (_, nbf) => {
    expectRefusal(await judge(token(HEADER, { ...good, nbf })), 'JWT_CLAIM_MISMATCH');
  });

  test.each(['1e308', '-1e308', '1e400', '18446744073709551616', 'NaN', '-0'])(
    'JW13: nor the number %s',
    async (number) => {
      for (const claim of ['exp', 'nbf', 'iat']) {
        const payload = JSON.stringify({ ...without(good, claim), [claim]: 0 }).replace(
          new RegExp(`"${claim}":0\\b`),
          `"${claim}":${number}`,
        );
        expectRefusal(await judge(token(HEADER, payload)), 'JWT_INVALID');
      }
    },
  );

  test.each<[string, unknown]>([
    ['text', String(UNTIL)],
    ['a list', [UNTIL]],
    ['in milliseconds', UNTIL * 1000],
    ['negative', -1],
  ])('JW13: an end that only the token has, and that is %s, is no end', async (_, exp) => {
    expectRefusal(await judge(token(HEADER, { ...claims(issuer.id, timeless), exp })), /JWT_CLAIM_MISMATCH|EXPIRED/);
  });

  test('JW14: the end is exact, the start and the issuing have five minutes', async () => {
    const text = token(HEADER);
    for (const [at, code] of [
      [UNTIL - 1, ''],
      [UNTIL, ''],
      [UNTIL + 1, 'EXPIRED'],
      [FROM - 300, ''],
      [FROM - 301, 'NOT_YET_VALID'],
    ] as const) {
      const report = await judge(text, { at: at * 1000 });
      expect(answerOf(report)).toMatch(code === '' ? /^verified$/ : new RegExp(`^rejected: .*${code}`));
    }
  });

  test('JW14: so they are where the end is in the token alone', async () => {
    const payload = { ...claims(issuer.id, timeless), exp: UNTIL };
    expect(answerOf(await judge(token(HEADER, payload), { at: UNTIL * 1000 }))).toBe('verified');
    expectRefusal(await judge(token(HEADER, payload), { at: (UNTIL + 1) * 1000 }), 'EXPIRED');
  });

  test('JW14: a token cannot have been issued in the future, beyond what clocks differ', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 400 }), async (ahead) => {
        const report = await judge(token(HEADER, { ...good, iat: seconds(NOW) + ahead }));
        expect(answerOf(report)).toMatch(ahead <= 300 ? /^verified$/ : /^rejected: .*JWT_CLAIM_MISMATCH/);
      }),
      { numRuns: 30, examples: [[299], [300], [301]] },
    );
  });

  const named = claims(
    issuer.id,
    unsigned(issuer.id, {
      subject: {
        id: 'did:example:ana',
        identifier: [],
        narrative: undefined,
        creditsEarned: undefined,
        result: [],
      },
    }),
  );

  test.each<[string, JsonObject]>([
    ['iss and issuer', { ...named, iss: attacker.id }],
    ['iss and issuer, by a letter', { ...named, iss: `${issuer.id}x` }],
    ['sub and subject', { ...named, sub: 'did:example:bob' }],
    ['sub and a subject without id', { ...good, sub: 'did:example:bob' }],
    ['jti and id', { ...named, jti: 'urn:uuid:00000000-0000-4000-8000-000000000000' }],
    ['nbf and validFrom, by a second', { ...named, nbf: FROM + 1 }],
    ['exp and validUntil, by a second', { ...named, exp: UNTIL + 1 }],
    ['an issuer that is an object', { ...named, iss: { id: issuer.id } }],
  ])('JW15: %s that contradict each other are refused', async (_, payload) => {
    expectRefusal(await judge(token(HEADER, payload)), 'JWT_CLAIM_MISMATCH');
  });

  test('JW15: where they agree they are verified', async () => {
    expect(answerOf(await judge(token(HEADER, { ...named, sub: 'did:example:ana' })))).toBe('verified');
  });

  test('JW16: a token has one credential, in one place', async () => {
    const other = unsigned(issuer.id, { id: 'urn:uuid:00000000-0000-4000-8000-000000000000' });
    for (const vc of [other, unsigned(issuer.id), null, [other], 'x', {}])
      expectRefusal(await judge(token(HEADER, { ...good, vc })), 'JWT_INVALID');
    expectRefusal(await judge(token(HEADER, { iss: issuer.id, vc: other, name: 'PhD' })), 'JWT_INVALID');
  });

  test('JW18: an audience is told', async () => {
    const report = await judge(token(HEADER, { ...good, aud: 'https://jobs.example' }));
    expect(answerOf(report)).toBe('verified');
    expect(told(report)).toContain('JWT_AUDIENCE');
  });

  test('JW18: a nonce is told, and no fault of the badge', async () => {
    const report = await judge(token(HEADER, { ...good, nonce: 'n-0S6_WzA2Mj' }));
    expect(report.verdict).toBe('verified');
    expect(JSON.stringify(report.checks)).toMatch(/nonce/);
  });
});

describe('signatures', () => {
  const [header, payload, signature] = parts(token(HEADER));
  const order = ALGORITHMS['P-256'].ec?.order ?? 0n;
  const number = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
  const [r, s] = [
    Buffer.from(signature, 'base64url').subarray(0, 32),
    Buffer.from(signature, 'base64url').subarray(32),
  ];

  test.each<[string, () => Uint8Array]>([
    ['as DER', () => createSign('sha256').update(`${header}.${payload}`).sign(issuer.key.object)],
    ['with r = 0', () => Buffer.concat([number(0n), s])],
    ['with s = 0', () => Buffer.concat([r, number(0n)])],
    ['all zeros', () => Buffer.alloc(64)],
    ['with r = n', () => Buffer.concat([number(order), s])],
    ['with s = n', () => Buffer.concat([r, number(order)])],
    [
      's + n',
      () => Buffer.concat([r, Buffer.from((BigInt(`0x${s.toString('hex')}`) + order).toString(16).slice(-64), 'hex')]),
    ],
    ['a byte longer', () => Buffer.concat([r, s, Buffer.alloc(1)])],
    ['a byte shorter', () => Buffer.concat([r, s.subarray(0, 31)])],
    ['with each half a byte longer', () => Buffer.concat([Buffer.alloc(1), r, Buffer.alloc(1), s])],
    ['of the other order', () => Buffer.concat([s, r])],
    ['a megabyte long', () => Buffer.alloc(500_000, 1)],
  ])('JW19: an ECDSA signature %s is wrong', async (_, make) => {
    expectRefusal(await judge(`${header}.${payload}.${encodeBase64url(make())}`), 'SIGNATURE_WRONG');
  });

  test('JW20: a token and a proof inside it must both hold', async () => {
    const own = { verificationMethod: issuer.method, created: MADE };
    const proven = plain(await addProof(unsigned(issuer.id), issuer.key, own));
    const both = await signJwt(proven, issuer.key, issuer.method);
    expect(answerOf(await judge(both))).toBe('verified');
    const falseProof = { ...proven, proof: [{ ...proofOf(proven), created: '2026-05-05T09:00:00Z' }] };
    expectRefusal(await judge(await signJwt(falseProof, issuer.key, issuer.method)), 'SIGNATURE_WRONG');
    const [first, second] = parts(both);
    const [, , otherSignature] = parts(token(HEADER));
    expectRefusal(await judge(`${first}.${second}.${otherSignature}`), 'SIGNATURE_WRONG');
    const foreign = plain(
      await addProof(unsigned(issuer.id), attacker.key, { ...own, verificationMethod: attacker.method }),
    );
    expectRefusal(await judge(await signJwt(foreign, issuer.key, issuer.method)), 'ISSUER_MISMATCH');
    const unknown = { ...proven, proof: [{ ...proofOf(proven), cryptosuite: 'bbs-2023' }] };
    expectRefusal(await judge(await signJwt(unknown, issuer.key, issuer.method)), 'PROOF_UNSUPPORTED', 'undetermined');
  });
});

interface JwsGroup {
  readonly comment: string;
  readonly public?: object;
  readonly tests: readonly {
    readonly tcId: number;
    readonly comment: string;
    readonly jws: string;
    readonly result: string;
  }[];
}

describe.skipIf(!hasConformance)('published vectors', () => {
  const groups = (): readonly JwsGroup[] =>
    (
      JSON.parse(readText('vectors/wycheproof/json_web_signature_test.json')) as {
        readonly testGroups: readonly JwsGroup[];
      }
    ).testGroups;

  async function accepts(text: string, jwk: object): Promise<boolean> {
    try {
      return await checkJwtSignature(openJwt(text), publicKeyFromJwk(jwk));
    } catch {
      return false;
    }
  }

  test('JW1, JW11, JW12, JW19: no Wycheproof token is accepted that is not valid', async () => {
    const wrong: string[] = [];
    let count = 0;
    for (const { comment: group, public: jwk, tests } of groups())
      for (const { tcId, comment, jws: text, result } of jwk === undefined ? [] : tests) {
        count++;
        if (result !== 'valid' && (await accepts(text, jwk ?? {}))) wrong.push(`${tcId} ${group} ${comment}`);
      }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(300);
  });

  test('JW19: nor is one refused that is valid, of the kind that badges have', async () => {
    // Others sign bytes that are no JSON object, which is no token for a credential.
    const own = groups().filter(({ comment }) => comment === 'es256' || comment === 'SpecialCaseEs256');
    const isObject = (text: string): boolean =>
      Buffer.from(text.split('.')[1] ?? '', 'base64url')
        .toString()
        .startsWith('{');
    const refused: number[] = [];
    for (const { public: jwk = {}, tests } of own)
      for (const { tcId, jws: text, result } of tests)
        if (result === 'valid' && isObject(text) && !(await accepts(text, jwk))) refused.push(tcId);
    expect(own).toHaveLength(2);
    expect(refused).toEqual([]);
  });

  test('JW12: no MAC of theirs ever becomes a token that is looked at', async () => {
    const tests = groups().find(({ comment }) => comment === 'base64')?.tests ?? [];
    expect(tests.length).toBeGreaterThan(15);
    for (const { jws: text } of tests)
      expectRefusal(await judge(text), /JWT_ALGORITHM|JWT_INVALID|FILE_UNUSABLE|NOT_A_BADGE/);
  });

  const w3c = (name: string): string => readText(`vectors/vc-jose-cose/input/${name}`).trim();
  const theirKey = () =>
    publicKeyFromJwk(inside(readDocument('vectors/vc-jose-cose/input/vm-ed25519.json'), 'publicKeyJwk'));

  test('JW16: the W3C token with vc beside its claims is refused', () => {
    expect(() => openJwt(w3c('credential-jose-vc-vp-claims.txt'))).toThrow(
      expect.objectContaining({ code: 'CREDENTIAL_INVALID' }),
    );
  });

  test('JW17: the header of the W3C token with a false media type is refused on a badge, too', async () => {
    const { header } = openJwt(w3c('credential-jose-bad-media-type.txt'));
    expectRefusal(await judge(token({ ...HEADER, typ: header['typ'], cty: header['cty'] })), 'JWT_HEADER');
  });

  test('JW19: the W3C token with a false signature does not verify under their key', async () => {
    // This one is false in its header alone.
    expect(await checkJwtSignature(openJwt(w3c('credential-jose-bad-media-type.txt')), theirKey())).toBe(true);
    expect(await checkJwtSignature(openJwt(w3c('credential-jose-bad-signature.txt')), theirKey())).toBe(false);
  });
});
