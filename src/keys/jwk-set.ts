import { BadgekitError, ifUsable } from '../errors.ts';
import { isJsonObject, type Json } from '../syntax/json.ts';
import { type PublicKey, publicKeyFromJwk } from './public-key.ts';

const MAX_KEYS = 100;

/** A JWK set (RFC 7517, section 5), with the issuer that it says to be for. */
export interface JwkSet {
  readonly issuer: string | undefined;
  readonly keys: readonly { readonly kid: string | undefined; readonly key: PublicKey }[];
}

/**
 * Reads a JWK set. Keys of other kinds are passed over: a set may hold what signs nothing here.
 * @throws BadgekitError KEY_INVALID where it is none, or names one kid twice
 */
export function readJwkSet(value: Json): JwkSet {
  const keys = isJsonObject(value) ? value['keys'] : undefined;
  if (!isJsonObject(value) || !Array.isArray(keys) || keys.length > MAX_KEYS)
    throw new BadgekitError('KEY_INVALID', `it is no JWK set of at most ${MAX_KEYS} keys`);
  const read = keys.filter(isJsonObject).flatMap((jwk) => {
    const key = ifUsable(() => publicKeyFromJwk(jwk));
    return key === undefined ? [] : [{ kid: typeof jwk['kid'] === 'string' ? jwk['kid'] : undefined, key }];
  });
  const kids = read.map(({ kid }) => kid).filter((kid) => kid !== undefined);
  if (new Set(kids).size !== kids.length) throw new BadgekitError('KEY_INVALID', 'the JWK set names one kid twice');
  return { issuer: typeof value['iss'] === 'string' ? value['iss'] : undefined, keys: read };
}
