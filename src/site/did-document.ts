import type { PublicKey } from '../keys/public-key.ts';
import type { JsonObject } from '../syntax/json.ts';

/**
 * The DID document of an issuer: each key as Multikey and as JWK, all of them allowed to assert credentials
 * (DID Core 1.0, section 5; Controlled Identifiers 1.0, section 2.2).
 */
export function didDocument(
  did: string,
  keys: readonly { readonly name: string; readonly key: PublicKey }[],
): JsonObject {
  const methods = keys.flatMap(({ name, key }): JsonObject[] => [
    ...(key.multikey === undefined
      ? []
      : [{ id: `${did}#${name}`, type: 'Multikey', controller: did, publicKeyMultibase: key.multikey }]),
    {
      id: `${did}#${name}-jwk`,
      type: 'JsonWebKey',
      controller: did,
      publicKeyJwk: { ...key.jwk, kid: `${name}-jwk`, alg: key.algorithm.jws[0] },
    },
  ]);
  return {
    '@context': [
      'https://www.w3.org/ns/did/v1',
      'https://w3id.org/security/multikey/v1',
      'https://w3id.org/security/jwk/v1',
    ],
    id: did,
    verificationMethod: methods,
    assertionMethod: methods.map(({ id }) => id ?? ''),
  };
}
