import { hash as hashOf } from 'node:crypto';
import { BadgekitError } from '../errors.ts';
import type { Signer } from '../keys/private-key.ts';
import { type PublicKey, verifySignature } from '../keys/public-key.ts';
import { asList } from '../openbadges/credential.ts';
import { loadContext } from '../openbadges/contexts.ts';
import type { DocumentLoader } from '../ports.ts';
import { formatStamp, type Instant } from '../syntax/datetime.ts';
import { canonicalJson } from '../syntax/jcs.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import { decodeMultibase, encodeBase58btc } from '../syntax/multibase.ts';
import { Recent } from '../syntax/recent.ts';
import { canonicalize, requireAgreement } from './canonicalize.ts';
import { suiteOf } from './suites.ts';

/**
 * What is tried before a proof goes out: whether the signature verifies; or also whether the libraries make the same
 * canonical forms; or neither, among many of which some are tried.
 */
export type SigningChecks = 'signature' | 'everything' | 'none';

const MAX_OPTIONS = 64;
/** Longer options, as JSON, are nobody's usual ones. */
const MAX_OPTIONS_LENGTH = 4096;

export interface SigningOptions {
  /** The DID URL under which the public key is published. */
  readonly verificationMethod: string;
  readonly created: Instant;
  /** @default 'signature' */
  readonly checks?: SigningChecks;
}

/**
 * Secures a document with a DataIntegrityProof by the key's own cryptosuite (VC Data Integrity 1.0, section 4.2;
 * eddsa-rdfc-2022 and ecdsa-rdfc-2019). The proof is an array with one entry, as Open Badges 3.0 asks.
 * @throws BadgekitError KEY_INVALID for a key that only signs JWTs; TERM_UNDEFINED where a part would go unsigned;
 *   CANONICAL_DIFFERENCE
 */
export async function addProof(document: JsonObject, key: Signer, options: SigningOptions): Promise<JsonObject> {
  const [secured] = await makeProofs([{ document, options }], key);
  if (secured === undefined) throw new Error('one document has one proof');
  return withProof(secured);
}

/** A document that is to be secured, and how. */
export interface Unsigned {
  readonly document: JsonObject;
  readonly options: SigningOptions;
}

/** A document, and the proof that secures it. */
export interface Secured {
  readonly document: JsonObject;
  readonly proof: JsonObject;
}

/** The secured document. */
export function withProof({ document, proof }: Secured): JsonObject {
  return { ...document, proof: [proof] };
}

/**
 * The proofs of several documents, in their order. They go through each step together: a processor that changes from one
 * kind of work to another each time forgets how either goes.
 * @throws BadgekitError as {@link addProof} does
 */
export async function makeProofs(all: readonly Unsigned[], key: Signer): Promise<readonly Secured[]> {
  const { cryptosuite, name, hash } = key.publicKey.algorithm;
  if (cryptosuite === undefined) {
    throw new BadgekitError('KEY_INVALID', `an ${name} key makes no Data Integrity proofs`, {
      hint: 'use --proof jwt, or a programme with an Ed25519 or P-256 key',
    });
  }
  const canonical: Proposed[] = [];
  for (const { document, options } of all) {
    const proof = {
      type: 'DataIntegrityProof',
      cryptosuite,
      created: formatStamp(options.created),
      verificationMethod: options.verificationMethod,
      proofPurpose: 'assertionMethod',
    };
    const text = await canonicalize(withoutProofs(document));
    canonical.push({ document, proof, checks: options.checks ?? 'signature', text });
  }
  const hashed: { readonly proposed: Proposed; readonly bytes: Uint8Array }[] = [];
  for (const proposed of canonical) {
    const { document, proof, checks, text } = proposed;
    if (checks === 'everything') {
      await requireAgreement(withoutProofs(document), text);
      await requireAgreement(withContexts(document, proof), await canonicalOptions(document, proof));
    }
    const options = await optionsDigest(document, proof, hash);
    hashed.push({ proposed, bytes: Buffer.concat([options, digestOf(text, hash)]) });
  }
  const signed: { readonly proposed: Proposed; readonly bytes: Uint8Array; readonly signature: Uint8Array }[] = [];
  for (const { proposed, bytes } of hashed) signed.push({ proposed, bytes, signature: await key.sign(bytes) });
  return signed.map(({ proposed: { document, proof, checks }, bytes, signature }) => {
    if (checks !== 'none') requireSignature(key, bytes, signature);
    return { document, proof: Object.assign({}, proof, { proofValue: encodeBase58btc(signature) }) };
  });
}

/** A document with the options of its proof and its canonical form. */
interface Proposed {
  readonly document: JsonObject;
  readonly proof: JsonObject;
  readonly checks: SigningChecks;
  readonly text: string;
}

function requireSignature({ publicKey }: Signer, bytes: Uint8Array, signature: Uint8Array): void {
  if (verifySignature(publicKey, bytes, signature)) return;
  throw new BadgekitError('SIGNATURE_SELF_CHECK', 'a signature that was just made does not verify', {
    hint: 'this computer may be faulty: run the command on another one',
  });
}

