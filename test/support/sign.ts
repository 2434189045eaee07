import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import { createDiscloseCryptosuite, createSignCryptosuite } from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import { derive, issue } from '@digitalbazaar/vc';
import { exportPrivateJwk, signBytes } from '../../src/keys/private-key.ts';
import { loadContext } from '../../src/openbadges/contexts.ts';
import { asList } from '../../src/openbadges/credential.ts';
import { signedBytes } from '../../src/proof/data-integrity.ts';
import { asJson, isJsonObject, type JsonObject } from '../../src/syntax/json.ts';
import { decodeBase64url } from '../../src/syntax/base64url.ts';
import { decodeMultibase, encodeBase58btc } from '../../src/syntax/multibase.ts';
import { MADE, type TestIssuer } from './badge.ts';

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
