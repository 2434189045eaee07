import { createPublicKey, ECDH, type KeyObject, verify } from 'node:crypto';
import { BadgekitError } from '../errors.ts';
import { decodeBase64url, encodeBase64url } from '../syntax/base64url.ts';
import { isJsonObject, type JsonObject } from '../syntax/json.ts';
import { decodeMultibase, encodeBase58btc } from '../syntax/multibase.ts';
import { type Algorithm, algorithmOfJwk, algorithmOfMultikey, RSA_LIMITS } from './algorithms.ts';
import { hasRocaFingerprint, weaknessOfEd25519 } from './weak-key.ts';

/** A public key that passed every check on its form: on its curve, canonical, not of small order, long enough. */
export interface PublicKey {
  readonly algorithm: Algorithm;
  /** Only the public members, in a fixed order. */
  readonly jwk: JsonObject;
  /** Multikey (`z6Mk…`, `zDna…`, `z82L…`); undefined for RSA. */
  readonly multikey: string | undefined;
  readonly object: KeyObject;
}

/**
 * Reads a public Multikey (W3C Controlled Identifiers, section 2.2.2).
 * @throws BadgekitError KEY_INVALID; a published secret key is named as such
 */
export function publicKeyFromMultikey(text: string): PublicKey {
  if (!text.startsWith('z')) throw invalid('a Multikey begins with "z" (base58btc)');
  const bytes = decodeKeyText(text);
  if (bytes[0] === 0x80 && bytes[1] === 0x26)
    throw invalid('it is a SECRET key (Ed25519) where a public one belongs: its owner must replace it');
  const algorithm = algorithmOfMultikey(bytes);
  if (algorithm?.multikey === undefined)
    throw invalid('its type is none that badgekit verifies with (Ed25519, P-256, P-384)');
  const raw = bytes.subarray(2);
  if (raw.length !== algorithm.multikey.length)
    throw invalid(`it has ${raw.length} bytes where ${algorithm.name} has ${algorithm.multikey.length}`);
  const key = publicKeyFromJwk({ kty: algorithm.jwk.kty, crv: algorithm.jwk.crv, ...coordinates(algorithm, raw) });
  if (key.multikey !== text) throw invalid('it is not in its one canonical spelling');
  return key;
}

/**
 * Reads a public JWK (RFC 7517). Secret members are refused: a public document must not hold them.
 * @throws BadgekitError KEY_INVALID
 */
export function publicKeyFromJwk(jwk: unknown): PublicKey {
  if (!isJsonObject(jwk)) throw invalid('a JWK is a JSON object');
  const algorithm = algorithmOfJwk(jwk['kty'], jwk['crv']);
  if (algorithm === undefined)
    throw invalid('its type is none that badgekit verifies with (Ed25519, P-256, P-384, RSA)');
  if ([...algorithm.jwk.secret, 'k'].some((member) => Object.hasOwn(jwk, member))) {
    throw invalid('it holds SECRET members where a public key belongs: its owner must replace it');
  }
  if (!allows(jwk['use'], 'sig') || !allows(jwk['key_ops'], 'verify'))
    throw invalid('its "use" or "key_ops" does not allow verifying');
  const { alg } = jwk;
  if (alg !== undefined && !algorithm.jws.some((name) => name === alg))
    throw invalid(`its "alg" is none of those for ${algorithm.name} keys (${algorithm.jws.join(', ')})`);
  const members = algorithm.jwk.members.map((name) => [name, canonicalMember(jwk[name], name)] as const);
  const crv = algorithm.jwk.crv === undefined ? {} : { crv: algorithm.jwk.crv };
  const publicJwk = { kty: algorithm.jwk.kty, ...crv, ...Object.fromEntries(members) };
  return checked(algorithm, publicJwk);
}

/**
 * Reads a public key in PEM (SubjectPublicKeyInfo), as Open Badges 2.0 publishes keys.
 * @throws BadgekitError KEY_INVALID
 */
export function publicKeyFromPem(pem: string): PublicKey {
  if (!/^-----BEGIN PUBLIC KEY-----\s/.test(pem.trim())) throw invalid('it is no PEM text of a public key');
  try {
    return publicKeyFromJwk(createPublicKey(pem).export({ format: 'jwk' }));
  } catch (cause) {
    if (cause instanceof BadgekitError) throw cause;
    throw invalid('its PEM text is damaged, or of a type that badgekit does not verify with', cause);
  }
}

