const P = (1n << 255n) - 19n;

// The y coordinates of the eight points of small order (RFC 8032, section 5.1.7; "Taming the many EdDSAs", table 1).
const SMALL_ORDER_Y = new Set([
  0n,
  1n,
  P - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
]);

/**
 * Why an Ed25519 public key must not be used, or undefined where it may. A key of small order verifies one signature
 * for every message; a key in a second spelling would make one key look like two.
 */
export function weaknessOfEd25519(raw: Uint8Array): string | undefined {
  if (raw.length !== 32) return `it has ${raw.length} bytes where Ed25519 has 32`;
  const y = BigInt(`0x${Buffer.from(raw).reverse().toString('hex')}`) & ((1n << 255n) - 1n);
  if (y >= P) return 'its point is not in canonical form';
  if (SMALL_ORDER_Y.has(y)) return 'its point has small order: signatures by it prove nothing';
  return undefined;
}

// The primes whose products the faulty chips built their keys around ("The Return of Coppersmith's Attack", 2017).
const ROCA_PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];
const ROCA_GENERATOR = 65_537;

/**
 * Whether an RSA modulus has the fingerprint of the ROCA fault: modulo each of these primes it is a power of 65537,
 * which among sound keys happens once in 2^27. Such keys can be factored.
 */
export function hasRocaFingerprint(modulus: Uint8Array): boolean {
  const number = BigInt(`0x${Buffer.from(modulus).toString('hex')}`);
  return ROCA_PRIMES.every((prime) => {
    const remainder = Number(number % BigInt(prime));
    let power = 1;
    do {
      if (power === remainder) return true;
      power = (power * ROCA_GENERATOR) % prime;
    } while (power !== 1);
    return false;
  });
}
