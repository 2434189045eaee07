import {
  createPrivateKey,
  createPublicKey,
  type ED25519KeyPairOptions,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { BadgekitError } from '../errors.ts';
import { asJson, isJsonObject, type JsonObject } from '../syntax/json.ts';
import { type AlgorithmName, ALGORITHMS } from './algorithms.ts';
import { type PublicKey, publicKeyFromJwk } from './public-key.ts';

/** What signs: a key that is at hand, or a program that reaches one elsewhere. */
export interface Signer {
  readonly publicKey: PublicKey;
  /** Ed25519, ECDSA as r||s with low S, or RSA PKCS #1 v1.5, by the key's algorithm. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** A key that can sign. Its secret is inside `object` and is printed by nothing. */
export interface PrivateKey extends Signer {
  readonly object: KeyObject;
}

/** Whether a key is at hand, rather than with a program that reaches it elsewhere. */
export function isAtHand(signer: Signer): signer is PrivateKey {
  return 'object' in signer;
}

const RSA_BITS = 3072;

/** A new key pair from the platform's own source of randomness. */
export function generatePrivateKey(name: AlgorithmName): PrivateKey {
  // Node's key objects share a lock with what generated them, and wait for themselves for ever where that is cleared away
  // while they are exported: the key is taken as bytes, and read again.
  const key = newKeyBytes(name);
  const made = privateKeyOf(createPrivateKey({ key, ...PKCS8 }));
  key.fill(0);
  return made;
}

const PKCS8 = { format: 'der', type: 'pkcs8' } as const;
const AS_BYTES: ED25519KeyPairOptions<'der', 'der'> = {
  privateKeyEncoding: PKCS8,
  publicKeyEncoding: { format: 'der', type: 'spki' },
};

function newKeyBytes(name: AlgorithmName): Buffer {
  const { ec } = ALGORITHMS[name];
  if (ec !== undefined) return generateKeyPairSync('ec', { namedCurve: ec.curve, ...AS_BYTES }).privateKey;
  if (name === 'RSA') return generateKeyPairSync('rsa', { modulusLength: RSA_BITS, ...AS_BYTES }).privateKey;
  return generateKeyPairSync('ed25519', AS_BYTES).privateKey;
}

/**
 * Reads a private JWK.
 * @throws BadgekitError KEY_INVALID, never repeating any of the key's text
 */
export function privateKeyFromJwk(jwk: unknown): PrivateKey {
  if (!isJsonObject(jwk)) throw new BadgekitError('KEY_INVALID', 'the private key is not a JWK');
  try {
    return privateKeyOf(createPrivateKey({ key: { ...jwk }, format: 'jwk' }));
  } catch {
    throw new BadgekitError('KEY_INVALID', 'the private key is not a JWK of a known type');
  }
}

/** The private JWK, to be sealed at once. */
export function exportPrivateJwk(key: PrivateKey): JsonObject {
  const jwk = asJson(key.object.export({ format: 'jwk' }));
  if (!isJsonObject(jwk)) throw new BadgekitError('KEY_INVALID', 'the private key cannot be exported');
  return jwk;
}

/** Signs bytes with a key that is at hand. */
export function signBytes(
  { publicKey: { algorithm }, object }: Pick<PrivateKey, 'publicKey' | 'object'>,
  bytes: Uint8Array,
): Uint8Array {
  if (algorithm.ec === undefined)
    return new Uint8Array(sign(algorithm.name === 'Ed25519' ? null : algorithm.hash, bytes, object));
  const signature = sign(algorithm.hash, bytes, { key: object, dsaEncoding: 'ieee-p1363' });
  return lowS(signature, algorithm.ec.order);
}

/** Of the two ECDSA signatures (r, s) and (r, n - s) the one with the smaller s, so that a signature has one form. */
export function lowS(signature: Uint8Array, order: bigint): Uint8Array {
  const half = signature.length / 2;
  const s = BigInt(`0x${Buffer.from(signature.subarray(half)).toString('hex')}`);
  if (s <= order / 2n) return new Uint8Array(signature);
  const flipped = Buffer.from((order - s).toString(16).padStart(half * 2, '0'), 'hex');
  return Uint8Array.from([...signature.subarray(0, half), ...flipped]);
}

/** A key that the platform holds already. */
export function privateKeyOf(object: KeyObject): PrivateKey {
  const publicKey = publicKeyFromJwk(asJson(createPublicKey(object).export({ format: 'jwk' })));
  return { publicKey, object, sign: (bytes) => Promise.resolve(signBytes({ publicKey, object }, bytes)) };
}
