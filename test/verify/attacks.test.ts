import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signJwt } from '../../src/proof/jwt.ts';
import { assembleCredential } from '../../src/openbadges/credential.ts';
import { asList } from '../../src/openbadges/credential.ts';
import { isJsonObject, type Json, type JsonObject, pointer } from '../../src/syntax/json.ts';
import { verify } from '../../src/verify/verify.ts';
import { badgeContent, bytesOf, codes, offline, outcomeOf, signedBadge, testIssuer } from '../support/badge.ts';
import { expectRefusal } from '../support/report.ts';
import { encodeBase64url } from '../../src/syntax/base64url.ts';

const issuer = testIssuer();
const badge = await signedBadge(issuer);
const STATUS = {
  id: 'https://school.example/status/1#7',
  type: 'BitstringStatusListEntry',
  statusPurpose: 'revocation',
  statusListIndex: '7',
  statusListCredential: 'https://school.example/status/1',
} as const;
const withStatus = await signedBadge(issuer, { status: [STATUS] });

const proofOf = (document: JsonObject): JsonObject => {
  const [proof] = asList(document['proof']);
  return isJsonObject(proof) ? proof : {};
};
const renamed = (document: JsonObject, from: string, to: string): JsonObject =>
  Object.fromEntries(Object.entries(document).map(([key, value]) => [key === from ? to : key, value]));
const subject = (change: (value: JsonObject) => JsonObject): JsonObject => ({
  ...badge,
  credentialSubject: change(badge['credentialSubject'] as JsonObject),
});
const context = (list: readonly Json[]): JsonObject => ({ ...badge, '@context': list });
const contexts = badge['@context'] as readonly string[];

describe('a good badge', () => {
  test('is verified, and every check that was made passed', async () => {
    const report = await verify(bytesOf(badge), offline({ recipient: 'ana@example.org' }));
    expect(codes(report)).toEqual([]);
    expect(report.verdict).toBe('verified');
    expect(outcomeOf(report, 'recipient')).toBe('passed');
  });

  test.each(['P-256', 'P-384'] as const)('is verified with a %s key', async (algorithm) => {
    expect((await verify(bytesOf(await signedBadge(testIssuer(algorithm))), offline())).verdict).toBe('verified');
  });
});

