import { describe, expect, test } from 'vitest';
import { privateKeyFromJwk, type PrivateKey, signBytes } from '../../src/keys/private-key.ts';
import { publishedIn } from '../../src/keys/test-keys.ts';
import { asList } from '../../src/openbadges/credential.ts';
import { signedBytes } from '../../src/proof/data-integrity.ts';
import { encodeBase58btc } from '../../src/syntax/multibase.ts';
import { isJsonObject, type JsonObject } from '../../src/syntax/json.ts';
import { hasConformance, readDocument } from '../support/conformance.ts';

/**
 * The demonstration key that 1EdTech prints in its Open Badges 3.0 implementation guide (linked-data-proof-ob), as a
 * test vector: the 32-byte seed in hexadecimal. Everybody has it; verify names it as a known test key.
 */
const DEMONSTRATION_SEED = '6241a409e6707bb640a0140a8a32bc3d193c33a661747284d6adfa4ed4180be4';
const DEMONSTRATION_KEY = 'z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi';

function demonstrationKey(): PrivateKey {
  const bytes = Buffer.from(DEMONSTRATION_SEED, 'hex');
  const x = 'S96v3i6ovu-t2MaZtcfgcEz1EVTVLheyC3EzfKBMxaU';
  return privateKeyFromJwk({ kty: 'OKP', crv: 'Ed25519', d: bytes.toString('base64url'), x });
}

const FIXTURES = [
  'simple.json',
  'simple-multiple-proofs.json',
  'simple-err-expired.json',
  'bit-string-list/credential-status-revoked.json',
  'bit-string-list/testlist',
  'credential-status-revoked.json',
];

describe('golden signing', () => {
  test('the demonstration key is the published one, and known as a test key', () => {
    expect(demonstrationKey().publicKey.multikey).toBe(DEMONSTRATION_KEY);
    expect(publishedIn(demonstrationKey().publicKey)).toContain('1EdTech');
  });

  test.skipIf(!hasConformance).each(FIXTURES)(
    'signing the content of %s gives its proofValue byte for byte',
    async (file) => {
      const document = readDocument(`fixtures/ob30/${file}`);
      const proof = asList(document['proof']).find(
        (entry): entry is JsonObject =>
          isJsonObject(entry) && String(entry['verificationMethod']).endsWith(DEMONSTRATION_KEY),
      );
      const { proofValue, ...configuration } = proof ?? {};
      const signature = signBytes(
        demonstrationKey(),
        await signedBytes({ ...document, proof: configuration }, configuration, 'sha256'),
      );
      expect(encodeBase58btc(signature)).toBe(proofValue);
    },
  );
});
