import { createPublicKey, verify as verifyBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALGORITHMS } from '../../src/keys/algorithms.ts';
import { keyOfDidKey } from '../../src/keys/did-key.ts';
import { generatePrivateKey, signBytes } from '../../src/keys/private-key.ts';
import { signedBytes } from '../../src/proof/data-integrity.ts';
import { didDocument } from '../../src/site/did-document.ts';
import { encodeBase64url } from '../../src/syntax/base64url.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/syntax/json.ts';
import { encodeBase58btc, encodeMultibaseUrl } from '../../src/syntax/multibase.ts';
import { MADE, NOW, signedBadge, testIssuer, type TestIssuer } from '../support/badge.ts';
import { hasConformance, readText } from '../support/conformance.ts';
import { baseProof, valueBytes, withProof } from '../support/sign.ts';
import { edited, placesIn, valueAt } from '../support/places.ts';
import { expectRefusal, answerOf, told, words } from '../support/report.ts';
import { judge, lost, plain, proofOf, proofsOf, renamed, served, unsigned, without } from './support.ts';

const issuer = testIssuer();
const other = testIssuer();
const badge = plain(await signedBadge(issuer));
const stamp = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

/** The badge with its proof's members changed, and the proof made anew: only what it says can be wrong with it. */
const resigned = async (members: JsonObject, by: TestIssuer = issuer): Promise<JsonObject> =>
  plain(await withProof(unsigned(issuer.id), by, members));
const withValue = (proofValue: Json): JsonObject => ({ ...badge, proof: [{ ...proofOf(badge), proofValue }] });

const WEB = 'did:web:school.example';
const WEB_DOCUMENT = 'https://school.example/.well-known/did.json';
const school: TestIssuer = { id: WEB, key: issuer.key, method: `${WEB}#key-1` };
const schoolBadge = plain(await signedBadge(school));
const document = plain(didDocument(WEB, [{ name: 'key-1', key: issuer.key.publicKey }]));
const withMethod = (change: JsonObject): JsonObject => ({
  ...document,
  verificationMethod: (document['verificationMethod'] as readonly JsonObject[]).map((method, index) =>
    index === 0 ? { ...method, ...change } : method,
  ),
});
const judgeSchool = (at: JsonObject, file: JsonObject = schoolBadge) =>
  judge(file, { web: { [WEB_DOCUMENT]: served(at) } });