/** Edits of the JSON that leave the signed statements as they were, or nearly so (threats JL1 to JL14). */
describe('what hides behind a good signature is refused by name', () => {
  test.each<[string, JsonObject, string]>([
    [
      'credentialStatus under its full IRI',
      renamed(withStatus, 'credentialStatus', 'https://www.w3.org/2018/credentials#credentialStatus'),
      'KEY_NOT_PLAIN',
    ],
    [
      'validUntil under its full IRI',
      renamed(badge, 'validUntil', 'https://www.w3.org/2018/credentials#validUntil'),
      'KEY_NOT_PLAIN',
    ],
    ['type as @type', renamed(badge, 'type', '@type'), 'KEY_NOT_PLAIN'],
    ['id as @id', renamed(badge, 'id', '@id'), 'KEY_NOT_PLAIN'],
    ['@index text', { ...badge, '@index': 'hello' }, 'KEY_NOT_PLAIN'],
    ['@included', { ...badge, '@included': [{ id: 'urn:x:1', type: ['Achievement'] }] }, 'KEY_NOT_PLAIN'],
    ['@graph', { '@context': contexts, '@graph': [badge] }, 'KEY_NOT_PLAIN'],
    ['a null', { ...badge, description: null }, 'VALUE_NOT_PLAIN'],
    ['an empty list', { ...badge, endorsement: [] }, 'VALUE_NOT_PLAIN'],
    ['an empty object', { ...badge, refreshService: {} }, 'VALUE_NOT_PLAIN'],
    ['a list in a list', { ...badge, evidence: [[{ type: ['Evidence'] }]] }, 'VALUE_NOT_PLAIN'],
    ['an unknown context', context([...contexts, 'https://evil.example/context.json']), 'CONTEXT_UNKNOWN'],
    ['a context on the metadata service', context([...contexts, 'http://169.254.169.254/latest']), 'CONTEXT_UNKNOWN'],
    ['an inline context', context([...contexts, { headline: 'https://schema.org/name' }]), 'CONTEXT_INLINE'],
    ['contexts in another order', context([contexts[1] ?? '', contexts[0] ?? '']), 'CONTEXT_ORDER'],
    ['a context twice', context([...contexts, contexts[0] ?? '']), 'CONTEXT_ORDER'],
    [
      'two Open Badges versions',
      context([...contexts, 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json']),
      'CONTEXT_ORDER',
    ],
    [
      'a context deeper down',
      subject((value) => ({ ...value, '@context': 'https://www.w3.org/ns/credentials/v2' })),
      'CONTEXT_NESTED',
    ],
    ['a null context deeper down', subject((value) => ({ ...value, '@context': null })), 'CONTEXT_NESTED'],
    ['validUntil as a list', { ...badge, validUntil: ['2028-05-04T09:00:00Z'] }, 'SCHEMA'],
    ['validUntil as a value object', { ...badge, validUntil: { '@value': '2028-05-04T09:00:00Z' } }, 'KEY_NOT_PLAIN'],
    ['a number as text', subject((value) => ({ ...value, creditsEarned: '1.5' })), 'SCHEMA'],
    ['an undefined term', { ...badge, headline: 'Best of all' }, 'TERM_UNDEFINED'],
    [
      'an undefined type',
      { ...badge, type: ['VerifiableCredential', 'OpenBadgeCredential', 'Diploma'] },
      'TERM_UNDEFINED',
    ],
    ['a name of VCDM 1.1', { ...badge, expirationDate: '2020-01-01T00:00:00Z' }, 'VERSIONS_MIXED'],
    ['a relative id', { ...badge, evidence: [{ id: 'evidence/1', type: ['Evidence'] }] }, 'ID_NOT_ABSOLUTE'],
    [
      'a node described twice',
      { ...badge, evidence: [{ id: String(badge['id']), type: ['Evidence'], name: 'x' }] },
      'NODE_TWICE',
    ],
  ])('%s', async (_, document, code) => {
    const report = await verify(bytesOf(document), offline());
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toContain(code);
  });
});

describe('no signed claim can change', () => {
  const leaves = (value: Json, path = ''): readonly string[] => {
    if (Array.isArray(value)) return value.flatMap((entry, index) => leaves(entry, pointer(path, index)));
    if (isJsonObject(value))
      return Object.entries(value).flatMap(([key, member]) => leaves(member, pointer(path, key)));
    return [path];
  };
  const changed = (value: Json, path: readonly string[], edit: (leaf: Json) => Json): Json => {
    const [key = '', ...rest] = path;
    if (path.length === 0) return edit(value);
    if (Array.isArray(value)) return value.with(Number(key), changed(value[Number(key)] ?? null, rest, edit));
    return isJsonObject(value) ? { ...value, [key]: changed(value[key] ?? null, rest, edit) } : value;
  };
  const paths = leaves(badge);

  test.each(paths)('an edit of %s does not verify', async (path) => {
    const edit = (leaf: Json): Json =>
      typeof leaf === 'string'
        ? leaf.endsWith('x')
          ? `${leaf}y`
          : `${leaf}x`
        : typeof leaf === 'number'
          ? leaf + 1
          : leaf !== true;
    const document = changed(
      badge,
      path
        .split('/')
        .slice(1)
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
      edit,
    );
    const report = await verify(bytesOf(document as JsonObject), offline());
    expect(report.verdict).not.toBe('verified');
    expect(
      ['contexts', 'form', 'terms', 'schema', 'signature', 'key'].filter(
        (check) => outcomeOf(report, check) !== 'passed',
      ),
    ).not.toEqual([]);
  });

  test('nor does one without any of its members, at any depth', async () => {
    for (const path of paths) {
      const keys = path
        .split('/')
        .slice(1)
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
      const document = changed(badge, keys.slice(0, -1), (parent) => {
        const last = keys.at(-1) ?? '';
        if (Array.isArray(parent)) return parent.length > 1 ? parent.toSpliced(Number(last), 1) : ['something else'];
        return isJsonObject(parent)
          ? Object.fromEntries(Object.entries(parent).filter(([key]) => key !== last))
          : parent;
      });
      // The recipient's salt and the achievement's optional texts are all signed: none can go.
      const report = await verify(bytesOf(document as JsonObject), offline());
      expect(
        ['contexts', 'form', 'terms', 'schema', 'signature', 'key'].filter(
          (check) => outcomeOf(report, check) !== 'passed',
        ),
        path,
      ).not.toEqual([]);
    }
  });

  test('flipping any byte of the file never verifies and never crashes', async () => {
    const bytes = bytesOf(badge);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const flipped = Uint8Array.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ mask;
        expect((await verify(flipped, offline())).verdict).not.toBe('verified');
      }),
      { numRuns: 300 },
    );
  });
});

