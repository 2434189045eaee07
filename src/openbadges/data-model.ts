import { readInstant } from '../syntax/datetime.ts';
import { isAbsoluteIri } from '../syntax/iri.ts';
import { isJsonObject, type Json, type JsonObject, pointer } from '../syntax/json.ts';
import { quoted } from '../syntax/text.ts';
import { asList } from './credential.ts';
import { CREDENTIALS_V2 } from './vocabulary.ts';

/** A rule of the Verifiable Credentials Data Model 2.0 that a document breaks. */
export interface DataModelFault {
  readonly code: 'DATA_MODEL';
  readonly path: string;
  readonly message: string;
}

/**
 * Checks what the Verifiable Credentials Data Model 2.0 (section 4) demands of every credential, whatever it is about:
 * contexts, type, identifiers, issuer, subject, dates, and a type on each status, schema, evidence and so on.
 */
export function credentialFaults(document: JsonObject): readonly DataModelFault[] {
  const { credentialSubject, issuer } = document;
  const faults = [
    ...commonFaults(document, 'VerifiableCredential'),
    ...issuerFaults(issuer),
    ...subjectFaults(credentialSubject),
    ...periodFaults(document),
  ];
  for (const member of MEMBERS) faults.push(...memberFaults(document[member.name], member));
  for (const name of ['name', 'description']) {
    faults.push(...languageFaults(document[name], `/${name}`));
    if (isJsonObject(issuer)) faults.push(...languageFaults(issuer[name], `/issuer/${name}`));
  }
  return faults;
}

/** The same for a VerifiablePresentation (section 4.13) and the credentials that it wraps. */
export function presentationFaults(document: JsonObject): readonly DataModelFault[] {
  const { holder, verifiableCredential } = document;
  const holderId = isJsonObject(holder) ? holder['id'] : holder;
  return [
    ...commonFaults(document, 'VerifiablePresentation'),
    ...claimingFaults(document),
    ...(holder !== undefined && !isUrl(holderId) ? [fault('/holder', 'the holder is not named by a URL')] : []),
    ...asList(verifiableCredential).flatMap((entry, index) => {
      const path = pointer('/verifiableCredential', index);
      if (!isJsonObject(entry))
        return [
          fault(
            path,
            'a credential in a presentation is an object; a token stands in an EnvelopedVerifiableCredential',
          ),
        ];
      const types = asList(entry['type']);
      if (types.includes('EnvelopedVerifiableCredential')) return envelopeFaults(entry, path);
      return types.includes('VerifiableCredential')
        ? []
        : [fault(pointer(path, 'type'), 'a credential in a presentation is not of the type VerifiableCredential')];
    }),
  ];
}

const CREDENTIAL_TYPE = /Credential$/;
const CREDENTIAL_MEMBERS = [
  'issuer',
  'credentialSubject',
  'validFrom',
  'validUntil',
  'issuanceDate',
  'credentialStatus',
];

/** A presentation claims nothing itself: what looked like a credential in it would be read, and nobody has signed it. */
function claimingFaults(document: JsonObject): DataModelFault[] {
  const type = asList(document['type']).find((each) => typeof each === 'string' && CREDENTIAL_TYPE.test(each));
  const member = CREDENTIAL_MEMBERS.find((name) => document[name] !== undefined);
  return [
    ...(type === undefined ? [] : [fault('/type', 'it says that it is a presentation and a credential at once')]),
    ...(member === undefined
      ? []
      : [fault(`/${member}`, `a presentation has no ${member}: that belongs to credentials`)]),
  ];
}

/** VCDM 2.0, section 4.13.1: an enveloped credential is a data: URL. */
function envelopeFaults({ id, type, ...others }: JsonObject, path: string): DataModelFault[] {
  // What stood beside the token would be read as if it were in it.
  const [stray] = Object.keys(others).filter((member) => member !== '@context');
  if (stray !== undefined || asList(type).length !== 1)
    return [fault(path, 'an enveloped credential has its contexts, its id and its one type, and nothing else')];
  const isData = typeof id === 'string' && id.startsWith('data:');
  return isData ? [] : [fault(pointer(path, 'id'), 'an enveloped credential is not a data: URL')];
}

