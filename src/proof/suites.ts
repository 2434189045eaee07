import type { AlgorithmName } from '../keys/algorithms.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';

/** A way to secure a document with an embedded proof. All of these canonicalize with RDFC-1.0. */
export interface ProofSuite {
  readonly name: string;
  readonly keys: readonly AlgorithmName[];
}

const CRYPTOSUITES: Readonly<Record<string, ProofSuite>> = {
  'eddsa-rdfc-2022': { name: 'eddsa-rdfc-2022', keys: ['Ed25519'] },
  'ecdsa-rdfc-2019': { name: 'ecdsa-rdfc-2019', keys: ['P-256', 'P-384'] },
};

const PROOF_TYPES: Readonly<Record<string, ProofSuite>> = {
  Ed25519Signature2020: { name: 'Ed25519Signature2020', keys: ['Ed25519'] },
};

/** The suite that a proof names, or undefined where badgekit does not know it. */
export function suiteOf(proof: JsonObject): ProofSuite | undefined {
  const { type, cryptosuite } = proof;
  if (type === 'DataIntegrityProof') return lookUp(CRYPTOSUITES, cryptosuite);
  return cryptosuite === undefined ? lookUp(PROOF_TYPES, type) : undefined;
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
