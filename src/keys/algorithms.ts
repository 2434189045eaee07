/** The signature algorithms that badgekit knows; what differs between them stands in the table below. */
export type AlgorithmName = 'Ed25519' | 'P-256' | 'P-384' | 'RSA';

export interface Algorithm {
  readonly name: AlgorithmName;
  /** Multicodec prefix of a public Multikey and the number of bytes after it (W3C Controlled Identifiers, 2.2.2). */
  readonly multikey: { readonly prefix: readonly [number, number]; readonly length: number } | undefined;
  /** The members of a public JWK (RFC 7517, RFC 8037), besides `kty` and `crv`. */
  readonly jwk: {
    readonly kty: 'OKP' | 'EC' | 'RSA';
    readonly crv: string | undefined;
    readonly members: readonly string[];
    readonly secret: readonly string[];
  };
  /** JWS `alg` values: the first is what badgekit writes, all are read. */
  readonly jws: readonly [string, ...string[]];
  /** The Data Integrity cryptosuite that badgekit signs with, and the hash of its canonical forms. */
  readonly cryptosuite: string | undefined;
  readonly hash: 'sha256' | 'sha384';
  /** The curve's name in OpenSSL, and its order for low-S signatures. */
  readonly ec: { readonly curve: string; readonly order: bigint } | undefined;
  /** Bytes of a signature; undefined where it depends on the key. */
  readonly signatureLength: number | undefined;
  /** Whether to sign a credential takes several times as long as all else that is done for it. */
  readonly signsSlowly: boolean;
}

export const ALGORITHMS: Readonly<Record<AlgorithmName, Algorithm>> = {
  Ed25519: {
    name: 'Ed25519',
    multikey: { prefix: [0xed, 0x01], length: 32 },
    jwk: { kty: 'OKP', crv: 'Ed25519', members: ['x'], secret: ['d'] },
    jws: ['EdDSA', 'Ed25519'],
    cryptosuite: 'eddsa-rdfc-2022',
    hash: 'sha256',
    ec: undefined,
    signatureLength: 64,
    signsSlowly: false,
  },
  'P-256': {
    name: 'P-256',
    multikey: { prefix: [0x80, 0x24], length: 33 },
    jwk: { kty: 'EC', crv: 'P-256', members: ['x', 'y'], secret: ['d'] },
    jws: ['ES256'],
    cryptosuite: 'ecdsa-rdfc-2019',
    hash: 'sha256',
    ec: { curve: 'prime256v1', order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n },
    signatureLength: 64,
    signsSlowly: false,
  },
  'P-384': {
    name: 'P-384',
    multikey: { prefix: [0x81, 0x24], length: 49 },
    jwk: { kty: 'EC', crv: 'P-384', members: ['x', 'y'], secret: ['d'] },
    jws: ['ES384'],
    cryptosuite: 'ecdsa-rdfc-2019',
    hash: 'sha384',
    ec: {
      curve: 'secp384r1',
      order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    },
    signatureLength: 96,
    signsSlowly: true,
  },
  RSA: {
    name: 'RSA',
    multikey: undefined,
    jwk: { kty: 'RSA', crv: undefined, members: ['n', 'e'], secret: ['d', 'p', 'q', 'dp', 'dq', 'qi'] },
    jws: ['RS256'],
    cryptosuite: undefined,
    hash: 'sha256',
    ec: undefined,
    signatureLength: undefined,
    signsSlowly: true,
  },
};

/** FIPS 186-5, section 5.1: what an RSA key must at least be. A small or even exponent lets anybody sign. */
export const RSA_LIMITS = { minBits: 2048, maxBits: 8192, minExponent: 65_537n } as const;

/** The algorithm of a JWK, by its `kty` and `crv`. */
export function algorithmOfJwk(kty: unknown, crv: unknown): Algorithm | undefined {
  return Object.values(ALGORITHMS).find(({ jwk }) => jwk.kty === kty && jwk.crv === (crv ?? undefined));
}

/** The algorithm of a Multikey, by its first two bytes. */
export function algorithmOfMultikey(bytes: Uint8Array): Algorithm | undefined {
  return Object.values(ALGORITHMS).find(
    ({ multikey }) => multikey?.prefix[0] === bytes[0] && multikey?.prefix[1] === bytes[1],
  );
}
