import { createHash } from 'node:crypto';
import { BadgekitError } from '../errors.ts';
import { type PrivateKey, signBytes } from '../keys/private-key.ts';
import { type PublicKey, verifySignature } from '../keys/public-key.ts';
import type { DocumentLoader } from '../ports.ts';
import { formatStamp, type Instant } from '../syntax/datetime.ts';
import type { JsonObject } from '../syntax/json.ts';
import { decodeMultibase, encodeBase58btc } from '../syntax/multibase.ts';
import { canonicalize } from './canonicalize.ts';

export interface SigningOptions {
  /** The DID URL under which the public key is published. */
  readonly verificationMethod: string;
  readonly created: Instant;
}

/**
 * Secures a document with a DataIntegrityProof by the key's own cryptosuite (VC Data Integrity 1.0, section 4.2;
 * eddsa-rdfc-2022 and ecdsa-rdfc-2019). The proof is an array with one entry, as Open Badges 3.0 asks.
 * @throws BadgekitError KEY_INVALID for a key that only signs JWTs; TERM_UNDEFINED where a part would go unsigned
 */
export async function addProof(document: JsonObject, key: PrivateKey, options: SigningOptions): Promise<JsonObject> {
  const { cryptosuite, name } = key.publicKey.algorithm;
  if (cryptosuite === undefined) {
    throw new BadgekitError('KEY_INVALID', `an ${name} key makes no Data Integrity proofs`, {
      hint: 'use --proof jwt, or a programme with an Ed25519 or P-256 key',
    });
  }
  const proof = {
    type: 'DataIntegrityProof',
    cryptosuite,
    created: formatStamp(options.created),
    verificationMethod: options.verificationMethod,
    proofPurpose: 'assertionMethod',
  };
  const bytes = await signedBytes(document, proof, key.publicKey.algorithm.hash);
  const signature = signBytes(key, bytes);
  if (!verifySignature(key.publicKey, bytes, signature))
    throw new BadgekitError('SIGNATURE_SELF_CHECK', 'a signature that was just made does not verify', {
      hint: 'this computer may be faulty: run the command on another one',
    });
  return { ...document, proof: [{ ...proof, proofValue: encodeBase58btc(signature) }] };
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
  const signature = decodeProofValue(proof['proofValue']);
  if (signature === undefined) return false;
  return verifySignature(key, await signedBytes(document, proof, key.algorithm.hash, documentLoader), signature);
}

/**
 * The bytes that the signature covers: hash of the canonical proof configuration, then hash of the canonical document
 * without any proof (VC-DI-EDDSA, sections 3.2.3 to 3.2.5).
 */
export async function signedBytes(
  document: JsonObject,
  proof: JsonObject,
  hash: string,
  documentLoader?: DocumentLoader,
): Promise<Uint8Array> {
  const { proofValue: _value, ...configuration } = proof;
  const context = document['@context'] ?? [];
  const options = await canonicalHash({ '@context': context, ...configuration }, hash, documentLoader);
  return Buffer.concat([options, await documentHash(document, hash, documentLoader)]);
}

/** Several proofs of one document cover the same statements: they are put in order once. */
const documentHashes = new WeakMap<JsonObject, Map<string, Promise<Uint8Array>>>();

function documentHash(document: JsonObject, hash: string, documentLoader?: DocumentLoader): Promise<Uint8Array> {
  const { proof: _proof, ...unsecured } = document;
  if (documentLoader !== undefined) return canonicalHash(unsecured, hash, documentLoader);
  const known = documentHashes.get(document) ?? new Map<string, Promise<Uint8Array>>();
  documentHashes.set(document, known);
  const digest = known.get(hash) ?? canonicalHash(unsecured, hash);
  known.set(hash, digest);
  return digest;
}

async function canonicalHash(part: JsonObject, hash: string, documentLoader?: DocumentLoader): Promise<Uint8Array> {
  return createHash(hash)
    .update(await canonicalize(part, documentLoader))
    .digest();
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
