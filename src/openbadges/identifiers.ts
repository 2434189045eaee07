import { hash } from 'node:crypto';
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
  return uuidUrn(Buffer.from(keyedDigest(secret, ...parts), 'hex'));
}

/** A keyed digest of the parts (HMAC-SHA256, RFC 2104), in hexadecimal. */
export function keyedDigest(secret: Uint8Array, ...parts: readonly string[]): string {
  const { inner, outer } = padsOf(secret);
  const text = unambiguous(parts);
  // Two digests at once are made in half the time that an Hmac object takes to be made. A UTF-16 unit is three bytes at most.
  const longest = PAD + text.length * 3;
  const message = longest <= room.length ? room : Buffer.allocUnsafe(longest);
  inner.copy(message);
  const end = PAD + message.write(text, PAD, 'utf8');
  outer.write(hash('sha256', message.subarray(0, end), 'hex'), PAD, 'hex');
  return hash('sha256', outer, 'hex');
}

/** The block size of SHA-256, in bytes. */
const PAD = 64;
const DIGEST = 32;
const ROOM = 4096;
const room = Buffer.alloc(ROOM);
const pads = new WeakMap<Uint8Array, Pads>();

/** The key of each of the two digests, with room for the digest in the outer. */
interface Pads {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

function padsOf(secret: Uint8Array): Pads {
  const known = pads.get(secret);
  if (known !== undefined) return known;
  const key = secret.length > PAD ? hash('sha256', secret, 'buffer') : secret;
  const pad = (byte: number, more: number): Buffer =>
    Buffer.from(Array.from({ length: PAD + more }, (_, at) => (at < PAD ? (key[at] ?? 0) ^ byte : 0)));
  const made = { inner: pad(INNER, 0), outer: pad(OUTER, DIGEST) };
  pads.set(secret, made);
  return made;
}

const INNER = 0x36;
const OUTER = 0x5c;

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