describe('whose key it is', () => {
  test('DI1: a proof that was made for something else asserts nothing', async () => {
    // This suite signs whatever stands there, which the others do not.
    const cryptosuite = 'eddsa-jcs-2022';
    expect(answerOf(await judge(await resigned({ cryptosuite })))).toBe('verified');
    for (const proofPurpose of ['authentication', 'keyAgreement', 'AssertionMethod', '', 7, ['assertionMethod'], {}])
      expectRefusal(await judge(await resigned({ cryptosuite, proofPurpose })), 'PROOF_PURPOSE');
    const bare = without(proofOf(badge), 'proofPurpose');
    expectRefusal(await judge({ ...badge, proof: [bare] }), 'PROOF_PURPOSE');
  });

  test('DI2: a key that the issuer does not list for assertions asserts nothing', async () => {
    expect(answerOf(await judgeSchool(document))).toBe('verified');
    for (const change of [
      { assertionMethod: [] },
      { assertionMethod: [`${WEB}#key-2`] },
      { assertionMethod: [], authentication: [`${WEB}#key-1`], capabilityInvocation: [`${WEB}#key-1`] },
    ])
      expectRefusal(await judgeSchool({ ...document, ...change }), 'KEY_NOT_AUTHORIZED');
    expectRefusal(await judgeSchool(without(document, 'assertionMethod')), 'KEY_NOT_AUTHORIZED');
  });

  test('DI3: a key that somebody else controls is not the issuer’s', async () => {
    for (const controller of ['did:web:evil.example', other.id, 'did:web:school.example.evil.example', ''])
      expectRefusal(await judgeSchool(withMethod({ controller })), 'ISSUER_MISMATCH');
  });

  test('DI4: a key in the fragment of a did:web is a name, and its document decides', async () => {
    const multikey = other.id.slice('did:key:'.length);
    const forger: TestIssuer = { id: WEB, key: other.key, method: `${WEB}#${multikey}` };
    const forged = plain(await signedBadge(forger));
    const report = await judgeSchool(document, forged);
    expectRefusal(report, 'KEY_NOT_AUTHORIZED');
    expect(report.asked).toEqual([WEB_DOCUMENT]);
    // Nor does it count while the document cannot be had.
    const alone = await judge(forged, { web: { [WEB_DOCUMENT]: lost('unreachable') } });
    expectRefusal(alone, 'KEY_UNREACHABLE', 'undetermined');
    expect(alone.asked).toEqual([WEB_DOCUMENT]);
    // The issuer may well use such names.
    const named = plain(didDocument(WEB, [{ name: multikey, key: other.key.publicKey }]));
    expect(answerOf(await judgeSchool(named, forged))).toBe('verified');
  });

  test('DI4: a key in the fragment of a web address is never more than a claim', async () => {
    const id = 'https://school.example/issuer';
    const forger: TestIssuer = { id, key: other.key, method: `${id}#${other.id.slice('did:key:'.length)}` };
    const forged = plain(await signedBadge(forger));
    expectRefusal(await judge(forged, { web: { [id]: lost('absent') } }), 'KEY_NOT_AUTHENTICATED', 'undetermined');
    const own = { ...document, id, verificationMethod: [], assertionMethod: [] };
    expectRefusal(await judge(forged, { web: { [id]: served(own) } }), 'KEY_NOT_AUTHORIZED');
  });

  test('DI5: another DID than the issuer’s signs nothing for the issuer', async () => {
    const stolen = unsigned(WEB);
    expectRefusal(await judge(plain(await withProof(stolen, other))), 'ISSUER_MISMATCH');
    for (const method of [
      `did:web:school.example.evil.example#key-1`,
      `did:web:school.example:evil#key-1`,
      `did:web:SCHOOL.example#key-1`,
      `did:web:school.example#key-1#key-2`,
      `did:web:school.example?x#key-1`,
      `did:web:school.example/x#key-1`,
    ]) {
      const report = await judge(plain(await withProof(stolen, { ...other, method })));
      expectRefusal(report, /ISSUER_MISMATCH|KEY_METHOD_UNKNOWN/);
      expect(report.asked).toEqual([]);
    }
    // The true issuer under the attacker's key, and the other way round.
    expectRefusal(await judge({ ...badge, issuer: { id: other.id, type: ['Profile'] } }), 'ISSUER_MISMATCH');
    expectRefusal(await judge(await resigned({}, other)), 'ISSUER_MISMATCH');
    expectRefusal(await judge(await resigned({}, { ...other, method: issuer.method })), 'SIGNATURE_WRONG');
  });
});

