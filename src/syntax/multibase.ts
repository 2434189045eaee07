import { BadgekitError } from '../errors.ts';
import { decodeBase64url, encodeBase64url } from './base64url.ts';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const DIGIT = new Map(Array.from(ALPHABET, (char, value) => [char, value]));
// Decoding is quadratic; nothing that badgekit reads (keys, signatures) is longer than this.
const MAX_BASE58 = 1024;

/** Multibase with prefix `z`: base58btc (W3C Controlled Identifiers, section 2.4). */
export function encodeBase58btc(bytes: Uint8Array): string {
  const digits: number[] = [];
  for (const byte of bytes) {
    let carry = byte;
    for (let index = 0; index < digits.length; index++) {
      carry += (digits[index] ?? 0) << 8;
      digits[index] = carry % 58;
      carry = Math.floor(carry / 58);
    }
    for (; carry > 0; carry = Math.floor(carry / 58)) digits.push(carry % 58);
  }
  const zeros = bytes.findIndex((byte) => byte !== 0);
  const leading = zeros === -1 ? bytes.length : zeros;
  return `z${'1'.repeat(leading)}${digits
    .reverse()
    .map((digit) => ALPHABET[digit])
    .join('')}`;
}

/** Multibase with prefix `u`: base64url without padding. */
export function encodeMultibaseUrl(bytes: Uint8Array): string {
  return `u${encodeBase64url(bytes)}`;
}

/**
 * Decodes multibase base58btc (`z`) or base64url (`u`).
 * @throws BadgekitError ENCODING_INVALID on any other prefix, a foreign character, or an over-long text
 */
export function decodeMultibase(text: string): Uint8Array {
  if (text.startsWith('z')) return decodeBase58btc(text.slice(1));
  if (text.startsWith('u')) return decodeBase64url(text.slice(1));
  throw new BadgekitError(
    'ENCODING_INVALID',
    'the multibase text begins with neither "z" (base58btc) nor "u" (base64url)',
  );
}

function decodeBase58btc(text: string): Uint8Array {
  if (text.length > MAX_BASE58) throw new BadgekitError('ENCODING_INVALID', 'the base58 text is too long');
  const bytes: number[] = [];
  for (const char of text) {
    let carry = DIGIT.get(char);
    if (carry === undefined) throw new BadgekitError('ENCODING_INVALID', 'the text is not base58btc');
    for (let index = 0; index < bytes.length; index++) {
      carry += (bytes[index] ?? 0) * 58;
      bytes[index] = carry & 0xff;
      carry >>= 8;
    }
    for (; carry > 0; carry >>= 8) bytes.push(carry & 0xff);
  }
  const ones = /^1*/.exec(text)?.[0].length ?? 0;
  return Uint8Array.from([...Array.from({ length: ones }, () => 0), ...bytes.reverse()]);
}