function commonFaults(document: JsonObject, type: string): DataModelFault[] {
  const { '@context': context, id } = document;
  const contexts = asList(context);
  const faults: DataModelFault[] = [];
  if (contexts[0] !== CREDENTIALS_V2) faults.push(fault('/@context', `the first context is not ${CREDENTIALS_V2}`));
  if (contexts.some((entry) => typeof entry !== 'string' && !isJsonObject(entry)))
    faults.push(fault('/@context', 'a context is neither a URL nor an object'));
  if (!asList(document['type']).includes(type)) faults.push(fault('/type', `its type does not include ${type}`));
  if (id !== undefined && !isUrl(id)) faults.push(fault('/id', 'the id is not one absolute URL'));
  for (const [index, proof] of asList(document['proof']).entries())
    if (!isJsonObject(proof) || typeof proof['type'] !== 'string')
      faults.push(fault(pointer('/proof', index), 'a proof has no type'));
  return faults;
}

function issuerFaults(issuer: Json | undefined): DataModelFault[] {
  if (issuer === undefined) return [fault('', 'issuer is missing')];
  return isUrl(isJsonObject(issuer) ? issuer['id'] : issuer)
    ? []
    : [fault('/issuer', 'the issuer is not named by a URL')];
}

function subjectFaults(subject: Json | undefined): DataModelFault[] {
  if (subject === undefined) return [fault('', 'credentialSubject is missing')];
  const subjects = asList(subject);
  if (subjects.length === 0) return [fault('/credentialSubject', 'there is no subject')];
  return subjects.flatMap((entry, index) => {
    const path = subjects.length === 1 ? '/credentialSubject' : pointer('/credentialSubject', index);
    if (!isJsonObject(entry)) return [fault(path, 'a subject is not an object')];
    if (Object.keys(entry).length === 0) return [fault(path, 'nothing is claimed about a subject')];
    const { id } = entry;
    return id === undefined || isUrl(id) ? [] : [fault(pointer(path, 'id'), "a subject's id is not one absolute URL")];
  });
}

function periodFaults({ validFrom, validUntil }: JsonObject): DataModelFault[] {
  const [from, until] = [validFrom, validUntil].map(readInstant);
  const faults: DataModelFault[] = [];
  if (validFrom !== undefined && from === undefined)
    faults.push(fault('/validFrom', 'validFrom is no date and time with a time zone'));
  if (validUntil !== undefined && until === undefined)
    faults.push(fault('/validUntil', 'validUntil is no date and time with a time zone'));
  if (from !== undefined && until !== undefined && until < from)
    faults.push(fault('/validUntil', 'validUntil lies before validFrom'));
  return faults;
}

interface TypedMember {
  readonly name: string;
  readonly needsId: boolean;
}

/** Members whose values say of what kind they are (section 4.5). */
const MEMBERS: readonly TypedMember[] = [
  { name: 'credentialStatus', needsId: false },
  { name: 'credentialSchema', needsId: true },
  { name: 'refreshService', needsId: false },
  { name: 'termsOfUse', needsId: false },
  { name: 'evidence', needsId: false },
];

function memberFaults(value: Json | undefined, { name, needsId }: TypedMember): DataModelFault[] {
  const faults: DataModelFault[] = [];
  for (const [index, entry] of asList(value).entries()) {
    const path = (): string => (Array.isArray(value) ? pointer(`/${name}`, index) : `/${name}`);
    if (!isJsonObject(entry)) {
      faults.push(fault(path(), `${name} is not an object`));
      continue;
    }
    const { id, type } = entry;
    const types = asList(type);
    if (types.length === 0 || !types.every((word) => typeof word === 'string'))
      faults.push(fault(path(), `${name} does not say of what type it is`));
    if (id === undefined ? needsId : !isUrl(id))
      faults.push(fault(pointer(path(), 'id'), `the id of ${name} is not one absolute URL`));
  }
  return faults;
}

const LANGUAGE_MEMBERS = new Set(['@value', '@language', '@direction']);

/** Section 11.1: a text with a language has a value, a language and a direction, and nothing else. */
function languageFaults(value: Json | undefined, path: string): DataModelFault[] {
  if (typeof value !== 'object') return [];
  return asList(value)
    .filter(isJsonObject)
    .flatMap((entry) => Object.keys(entry).filter((key) => !LANGUAGE_MEMBERS.has(key)))
    .map((key) => fault(path, `a text with a language has no member ${quoted(key)}`));
}

function isUrl(value: Json | undefined): boolean {
  return typeof value === 'string' && isAbsoluteIri(value);
}

function fault(path: string, message: string): DataModelFault {
  return { code: 'DATA_MODEL', path, message };
}
