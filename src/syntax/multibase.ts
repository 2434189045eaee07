import { BadgekitError } from '../errors.ts';
import { decodeBase64url, encodeBase64url } from './base64url.ts';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** The characters by what they stand for, as their codes. */
const CHARACTERS = Buffer.from(ALPHABET, 'latin1');
const NO_DIGIT = 255;
/** What each character stands for, by its code. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = ALPHABET.indexOf(String.fromCharCode(code));
  return digit === -1 ? NO_DIGIT : digit;
});
// Decoding is quadratic; nothing that badgekit reads (keys, signatures) is longer than this.
const MAX_BASE58 = 1024;

// Numbers of any length are kept as limbs, the lowest first: so many digits or bytes each that products stay exact.
const LIMB_DIGITS = 4;
const DIGITS_LIMB = 58 ** LIMB_DIGITS;
const LIMB_BYTES = 3;
const BYTES_LIMB = 256 ** LIMB_BYTES;

/** Multibase with prefix `z`: base58btc (W3C Controlled Identifiers, section 2.4). */
export function encodeBase58btc(bytes: Uint8Array): string {
  const zeros = bytes.findIndex((byte) => byte !== 0);
  const leading = zeros === -1 ? bytes.length : zeros;
  const limbs: number[] = [];
  // What is left over comes first, as if zeros stood before it.
  const lacking = (LIMB_BYTES - (bytes.length % LIMB_BYTES)) % LIMB_BYTES;
  for (let from = -lacking; from < bytes.length; from += LIMB_BYTES)
    multiplyAndAdd(
      limbs,
      DIGITS_LIMB,
      BYTES_LIMB,
      ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0),
    );
  const digits = Buffer.allocUnsafe(limbs.length * LIMB_DIGITS);
  let at = digits.length;
  for (const limb of limbs) {
    // As whole numbers of 32 bits they are divided sooner.
    let rest = limb | 0;
    for (const end = at - LIMB_DIGITS; at > end; rest = (rest / 58) | 0) digits[--at] = CHARACTERS[rest % 58] ?? 0;
  }
  const text = digits.toString('latin1');
  return `z${'1'.repeat(leading)}${text.replace(/^1+/, '')}`;
}

/** Makes a number n, given in limbs, n times a factor and something. */
function multiplyAndAdd(limbs: number[], base: number, factor: number, summand: number): void {
  let carry = summand;
  for (let index = 0; index < limbs.length; index++) {
    const value = (limbs[index] ?? 0) * factor + carry;
    carry = Math.floor(value / base);
    limbs[index] = value - carry * base;
  }
  for (; carry > 0; carry = Math.floor(carry / base)) limbs.push(carry % base);
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
  const limbs: number[] = [];
  for (let at = 0; at < text.length; at += LIMB_DIGITS) {
    const end = Math.min(at + LIMB_DIGITS, text.length);
    let [value, factor] = [0, 1];
    for (let index = at; index < end; index++, factor *= 58) {
      const digit = DIGITS[text.charCodeAt(index)] ?? NO_DIGIT;
      if (digit === NO_DIGIT) throw new BadgekitError('ENCODING_INVALID', 'the text is not base58btc');
      value = value * 58 + digit;
    }
    multiplyAndAdd(limbs, BYTES_LIMB, factor, value);
  }
  const number = new Uint8Array(limbs.length * LIMB_BYTES);
  for (const [index, limb] of limbs.entries()) {
    const at = number.length - LIMB_BYTES * (index + 1);
    number[at] = limb >> 16;
    number[at + 1] = (limb >> 8) & 0xff;
    number[at + 2] = limb & 0xff;
  }
  const ones = /^1*/.exec(text)?.[0].length ?? 0;
  const first = number.findIndex((byte) => byte !== 0);
  const significant = first === -1 ? new Uint8Array() : number.subarray(first);
  const bytes = new Uint8Array(ones + significant.length);
  bytes.set(significant, ones);
  return bytes;
}
