import { describe, expect, test } from 'vitest';
import { publicKeyFromJwk, verifySignature } from '../../src/keys/public-key.ts';
import { weaknessOfEd25519 } from '../../src/keys/weak-key.ts';
import { encodeBase64url } from '../../src/syntax/base64url.ts';
import { hasConformance, readText } from '../support/conformance.ts';

interface Wycheproof {
  readonly testGroups: readonly {
    readonly publicKey?: { readonly pk?: string; readonly curve?: string; readonly uncompressed?: string };
    readonly publicKeyJwk?: object;
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly msg: string;
      readonly sig: string;
      readonly result: 'valid' | 'invalid' | 'acceptable';
    }[];
  }[];
}

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** Some groups give their key only as numbers. */
function jwkOf({
  pk,
  curve,
  uncompressed = '',
}: {
  readonly pk?: string;
  readonly curve?: string;
  readonly uncompressed?: string;
}): object {
  if (pk !== undefined) return { kty: 'OKP', crv: 'Ed25519', x: encodeBase64url(bytes(pk)) };
  const half = (uncompressed.length - 2) / 2;
  const [x, y] = [uncompressed.slice(2, 2 + half), uncompressed.slice(2 + half)].map((hex) =>
    encodeBase64url(bytes(hex)),
  );
  return { kty: 'EC', crv: curve === 'secp384r1' ? 'P-384' : 'P-256', x, y };
}

function verdict(jwk: object, message: string, signature: string): boolean {
  try {
    return verifySignature(publicKeyFromJwk(jwk), bytes(message), bytes(signature));
  } catch {
    return false;
  }
}

describe.skipIf(!hasConformance)('Wycheproof', () => {
  test.each([
    ['ed25519_test.json', 150],
    ['ecdsa_secp256r1_sha256_p1363_test.json', 260],
    ['ecdsa_secp384r1_sha384_p1363_test.json', 270],
  ])('%s', (file, least) => {
    const { testGroups } = JSON.parse(readText(`vectors/wycheproof/${file}`)) as Wycheproof;
    const wrong: string[] = [];
    let count = 0;
    for (const { publicKey, publicKeyJwk, tests } of testGroups) {
      const jwk = publicKeyJwk ?? jwkOf(publicKey ?? {});
      for (const { tcId, comment, msg, sig, result } of tests) {
        count++;
        if (verdict(jwk, msg, sig) !== (result === 'valid')) wrong.push(`${tcId} ${comment}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(least);
  });
});

describe('weak Ed25519 keys', () => {
  test.each([
    ['the identity', `01${'00'.repeat(31)}`],
    ['order 2', `ec${'ff'.repeat(30)}7f`],
    ['order 4', '00'.repeat(32)],
    ['order 4, other sign', `${'00'.repeat(31)}80`],
    ['order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    ['order 8, other one', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'],
    ['a y beyond the prime', `ee${'ff'.repeat(30)}7f`],
  ])('%s is refused before any signature is looked at', (_, hex) => {
    expect(weaknessOfEd25519(bytes(hex))).toBeDefined();
    expect(() => publicKeyFromJwk({ kty: 'OKP', crv: 'Ed25519', x: encodeBase64url(bytes(hex)) })).toThrow(
      expect.objectContaining({ code: 'KEY_INVALID' }),
    );
  });

  test.skipIf(!hasConformance)('every CCTV key of small order or in a second spelling is refused', () => {
    const vectors = JSON.parse(readText('vectors/cctv/ed25519vectors.json')) as readonly {
      readonly key: string;
      readonly flags: readonly string[] | null;
    }[];
    const flagged = vectors.filter(
      ({ flags }) => flags?.some((flag) => flag === 'low_order_A' || flag === 'non_canonical_A') === true,
    );
    expect(flagged.length).toBeGreaterThan(400);
    expect(flagged.filter(({ key }) => weaknessOfEd25519(bytes(key)) === undefined)).toEqual([]);
    const sound = vectors.filter(({ flags }) => flags === null);
    expect(sound.filter(({ key }) => weaknessOfEd25519(bytes(key)) !== undefined)).toEqual([]);
  });
});
