import { isJsonObject, type Json, type JsonObject, pointer } from '../syntax/json.ts';
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
  return [
    ...contextFaults(document['@context'], ''),
    ...memberFaults(document, '', true),
    ...nodeFaults(document),
    ...strayCredentialFaults(document, '', wrappingPath(document)),
  ];
}

/** Where a document of its type wraps credentials: a presentation at its root, a learner record in its subject. */
function wrappingPath({ type }: JsonObject): string {
  const types = Array.isArray(type) ? type : [type];
  if (types.includes('VerifiablePresentation')) return '/verifiableCredential';
  return types.includes('ClrCredential') ? '/credentialSubject/verifiableCredential' : '';
}

/** Wrapped credentials are looked into on their own; anywhere else nobody would look into them. */
function strayCredentialFaults(value: Json, path: string, allowed: string): FormFault[] {
  if (Array.isArray(value))
    return value.flatMap((entry, index) => strayCredentialFaults(entry, pointer(path, index), allowed));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]): FormFault[] => {
    const at = pointer(path, key);
    if (at === allowed) return [];
    if (key === 'verifiableCredential')
      return [
        { code: 'KEY_NOT_PLAIN', path: at, message: 'credentials are wrapped in a place where nobody looks for them' },
      ];
    return strayCredentialFaults(member, at, allowed);
  });
}

function contextFaults(context: Json | undefined, path: string): FormFault[] {
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
    const place = pointer(at, index);
    if (typeof entry !== 'string')
      return [
        {
          code: 'CONTEXT_INLINE',
          path: place,
          message: 'a context is written inside the credential, where it can give any term another meaning',
        },
      ];
    if (context.indexOf(entry) !== index)
      return [{ code: 'CONTEXT_ORDER', path: place, message: `the context ${quoted(entry)} stands twice` }];
    return isKnownContext(entry)
      ? []
      : [
          {
            code: 'CONTEXT_UNKNOWN',
            path: place,
            message: `the context ${quoted(entry)} is not one that badgekit bundles, so its terms are unknown`,
          },
        ];
  });
  return [...faults, ...orderFaults(context, at)];
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

/** A proof may carry the document's own contexts (VC Data Integrity, section 2.1). */
function isCopiedContext(path: string, value: Json, context: Json | undefined): boolean {
  return /\/proof(?:\/\d+)?$/.test(path) && isSameList(value, context);
}

function isSameList(one: Json, other: Json | undefined): boolean {
  return (
    Array.isArray(one) &&
    Array.isArray(other) &&
    one.length === other.length &&
    one.every((entry, index) => typeof entry === 'string' && entry === other[index])
  );
}

function memberFaults(
  object: JsonObject,
  path: string,
  isDocument: boolean,
  context: Json | undefined = object['@context'],
): FormFault[] {
  return Object.entries(object).flatMap(([key, value]): FormFault[] => {
    const at = pointer(path, key);
    if (key === '@context' && (isDocument || isCopiedContext(path, value, context))) return [];
    if (key === '@context')
      return [
        {
          code: 'CONTEXT_NESTED',
          path: at,
          message: 'a context stands inside the credential, where it can give terms another meaning',
        },
      ];
    if (key.startsWith('@') || key.includes(':'))
      return [
        {
          code: 'KEY_NOT_PLAIN',
          path: at,
          message: `the member ${quoted(key)} is a JSON-LD keyword or a full IRI, under which things can be hidden from readers`,
        },
      ];
    // Some contexts define the name of a class for a member too (3.0.2: Image), under which that member would hide.
    if (/^[A-Z]/.test(key))
      return [
        {
          code: 'KEY_NOT_PLAIN',
          path: at,
          message: `the member ${quoted(key)} is the name of a class, under which another member can be hidden from readers`,
        },
      ];
    return valueFaults(value, at, EMBEDDED_DOCUMENTS.has(key), context);
  });
}

function valueFaults(value: Json, path: string, isDocument: boolean, context: Json | undefined): FormFault[] {
  if (value === null) return [{ code: 'VALUE_NOT_PLAIN', path, message: 'a null, which the signature does not cover' }];
  if (Array.isArray(value)) return listFaults(value, path, isDocument, context);
  if (typeof value === 'string' && BLANK_NODE.test(value))
    return [{ code: 'VALUE_NOT_PLAIN', path, message: 'the label of a blank node, which names nothing outside' }];
  if (!isJsonObject(value)) return [];
  if (Object.keys(value).length === 0)
    return [{ code: 'VALUE_NOT_PLAIN', path, message: 'an empty object, which says nothing that is signed' }];
  const embedded = isDocument && '@context' in value;
  return embedded
    ? [...contextFaults(value['@context'], path), ...memberFaults(value, path, true)]
    : memberFaults(value, path, false, context);
}

function listFaults(list: readonly Json[], path: string, isDocument: boolean, context: Json | undefined): FormFault[] {
  if (list.length === 0)
    return [{ code: 'VALUE_NOT_PLAIN', path, message: 'an empty list, which the signature does not cover' }];
  const plain = list.filter((entry) => typeof entry !== 'object');
  if (new Set(plain).size !== plain.length)
    return [
      { code: 'VALUE_NOT_PLAIN', path, message: 'a value stands twice in a list, which the signature covers once' },
    ];
  return list.flatMap((entry, index): FormFault[] => {
    const at = pointer(path, index);
    if (Array.isArray(entry))
      return [
        {
          code: 'VALUE_NOT_PLAIN',
          path: at,
          message: 'a list inside a list, which is not how Open Badges are written',
        },
      ];
    return valueFaults(entry, at, isDocument, context);
  });
}
