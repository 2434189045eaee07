import { isJsonObject, type Json, type JsonObject, pointer } from '../syntax/json.ts';
import { quoted } from '../syntax/text.ts';
import { isKnownContext } from './contexts.ts';
import { CREDENTIALS_V1, CREDENTIALS_V2 } from './vocabulary.ts';

/** A reason why a document's JSON may not say what its signature covers. */
export interface FormFault {
  readonly code: 'CONTEXT_MISSING' | 'CONTEXT_UNKNOWN' | 'CONTEXT_INLINE' | 'CONTEXT_ORDER' | 'CONTEXT_NESTED' | 'KEY_NOT_PLAIN' | 'VALUE_NOT_PLAIN' | 'NODE_TWICE';
  readonly path: string;
  readonly message: string;
}

// Members whose value is itself a signed document with contexts of its own.
const EMBEDDED_DOCUMENTS = new Set(['endorsement', 'verifiableCredential']);
const OPEN_BADGES_URL = /^https:\/\/purl\.imsglobal\.org\/spec\/ob\/v3p0\/context(?:-3\.\d\.\d)?\.json$/;

/**
 * Whether a credential stands in the plain form in which JSON and signed statements say the same. JSON-LD has many
 * ways to hide a member from readers, or to write one that is not signed, under an unchanged signature: other
 * spellings of keys, keywords, nulls, empty arrays, inline and reordered contexts. None of them is plain.
 * (VC Data Integrity, section 2.4.1 "Validating Contexts"; VCDM 2.0, section 4.3.)
 */
export function plainFormFaults(document: JsonObject): readonly FormFault[] {
  return [...contextFaults(document['@context'], ''), ...memberFaults(document, '', true), ...repeatedNodes(document)];
}

function contextFaults(context: Json | undefined, path: string): FormFault[] {
  const at = pointer(path, '@context');
  if (!Array.isArray(context) || context.length === 0) {
    return [{ code: 'CONTEXT_MISSING', path: at, message: 'there is no list of contexts, so the terms mean nothing in particular' }];
  }
  const faults = context.flatMap((entry, index): FormFault[] => {
    const place = pointer(at, index);
    if (typeof entry !== 'string') return [{ code: 'CONTEXT_INLINE', path: place, message: 'a context is written inside the credential, where it can give any term another meaning' }];
    if (context.indexOf(entry) !== index) return [{ code: 'CONTEXT_ORDER', path: place, message: `the context ${quoted(entry)} stands twice` }];
    return isKnownContext(entry) ? [] : [{ code: 'CONTEXT_UNKNOWN', path: place, message: `the context ${quoted(entry)} is not one that badgekit bundles, so its terms are unknown` }];
  });
  return [...faults, ...orderFaults(context, at)];
}

/** The base context stands first and alone, the Open Badges one right after it (requirement A2). */
function orderFaults(context: readonly Json[], at: string): FormFault[] {
  const [first, ...rest] = context;
  if (first !== CREDENTIALS_V2 && first !== CREDENTIALS_V1) {
    return [{ code: 'CONTEXT_ORDER', path: pointer(at, 0), message: `the first context must be ${CREDENTIALS_V2}` }];
  }
  if (rest.includes(CREDENTIALS_V1) || rest.includes(CREDENTIALS_V2)) {
    return [{ code: 'CONTEXT_ORDER', path: at, message: 'two versions of the credentials context are mixed' }];
  }
  const openBadges = rest.map((url, index) => (typeof url === 'string' && OPEN_BADGES_URL.test(url) ? index : -1)).filter((index) => index >= 0);
  if (openBadges.length > 1) return [{ code: 'CONTEXT_ORDER', path: at, message: 'two versions of the Open Badges context are mixed' }];
  if ((openBadges[0] ?? 0) > 0) return [{ code: 'CONTEXT_ORDER', path: at, message: 'the Open Badges context must be the second one' }];
  return [];
}

function memberFaults(object: JsonObject, path: string, isDocument: boolean): FormFault[] {
  return Object.entries(object).flatMap(([key, value]): FormFault[] => {
    const at = pointer(path, key);
    if (key === '@context') return isDocument ? [] : [{ code: 'CONTEXT_NESTED', path: at, message: 'a context stands inside the credential, where it can give terms another meaning' }];
    if (key.startsWith('@') || key.includes(':')) return [{ code: 'KEY_NOT_PLAIN', path: at, message: `the member ${quoted(key)} is a JSON-LD keyword or a full IRI, under which things can be hidden from readers` }];
    return valueFaults(value, at, EMBEDDED_DOCUMENTS.has(key));
  });
}

function valueFaults(value: Json, path: string, isDocument: boolean): FormFault[] {
  if (value === null) return [{ code: 'VALUE_NOT_PLAIN', path, message: 'a null, which the signature does not cover' }];
  if (Array.isArray(value)) {
    if (value.length === 0) return [{ code: 'VALUE_NOT_PLAIN', path, message: 'an empty list, which the signature does not cover' }];
    return value.flatMap((entry, index) => (Array.isArray(entry) ? [{ code: 'VALUE_NOT_PLAIN', path: pointer(path, index), message: 'a list inside a list, which is not how Open Badges are written' }] : valueFaults(entry, pointer(path, index), isDocument)));
  }
  if (!isJsonObject(value)) return [];
  if (Object.keys(value).length === 0) return [{ code: 'VALUE_NOT_PLAIN', path, message: 'an empty object, which says nothing that is signed' }];
  const embedded = isDocument && '@context' in value;
  return [...(embedded ? contextFaults(value['@context'], path) : []), ...memberFaults(value, path, embedded)];
}

/**
 * A node described in two places: a member can be moved from one to the other under the same signature, out of a
 * reader's sight (threat JL14). Two descriptions of one Profile that do not contradict each other are harmless, and
 * usual where the issuer is also the creator.
 */
function repeatedNodes(document: JsonObject): FormFault[] {
  const described = new Map<string, JsonObject>();
  const faults: FormFault[] = [];
  const visit = (value: Json, path: string): void => {
    if (Array.isArray(value)) value.forEach((entry, index) => visit(entry, pointer(path, index)));
    if (!isJsonObject(value)) return;
    const { id } = value;
    if (typeof id === 'string' && Object.keys(value).length > 1) {
      const earlier = described.get(id);
      if (earlier !== undefined && !areHarmlessTogether(earlier, value)) faults.push({ code: 'NODE_TWICE', path, message: `${quoted(id)} is described a second time, and differently` });
      described.set(id, earlier ?? value);
    }
    for (const [key, member] of Object.entries(value)) if (!EMBEDDED_DOCUMENTS.has(key) && key !== 'proof') visit(member, pointer(path, key));
  };
  visit(document, '');
  return faults;
}

function areHarmlessTogether(a: JsonObject, b: JsonObject): boolean {
  const isSame = (key: string): boolean => JSON.stringify(a[key]) === JSON.stringify(b[key]);
  const shared = Object.keys(a).filter((key) => Object.hasOwn(b, key) && !EMBEDDED_DOCUMENTS.has(key));
  const areProfiles = [a, b].every(({ type }) => type === 'Profile' || (Array.isArray(type) && type.includes('Profile')));
  return areProfiles ? shared.every(isSame) : JSON.stringify(a) === JSON.stringify(b);
}
