import { BadgekitError } from '../errors.ts';

/** base64url without padding (RFC 4648 section 5). */
export function encodeBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

/**
 * Decodes canonical base64url only: no padding, no white space, no spare bits set, so that one value has one spelling.
 * @throws BadgekitError ENCODING_INVALID
 */
export function decodeBase64url(text: string): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  if (!/^[A-Za-z0-9_-]*$/.test(text) || encodeBase64url(bytes) !== text) {
    throw new BadgekitError('ENCODING_INVALID', 'the text is not canonical base64url without padding');
  }
  return bytes;
}