describe('dates of a proof', () => {
  test('DI6: it cannot be made in the future, to the second', async () => {
    for (const [ahead, isFine] of [
      [0, true],
      [299, true],
      [300, true],
      [301, false],
      [86_400, false],
    ] as const) {
      const report = await judge(await resigned({ created: stamp(NOW + ahead * 1000) }));
      expect(answerOf(report)).toMatch(isFine ? /^verified$/ : /^rejected: .*PROOF_CREATED/);
    }
  });

  test.each([
    '2026-05-04T09:00:00',
    '2026-05-04',
    '2026-05-04T09:00Z',
    '2026-05-04 09:00:00Z',
    '2026-05-04t09:00:00z',
    '2026-02-30T09:00:00Z',
    '2026-05-04T24:00:00Z',
    '2026-05-04T09:00:00+25:00',
    '20260504T090000Z',
    'yesterday',
    '',
    '1777885200',
  ])('DI6: %j is no date on which it was made', async (created) => {
    expectRefusal(await judge(await resigned({ created })), 'PROOF_CREATED');
  });

  test('DI6: nor is a number or a list', async () => {
    for (const created of [1_777_885_200, true, ['2026-05-04T09:00:00Z'], { '@value': '2026-05-04T09:00:00Z' }])
      expectRefusal(
        await judge({ ...badge, proof: [{ ...proofOf(badge), created }] }),
        /PROOF_CREATED|PROOF_MALFORMED|SCHEMA|KEY_NOT_PLAIN/,
      );
  });

  test('DI7: one that has expired proves nothing any more, to the second', async () => {
    expect(answerOf(await judge(await resigned({ expires: stamp(NOW) })))).toBe('verified');
    expect(answerOf(await judge(await resigned({ expires: stamp(NOW + 1000) })))).toBe('verified');
    for (const expires of [stamp(NOW - 1000), '2026-05-05T00:00:00Z', 'never', '2099-01-01', '2099-01-01T00:00:00'])
      expectRefusal(await judge(await resigned({ expires })), 'PROOF_EXPIRED');
  });

  test('DI8: when it was made is told as the signer says, and proves no time', async () => {
    const early = await judge(await resigned({ created: '2020-01-01T00:00:00Z' }));
    expect(answerOf(early)).toBe('verified');
    expect(words(early)).toMatch(/made 2020-01-01/);
    // A key that was withdrawn signs nothing, whatever date the proof claims.
    for (const created of ['2020-01-01T00:00:00Z', stamp(MADE)]) {
      const back = plain(await withProof(unsigned(WEB), school, { created }));
      expect(answerOf(await judgeSchool(document, back))).toBe('verified');
      expectRefusal(await judgeSchool(withMethod({ revoked: '2026-05-10T00:00:00Z' }), back), 'KEY_NOT_AUTHORIZED');
    }
  });
});

