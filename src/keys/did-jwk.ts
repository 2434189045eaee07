import { BadgekitError } from '../errors.ts';
import { decodeBase64url } from '../syntax/base64url.ts';
import { parseJson } from '../syntax/json.ts';
import { decodeUtf8 } from '../syntax/text.ts';
import { type PublicKey, publicKeyFromJwk } from './public-key.ts';

const PREFIX = 'did:jwk:';
/** An RSA key of 8192 bits is far shorter. */
const MAX_LENGTH = 4096;

/**
 * The key that a did:jwk DID is: base64url of a JWK (did:jwk method).
 * @throws BadgekitError KEY_INVALID
 */
export function keyOfDidJwk(did: string): PublicKey {
  if (!did.startsWith(PREFIX) || did.length > MAX_LENGTH)
    throw new BadgekitError('KEY_INVALID', 'the identifier is no did:jwk');
  try {
    return publicKeyFromJwk(parseJson(decodeUtf8(decodeBase64url(did.slice(PREFIX.length)))));
  } catch (error) {
    if (!(error instanceof BadgekitError) || error.code === 'KEY_INVALID') throw error;
    throw new BadgekitError('KEY_INVALID', `the did:jwk identifier is no JWK: ${error.message}`, { cause: error });
  }
}

/** The one verification method of a did:jwk document. */
export function didJwkMethod(did: string): string {
  return `${did}#0`;
}