describe('proofs', () => {
  const withProof = (change: JsonObject): JsonObject => ({ ...badge, proof: [{ ...proofOf(badge), ...change }] });
  const other = testIssuer();

  test.each<[string, JsonObject, string]>([
    ['none', renamed(badge, 'proof', 'somethingElse'), 'NO_PROOF'],
    ['an empty list', { ...badge, proof: [] }, 'VALUE_NOT_PLAIN'],
    ['text', { ...badge, proof: 'signed' }, 'PROOF_MALFORMED'],
    ['another purpose', withProof({ proofPurpose: 'authentication' }), 'PROOF_PURPOSE'],
    ['no purpose', { ...badge, proof: [renamed(proofOf(badge), 'proofPurpose', 'nonce')] }, 'PROOF_PURPOSE'],
    ['made in the future', withProof({ created: '2036-01-01T00:00:00Z' }), 'PROOF_CREATED'],
    ['a date without a time zone', withProof({ created: '2026-05-04T09:00:00' }), 'PROOF_CREATED'],
    ['expired', withProof({ expires: '2026-05-05T00:00:00Z' }), 'PROOF_EXPIRED'],
    ['base64url where base58 belongs', withProof({ proofValue: 'uAAAA' }), 'SIGNATURE_WRONG'],
    ['cut short', withProof({ proofValue: String(proofOf(badge)['proofValue']).slice(0, -1) }), 'SIGNATURE_WRONG'],
    [
      'with something appended',
      withProof({ proofValue: `${String(proofOf(badge)['proofValue'])}1` }),
      'SIGNATURE_WRONG',
    ],
    ['a member more', withProof({ nonce: 'abc' }), 'SIGNATURE_WRONG'],
    ['another key', withProof({ verificationMethod: other.method }), 'ISSUER_MISMATCH'],
    [
      'its own key behind another DID',
      withProof({ verificationMethod: `${issuer.id}#${other.id.slice(8)}` }),
      'KEY_METHOD_UNKNOWN',
    ],
    [
      'a key in the fragment of a web address',
      {
        ...withProof({ verificationMethod: `https://school.example#${issuer.id.slice(8)}` }),
        issuer: { id: 'https://school.example', type: ['Profile'] },
      },
      'SIGNATURE_WRONG',
    ],
    [
      'an X25519 key',
      {
        ...withProof({
          verificationMethod:
            'did:key:z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc#z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc',
        }),
        issuer: { id: 'did:key:z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc', type: ['Profile'] },
      },
      'KEY_INVALID',
    ],
    ['a suite of another family', withProof({ cryptosuite: 'ecdsa-rdfc-2019' }), 'KEY_KIND'],
  ])('%s is rejected', async (_, document, code) => {
    const report = await verify(bytesOf(document), offline());
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toContain(code);
  });

  test.each([
    ['an unknown suite', withProof({ cryptosuite: 'bbs-2023' }), 'PROOF_UNSUPPORTED'],
    [
      'an identifier of an unknown kind',
      { ...withProof({ verificationMethod: 'did:ion:abc#key' }), issuer: { id: 'did:ion:abc', type: ['Profile'] } },
      'KEY_METHOD_UNSUPPORTED',
    ],
  ])('%s leaves the question open', async (_, document, code) => {
    const report = await verify(bytesOf(document), offline());
    expect(report.verdict).toBe('undetermined');
    expect(codes(report)).toContain(code);
  });

  test('of two proofs both must hold', async () => {
    const good = proofOf(badge);
    const bad = { ...good, created: '2026-05-04T10:00:00Z' };
    for (const proof of [
      [good, bad],
      [bad, good],
    ])
      expectRefusal(await verify(bytesOf({ ...badge, proof }), offline()), 'SIGNATURE_WRONG');
    expect((await verify(bytesOf({ ...badge, proof: [good, good] }), offline())).verdict).toBe('verified');
  });

  test('a proof cannot move to another credential of the same issuer', async () => {
    const another = await signedBadge(issuer, { id: 'urn:uuid:00000000-0000-8000-8000-000000000001' });
    expect(codes(await verify(bytesOf({ ...another, proof: badge['proof'] ?? null }), offline()))).toContain(
      'SIGNATURE_WRONG',
    );
  });
});