describe('kinds of proofs', () => {
  test.each([
    ['an unknown suite', { cryptosuite: 'bbs-2023' }],
    ['an older name of a suite', { cryptosuite: 'eddsa-2022' }],
    ['a suite in capitals', { cryptosuite: 'EDDSA-RDFC-2022' }],
    ['no suite', { cryptosuite: '' }],
    ['a member of every object', { cryptosuite: 'constructor' }],
    ['another prototype', { cryptosuite: '__proto__' }],
    ['an old type', { type: 'RsaSignature2018' }],
    ['a type of every object', { type: 'toString' }],
    ['two types', { type: ['DataIntegrityProof', 'Ed25519Signature2020'] }],
    ['a suite that is a list', { cryptosuite: ['eddsa-rdfc-2022'] }],
  ])('DI9: %s is not passed over as if it were good', async (_, members) => {
    const report = await judge({ ...badge, proof: [{ ...proofOf(badge), ...members }] });
    expect(report.verdict).not.toBe('verified');
    expect(report.checks.find(({ check }) => check === 'signature')?.outcome).not.toBe('passed');
    expect(told(report).some((code) => /^(?:PROOF_UNSUPPORTED|PROOF_MALFORMED|TERM_UNDEFINED)$/.test(code))).toBe(true);
  });

  test('DI9: Ed25519Signature2020 is checked like any other', async () => {
    const context = [...(badge['@context'] as readonly string[]), 'https://w3id.org/security/suites/ed25519-2020/v1'];
    const old = { ...unsigned(issuer.id), '@context': context };
    const proof = { ...without(proofOf(badge), 'cryptosuite', 'proofValue'), type: 'Ed25519Signature2020' };
    const proofValue = encodeBase58btc(signBytes(issuer.key, await signedBytes(old, proof, 'sha256')));
    const signed = { ...old, proof: [{ ...proof, proofValue }] };
    expect(answerOf(await judge(signed))).toBe('verified');
    expectRefusal(await judge(edited(signed, ['name'], () => 'PhD')), 'SIGNATURE_WRONG');
    // Its name on another proof is no way around that one's suite.
    expect((await judge({ ...badge, proof: [{ ...proofOf(badge), type: 'Ed25519Signature2020' }] })).verdict).not.toBe(
      'verified',
    );
  });

  const good = String(proofOf(badge)['proofValue']);
  const bytes = valueBytes(proofOf(badge));

  test.each<[string, Json]>([
    ['base64url under u', encodeMultibaseUrl(bytes)],
    ['base58 without a prefix', good.slice(1)],
    ['base64url without a prefix', encodeBase64url(bytes)],
    ['base58 under another prefix', `Z${good.slice(1)}`],
    ['hexadecimal', `f${Buffer.from(bytes).toString('hex')}`],
    ['with a zero among its letters', `${good.slice(0, 20)}0${good.slice(21)}`],
    ['with a capital O', `${good.slice(0, 20)}O${good.slice(21)}`],
    ['with a capital I', `${good.slice(0, 20)}I${good.slice(21)}`],
    ['with a small L', `${good.slice(0, 20)}l${good.slice(21)}`],
    ['with a space before it', ` ${good}`],
    ['with a line break behind it', `${good}\n`],
    ['with a leading zero', encodeBase58btc(Uint8Array.from([0, ...bytes]))],
    ['a byte shorter', encodeBase58btc(bytes.subarray(0, 63))],
    ['a byte longer', encodeBase58btc(Uint8Array.from([...bytes, 0]))],
    ['twice', encodeBase58btc(Uint8Array.from([...bytes, ...bytes]))],
    ['empty', 'z'],
    ['no text at all', ''],
    ['a list', [good]],
    ['a number', 7],
    ['a megabyte', `z${'2'.repeat(1_000_000)}`],
  ])('DI10: a signature %s is none', async (_, proofValue) => {
    const report = await judge(withValue(proofValue));
    expect(report.verdict).toBe('rejected');
    expect(told(report).some((code) => /SIGNATURE_WRONG|PROOF_MALFORMED|SCHEMA|TERM_UNDEFINED/.test(code))).toBe(true);
  });

  test('DI10: no other text is a signature', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.stringMatching(/^z[1-9A-HJ-NP-Za-km-z]{80,90}$/),
          fc.uint8Array().map(encodeBase58btc),
        ),
        async (value) => {
          fc.pre(value !== good);
          expect((await judge(withValue(value))).verdict).toBe('rejected');
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('keys that are none', () => {
  const raw = Buffer.from(String(issuer.key.publicKey.jwk['x']), 'base64url');
  const p256 = generatePrivateKey('P-256').publicKey;
  const [x, y] = [p256.jwk['x'], p256.jwk['y']].map((part) => Buffer.from(String(part), 'base64url'));
  const uncompressed = Buffer.concat([Buffer.from([0x80, 0x24, 4]), x ?? Buffer.alloc(0), y ?? Buffer.alloc(0)]);
  const multikey = (...prefix: readonly number[]): string => encodeBase58btc(Uint8Array.from([...prefix, ...raw]));

  test.each<[string, JsonObject, RegExp]>([
    ['of another multicodec', { publicKeyMultibase: multikey(0xe7, 0x01) }, /type/],
    ['without a multicodec', { publicKeyMultibase: multikey() }, /type|bytes/],
    ['for agreement (X25519)', { publicKeyMultibase: multikey(0xec, 0x01) }, /type/],
    ['that is secret', { publicKeyMultibase: multikey(0x80, 0x26) }, /SECRET/],
    ['a byte too long', { publicKeyMultibase: encodeBase58btc(Uint8Array.from([0xed, 1, ...raw, 0])) }, /bytes/],
    [
      'a byte too short',
      { publicKeyMultibase: encodeBase58btc(Uint8Array.from([0xed, 1, ...raw.subarray(1)])) },
      /bytes/,
    ],
    ['as base64url', { publicKeyMultibase: encodeMultibaseUrl(Uint8Array.from([0xed, 1, ...raw])) }, /begins with/],
    ['a point that is not compressed', { publicKeyMultibase: encodeBase58btc(uncompressed) }, /bytes/],
    [
      'a point that is on no curve',
      { publicKeyMultibase: encodeBase58btc(Uint8Array.from([0x80, 0x24, 2, ...new Uint8Array(32).fill(0xff)])) },
      /curve/,
    ],
    [
      'in two spellings',
      { publicKeyMultibase: `${multikey(0xed, 1)}`, publicKeyJwk: issuer.key.publicKey.jwk },
      /two keys/,
    ],
    [
      'of small order',
      { publicKeyMultibase: encodeBase58btc(Uint8Array.from([0xed, 1, 1, ...new Uint8Array(31)])) },
      /small order/,
    ],
    ['a password', { publicKeyMultibase: 'hunter2' }, /begins with/],
    ['no text', { publicKeyMultibase: 7 }, /key/],
  ])('DI11: a key %s is refused, and the answer says why', async (_, change, message) => {
    const report = await judgeSchool(plain(withMethod(change)));
    expectRefusal(report, 'KEY_INVALID');
    expect(words(report)).toMatch(message);
  });

  test('DI11: a secret that stands beside a public JWK is told, and its key is not used', async () => {
    const publicKeyJwk = { ...issuer.key.publicKey.jwk, d: 'AAAA' };
    const method = { id: `${WEB}#key-1`, type: 'JsonWebKey', controller: WEB, publicKeyJwk };
    const report = await judgeSchool({ ...document, verificationMethod: [method] });
    expectRefusal(report, 'KEY_INVALID');
    expect(words(report)).toMatch(/SECRET/);
  });

  test('DI12: a key of small order verifies one signature for every message, and is refused', async () => {
    const identity = Uint8Array.from([1, ...new Uint8Array(31)]);
    const universal = Uint8Array.from([...identity, ...new Uint8Array(32)]);
    const weak = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: encodeBase64url(identity) },
      format: 'jwk',
    });
    // That is what makes it dangerous.
    for (const message of ['one', 'two']) expect(verifyBytes(null, Buffer.from(message), weak, universal)).toBe(true);
    const id = `did:key:${encodeBase58btc(Uint8Array.from([0xed, 1, ...identity]))}`;
    const forged = {
      ...unsigned(id),
      proof: [
        {
          ...proofOf(badge),
          verificationMethod: `${id}#${id.slice(8)}`,
          proofValue: encodeBase58btc(universal),
        },
      ],
    };
    const report = await judge(forged);
    expectRefusal(report, 'KEY_INVALID');
    expect(words(report)).toMatch(/small order/);
  });

  test.skipIf(!hasConformance)('DI12: no weak or second-hand key of CCTV is the key of an issuer', () => {
    const vectors = JSON.parse(readText('vectors/cctv/ed25519vectors.json')) as readonly {
      readonly key: string;
      readonly flags: readonly string[] | null;
    }[];
    const weak = vectors.filter(({ flags }) => /low_order_A|non_canonical_A/.test((flags ?? []).join()));
    expect(weak.length).toBeGreaterThan(400);
    for (const { key } of weak)
      expect(() =>
        keyOfDidKey(`did:key:${encodeBase58btc(Uint8Array.from([0xed, 1, ...Buffer.from(key, 'hex')]))}`),
      ).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
  });
});