/**
 * Whether a proof's signature over the document verifies under a key. Says nothing about whose key it is.
 * @throws BadgekitError where the document or the proof cannot be canonicalized
 */
export async function checkProof(
  document: JsonObject,
  proof: JsonObject,
  key: PublicKey,
  documentLoader?: DocumentLoader,
): Promise<boolean> {
  const isSelective = suiteOf(proof)?.transformation === 'selective';
  const signature = decodeProofValue(proof['proofValue']);
  const holds = async (loader?: DocumentLoader): Promise<boolean> => {
    if (isSelective) return await checkSelective(document, proof, key, loader);
    if (signature === undefined) return false;
    return verifySignature(key, await signedBytes(document, proof, key.algorithm.hash, loader), signature);
  };
  if (documentLoader !== undefined || usesJcs(proof)) return await holds(documentLoader);
  // Nothing is rejected on the word of a template: with a loader of their own the libraries answer.
  return (await holds()) || (await holds(loadContext));
}

/**
 * The bytes that the signature covers: hash of the canonical proof configuration, then hash of the canonical document
 * with no proofs but those that this one builds on (VC-DI-EDDSA, sections 3.2.3 to 3.2.5 and 3.3.3 to 3.3.5).
 */
export async function signedBytes(
  document: JsonObject,
  proof: JsonObject,
  hash: string,
  documentLoader?: DocumentLoader,
): Promise<Uint8Array> {
  const options = await configurationHash(document, proof, hash, documentLoader);
  return Buffer.concat([options, await documentHash(document, proof, hash, documentLoader)]);
}

async function configurationHash(
  document: JsonObject,
  proof: JsonObject,
  hash: string,
  documentLoader?: DocumentLoader,
): Promise<Uint8Array> {
  // What JCS signs is the proof as it stands; RDFC needs the contexts to read it.
  if (usesJcs(proof)) return jcsHash(withoutValue(proof), hash);
  if (documentLoader !== undefined) return await canonicalHash(withContexts(document, proof), hash, documentLoader);
  return await optionsDigest(document, proof, hash);
}

async function checkSelective(
  document: JsonObject,
  proof: JsonObject,
  key: PublicKey,
  documentLoader?: DocumentLoader,
): Promise<boolean> {
  const { checkDerivedProof, readDerivedProof } = await import('./selective-disclosure.ts');
  const derived = typeof proof['proofValue'] === 'string' ? readDerivedProof(proof['proofValue']) : undefined;
  if (derived === undefined) return false;
  const canonical = await canonicalize(signedPart(document, proof), documentLoader);
  return checkDerivedProof(canonical, await configurationHash(document, proof, 'sha256', documentLoader), derived, key);
}

/** Whether a proof would hold if what the contexts do not define were left out, as careless programs do. */
export async function holdsAsFarAsDefined(document: JsonObject, proof: JsonObject, key: PublicKey): Promise<boolean> {
  const signature = decodeProofValue(proof['proofValue']);
  if (signature === undefined || suiteOf(proof)?.transformation !== 'rdfc') return false;
  const parts = [withContexts(document, proof), signedPart(document, proof)];
  const hashes = await Promise.all(
    parts.map(async (part) => digestOf(await canonicalize(part, undefined, 'as far as defined'), key.algorithm.hash)),
  );
  return verifySignature(key, Buffer.concat(hashes), signature);
}

/**
 * Whether the statements with a predicate that a holder's derived proof shows are all mandatory. Then the issuer left
 * nothing of them to the holder's choice, except such as it chose to sign apart.
 */
export async function showsAllOf(document: JsonObject, predicate: string): Promise<boolean> {
  const { isMandatoryThroughout, readDerivedProof } = await import('./selective-disclosure.ts');
  const canonical = await canonicalDocument(document);
  return asList(document['proof'])
    .filter((proof) => isJsonObject(proof) && suiteOf(proof)?.transformation === 'selective')
    .every((proof) => {
      const value = isJsonObject(proof) ? proof['proofValue'] : undefined;
      const derived = typeof value === 'string' ? readDerivedProof(value) : undefined;
      return derived !== undefined && isMandatoryThroughout(canonical, derived, predicate);
    });
}

/** The document as a proof covers it: with those proofs that it builds on (VC Data Integrity, section 4.7). */
function signedPart(document: JsonObject, proof: JsonObject): JsonObject {
  const { proof: proofs, ...unsecured } = document;
  const names = asList(proof['previousProof']);
  const earlier = asList(proofs).filter((other) => isJsonObject(other) && names.includes(other['id'] ?? null));
  const context = usesJcs(proof) && proof['@context'] !== undefined ? { '@context': proof['@context'] } : {};
  return earlier.length === 0 ? { ...unsecured, ...context } : { ...unsecured, ...context, proof: earlier };
}

/** What several proofs and checks of one document need again: its canonical text under the contexts that it has. */
const canonicalTexts = new WeakMap<JsonObject, Promise<string>>();

/**
 * The canonical N-Quads of a document without its proofs; made once for each document.
 * @throws BadgekitError TERM_UNDEFINED | CONTEXT_UNKNOWN | CREDENTIAL_INVALID
 */
