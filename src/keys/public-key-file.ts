import { BadgekitError } from '../errors.ts';
import { isJsonObject, type Json, parseJson } from '../syntax/json.ts';
import { keyOfDidKey } from './did-key.ts';
import { type PublicKey, publicKeyFromJwk, publicKeyFromMultikey } from './public-key.ts';

/**
 * The public keys in a text as people have them: a JWK, a JWK set, a Multikey or a DID document as JSON, or a bare
 * Multikey or did:key.
 * @throws BadgekitError KEY_INVALID | JSON_*
 */
export function readPublicKeys(text: string): readonly PublicKey[] {
  const bare = text.trim();
  if (bare.startsWith('did:key:')) return [keyOfDidKey(bare.split('#')[0] ?? bare)];
  if (!bare.startsWith('{')) return [publicKeyFromMultikey(bare)];
  const keys = keysOf(parseJson(text));
  if (keys.length === 0) throw new BadgekitError('KEY_INVALID', 'the file holds no public key that badgekit verifies with', { hint: 'give a JWK, a JWK set, a Multikey, a did:key or a DID document' });
  return keys;
}

function keysOf(value: Json): readonly PublicKey[] {
  if (!isJsonObject(value)) return [];
  const { keys, verificationMethod, publicKeyMultibase, publicKeyJwk, kty } = value;
  if (Array.isArray(keys)) return keys.map(publicKeyFromJwk);
  if (Array.isArray(verificationMethod)) return verificationMethod.flatMap(keysOf);
  if (typeof publicKeyMultibase === 'string') return [publicKeyFromMultikey(publicKeyMultibase)];
  if (publicKeyJwk !== undefined) return [publicKeyFromJwk(publicKeyJwk)];
  return kty === undefined ? [] : [publicKeyFromJwk(value)];
}
