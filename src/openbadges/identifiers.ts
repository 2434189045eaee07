import { createHmac, hash } from 'node:crypto';
import { Recent } from '../syntax/recent.ts';

const MAX_DERIVED = 256;
const derived = new Recent<string, string>(MAX_DERIVED);

/**
 * A UUID URN (RFC 9562, version 8) that depends on the parts alone: the same parts always give the same id.
 * For things that are public anyway, such as the levels of a rubric; every badge of a definition asks for the same ones.
 */
export function derivedUuid(...parts: readonly string[]): string {
  const name = unambiguous(parts);
  return derived.orMake(name, () => uuidUrn(hash('sha256', name, 'buffer')));
}

/** The same with a secret: nobody without it can find the parts by guessing. */
export function keyedUuid(secret: Uint8Array, ...parts: readonly string[]): string {
  return uuidUrn(createHmac('sha256', secret).update(unambiguous(parts)).digest());
}

/** A keyed digest of the parts, in hexadecimal. */
export function keyedDigest(secret: Uint8Array, ...parts: readonly string[]): string {
  return createHmac('sha256', secret).update(unambiguous(parts)).digest('hex');
}

/**
 * A short keyed digest for comparing, made sooner: SHA-256 of a key of its own and the text, of which 64 bits are kept, so
 * that nothing can be appended to what was digested.
 */
export function keyedTag(key: string, text: string): string {
  return hash('sha256', `${key} ${text}`, 'hex').slice(0, TAG_LENGTH);
}

const TAG_LENGTH = 16;

function unambiguous(parts: readonly string[]): string {
  return JSON.stringify(parts);
}

function uuidUrn(digest: Uint8Array): string {
  const bytes = Buffer.from(digest.subarray(0, 16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