/** Whether a signature over the bytes verifies: ECDSA as r||s (IEEE P1363), RSA as PKCS #1 v1.5. Never throws. */
export function verifySignature(key: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  const { signatureLength, hash, name, ec } = key.algorithm;
  if (signatureLength !== undefined && signature.length !== signatureLength) return false;
  try {
    const options = ec === undefined ? key.object : ({ key: key.object, dsaEncoding: 'ieee-p1363' } as const);
    return verify(name === 'Ed25519' ? null : hash, bytes, options, signature);
  } catch {
    return false;
  }
}

/** Two keys are one when their public members are. */
export function isSameKey(a: PublicKey, b: PublicKey): boolean {
  return JSON.stringify(a.jwk) === JSON.stringify(b.jwk);
}

function checked(algorithm: Algorithm, jwk: JsonObject): PublicKey {
  const object = importJwk(jwk);
  if (algorithm.name === 'RSA') refuseWeakRsa(object, decodeKeyText(`u${String(jwk['n'])}`));
  if (algorithm.name === 'Ed25519') {
    const weakness = weaknessOfEd25519(decodeKeyText(`u${String(jwk['x'])}`));
    if (weakness !== undefined) throw invalid(weakness);
  }
  return { algorithm, jwk, multikey: multikeyOf(algorithm, jwk), object };
}

function refuseWeakRsa({ asymmetricKeyDetails }: KeyObject, modulus: Uint8Array): void {
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
  if (modulusLength < RSA_LIMITS.minBits || modulusLength > RSA_LIMITS.maxBits)
    throw invalid(
      `it is an RSA key of ${modulusLength} bits, where ${RSA_LIMITS.minBits} to ${RSA_LIMITS.maxBits} are sound`,
    );
  const isOdd = publicExponent % 2n === 1n && ((modulus.at(-1) ?? 0) & 1) === 1;
  if (publicExponent < RSA_LIMITS.minExponent || !isOdd)
    throw invalid('its RSA exponent or modulus is one with which anybody could sign');
  if (hasRocaFingerprint(modulus))
    throw invalid('it was made by a faulty chip (ROCA): anybody can find its secret half');
}

function importJwk(jwk: JsonObject): KeyObject {
  try {
    return createPublicKey({ key: { ...jwk }, format: 'jwk' });
  } catch (cause) {
    throw invalid('its numbers are no key of that type', cause);
  }
}

function multikeyOf(algorithm: Algorithm, jwk: JsonObject): string | undefined {
  if (algorithm.multikey === undefined) return undefined;
  const x = decodeKeyText(`u${String(jwk['x'])}`);
  if (algorithm.ec === undefined) return encodeBase58btc(Uint8Array.from([...algorithm.multikey.prefix, ...x]));
  const y = decodeKeyText(`u${String(jwk['y'])}`);
  const sign = 2 + ((y.at(-1) ?? 0) & 1);
  return encodeBase58btc(Uint8Array.from([...algorithm.multikey.prefix, sign, ...x]));
}

function coordinates(algorithm: Algorithm, raw: Uint8Array): { x: string; y?: string } {
  if (algorithm.ec === undefined) return { x: encodeBase64url(raw) };
  try {
    const point = ECDH.convertKey(raw, algorithm.ec.curve, undefined, undefined, 'uncompressed');
    const bytes = typeof point === 'string' ? Buffer.from(point) : point;
    const half = (bytes.length - 1) / 2;
    return { x: encodeBase64url(bytes.subarray(1, 1 + half)), y: encodeBase64url(bytes.subarray(1 + half)) };
  } catch (cause) {
    throw invalid('its point is not on the curve', cause);
  }
}

function canonicalMember(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') throw invalid(`its member "${name}" is missing`);
  decodeKeyText(`u${value}`);
  return value;
}

function decodeKeyText(text: string): Uint8Array {
  try {
    return text.startsWith('u') ? decodeBase64url(text.slice(1)) : decodeMultibase(text);
  } catch (cause) {
    throw invalid('it is not properly encoded', cause);
  }
}

function allows(value: unknown, wanted: string): boolean {
  return value === undefined || value === wanted || (Array.isArray(value) && value.includes(wanted));
}

function invalid(what: string, cause?: unknown): BadgekitError {
  return new BadgekitError('KEY_INVALID', `the public key cannot be used: ${what}`, { cause });
}
