import { BadgekitError } from '../errors.ts';
import { type Instant, readInstant } from '../syntax/datetime.ts';
import { isDid } from '../syntax/iri.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import { type PublicKey, publicKeyFromJwk, publicKeyFromMultikey } from './public-key.ts';

const MAX_METHODS = 100;

/** A verification method of a controller document (W3C Controlled Identifiers 1.0, section 2.2). */
export interface VerificationMethod {
  readonly id: string;
  readonly controller: string;
  /** Read only when the method is used: a document may hold keys of other kinds. */
  readonly material: JsonObject;
  readonly forAssertion: boolean;
  readonly forAuthentication: boolean;
  /** The moment from which the key no longer counts; undefined where none is set. */
  readonly endsAt: Instant | undefined;
}

export interface ControllerDocument {
  readonly id: string;
  readonly methods: readonly VerificationMethod[];
}

/**
 * Reads a controller document: that of a DID, or of an https issuer. Entries that are no verification methods are passed over: they help nobody.
 * @throws BadgekitError KEY_INVALID where it is none, is not about `did`, or lists one method twice
 */
export function readControllerDocument(value: Json, did: string): ControllerDocument {
  if (!isJsonObject(value)) throw invalid('it is not a JSON object');
  if (value['id'] !== did) throw invalid('it is about another identifier');
  const assertion = list(value['assertionMethod']);
  const authentication = list(value['authentication']);
  const entries = [...list(value['verificationMethod']), ...assertion, ...authentication]
    .filter(isJsonObject)
    .filter(({ id }) => typeof id === 'string');
  if (entries.length > MAX_METHODS) throw invalid(`it has more than ${MAX_METHODS} keys`);
  const named = (relationship: readonly Json[]): ReadonlySet<string> =>
    new Set(relationship.map((entry) => absolute(isJsonObject(entry) ? entry['id'] : entry, did)));
  const allowed = { assertion: named(assertion), authentication: named(authentication) };
  const methods = value['deactivated'] === true ? [] : entries.map((material) => readMethod(material, did, allowed));
  const ids = methods.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) throw invalid('it lists one verification method twice');
  return { id: did, methods };
}

function readMethod(
  material: JsonObject,
  did: string,
  allowed: { readonly assertion: ReadonlySet<string>; readonly authentication: ReadonlySet<string> },
): VerificationMethod {
  const id = absolute(material['id'], did);
  const { controller = did } = material;
  if (typeof controller !== 'string') throw invalid("a key's controller is no text");
  const ends = [material['revoked'], material['expires']]
    .filter((end) => end !== undefined)
    .map((end) => readInstant(end) ?? 0);
  return {
    id,
    controller,
    material,
    forAssertion: allowed.assertion.has(id),
    forAuthentication: allowed.authentication.has(id),
    endsAt: ends.length === 0 ? undefined : Math.min(...ends),
  };
}

/**
 * The key of a verification method, from its Multikey or JWK.
 * @throws BadgekitError KEY_INVALID
 */
export function methodKey(method: VerificationMethod): PublicKey {
  const key = keys.get(method) ?? readKey(method);
  keys.set(method, key);
  return key;
}

const keys = new WeakMap<VerificationMethod, PublicKey>();

function readKey({ material }: VerificationMethod): PublicKey {
  const { publicKeyMultibase, publicKeyJwk } = material;
  if (publicKeyMultibase !== undefined && publicKeyJwk !== undefined)
    throw invalid('a verification method has two keys');
  if (typeof publicKeyMultibase === 'string') return publicKeyFromMultikey(publicKeyMultibase);
  return publicKeyFromJwk(publicKeyJwk);
}

/** A DID URL taken apart; undefined where the text is none. */
export function splitDidUrl(text: string): { readonly did: string; readonly fragment: string | undefined } | undefined {
  const [did = '', fragment, ...rest] = text.split('#');
  return rest.length === 0 && isDid(did) ? { did, fragment } : undefined;
}

function absolute(id: Json | undefined, did: string): string {
  if (typeof id !== 'string') return '';
  return id.startsWith('#') ? did + id : id;
}

function list(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as Json];
}

function invalid(what: string): BadgekitError {
  return new BadgekitError('KEY_INVALID', `the issuer's document cannot be used: ${what}`);
}
