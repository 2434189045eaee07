import { createPublicKey, type KeyObject } from 'node:crypto';
import type { PublicKey } from '../../src/keys/public-key.ts';
import { didKeyMethod, didKeyOf } from '../../src/keys/did-key.ts';
import { generatePrivateKey, type PrivateKey } from '../../src/keys/private-key.ts';
import type { AlgorithmName } from '../../src/keys/algorithms.ts';
import { assembleCredential, type CredentialContent } from '../../src/openbadges/credential.ts';
import { hashedIdentity } from '../../src/openbadges/recipient.ts';
import { loadContext } from '../../src/openbadges/contexts.ts';
import { addProof } from '../../src/proof/data-integrity.ts';
import { signJwt } from '../../src/proof/jwt.ts';
import type { DocumentLoader } from '../../src/ports.ts';
import type { JsonObject } from '../../src/syntax/json.ts';
import type { VerifyOptions } from '../../src/verify/context.ts';
import type { Report } from '../../src/verify/report.ts';
import { createWorld } from '../../src/world/world.ts';

/** A moment that all tests share: after the badge was made, before it ends. */
export const NOW = Date.parse('2026-06-01T12:00:00Z');
export const MADE = Date.parse('2026-05-04T09:00:00Z');

export interface TestIssuer {
  readonly id: string;
  readonly key: PrivateKey;
  readonly method: string;
}

/** An issuer that is its own key. */
export function testIssuer(algorithm: AlgorithmName = 'Ed25519'): TestIssuer {
  const key = generatePrivateKey(algorithm);
  const id = didKeyOf(key.publicKey) ?? '';
  return { id, key, method: didKeyMethod(id) };
}

/** The two halves of a new key as the platform's own objects. */
export function keyPair(algorithm: AlgorithmName): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  const { object } = generatePrivateKey(algorithm);
  return { privateKey: object, publicKey: createPublicKey(object) };
}

/** A badge's content, complete and valid, by an issuer. */
export function badgeContent(issuerId: string, changes: Partial<CredentialContent> = {}): CredentialContent {
  return {
    id: 'urn:uuid:5c3b7c1e-8f0a-8d3c-9a51-0d6a5f3c2b10',
    issuer: { id: issuerId, type: ['Profile'], name: 'Test School', url: 'https://school.example' },
    achievement: {
      id: 'https://school.example/achievements/knots',
      type: ['Achievement'],
      name: 'Knots',
      description: 'Ties twelve knots.',
      criteria: { narrative: 'Tie them.' },
      alignment: [{ type: ['Alignment'], targetName: 'Ropework', targetUrl: 'https://frameworks.example/ropework' }],
    },
    validFrom: MADE,
    validUntil: Date.parse('2028-05-04T09:00:00Z'),
    awardedDate: MADE,
    subject: {
      id: undefined,
      identifier: [hashedIdentity('ana@example.org', 'emailAddress', new Uint8Array(16).fill(7))],
      narrative: 'Tied **all** of them.',
      creditsEarned: 1.5,
      result: [],
    },
    evidence: [{ id: 'https://school.example/evidence/1', type: ['Evidence'], name: 'A photograph' }],
    status: [],
    ...changes,
  };
}

export async function signedBadge(issuer: TestIssuer, changes: Partial<CredentialContent> = {}): Promise<JsonObject> {
  return await addProof(assembleCredential(badgeContent(issuer.id, changes)), issuer.key, {
    verificationMethod: issuer.method,
    created: MADE,
  });
}

/** Whom tests award, where the badge must name its recipient by an identifier. */
export const LEARNER = 'did:example:ana';

/** The same badge as a compact JWS, about {@link LEARNER}. */
export async function signedToken(issuer: TestIssuer, changes: Partial<CredentialContent> = {}): Promise<string> {
  const content = badgeContent(issuer.id, changes);
  const credential = assembleCredential({ ...content, subject: { ...content.subject, id: LEARNER } });
  return await signJwt(credential, issuer.key, issuer.method);
}

export function bytesOf(value: JsonObject | string): Uint8Array {
  return new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Options for verifying without any network. */
export function offline(changes: { keys?: readonly PublicKey[]; recipient?: string; at?: number } = {}): VerifyOptions {
  const { keys = [], ...rest } = changes;
  return { at: NOW, world: createWorld({ offline: true, hosting: [] }), keys: keys.map((key) => ({ key })), ...rest };
}

/** Codes of everything that failed or could not be determined. */
export function codes(report: Report): readonly string[] {
  return report.checks
    .filter(({ outcome }) => outcome === 'failed' || outcome === 'undetermined')
    .flatMap(({ findings }) => findings.map(({ code }) => code));
}

export function outcomeOf(report: Report, name: string): string | undefined {
  return report.checks.find(({ check }) => check === name)?.outcome;
}

/** The issuer's own documents, beside the bundled contexts. */
export function loaderFor({ id, key, method }: TestIssuer): DocumentLoader {
  const multikey = {
    '@context': 'https://w3id.org/security/multikey/v1',
    id: method,
    type: 'Multikey',
    controller: id,
    publicKeyMultibase: key.publicKey.multikey,
  };
  const controller = {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id,
    assertionMethod: [multikey],
  };
  return async (url) => {
    const own = { [method]: multikey, [id]: controller }[url];
    return own === undefined ? await loadContext(url) : { contextUrl: null, documentUrl: url, document: own };
  };
}
