import { asList } from '../../openbadges/credential.ts';
import { isJsonObject, type Json, type JsonObject, pointer } from '../../syntax/json.ts';
import { decodeMultibase } from '../../syntax/multibase.ts';
import { quoted } from '../../syntax/text.ts';
import type { EvidenceFile } from '../context.ts';
import { type CheckResult, failed, type Finding, nonEmpty, passed, skipped, undetermined } from '../verdict.ts';

/** Multihash codes and lengths of the digests that evidence is known by (sha2-256, sha2-512, sha2-384). */
const MULTIHASHES: readonly (readonly [code: number, length: number])[] = [
  [0x12, 32],
  [0x13, 64],
  [0x20, 48],
];

interface Digested {
  readonly path: string;
  readonly id: string | undefined;
  /** What it is called. */
  readonly name: string | undefined;
  readonly digest: string | undefined;
}

/**
 * Step 12: whether files that the reader holds are the evidence that was signed: their digests against
 * `digestMultibase` (VCDM 2.0, section 5.3). Without a digest a link is all that was signed, and what it leads to may change.
 */
export function checkEvidence(document: JsonObject, files: readonly EvidenceFile[] | undefined): CheckResult {
  const entries = [...entriesOf(document, 'evidence'), ...entriesOf(document, 'relatedResource')];
  if (entries.length === 0) return skipped('evidence', 'it names none');
  const digested = entries.filter(({ digest }) => digest !== undefined);
  if (files === undefined)
    return skipped(
      'evidence',
      `it names ${entries.length}, ${digested.length === 0 ? 'none' : digested.length} with a digest; --evidence DIR compares files with it`,
    );
  const findings = entries.map((entry) => compare(entry, files));
  const changed = nonEmpty(findings.filter((finding) => finding?.code === 'EVIDENCE_CHANGED').filter(isFinding));
  if (changed !== undefined) return failed('evidence', changed);
  const open = nonEmpty(findings.filter(isFinding));
  if (open !== undefined) return undetermined('evidence', open);
  return passed('evidence', `all ${entries.length} are among your files, unchanged`);
}

function compare({ path, id, name, digest }: Digested, files: readonly EvidenceFile[]): Finding | undefined {
  const shown = quoted(id ?? name ?? 'unnamed', 160);
  if (digest === undefined)
    return {
      code: 'EVIDENCE_UNSIGNED',
      path,
      message: `the evidence ${shown} is only linked: what stands there may have changed since`,
    };
  if (files.some(({ digests }) => digests.includes(digest))) return undefined;
  const own = id === undefined ? name : id.split(/[?#]/)[0]?.split('/').at(-1);
  if (own !== undefined && own !== '' && files.some((file) => file.name === own))
    return {
      code: 'EVIDENCE_CHANGED',
      path,
      message: `your file ${quoted(own)} is not the evidence that was signed: its digest differs`,
    };
  return { code: 'EVIDENCE_ABSENT', path, message: `none of your files is the evidence ${shown}` };
}

function entriesOf(document: JsonObject, member: string): Digested[] {
  const value = document[member];
  return asList(value)
    .filter(isJsonObject)
    .map((entry, index) => ({
      path: pointer(`/${member}`, index),
      id: typeof entry['id'] === 'string' ? entry['id'] : undefined,
      name: typeof entry['name'] === 'string' ? entry['name'] : undefined,
      digest: readDigest(entry['digestMultibase']),
    }));
}

/** A multihash in multibase as lower-case hexadecimal; a value that is none is no digest. */
function readDigest(value: Json | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    const bytes = decodeMultibase(value);
    const known = MULTIHASHES.find(([code, length]) => bytes[0] === code && bytes[1] === length);
    if (known === undefined || bytes.length !== known[1] + 2) return 'unreadable';
    return `${known[0].toString(16)}:${Buffer.from(bytes.subarray(2)).toString('hex')}`;
  } catch {
    return 'unreadable';
  }
}

function isFinding(value: Finding | undefined): value is Finding {
  return value !== undefined;
}