describe('signatures', () => {
  const bytes = valueBytes(proofOf(badge));
  const L = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
  const little = (part: Uint8Array): bigint => BigInt(`0x${Buffer.from(part).reverse().toString('hex')}`);
  const s = little(bytes.subarray(32));
  const withS = (value: bigint): Uint8Array =>
    Uint8Array.from([...bytes.subarray(0, 32), ...Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()]);

  test.each<[string, () => Uint8Array]>([
    ['S + L', () => withS(s + L)],
    ['S + 8 L', () => withS(s + 8n * L)],
    ['S = L', () => withS(L)],
    ['S = 0', () => withS(0n)],
    ['L - S', () => withS(L - s)],
    ['garbage behind it', () => Uint8Array.from([...bytes, 1, 2, 3])],
    ['half of it', () => bytes.subarray(0, 32)],
    ['the halves exchanged', () => Uint8Array.from([...bytes.subarray(32), ...bytes.subarray(0, 32)])],
    ['the other sign of R', () => Uint8Array.from(bytes, (byte, index) => (index === 31 ? byte ^ 0x80 : byte))],
    ['zeros', () => new Uint8Array(64)],
  ])('DI13: an Ed25519 signature with %s is wrong', async (_, make) => {
    expectRefusal(await judge(withValue(encodeBase58btc(make()))), 'SIGNATURE_WRONG');
  });

  test('DI14: both forms of an ECDSA signature hold, and badgekit writes the lower one', async () => {
    const signer = testIssuer('P-256');
    const order = ALGORITHMS['P-256'].ec?.order ?? 0n;
    const signed = plain(await signedBadge(signer));
    const value = valueBytes(proofOf(signed));
    const low = BigInt(`0x${Buffer.from(value.subarray(32)).toString('hex')}`);
    const high = Buffer.from((order - low).toString(16).padStart(64, '0'), 'hex');
    const twin = {
      ...signed,
      proof: [
        { ...proofOf(signed), proofValue: encodeBase58btc(Uint8Array.from([...value.subarray(0, 32), ...high])) },
      ],
    };
    expect(low <= order / 2n).toBe(true);
    expect(answerOf(await judge(signed))).toBe('verified');
    expect(answerOf(await judge(twin))).toBe('verified');
    for (const name of ['P-256', 'P-384'] as const) {
      const { publicKey, object } = generatePrivateKey(name);
      const n = ALGORITHMS[name].ec?.order ?? 0n;
      for (let round = 0; round < 40; round++) {
        const signature = signBytes({ publicKey, object }, Buffer.from(String(round)));
        const half = Buffer.from(signature.subarray(signature.length / 2)).toString('hex');
        expect(BigInt(`0x${half}`) <= n / 2n).toBe(true);
      }
    }
  });
});

