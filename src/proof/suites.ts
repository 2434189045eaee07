import type { AlgorithmName } from '../keys/algorithms.ts';
import { asList } from '../openbadges/credential.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';

/** How a document becomes the bytes that are signed. */
export type Transformation =
  /** RDFC-1.0 over its statements. */
  | 'rdfc'
  /** The JSON Canonicalization Scheme over its JSON. */
  | 'jcs'
  /** RDFC-1.0 with one signature for each statement that a holder may withhold. */
  | 'selective';

/** A way to secure a document with an embedded proof. */
export interface ProofSuite {
  readonly name: string;
  readonly keys: readonly AlgorithmName[];
  readonly transformation: Transformation;
}

const CRYPTOSUITES: Readonly<Record<string, ProofSuite>> = {
  'eddsa-rdfc-2022': { name: 'eddsa-rdfc-2022', keys: ['Ed25519'], transformation: 'rdfc' },
  'eddsa-jcs-2022': { name: 'eddsa-jcs-2022', keys: ['Ed25519'], transformation: 'jcs' },
  'ecdsa-rdfc-2019': { name: 'ecdsa-rdfc-2019', keys: ['P-256', 'P-384'], transformation: 'rdfc' },
  'ecdsa-jcs-2019': { name: 'ecdsa-jcs-2019', keys: ['P-256', 'P-384'], transformation: 'jcs' },
  'ecdsa-sd-2023': { name: 'ecdsa-sd-2023', keys: ['P-256'], transformation: 'selective' },
};

const PROOF_TYPES: Readonly<Record<string, ProofSuite>> = {
  Ed25519Signature2020: { name: 'Ed25519Signature2020', keys: ['Ed25519'], transformation: 'rdfc' },
};

/** The suite that a proof names, or undefined where badgekit does not know it. */
export function suiteOf(proof: JsonObject): ProofSuite | undefined {
  const { type, cryptosuite } = proof;
  if (type === 'DataIntegrityProof') return lookUp(CRYPTOSUITES, cryptosuite);
  return cryptosuite === undefined ? lookUp(PROOF_TYPES, type) : undefined;
}

/** Whether a holder chose what to show of a document: what is absent may have been withheld. */
export function isDerived({ proof }: JsonObject): boolean {
  const known = asList(proof)
    .filter(isJsonObject)
    .map(suiteOf)
    .filter((suite) => suite !== undefined);
  return known.length > 0 && known.every(({ transformation }) => transformation === 'selective');
}

/** What a proof calls its suite, for messages. */
export function suiteName(proof: Json): string {
  if (!isJsonObject(proof)) return 'none';
  const { type, cryptosuite } = proof;
  return typeof cryptosuite === 'string' ? cryptosuite : typeof type === 'string' ? type : 'none';
}

function lookUp(table: Readonly<Record<string, ProofSuite>>, name: Json | undefined): ProofSuite | undefined {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
}
