import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generatePrivateKey } from '../../src/keys/private-key.ts';
import { checkJwtSignature, openJwt, signJwt } from '../../src/proof/jwt.ts';
import type { JsonObject } from '../../src/syntax/json.ts';

const key = generatePrivateKey('Ed25519');
const DATES = { validFrom: '2026-05-04T09:00:00Z', validUntil: '2028-05-04T09:00:00.5Z' };

/** What a token says that is signed over a credential. */
async function signed(credential: JsonObject): Promise<JsonObject> {
  const token = openJwt(await signJwt(credential, key, 'did:web:x.example#key-1-jwk', 'none'));
  expect(await checkJwtSignature(token, key.publicKey)).toBe(true);
  return token.payload;
}

describe('a signed token', () => {
  test('holds the credential with the claims that it makes', async () => {
    const credential = { id: 'urn:uuid:1', issuer: { id: 'did:web:x.example' }, ...DATES };
    const claims = { iss: 'did:web:x.example', jti: 'urn:uuid:1', nbf: 1_777_885_200, exp: 1_841_043_600 };
    expect(await signed(credential)).toEqual({ ...credential, ...claims });
    const subject = { credentialSubject: { id: 'mailto:ana@example.org' } };
    expect(await signed({ ...credential, ...subject })).toEqual({
      ...credential,
      ...subject,
      ...claims,
      sub: 'mailto:ana@example.org',
    });
  });

  test('leaves out what cannot be claimed, and says each thing once', async () => {
    expect(await signed({})).toEqual({});
    expect(await signed({ name: 'x' })).toEqual({ name: 'x' });
    expect(await signed({ id: 'urn:x:1' })).toEqual({ id: 'urn:x:1', jti: 'urn:x:1' });
    expect(await signed({ jti: 'another', id: 'urn:x:1', nbf: 1 })).toEqual({ jti: 'urn:x:1', id: 'urn:x:1' });
  });

  test('holds any text as it stands', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), async (name, id) => {
        expect(await signed({ name, id, list: [name, { name }] })).toEqual({
          name,
          id,
          list: [name, { name }],
          jti: id,
        });
      }),
      { numRuns: 200 },
    );
  });
});
