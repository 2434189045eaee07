import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { loadContext } from '../../src/openbadges/contexts.ts';
import type { DocumentLoader } from '../../src/ports.ts';
import { publicKeyFromMultikey } from '../../src/keys/public-key.ts';
import { canonicalize } from '../../src/proof/canonicalize.ts';
import { checkProof, signedBytes } from '../../src/proof/data-integrity.ts';
import { checkDerivedProof, isBaseProof, readDerivedProof } from '../../src/proof/selective-disclosure.ts';
import { canonicalJson } from '../../src/syntax/jcs.ts';
import { asList } from '../../src/openbadges/credential.ts';
import { isJsonObject, type JsonObject } from '../../src/syntax/json.ts';
import { hasConformance, readDocument, readText } from '../support/conformance.ts';

/** The W3C vectors use a context of examples that badgekit does not bundle. */
const withExamples: DocumentLoader = async (url) => {
  if (url !== 'https://www.w3.org/ns/credentials/examples/v2') return await loadContext(url);
  return {
    contextUrl: null,
    documentUrl: url,
    document: JSON.parse(readText('contexts/credentials-examples-v2.jsonld')),
  };
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

interface Vector {
  readonly name: string;
  readonly folder: string;
  readonly suffix: string;
  readonly hash: string;
  readonly signed: string;
}

const VECTORS: readonly Vector[] = [
  {
    name: 'eddsa-rdfc-2022',
    folder: 'vc-di-eddsa/eddsa-rdfc-2022',
    suffix: 'DataInt',
    hash: 'sha256',
    signed: 'signedDataInt.json',
  },
  {
    name: 'Ed25519Signature2020',
    folder: 'vc-di-eddsa/Ed25519Signature2020',
    suffix: 'EdSig',
    hash: 'sha256',
    signed: 'signedEdSig.json',
  },
  {
    name: 'ecdsa-rdfc-2019 with P-256',
    folder: 'vc-di-ecdsa/ecdsa-rdfc-2019-p256',
    suffix: 'ECDSAP256',
    hash: 'sha256',
    signed: 'signedECDSAP256.json',
  },
  {
    name: 'ecdsa-rdfc-2019 with P-384',
    folder: 'vc-di-ecdsa/ecdsa-rdfc-2019-p384',
    suffix: 'ECDSAP384',
    hash: 'sha384',
    signed: 'signedECDSAP384.json',
  },
];

describe.skipIf(!hasConformance)('W3C Data Integrity vectors', () => {
  describe.each(VECTORS)('$name', ({ folder, suffix, hash, signed }) => {
    const read = (file: string): string => readText(`vectors/${folder}/${file}`);
    const parts = (): { document: JsonObject; proof: JsonObject; unsecured: JsonObject } => {
      const document = readDocument(`vectors/${folder}/${signed}`);
      const [proof] = asList(document['proof']);
      const { proof: _, ...unsecured } = document;
      if (!isJsonObject(proof)) throw new Error('no proof');
      return { document, proof, unsecured };
    };

    test('canonicalizes the document to the published N-Quads', async () => {
      expect(await canonicalize(parts().unsecured, withExamples)).toBe(read(`canonDoc${suffix}.txt`));
    });

    test('canonicalizes the proof configuration to the published N-Quads', async () => {
      expect(await canonicalize(readDocument(`vectors/${folder}/proofConfig${suffix}.json`), withExamples)).toBe(
        read(`proofCanon${suffix}.txt`),
      );
    });

    test('hashes both as published, the proof first', async () => {
      const { document, proof } = parts();
      expect(
        createHash(hash)
          .update(await canonicalize(parts().unsecured, withExamples))
          .digest('hex'),
      ).toBe(read(`docHash${suffix}.txt`).trim());
      expect(hex(await signedBytes(document, proof, hash, withExamples))).toBe(
        read(`combinedHash${suffix}.txt`).trim(),
      );
    });

    test('verifies the signed document, and no altered one', async () => {
      const { document, proof } = parts();
      const key = publicKeyFromMultikey(String(proof['verificationMethod']).split('#')[1] ?? '');
      expect(await checkProof(document, proof, key, withExamples)).toBe(true);
      expect(await checkProof({ ...document, name: 'Something else' }, proof, key, withExamples)).toBe(false);
      expect(await checkProof(document, { ...proof, created: '2023-02-24T23:36:39Z' }, key, withExamples)).toBe(false);
      expect(
        await checkProof(document, { ...proof, proofValue: `${String(proof['proofValue'])}1` }, key, withExamples),
      ).toBe(false);
    });
  });

  test.each(['signedProofSet1.json', 'signedProofSet2.json', 'signedProofChain1.json', 'signedProofChain2.json'])(
    'each proof of %s verifies over the document with just the proofs that it builds on',
    async (file) => {
      const document = readDocument(`vectors/vc-di-eddsa/proof-set-chain/${file}`);
      const proofs = asList(document['proof']).filter(isJsonObject);
      expect(proofs.length).toBeGreaterThan(0);
      for (const proof of proofs) {
        const key = publicKeyFromMultikey(String(proof['verificationMethod']).split('#')[1] ?? '');
        expect(await checkProof(document, proof, key, withExamples)).toBe(true);
        const alone = { ...document, proof: [proof] };
        expect(await checkProof(alone, proof, key, withExamples)).toBe(proof['previousProof'] === undefined);
      }
    },
  );

  describe.each([
    ['eddsa-jcs-2022', 'vc-di-eddsa/eddsa-jcs-2022', 'JCS', 'sha256', 'signedJCS.json'],
    ['ecdsa-jcs-2019 with P-256', 'vc-di-ecdsa/ecdsa-jcs-2019-p256', 'JCSECDSAP256', 'sha256', undefined],
    ['ecdsa-jcs-2019 with P-384', 'vc-di-ecdsa/ecdsa-jcs-2019-p384', 'JCSECDSAP384', 'sha384', undefined],
  ])('%s', (_, folder, suffix, hash, signed = `signed${suffix}.json`) => {
    const document = hasConformance ? readDocument(`vectors/${folder}/${signed}`) : {};
    const proof = asList(document['proof']).find(isJsonObject) ?? {};

    test('canonicalizes as published', () => {
      const { proof: _proof, ...unsecured } = document;
      expect(canonicalJson(unsecured)).toBe(readText(`vectors/${folder}/canonDoc${suffix}.txt`));
    });

    test('hashes both as published, the proof first', async () => {
      expect(hex(await signedBytes(document, proof, hash))).toBe(
        readText(`vectors/${folder}/combinedHash${suffix}.txt`).trim(),
      );
    });

    test('verifies the signed document, and no altered one', async () => {
      const key = publicKeyFromMultikey(String(proof['verificationMethod']).split('#')[1] ?? '');
      expect(await checkProof(document, proof, key)).toBe(true);
      expect(await checkProof({ ...document, name: 'Something else' }, proof, key)).toBe(false);
      expect(await checkProof(document, { ...proof, created: '2023-02-24T23:36:39Z' }, key)).toBe(false);
    });
  });

  describe.each(['prc', 'employ'])('ecdsa-sd-2023, %s', (name) => {
    const step = (file: string): unknown =>
      hasConformance
        ? JSON.parse(readText(`vectors/vc-di-ecdsa/ecdsa-sd-2023/${name}/${file}.json`))
        : file === 'verifyNQuads'
          ? []
          : { proof: {} };
    const { proof } = step('derivedRevealDocument') as { proof: Record<string, string> };
    const published = step('verifyCreateVerifyData') as {
      proofHash: string;
      signatures: string[];
      nonMandatory: string[];
      mandatoryHash: string;
    };
    const derived = readDerivedProof(proof['proofValue'] ?? '');
    const labels = new Map(Array.from(derived?.labels ?? [], ([canonical, own]) => [own, canonical]));
    // The credentials' own context is not published with them: their statements are, under the issuer's labels.
    const canonical = (step('verifyNQuads') as string[])
      .map((line) => line.replace(/_:(u[\w-]+)/g, (_, own: string) => `_:${labels.get(own) ?? own}`))
      .join('');
    const holds = (text: string, value = derived): boolean => {
      const key = publicKeyFromMultikey(proof['verificationMethod']?.split('#')[1] ?? '');
      return value !== undefined && checkDerivedProof(text, Buffer.from(published.proofHash, 'hex'), value, key);
    };

    test('reads the derived proof as published', () => {
      const { labelMap, mandatoryIndexes } = step('verifyDerivedProofValue') as {
        labelMap: [string, string][];
        mandatoryIndexes: number[];
      };
      expect([...(derived?.labels ?? [])]).toEqual(labelMap);
      expect([...(derived?.mandatory ?? [])]).toEqual(mandatoryIndexes);
      expect(derived?.signatures.map(hex)).toEqual(published.signatures);
    });

    test('verifies the statements as published, and no altered, missing or added one', () => {
      expect(holds(canonical)).toBe(true);
      const lines = canonical.split('\n').filter((line) => line !== '');
      for (const [index, line] of lines.entries()) {
        expect(holds(lines.with(index, line.replace(/(.)(.)>/, '$2$1x>')).join('\n'))).toBe(false);
        expect(holds(lines.toSpliced(index, 1).join('\n'))).toBe(false);
      }
      expect(holds(`${canonical}<urn:a> <urn:b> <urn:c> .\n`)).toBe(false);
    });

    test('takes a base proof for what it is', () => {
      const base = step('addSignedSDBase') as { proof: Record<string, string> };
      expect(isBaseProof(base.proof['proofValue'] ?? '')).toBe(true);
      expect(readDerivedProof(base.proof['proofValue'] ?? '')).toBeUndefined();
    });
  });
});
