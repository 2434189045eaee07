import { Cleared } from '../syntax/constant.ts';
import { isJsonObject, type Json, type JsonObject, pointer } from '../syntax/json.ts';
import { type Place, pointerTo, visitMembers } from '../syntax/place.ts';
import { quoted } from '../syntax/text.ts';
import { isKnownContext } from './contexts.ts';
import { EMBEDDED_DOCUMENTS, nodeFaults } from './nodes.ts';
import { CLR_CONTEXT, CLR_FIRST_CONTEXT, CREDENTIALS_V1, CREDENTIALS_V2 } from './vocabulary.ts';

/** A reason why a document's JSON may not say what its signature covers. */
export interface FormFault {
  readonly code:
    | 'CONTEXT_MISSING'
    | 'CONTEXT_UNKNOWN'
    | 'CONTEXT_INLINE'
    | 'CONTEXT_ORDER'
    | 'CONTEXT_NESTED'
    | 'KEY_NOT_PLAIN'
    | 'VALUE_NOT_PLAIN'
    | 'NODE_TWICE';
  readonly path: string;
  readonly message: string;
}

const MAX_CONTEXTS = 16;
const BLANK_NODE = /^_:\S+$/;
const OPEN_BADGES_URL = /^https:\/\/purl\.imsglobal\.org\/spec\/ob\/v3p0\/context(?:-3\.\d\.\d)?\.json$/;

/**
 * Whether a credential stands in the plain form in which JSON and signed statements say the same. JSON-LD has many
 * ways to hide a member from readers, or to write one that is not signed, under an unchanged signature: other
 * spellings of keys, keywords, nulls, empty arrays, inline and reordered contexts. None of them is plain.
 * (VC Data Integrity, section 2.4.1 "Validating Contexts"; VCDM 2.0, section 4.3.)
 */
export function plainFormFaults(document: JsonObject): readonly FormFault[] {
  const faults: FormFault[] = [...contextFaults(document['@context'], '')];
  const context = document['@context'];
  const walk = { context, faults, isContextual: false, wrapsCredentials: false };
  walkMembers(document, undefined, walk, 'document');
  faults.push(...nodeFaults(document));
  // Where there were faults, the walk has not been everywhere.
  if (walk.wrapsCredentials || faults.length > 0) noteStrayCredentials(document, faults);
  return faults;
}

/** Where a document of its type wraps credentials: a presentation at its root, a learner record in its subject. */
function wrappingPath({ type }: JsonObject): string {
  const types = Array.isArray(type) ? type : [type];
  if (types.includes('VerifiablePresentation')) return '/verifiableCredential';
  return types.includes('ClrCredential') ? '/credentialSubject/verifiableCredential' : '';
}

/** Wrapped credentials are looked into on their own; anywhere else nobody would look into them. */
function noteStrayCredentials(document: JsonObject, faults: FormFault[]): void {
  const allowed = wrappingPath(document);
  visitMembers(document, (key, _member, within) => {
    if (key !== 'verifiableCredential') return true;
    if (pointerTo({ within, key }) !== allowed)
      faults.push({
        code: 'KEY_NOT_PLAIN',
        path: pointerTo({ within, key }),
        message: 'credentials are wrapped in a place where nobody looks for them',
      });
    return false;
  });
}

/** Lists of contexts that are in order. */
const clearedContexts = new Cleared();

function contextFaults(context: Json | undefined, path: string): FormFault[] {
  if (Array.isArray(context) && clearedContexts.has(context)) return [];
  const at = pointer(path, '@context');
  if (!Array.isArray(context) || context.length === 0) {
    return [
      {
        code: 'CONTEXT_MISSING',
        path: at,
        message: 'there is no list of contexts, so the terms mean nothing in particular',
      },
    ];
  }
  if (context.length > MAX_CONTEXTS)
    return [{ code: 'CONTEXT_UNKNOWN', path: at, message: `there are more than ${MAX_CONTEXTS} contexts` }];
  const faults = context.flatMap((entry, index): FormFault[] => {
    if (typeof entry !== 'string')
      return [
        {
          code: 'CONTEXT_INLINE',
          path: pointer(at, index),
          message: 'a context is written inside the credential, where it can give any term another meaning',
        },
      ];
    if (context.indexOf(entry) !== index)
      return [
        { code: 'CONTEXT_ORDER', path: pointer(at, index), message: `the context ${quoted(entry)} stands twice` },
      ];
    return isKnownContext(entry)
      ? []
      : [
          {
            code: 'CONTEXT_UNKNOWN',
            path: pointer(at, index),
            message: `the context ${quoted(entry)} is not one that badgekit bundles, so its terms are unknown`,
          },
        ];
  });
  faults.push(...orderFaults(context, at));
  if (faults.length === 0) clearedContexts.add(context);
  return faults;
}

/** The base context stands first and alone, the Open Badges one right after it (Open Badges 3.0, "Contexts"). */
function orderFaults(context: readonly Json[], at: string): FormFault[] {
  const [first, ...rest] = context;
  if (first !== CREDENTIALS_V2 && first !== CREDENTIALS_V1) {
    return [{ code: 'CONTEXT_ORDER', path: pointer(at, 0), message: `the first context must be ${CREDENTIALS_V2}` }];
  }
  if (rest.includes(CREDENTIALS_V1) || rest.includes(CREDENTIALS_V2)) {
    return [{ code: 'CONTEXT_ORDER', path: at, message: 'two versions of the credentials context are mixed' }];
  }
  const openBadges = rest
    .map((url, index) => (typeof url === 'string' && OPEN_BADGES_URL.test(url) ? index : -1))
    .filter((index) => index >= 0);
  if (openBadges.length > 1)
    return [{ code: 'CONTEXT_ORDER', path: at, message: 'two versions of the Open Badges context are mixed' }];
  // A learner record has its own context before that of the badges in it (CLR 2.0, "Contexts").
  const isLearnerRecord = rest[0] === CLR_CONTEXT || rest[0] === CLR_FIRST_CONTEXT;
  if ((openBadges[0] ?? 0) > (isLearnerRecord ? 1 : 0))
    return [{ code: 'CONTEXT_ORDER', path: at, message: 'the Open Badges context must be the second one' }];
  return [];
}

