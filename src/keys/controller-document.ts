import { BadgekitError } from '../errors.ts';
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
}

export interface ControllerDocument {
  readonly id: string;
  readonly methods: readonly VerificationMethod[];
}

/**
 * Reads a DID document.
 * @throws BadgekitError KEY_INVALID where it is none, is not about `did`, or lists one method twice
 */
export function readControllerDocument(value: Json, did: string): ControllerDocument {
  if (!isJsonObject(value)) throw invalid('it is not a JSON object');
  if (value['id'] !== did) throw invalid('it is about another identifier');
  const assertion = list(value['assertionMethod']);
  const listed = list(value['verificationMethod']).filter(isJsonObject);
  const embedded = assertion.filter(isJsonObject);
  if (listed.length + embedded.length > MAX_METHODS) throw invalid(`it has more than ${MAX_METHODS} keys`);
  const allowed = new Set(assertion.map((entry) => absolute(isJsonObject(entry) ? entry['id'] : entry, did)));
  const methods = [...listed, ...embedded].map((material) => {
    const id = absolute(material['id'], did);
    const controller = typeof material['controller'] === 'string' ? material['controller'] : did;
    return { id, controller, material, forAssertion: allowed.has(id) };
  });
  const ids = methods.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) throw invalid('it lists one verification method twice');
  return { id: did, methods };
}

/**
 * The key of a verification method, from its Multikey or JWK.
 * @throws BadgekitError KEY_INVALID
 */
export function methodKey({ material }: VerificationMethod): PublicKey {
  const { publicKeyMultibase, publicKeyJwk } = material;
  if (publicKeyMultibase !== undefined && publicKeyJwk !== undefined) throw invalid('a verification method has two keys');
  if (typeof publicKeyMultibase === 'string') return publicKeyFromMultikey(publicKeyMultibase);
  return publicKeyFromJwk(publicKeyJwk);
}

/** A DID URL taken apart; undefined where the text is none. */
export function splitDidUrl(text: string): { readonly did: string; readonly fragment: string | undefined } | undefined {
  const [did = '', fragment, ...rest] = text.split('#');
  return rest.length === 0 && isDid(did) ? { did, fragment } : undefined;
}

function absolute(id: Json | undefined, did: string): string {
  if (typeof id !== 'string') throw invalid('a verification method has no id');
  return id.startsWith('#') ? did + id : id;
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function invalid(what: string): BadgekitError {
  return new BadgekitError('KEY_INVALID', `the DID document cannot be used: ${what}`);
}
