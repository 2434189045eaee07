import { BadgekitError } from '../errors.ts';
import { decodeBase64url } from '../syntax/base64url.ts';
import { gunzip, gzip } from '../syntax/gzip.ts';
import { decodeMultibase, encodeMultibaseUrl } from '../syntax/multibase.ts';

/** Bitstring Status List v1.0, section 6.1: fewer entries would not hide whom a reader asks about. */
export const MIN_ENTRIES = 131_072;
const MAX_LIST_BYTES = 16 * 1024 * 1024;

/** A list of status bits; entry 0 is the left-most bit (section 3.1). */
export interface Bitstring {
  /** How many bits there are. */
  readonly length: number;
  isSet(index: number): boolean;
  /** The value of the entry that begins at `index * size`, its left-most bit first; size is at most 8. */
  valueAt(index: number, size: number): number;
}

/** Compresses a list in which the given entries are set: multibase base64url of GZIP (section 3.3). */
export function encodeBitstring(length: number, set: Iterable<number>): string {
  const bytes = new Uint8Array(Math.ceil(length / 8));
  for (const index of set) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (0x80 >> (index & 7));
  return encodeMultibaseUrl(gzip(bytes));
}

/**
 * Expands an encoded list (section 3.4), within 16 MiB. A StatusList2021 is encoded without the multibase prefix.
 * @throws BadgekitError STATUS_LIST_INVALID where it is not encoded so, or has fewer entries than the standard demands
 */
export function decodeBitstring(encoded: string, { size = 1, isPrefixed = true } = {}): Bitstring {
  const bytes = expand(encoded, isPrefixed);
  const length = bytes.length * 8;
  const entries = Math.floor(length / size);
  if (entries < MIN_ENTRIES)
    throw new BadgekitError(
      'STATUS_LIST_INVALID',
      `the status list has ${entries} entries, fewer than the ${MIN_ENTRIES} that the standard demands`,
    );
  const isSet = (index: number): boolean => ((bytes[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0;
  return {
    length,
    isSet,
    valueAt: (index, width) => {
      let value = 0;
      for (let bit = 0; bit < width; bit++) value = value * 2 + (isSet(index * width + bit) ? 1 : 0);
      return value;
    },
  };
}

function expand(encoded: string, isPrefixed: boolean): Uint8Array {
  try {
    if (!isPrefixed) return gunzip(decodeBase64url(encoded), MAX_LIST_BYTES);
    if (!encoded.startsWith('u')) throw new BadgekitError('ENCODING_INVALID', 'it does not begin with "u"');
    return gunzip(decodeMultibase(encoded), MAX_LIST_BYTES);
  } catch (cause) {
    const why = cause instanceof BadgekitError ? cause.message : 'unknown encoding';
    throw new BadgekitError('STATUS_LIST_INVALID', `the status list's bits cannot be read: ${why}`, { cause });
  }
}