describe('several proofs', () => {
  test('DI15: of those by the issuer every one must hold, in whatever order', async () => {
    const bad = { ...proofOf(badge), created: '2026-05-05T00:00:00Z' };
    const second = proofsOf(await resigned({ created: '2026-05-06T00:00:00Z' }));
    expect(answerOf(await judge({ ...badge, proof: [proofOf(badge), ...second] }))).toBe('verified');
    for (const proof of [
      [proofOf(badge), bad],
      [bad, proofOf(badge)],
      [proofOf(badge), ...second, bad],
    ])
      expectRefusal(await judge({ ...badge, proof }), 'SIGNATURE_WRONG');
  });

  test('DI15: those of unknown kinds are told beside a good one, and alone decide nothing', async () => {
    const unknown = { ...proofOf(badge), cryptosuite: 'bbs-2023' };
    for (const proof of [
      [proofOf(badge), unknown],
      [unknown, proofOf(badge)],
    ]) {
      const report = await judge({ ...badge, proof });
      expect(answerOf(report)).toBe('verified');
      expect(told(report)).toContain('PROOF_UNSUPPORTED');
    }
    expectRefusal(
      await judge({ ...badge, proof: [unknown, { ...unknown, cryptosuite: 'x' }] }),
      'PROOF_UNSUPPORTED',
      'undetermined',
    );
  });

  test('DI15: one by somebody else is no proof, beside a good one it is only told', async () => {
    const foreign = await resigned({}, other);
    expectRefusal(await judge(foreign), 'ISSUER_MISMATCH');
    const cosigned = await judge({ ...badge, proof: [proofOf(foreign), proofOf(badge)] });
    expect(answerOf(cosigned)).toBe('verified');
    expect(told(cosigned)).toContain('PROOF_COSIGNED');
    const spoilt = { ...proofOf(foreign), created: '2026-05-05T00:00:00Z' };
    expectRefusal(await judge({ ...badge, proof: [proofOf(badge), spoilt] }), 'SIGNATURE_WRONG');
  });

  test('DI16: a chain must be there as a whole, once, and with a beginning', async () => {
    const [A, B] = ['urn:uuid:11111111-1111-4111-8111-111111111111', 'urn:uuid:22222222-2222-4222-8222-222222222222'];
    const first = await withProof(unsigned(issuer.id), issuer, { id: A });
    const chain = plain(await withProof(first, issuer, { id: B, previousProof: A }));
    expect(answerOf(await judge(chain))).toBe('verified');
    const [one = {}, two = {}] = proofsOf(chain);
    const broken: readonly (readonly [string, readonly JsonObject[]])[] = [
      ['the first link is gone', [two]],
      ['a link leads to itself', [one, { ...two, previousProof: B }]],
      ['alone to itself', [{ ...two, previousProof: B }]],
      ['in a circle', [{ ...one, previousProof: B }, two]],
      ['two have one name', [one, { ...two, id: A }]],
      ['two are the same', [one, one, two]],
      ['to nothing', [one, { ...two, previousProof: 'urn:x:none' }]],
      ['one of two is gone', [one, { ...two, previousProof: [A, 'urn:x:none'] }]],
      ['to no name', [one, { ...two, previousProof: 7 }]],
    ];
    for (const [what, proof] of broken) {
      const report = await judge({ ...chain, proof });
      expect(told(report), what).toContain('PROOF_CHAIN');
      expectRefusal(report, 'PROOF_CHAIN');
    }
    // A link in another order is the same chain; one without its bond is none.
    expect(answerOf(await judge({ ...chain, proof: [two, one] }))).toBe('verified');
    expectRefusal(await judge({ ...chain, proof: [one, without(two, 'previousProof')] }), 'SIGNATURE_WRONG');
  });

  test.each<[string, JsonObject, string]>([
    ['no proof', without(badge, 'proof'), 'NO_PROOF'],
    ['an empty list', { ...badge, proof: [] }, 'VALUE_NOT_PLAIN'],
    ['null', { ...badge, proof: null }, 'VALUE_NOT_PLAIN'],
    ['text', { ...badge, proof: 'signed by the dean' }, 'PROOF_MALFORMED'],
    ['a number', { ...badge, proof: 1 }, 'PROOF_MALFORMED'],
    ['true', { ...badge, proof: true }, 'PROOF_MALFORMED'],
    ['an empty object', { ...badge, proof: {} }, 'VALUE_NOT_PLAIN'],
    ['a list of nothing', { ...badge, proof: [null] }, 'VALUE_NOT_PLAIN'],
    ['a proof under another name', renamed(badge, 'proof', 'Proof'), 'NO_PROOF'],
    ['nine proofs', { ...badge, proof: Array.from({ length: 9 }, () => proofOf(badge)) }, 'PROOF_MALFORMED'],
  ])('DI17: %s is not signed', async (_, file, code) => {
    const report = await judge(file);
    expect(report.verdict).toBe('rejected');
    expect(told(report)).toContain(code);
  });

  test('DI17: nor is what only its holder may show', async () => {
    const signer = testIssuer('P-256');
    const base = await baseProof(unsigned(signer.id), signer, ['/issuer', '/validFrom']);
    expectRefusal(await judge(base), 'PROOF_NOT_DERIVED');
  });
});