/** What a walk knows everywhere in a document. */
interface Walk {
  /** The document's own contexts. */
  readonly context: Json | undefined;
  readonly faults: FormFault[];
  /** Whether something was met of which the contexts decide. */
  isContextual: boolean;
  /** Whether the member was met in which credentials are wrapped. */
  wrapsCredentials: boolean;
}

/** What an object is: a signed document with contexts of its own, the place for one, a proof, or any other part. */
type Part = 'document' | 'embedding' | 'proof' | 'other';

function isSameList(one: Json, other: Json | undefined): boolean {
  return (
    Array.isArray(one) &&
    Array.isArray(other) &&
    one.length === other.length &&
    one.every((entry, index) => typeof entry === 'string' && entry === other[index])
  );
}

function walkMembers(object: JsonObject, within: Place | undefined, walk: Walk, part: Part): void {
  const { faults, context } = walk;
  for (const key in object) {
    const value = object[key] ?? null;
    const place = { within, key };
    if (key === '@context') {
      // A proof may carry the document's own contexts (VC Data Integrity, section 2.1).
      if (part === 'proof') walk.isContextual = true;
      if (part === 'document' || (part === 'proof' && isSameList(value, context))) continue;
      faults.push({
        code: 'CONTEXT_NESTED',
        path: pointerTo(place),
        message: 'a context stands inside the credential, where it can give terms another meaning',
      });
      continue;
    }
    if (key === 'verifiableCredential') walk.wrapsCredentials = true;
    const hidden = hiddenBy(key);
    if (hidden === undefined) walkValue(value, place, walk, partAt(key));
    else faults.push({ code: 'KEY_NOT_PLAIN', path: pointerTo(place), message: `the member ${quoted(key)} ${hidden}` });
  }
}

function partAt(key: string): Part {
  if (key === 'proof') return 'proof';
  return EMBEDDED_DOCUMENTS.has(key) ? 'embedding' : 'other';
}

/** Why things can be hidden from readers under a key, if they can. */
function hiddenBy(key: string): string | undefined {
  if (key.startsWith('@') || key.includes(':'))
    return 'is a JSON-LD keyword or a full IRI, under which things can be hidden from readers';
  // Some contexts define the name of a class for a member too (3.0.2: Image), under which that member would hide.
  const first = key.charCodeAt(0);
  return first >= UPPER_A && first <= UPPER_Z
    ? 'is the name of a class, under which another member can be hidden from readers'
    : undefined;
}

const UPPER_A = 0x41;
const UPPER_Z = 0x5a;

function walkValue(value: Json, place: Place, walk: Walk, part: Part): void {
  if (typeof value === 'string') {
    if (value.startsWith('_:') && BLANK_NODE.test(value))
      note(place, walk, 'the label of a blank node, which names nothing outside');
    return;
  }
  if (value === null) return note(place, walk, 'a null, which the signature does not cover');
  if (Array.isArray(value)) return walkList(value, place, walk, part);
  if (!isJsonObject(value)) return;
  if (Object.keys(value).length === 0) return note(place, walk, 'an empty object, which says nothing that is signed');
  if (part !== 'other') return walkPart(value, place, walk, part);
  if (clearedAsPlain.has(value)) return;
  const before = walk.faults.length;
  walkPart(value, place, walk, part);
  if (walk.faults.length === before && !walk.isContextual && !walk.wrapsCredentials) clearedAsPlain.add(value);
}

/** Parts that are plain under whatever contexts. */
const clearedAsPlain = new Cleared();

function walkPart(value: JsonObject, place: Place, walk: Walk, part: Part): void {
  if (part !== 'embedding') return walkMembers(value, place, walk, part);
  const context = value['@context'];
  if (context === undefined) return walkMembers(value, place, walk, 'other');
  walk.faults.push(...contextFaults(context, pointerTo(place)));
  walk.isContextual = true;
  const inner = { ...walk, context };
  walkMembers(value, place, inner, 'document');
  walk.wrapsCredentials ||= inner.wrapsCredentials;
}

function walkList(list: readonly Json[], place: Place, walk: Walk, part: Part): void {
  if (list.length === 0) return note(place, walk, 'an empty list, which the signature does not cover');
  if (hasRepeatedValue(list))
    return note(place, walk, 'a value stands twice in a list, which the signature covers once');
  for (let key = 0; key < list.length; key++) {
    const entry = list[key] ?? null;
    const at = { within: place, key };
    if (Array.isArray(entry)) note(at, walk, 'a list inside a list, which is not how Open Badges are written');
    else walkValue(entry, at, walk, part);
  }
}

/** Lists up to this length are compared entry by entry. */
const SHORT = 8;

function hasRepeatedValue(list: readonly Json[]): boolean {
  if (list.length === 1) return false;
  if (list.length <= SHORT) return list.some((entry, at) => typeof entry !== 'object' && list.includes(entry, at + 1));
  const plain = list.filter((entry) => typeof entry !== 'object');
  return new Set(plain).size !== plain.length;
}

function note(place: Place, { faults }: Walk, message: string): void {
  faults.push({ code: 'VALUE_NOT_PLAIN', path: pointerTo(place), message });
}
