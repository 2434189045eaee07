import { BadgekitError, ifUsable } from '../errors.ts';
import type { Instant } from '../syntax/datetime.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../syntax/json.ts';
import { methodKey, readControllerDocument } from './controller-document.ts';
import { keyOfDidKey } from './did-key.ts';
import { type PublicKey, publicKeyFromJwk, publicKeyFromMultikey, publicKeyFromPem } from './public-key.ts';

/** A key from a file, with what the file tells of it: whose it is, under which name, and until when. */
export interface KeyFromFile {
  readonly key: PublicKey;
  readonly controller: string | undefined;
  readonly method?: string | undefined;
  readonly endsAt?: Instant | undefined;
}

/**
 * The public keys in a text as people have them: a JWK, a JWK set, a Multikey or a DID document as JSON, a PEM
 * text, or a bare Multikey or did:key.
 * @throws BadgekitError KEY_INVALID | JSON_*
 */
export function readPublicKeys(text: string): readonly KeyFromFile[] {
  const bare = text.trim();
  if (bare.startsWith('did:key:')) {
    const did = bare.split('#')[0] ?? bare;
    return [{ key: keyOfDidKey(did), controller: did }];
  }
  if (/^eyJ[\w-]+\.[\w-]*\.[\w-]*\.[\w-]*\.[\w-]*$/.test(bare))
    throw new BadgekitError('KEY_INVALID', 'the file is a sealed private key, not a public one', {
      hint: 'give the DID document that publishes it, such as public/.well-known/did.json',
    });
  if (bare.startsWith('-----BEGIN')) return [{ key: publicKeyFromPem(bare), controller: undefined }];
  if (!/^z[1-9A-HJ-NP-Za-km-z]+$/.test(bare) && !bare.startsWith('{'))
    throw new BadgekitError('KEY_INVALID', 'the file holds no public key', {
      hint: 'give a JWK, a JWK set, a Multikey, a did:key, a PEM text or a DID document',
    });
  if (!bare.startsWith('{')) return [{ key: publicKeyFromMultikey(bare), controller: undefined }];
  const keys = keysOf(parseJson(text));
  if (keys.length === 0)
    throw new BadgekitError('KEY_INVALID', 'the file holds no public key that badgekit verifies with', {
      hint: 'give a JWK, a JWK set, a Multikey, a did:key, a PEM text or a DID document',
    });
  return keys;
}

function keysOf(value: Json): readonly KeyFromFile[] {
  if (!isJsonObject(value)) return [];
  const { id, keys, verificationMethod, publicKeyMultibase, publicKeyJwk, kty } = value;
  const controller = typeof value['controller'] === 'string' ? value['controller'] : undefined;
  if (Array.isArray(keys)) return keys.map((jwk) => ({ key: publicKeyFromJwk(jwk), controller }));
  if (verificationMethod !== undefined) return typeof id === 'string' ? documentKeys(value, id) : [];
  if (typeof publicKeyMultibase === 'string') return [{ key: publicKeyFromMultikey(publicKeyMultibase), controller }];
  if (publicKeyJwk !== undefined) return [{ key: publicKeyFromJwk(publicKeyJwk), controller }];
  return kty === undefined ? [] : [{ key: publicKeyFromJwk(value), controller }];
}

/** Of a DID document those keys that may assert credentials, each under its name and with its end; not those of kinds that sign nothing here. */
function documentKeys(document: JsonObject, did: string): readonly KeyFromFile[] {
  const { methods } = readControllerDocument(document, did);
  return methods
    .filter(({ forAssertion, controller }) => forAssertion && controller === did)
    .flatMap((method) => {
      const key = ifUsable(() => methodKey(method));
      return key === undefined ? [] : [{ key, controller: did, method: method.id, endsAt: method.endsAt }];
    });
}