describe('what a proof covers', () => {
  test.each<[string, Json]>([
    ['nonce', 'abc'],
    ['domain', 'school.example'],
    ['challenge', 'abc'],
    ['expires', '2099-01-01T00:00:00Z'],
    ['id', 'urn:uuid:11111111-1111-4111-8111-111111111111'],
    ['evil', 'true'],
    ['name', 'The Dean'],
    ['description', 'Signed twice'],
    ['jws', 'eyJ..x'],
    ['revoked', '2099-01-01T00:00:00Z'],
    ['controller', 'did:web:mit.edu'],
    ['type2', 'x'],
  ])('DI18: the member %s cannot be added to it', async (name, value) => {
    const report = await judge({ ...badge, proof: [{ ...proofOf(badge), [name]: value }] });
    expectRefusal(report, /SIGNATURE_WRONG|PROOF_MALFORMED|TERM_UNDEFINED/);
  });

  test('DI18: nor can any of its own be changed or taken out', async () => {
    const FAULT_OF_PROOF = /: (?:.* )?(?:PROOF_|SIGNATURE_|KEY_|TERM_UNDEFINED|NO_PROOF)/;
    for (const name of Object.keys(proofOf(badge))) {
      expect(answerOf(await judge({ ...badge, proof: [without(proofOf(badge), name)] })), name).toMatch(FAULT_OF_PROOF);
      const longer = { ...proofOf(badge), [name]: `${String(proofOf(badge)[name])}x` };
      expect(answerOf(await judge({ ...badge, proof: [longer] })), name).toMatch(FAULT_OF_PROOF);
    }
  });

  test('DI19: contexts in a proof are those of the document, or it is refused', async () => {
    const own = badge['@context'] ?? [];
    const lists: readonly Json[] = [
      'https://www.w3.org/ns/credentials/v2',
      [...(own as readonly string[])].reverse(),
      [...(own as readonly string[]), 'https://w3id.org/security/data-integrity/v2'],
      ['https://w3id.org/security/data-integrity/v2'],
      [{ validUntil: null }],
      null,
    ];
    for (const context of lists)
      expectRefusal(await judge({ ...badge, proof: [{ ...proofOf(badge), '@context': context }] }), /CONTEXT_\w+/);
    for (const cryptosuite of ['eddsa-rdfc-2022', 'eddsa-jcs-2022']) {
      const signed = await resigned({ cryptosuite, '@context': own });
      expect(answerOf(await judge(signed))).toBe('verified');
      const shorter = (own as readonly string[]).slice(0, 2);
      expectRefusal(await judge(edited(signed, ['proof', 0, '@context'], () => shorter)), 'CONTEXT_NESTED');
      expectRefusal(await judge({ ...signed, '@context': shorter }), 'CONTEXT_NESTED');
    }
  });

  test('DI20: no bit of any value can change', async () => {
    const leaves = placesIn(badge).filter((path) => {
      const value = valueAt(badge, path);
      return !isJsonObject(value) && !Array.isArray(value);
    });
    expect(leaves.length).toBeGreaterThan(40);
    const flip = (value: Json, at: number, bit: number): Json => {
      if (typeof value === 'number') return value + (bit + 1) / 8;
      if (typeof value === 'boolean') return !value;
      const characters = Array.from(String(value));
      const index = at % Math.max(1, characters.length);
      const code = (characters[index] ?? 'a').codePointAt(0) ?? 0;
      return characters.with(index, String.fromCodePoint(code ^ (1 << bit))).join('');
    };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...leaves), fc.nat(500), fc.nat(6), async (path, at, bit) => {
        const report = await judge(edited(badge, path, (value) => flip(value, at, bit)));
        expect(report.verdict, path.join('/')).not.toBe('verified');
      }),
      { numRuns: 300 },
    );
  });

  test('DI20: so it is with every suite that signs one value', async () => {
    const signer = testIssuer('P-256');
    for (const [by, cryptosuite] of [
      [issuer, 'eddsa-jcs-2022'],
      [signer, 'ecdsa-rdfc-2019'],
      [signer, 'ecdsa-jcs-2019'],
    ] as const) {
      const signed = plain(await withProof(unsigned(by.id), by, { cryptosuite }));
      expect(answerOf(await judge(signed))).toBe('verified');
      for (const path of placesIn(signed)) {
        const value = valueAt(signed, path);
        if (typeof value !== 'string') continue;
        const report = await judge(
          edited(signed, path, () => `${value.slice(0, -1)}${value.endsWith('a') ? 'b' : 'a'}`),
        );
        expect(report.verdict, `${cryptosuite} ${path.join('/')}`).not.toBe('verified');
      }
    }
  });

  test('DI21: a proof serves for one credential', async () => {
    const second = plain(await signedBadge(issuer, { id: 'urn:uuid:00000000-0000-4000-8000-000000000001' }));
    const third = plain(await signedBadge(issuer, { validUntil: undefined }));
    for (const [body, proof] of [
      [badge, second],
      [second, badge],
      [third, badge],
      [badge, third],
    ] as const)
      expectRefusal(await judge({ ...body, proof: proof['proof'] ?? null }), 'SIGNATURE_WRONG');
    expectRefusal(await judge({ ...badge, proof: [proofOf(badge), proofOf(second)] }), 'SIGNATURE_WRONG');
  });
});
