import { gunzipSync, gzipSync } from 'node:zlib';
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
    return new Uint8Array(gunzipSync(bytes, { maxOutputLength: maxBytes }));
  } catch (cause) {
    throw new BadgekitError('GZIP_INVALID', `the data is not GZIP, is damaged, or unpacks to over ${maxBytes} bytes`, {
      cause,
    });
  }
}
