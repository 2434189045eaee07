import { BadgekitError } from '../errors.ts';
import { type PublicKey, publicKeyFromMultikey } from './public-key.ts';

const PREFIX = 'did:key:';

/** The DID that is itself an Ed25519, P-256 or P-384 key (did:key method); undefined for a key without a Multikey. */
export function didKeyOf(key: PublicKey): string | undefined {
  return key.multikey === undefined ? undefined : PREFIX + key.multikey;
}

/**
 * The key that a did:key DID is.
 * @throws BadgekitError KEY_INVALID
 */
export function keyOfDidKey(did: string): PublicKey {
  if (!did.startsWith(PREFIX)) throw new BadgekitError('KEY_INVALID', 'the identifier is no did:key');
  return publicKeyFromMultikey(did.slice(PREFIX.length));
}

/** The one verification method of a did:key document. */
export function didKeyMethod(did: string): string {
  return `${did}#${did.slice(PREFIX.length)}`;
}