describe('dates', () => {
  const end = Date.parse('2028-05-04T09:00:00Z');

  test.each<[string, number, readonly string[]]>([
    ['at the very end', end, []],
    ['a second after the end', end + 1000, ['EXPIRED']],
    ['five minutes before the start', Date.parse('2026-05-31T23:55:00Z'), []],
    ['a second earlier', Date.parse('2026-05-31T23:54:59Z'), ['NOT_YET_VALID']],
  ])('%s the faults are exact', async (_, at, expected) => {
    const later = await signedBadge(issuer, { validFrom: Date.parse('2026-06-01T00:00:00Z') });
    expect(codes(await verify(bytesOf(later), offline({ at })))).toEqual(expected);
  });

  test('expired and not yet valid have headlines of their own', async () => {
    expect((await verify(bytesOf(badge), offline({ at: end + 86_400_000 }))).headline).toBe(
      'EXPIRED  it expired on 2028-05-04; the signature is good',
    );
    const future = await signedBadge(issuer, { validFrom: Date.parse('2026-09-01T00:00:00Z') });
    expect((await verify(bytesOf(future), offline())).headline).toBe(
      'NOT YET VALID  it is not valid before 2026-09-01 00:00 UTC; the signature is good',
    );
  });
});

const p256 = testIssuer('P-256');
const credential = assembleCredential(badgeContent(p256.id));
const token = await signJwt(credential, p256.key, p256.method);

