import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import { createDiscloseCryptosuite, createSignCryptosuite } from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import { derive, issue } from '@digitalbazaar/vc';
import { exportPrivateJwk, signBytes } from '../../src/keys/private-key.ts';
import { loadContext } from '../../src/openbadges/contexts.ts';
import { asList, assembleCredential } from '../../src/openbadges/credential.ts';
import { CLR_CONTEXT, CREDENTIALS_V2, OPEN_BADGES_CONTEXT } from '../../src/openbadges/vocabulary.ts';
import { signedBytes } from '../../src/proof/data-integrity.ts';
import { asJson, isJsonObject, type Json, type JsonObject } from '../../src/syntax/json.ts';
import { decodeBase64url } from '../../src/syntax/base64url.ts';
import { decodeMultibase, encodeBase58btc } from '../../src/syntax/multibase.ts';
import { badgeContent, LEARNER, MADE, type TestIssuer } from './badge.ts';

/** Adds a proof of any suite that signs one value, after those that the document has. */
export async function withProof(
  document: JsonObject,
  { key, method }: TestIssuer,
  members: JsonObject = {},
): Promise<JsonObject> {
  const proof: JsonObject = {
    type: 'DataIntegrityProof',
    cryptosuite: key.publicKey.algorithm.cryptosuite ?? '',
    created: new Date(MADE).toISOString().replace('.000Z', 'Z'),
    verificationMethod: method,
    proofPurpose: 'assertionMethod',
    ...members,
  };
  const bytes = await signedBytes(document, proof, key.publicKey.algorithm.hash);
  const signed = { ...proof, proofValue: encodeBase58btc(signBytes(key, bytes)) };
  return { ...document, proof: [...asList(document['proof']), signed] };
}

export function withoutProof({ proof: _, ...unsecured }: JsonObject): JsonObject {
  return unsecured;
}

/** A document signed by the reference implementation with ecdsa-sd-2023, for its holder. */
export async function baseProof(
  document: JsonObject,
  issuer: TestIssuer,
  mandatoryPointers: readonly string[],
): Promise<JsonObject> {
  const publicKeyMultibase = issuer.key.publicKey.multikey ?? '';
  const secret = decodeBase64url(String(exportPrivateJwk(issuer.key)['d']));
  const keyPair = await EcdsaMultikey.from({
    '@context': 'https://w3id.org/security/multikey/v1',
    id: issuer.method,
    type: 'Multikey',
    controller: issuer.id,
    publicKeyMultibase,
    secretKeyMultibase: encodeBase58btc(Uint8Array.from([0x86, 0x26, ...secret])),
  });
  const suite = new DataIntegrityProof({
    signer: keyPair.signer(),
    cryptosuite: createSignCryptosuite({ mandatoryPointers }),
    date: new Date(MADE),
  });
  return asObject(
    await issue({ credential: structuredClone(document), suite, documentLoader: loadContext, now: new Date(MADE) }),
  );
}

/** What the issuer of {@link shownBadge} lets nobody withhold. */
export const MANDATORY = [
  '/issuer',
  '/validFrom',
  '/validUntil',
  '/credentialSubject/achievement',
  '/credentialSubject/type',
];
/** What its holder shows besides. */
export const SHOWN = ['/id', '/credentialSubject/identifier'];

/** A badge with an ecdsa-sd-2023 proof as its holder shows it: so much of it that it verifies. */
export async function shownBadge(issuer: TestIssuer): Promise<JsonObject> {
  return await derived(await baseProof(assembleCredential(badgeContent(issuer.id)), issuer, MANDATORY), SHOWN);
}

/** A Comprehensive Learner Record about {@link LEARNER}. */
export async function learnerRecord(
  issuer: TestIssuer,
  verifiableCredential: readonly Json[],
  changes: JsonObject = {},
): Promise<JsonObject> {
  return await withProof(
    {
      '@context': [CREDENTIALS_V2, CLR_CONTEXT, OPEN_BADGES_CONTEXT],
      id: 'urn:uuid:5c3b7c1e-8f0a-8d3c-9a51-0d6a5f3c2c00',
      type: ['VerifiableCredential', 'ClrCredential'],
      name: 'Transcript',
      issuer: { id: issuer.id, type: ['Profile'], name: 'University' },
      validFrom: '2026-05-10T00:00:00Z',
      credentialSubject: { id: LEARNER, type: ['ClrSubject'], verifiableCredential },
      ...changes,
    },
    issuer,
  );
}

/** What a holder shows of it. */
export async function derived(document: JsonObject, selectivePointers: readonly string[]): Promise<JsonObject> {
  const suite = new DataIntegrityProof({ cryptosuite: createDiscloseCryptosuite({ selectivePointers }) });
  return asObject(
    await derive({ verifiableCredential: structuredClone(document), suite, documentLoader: loadContext }),
  );
}

function asObject(value: object): JsonObject {
  const json = asJson(value);
  if (!isJsonObject(json)) throw new Error('no object');
  return json;
}

/** The raw bytes of a proof value. */
export function valueBytes(proof: JsonObject): Uint8Array {
  return decodeMultibase(String(proof['proofValue']));
}
