import type { PublicKey } from '../keys/public-key.ts';
import { asList } from '../openbadges/credential.ts';
import { formatStamp, type Instant } from '../syntax/datetime.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';

/** A key and its name in the programme. */
export interface NamedKey {
  readonly name: string;
  readonly key: PublicKey;
}

/**
 * The DID document of an issuer: each key as Multikey and as JWK, all of them allowed to assert credentials
 * (DID Core 1.0, section 5; Controlled Identifiers 1.0, section 2.2).
 */
export function didDocument(did: string, keys: readonly NamedKey[]): JsonObject {
  const methods = keys.flatMap((key) => methodsOf(did, key));
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

function methodsOf(did: string, { name, key }: NamedKey): JsonObject[] {
  return [
    ...(key.multikey === undefined
      ? []
      : [{ id: `${did}#${name}`, type: 'Multikey', controller: did, publicKeyMultibase: key.multikey }]),
    {
      id: `${did}#${name}-jwk`,
      type: 'JsonWebKey',
      controller: did,
      publicKeyJwk: { ...key.jwk, kid: `${name}-jwk`, alg: key.algorithm.jws[0] },
    },
  ];
}

/** The document with one key more; those that it has stay, so that what they signed still verifies. */
export function withKey(document: JsonObject, did: string, key: NamedKey): JsonObject {
  const added = methodsOf(did, key);
  return {
    ...document,
    verificationMethod: [...asList(document['verificationMethod']), ...added],
    assertionMethod: [...asList(document['assertionMethod']), ...added.map(({ id }) => id ?? '')],
  };
}

/**
 * The document in which a key counts no more: it may not assert credentials, and says since when it is revoked
 * (Controlled Identifiers 1.0, section 2.2, `revoked`).
 */
export function withoutKey(document: JsonObject, did: string, name: string, since: Instant): JsonObject {
  const gone = new Set([`${did}#${name}`, `${did}#${name}-jwk`, `#${name}`, `#${name}-jwk`]);
  const isGone = (id: Json | undefined): boolean => typeof id === 'string' && gone.has(id);
  return {
    ...document,
    verificationMethod: asList(document['verificationMethod']).map((method) =>
      isJsonObject(method) && isGone(method['id']) ? { ...method, revoked: formatStamp(since) } : method,
    ),
    assertionMethod: asList(document['assertionMethod']).filter(
      (method) => !isGone(isJsonObject(method) ? method['id'] : method),
    ),
  };
}