describe('tokens', () => {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const part = (value: object): string => encodeBase64url(Buffer.from(JSON.stringify(value)));
  const decoded = (text: string): JsonObject =>
    JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as JsonObject;
  const resigned = async (change: JsonObject): Promise<string> => {
    const { CompactSign } = await import('jose');
    return await new CompactSign(Buffer.from(JSON.stringify({ ...decoded(payload), ...change })))
      .setProtectedHeader({ alg: 'ES256', kid: p256.method, typ: 'JWT' })
      .sign(p256.key.object);
  };

  test('a good one is verified', async () => {
    const report = await verify(bytesOf(`${token}\n`), offline({ recipient: 'ana@example.org' }));
    expect(codes(report)).toEqual([]);
    expect(report.verdict).toBe('verified');
  });

  test.each([
    ['alg none', `${part({ ...decoded(header), alg: 'none' })}.${payload}.${signature}`, 'JWT_ALGORITHM'],
    [
      'HS256 with the public key',
      `${part({ ...decoded(header), alg: 'HS256' })}.${payload}.${signature}`,
      'JWT_ALGORITHM',
    ],
    [
      "another algorithm than the key's",
      `${part({ ...decoded(header), alg: 'EdDSA' })}.${payload}.${signature}`,
      'KEY_KIND',
    ],
    ['crit', `${part({ ...decoded(header), crit: ['x'], x: 1 })}.${payload}.${signature}`, 'JWT_HEADER'],
    ['b64 false', `${part({ ...decoded(header), b64: false })}.${payload}.${signature}`, 'JWT_HEADER'],
    ["an ID token's type", `${part({ ...decoded(header), typ: 'at+jwt' })}.${payload}.${signature}`, 'JWT_HEADER'],
    [
      'a kid of another DID',
      `${part({ ...decoded(header), kid: issuer.method })}.${payload}.${signature}`,
      'ISSUER_MISMATCH',
    ],
    [
      'a kid that is a path',
      `${part({ ...decoded(header), kid: '../../keys/1' })}.${payload}.${signature}`,
      'KEY_METHOD_UNKNOWN',
    ],
    ['no key', `${part({ alg: 'ES256' })}.${payload}.${signature}`, 'KEY_METHOD_UNKNOWN'],
    ['an altered payload', `${header}.${part({ ...decoded(payload), name: 'x' })}.${signature}`, 'SIGNATURE_WRONG'],
    ['two parts', `${header}.${payload}`, 'FILE_UNUSABLE'],
    ['a non-canonical signature', `${header}.${payload}.${signature}=`, 'FILE_UNUSABLE'],
    [
      'a repeated header member',
      `${encodeBase64url(Buffer.from(`{"alg":"none",${JSON.stringify(decoded(header)).slice(1)}`))}.${payload}.${signature}`,
      'JWT_INVALID',
    ],
  ])('%s is rejected', async (_, text, code) => {
    const report = await verify(bytesOf(text), offline());
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toContain(code);
  });

  test('a key in the header is only a claim, though the signature is good', async () => {
    const { CompactSign } = await import('jose');
    const web = JSON.stringify({
      ...decoded(payload),
      issuer: { id: 'https://school.example', type: ['Profile'] },
      iss: 'https://school.example',
    });
    const claiming = await new CompactSign(Buffer.from(web))
      .setProtectedHeader({ alg: 'ES256', jwk: { ...p256.key.publicKey.jwk } })
      .sign(p256.key.object);
    const report = await verify(bytesOf(claiming), offline());
    expect(report.verdict).toBe('undetermined');
    expect(outcomeOf(report, 'signature')).toBe('passed');
    expect(codes(report)).toEqual(['KEY_NOT_AUTHENTICATED']);
  });

  test.each(['iss', 'jti', 'nbf', 'exp'])('a claim %s that contradicts the credential is rejected', async (claim) => {
    expect(
      codes(
        await verify(
          bytesOf(await resigned({ [claim]: claim === 'nbf' || claim === 'exp' ? 1 : 'urn:x:y' })),
          offline(),
        ),
      ),
    ).toContain('JWT_CLAIM_MISMATCH');
  });

  test('two credentials in one token are rejected', async () => {
    expect(codes(await verify(bytesOf(await resigned({ vc: credential })), offline()))).toContain('JWT_INVALID');
  });
});

describe('recipients', () => {
  test.each([
    ['ana@example.org', 'passed'],
    ['Ana@Example.ORG', 'passed'],
    ['bob@example.org', 'failed'],
  ])('%s: %s', async (recipient, outcome) => {
    expect(outcomeOf(await verify(bytesOf(badge), offline({ recipient })), 'recipient')).toBe(outcome);
  });
});
