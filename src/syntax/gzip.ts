import { gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import { BadgekitError } from '../errors.ts';

/** GZIP (RFC 1952) at the best ratio, the same bytes on every run. */
export function gzip(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(bytes, { level: 9 }));
}

/**
 * Decompresses GZIP with a cap on what comes out.
 * @throws BadgekitError GZIP_INVALID where it is damaged, has trailing bytes or would exceed `maxBytes`
 */
export function gunzip(bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    if (!isOneMember(bytes, maxBytes)) throw new Error('several members, or bytes after the end');
    return new Uint8Array(gunzipSync(bytes, { maxOutputLength: maxBytes }));
  } catch (cause) {
    throw new BadgekitError('GZIP_INVALID', `the data is not GZIP, is damaged, or unpacks to over ${maxBytes} bytes`, {
      cause,
    });
  }
}

const [FLAG_CRC, FLAG_EXTRA, FLAG_NAME, FLAG_COMMENT] = [2, 4, 8, 16];
const TRAILER_LENGTH = 8;

/** Whether one member fills all the bytes: Node joins several, and passes over zeros after the last (RFC 1952, 2.2). */
function isOneMember(bytes: Uint8Array, maxBytes: number): boolean {
  const flags = bytes[3] ?? 0;
  let at = 10;
  if ((flags & FLAG_EXTRA) !== 0) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  for (const flag of [FLAG_NAME, FLAG_COMMENT]) if ((flags & flag) !== 0) at = bytes.indexOf(0, at) + 1;
  if ((flags & FLAG_CRC) !== 0) at += 2;
  // Node's own types do not know this form of the answer (zlib, `info`).
  const answer: unknown = inflateRawSync(bytes.subarray(at), { maxOutputLength: maxBytes, info: true });
  return at + consumedBy(answer) + TRAILER_LENGTH === bytes.length;
}

function consumedBy(answer: unknown): number {
  const engine = typeof answer === 'object' && answer !== null && 'engine' in answer ? answer.engine : undefined;
  const written =
    typeof engine === 'object' && engine !== null && 'bytesWritten' in engine ? engine.bytesWritten : undefined;
  return typeof written === 'number' ? written : 0;
}
