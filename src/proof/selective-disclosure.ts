import { decode } from 'cborg';
import { createHash } from 'node:crypto';
import { type PublicKey, publicKeyFromMultikey, verifySignature } from '../keys/public-key.ts';
import { encodeBase64url } from '../syntax/base64url.ts';
import { decodeMultibase, encodeBase58btc } from '../syntax/multibase.ts';

/** What an ecdsa-sd-2023 proof value holds once a holder derived it (VC-DI-ECDSA, section 3.5.7). */
export interface DerivedProof {
  readonly baseSignature: Uint8Array;
  /** The key made for this one credential, which signs each statement that may be withheld. */
  readonly statementKey: PublicKey;
  readonly signatures: readonly Uint8Array[];
  /** Canonical blank node labels, and the keyed ones under which the issuer signed. */
  readonly labels: ReadonlyMap<string, string>;
  /** Which of the sorted statements stand under the base signature. */
  readonly mandatory: ReadonlySet<number>;
}

const MAX_STATEMENTS = 10_000;
const [BASE, DERIVED] = [0x00, 0x01];

/** Whether a proof value is that of a base proof, which a holder keeps and nobody else can check. */
export function isBaseProof(proofValue: string): boolean {
  return headerOf(decoded(proofValue)) === BASE;
}

/** Reads a derived proof value; undefined where it is none, or is not written the one way that the standard has. */
export function readDerivedProof(proofValue: string): DerivedProof | undefined {
  const bytes = decoded(proofValue);
  if (bytes === undefined || headerOf(bytes) !== DERIVED) return undefined;
  const parts = cbor(bytes.subarray(3));
  if (!Array.isArray(parts) || parts.length !== 5) return undefined;
  const [baseSignature, keyBytes, signatures, labelMap, indexes] = parts as unknown[];
  const statementKey = keyBytes instanceof Uint8Array && keyBytes.length === 35 ? multikey(keyBytes) : undefined;
  const labels = readLabels(labelMap);
  const mandatory = readIndexes(indexes);
  const isSound =
    isSignature(baseSignature) &&
    Array.isArray(signatures) &&
    signatures.length <= MAX_STATEMENTS &&
    signatures.every(isSignature);
  if (!isSound || statementKey === undefined || labels === undefined || mandatory === undefined) return undefined;
  return { baseSignature, statementKey, signatures, labels, mandatory };
}

/**
 * Whether a derived proof holds over canonical N-Quads (VC-DI-ECDSA, sections 3.5.8 and 3.6.8): the issuer's key
 * signed the mandatory statements, the proof's options and the statement key; the statement key signed each other one.
 */
export function checkDerivedProof(
  canonical: string,
  proofHash: Uint8Array,
  { baseSignature, statementKey, signatures, labels, mandatory }: DerivedProof,
  issuerKey: PublicKey,
): boolean {
  const statements = relabelled(canonical, labels);
  if (statements === undefined || [...mandatory].some((index) => index >= statements.length)) return false;
  const isMandatory = (_: string, index: number): boolean => mandatory.has(index);
  const others = statements.filter((statement, index) => !isMandatory(statement, index));
  if (others.length !== signatures.length) return false;
  const mandatoryHash = createHash('sha256').update(statements.filter(isMandatory).join('')).digest();
  const keyBytes = decodeMultibase(statementKey.multikey ?? '');
  if (!verifySignature(issuerKey, Buffer.concat([proofHash, keyBytes, mandatoryHash]), baseSignature)) return false;
  return others.every((statement, index) => {
    const signature = signatures[index];
    return signature !== undefined && verifySignature(statementKey, new TextEncoder().encode(statement), signature);
  });
}

/** Whether the statements with a predicate are all mandatory, and there are some. */
export function isMandatoryThroughout(
  canonical: string,
  { labels, mandatory }: DerivedProof,
  predicate: string,
): boolean {
  const statements = relabelled(canonical, labels) ?? [];
  const places = statements.flatMap((statement, index) => (statement.includes(` <${predicate}> `) ? [index] : []));
  return places.length > 0 && places.every((place) => mandatory.has(place));
}

const TOKENS = /"(?:[^"\\]|\\.)*"|<[^>]*>|_:(c14n\d+)/g;

/** The statements under the issuer's labels, sorted; undefined where a label is missing or left over. */
function relabelled(canonical: string, labels: ReadonlyMap<string, string>): readonly string[] | undefined {
  const used = new Set<string>();
  let isComplete = true;
  const statements = canonical
    .split('\n')
    .filter((line) => line !== '')
    .map((line) =>
      line.replace(TOKENS, (token: string, label: string | undefined) => {
        if (label === undefined) return token;
        const own = labels.get(label);
        if (own === undefined) isComplete = false;
        used.add(label);
        return `_:${own ?? label}`;
      }),
    );
  return isComplete && used.size === labels.size ? statements.map((line) => `${line}\n`).sort() : undefined;
}

function readLabels(value: unknown): ReadonlyMap<string, string> | undefined {
  if (!(value instanceof Map)) return undefined;
  const labels = new Map<string, string>();
  for (const [index, bytes] of value as Map<unknown, unknown>) {
    if (!isIndex(index) || !(bytes instanceof Uint8Array) || bytes.length !== 32) return undefined;
    labels.set(`c14n${index}`, `u${encodeBase64url(bytes)}`);
  }
  return new Set(labels.values()).size === labels.size ? labels : undefined;
}

function readIndexes(value: unknown): ReadonlySet<number> | undefined {
  if (!Array.isArray(value) || value.length > MAX_STATEMENTS || !value.every(isIndex)) return undefined;
  const indexes = new Set<number>(value);
  return indexes.size === value.length ? indexes : undefined;
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isSignature(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === 64;
}

function headerOf(bytes: Uint8Array | undefined): number | undefined {
  return bytes !== undefined && bytes[0] === 0xd9 && bytes[1] === 0x5d ? bytes[2] : undefined;
}

function decoded(proofValue: string): Uint8Array | undefined {
  if (!proofValue.startsWith('u')) return undefined;
  try {
    return decodeMultibase(proofValue);
  } catch {
    return undefined;
  }
}

function cbor(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { strict: true, useMaps: true, rejectDuplicateMapKeys: true, allowIndefinite: false });
  } catch {
    return undefined;
  }
}

function multikey(bytes: Uint8Array): PublicKey | undefined {
  try {
    const key = publicKeyFromMultikey(encodeBase58btc(bytes));
    return key.algorithm.name === 'P-256' ? key : undefined;
  } catch {
    return undefined;
  }
}
