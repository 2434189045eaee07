import { createHash, createHmac } from 'node:crypto';

/**
 * A UUID URN (RFC 9562, version 8) that depends on the parts alone: the same parts always give the same id.
 * For things that are public anyway, such as the levels of a rubric.
 */
export function derivedUuid(...parts: readonly string[]): string {
  return uuidUrn(createHash('sha256').update(unambiguous(parts)).digest());
}

/** The same with a secret: nobody without it can find the parts by guessing. */
export function keyedUuid(secret: Uint8Array, ...parts: readonly string[]): string {
  return uuidUrn(createHmac('sha256', secret).update(unambiguous(parts)).digest());
}

/** A keyed digest of the parts, in hexadecimal. */
export function keyedDigest(secret: Uint8Array, ...parts: readonly string[]): string {
  return createHmac('sha256', secret).update(unambiguous(parts)).digest('hex');
}

function unambiguous(parts: readonly string[]): string {
  return JSON.stringify(parts);
}

function uuidUrn(digest: Uint8Array): string {
  const bytes = Uint8Array.from(digest.subarray(0, 16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