export function canonicalDocument(document: JsonObject): Promise<string> {
  const text = canonicalTexts.get(document) ?? canonicalize(withoutProofs(document));
  canonicalTexts.set(document, text);
  return text;
}

function withoutProofs(document: JsonObject): JsonObject {
  if (document['proof'] === undefined) return document;
  const { proof: _proofs, ...unsecured } = document;
  return unsecured;
}

/** Proofs that were made together have the same options. */
const optionForms = new Recent<string, OptionsForm>(MAX_OPTIONS);

/** A proof's options, canonical, and their digests by the names of the hashes. */
interface OptionsForm {
  readonly text: string;
  readonly digests: Map<string, Uint8Array>;
}

/**
 * The canonical N-Quads of a proof's options, read with the contexts of its document.
 * @throws BadgekitError TERM_UNDEFINED | CONTEXT_UNKNOWN | CREDENTIAL_INVALID
 */
export async function canonicalOptions(document: JsonObject, proof: JsonObject): Promise<string> {
  return (optionsOfMoment(document, proof) ?? (await optionsForm(document, proof))).text;
}

/** The same by the moments that proofs say they were made at: many that are looked at together have one of a few. */
const momentForms = new Recent<string, { readonly options: JsonObject; readonly form: OptionsForm }>(MAX_OPTIONS);

function optionsOfMoment({ '@context': context }: JsonObject, proof: JsonObject): OptionsForm | undefined {
  const { created } = proof;
  const known = typeof created === 'string' ? momentForms.get(created) : undefined;
  if (known === undefined || !areSameTexts(context, known.options['@context'])) return undefined;
  return saySame(proof, known.options) ? known.form : undefined;
}

async function optionsForm(document: JsonObject, proof: JsonObject): Promise<OptionsForm> {
  const options = withContexts(document, proof);
  const name = JSON.stringify(options);
  const form = optionForms.get(name) ?? { text: await canonicalize(options), digests: new Map<string, Uint8Array>() };
  if (name.length > MAX_OPTIONS_LENGTH) return form;
  optionForms.set(name, form);
  // By a copy: parts of a text keep the whole of it in memory.
  const copy: unknown = JSON.parse(name);
  if (isJsonObject(copy) && typeof copy['created'] === 'string')
    momentForms.set(copy['created'], { options: copy, form });
  return form;
}

/** Whether both are the same text, or lists of the same texts. */
function areSameTexts(one: Json | undefined, other: Json | undefined): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return isSameText(one, other);
  return one.length === other.length && one.every((text: Json, at) => isSameText(text, other[at]));
}

/** Whether a proof without contexts of its own has just these options, which have those of the document; all plain texts. */
function saySame(proof: JsonObject, options: JsonObject): boolean {
  let count = 1;
  for (const name in proof) {
    if (name === 'proofValue') continue;
    if (name === '@context' || !isSameText(proof[name], options[name])) return false;
    count++;
  }
  return count === Object.keys(options).length;
}

function isSameText(one: Json | undefined, other: Json | undefined): boolean {
  return typeof one === 'string' && one === other;
}

async function optionsDigest(document: JsonObject, proof: JsonObject, hash: string): Promise<Uint8Array> {
  const { text, digests } = optionsOfMoment(document, proof) ?? (await optionsForm(document, proof));
  const digest = digests.get(hash) ?? digestOf(text, hash);
  digests.set(hash, digest);
  return digest;
}

/** A proof's options as a document, read with the contexts of what it secures. */
function withContexts(document: JsonObject, proof: JsonObject): JsonObject {
  return { '@context': document['@context'] ?? [], ...withoutValue(proof) };
}

function withoutValue({ proofValue: _value, ...configuration }: JsonObject): JsonObject {
  return configuration;
}

async function documentHash(
  document: JsonObject,
  proof: JsonObject,
  hash: string,
  documentLoader?: DocumentLoader,
): Promise<Uint8Array> {
  if (documentLoader === undefined && proof['previousProof'] === undefined && !usesJcs(proof))
    return digestOf(await canonicalDocument(document), hash);
  const part = signedPart(document, proof);
  return usesJcs(proof) ? jcsHash(part, hash) : await canonicalHash(part, hash, documentLoader);
}

function usesJcs(proof: JsonObject): boolean {
  return suiteOf(proof)?.transformation === 'jcs';
}

function jcsHash(part: JsonObject, hash: string): Uint8Array {
  return digestOf(canonicalJson(part), hash);
}

async function canonicalHash(part: JsonObject, hash: string, documentLoader?: DocumentLoader): Promise<Uint8Array> {
  return digestOf(await canonicalize(part, documentLoader), hash);
}

function digestOf(text: string, hash: string): Uint8Array {
  // Sooner than as a buffer from the start.
  return Buffer.from(hashOf(hash, text, 'hex'), 'hex');
}

/** A proof's signature bytes; undefined where the value is no base58btc multibase. */
function decodeProofValue(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string' || !value.startsWith('z')) return undefined;
  try {
    return decodeMultibase(value);
  } catch {
    return undefined;
  }
}
