import { BadgekitError } from '../errors.ts';
import { gunzip, gzip } from '../syntax/gzip.ts';
import { decodeMultibase, encodeMultibaseUrl } from '../syntax/multibase.ts';

/** Bitstring Status List v1.0, section 6.1: fewer entries would not hide whom a reader asks about. */
export const MIN_ENTRIES = 131_072;
const MAX_LIST_BYTES = 16 * 1024 * 1024;

/** A list of status bits; entry 0 is the left-most bit (section 3.1). */
export interface Bitstring {
  readonly length: number;
  isSet(index: number): boolean;
}

/** Compresses a list in which the given entries are set: multibase base64url of GZIP (section 3.3). */
export function encodeBitstring(length: number, set: Iterable<number>): string {
  const bytes = new Uint8Array(Math.ceil(length / 8));
  for (const index of set) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (0x80 >> (index & 7));
  return encodeMultibaseUrl(gzip(bytes));
}

/**
 * Expands an encoded list (section 3.4), within 16 MiB.
 * @throws BadgekitError STATUS_LIST_INVALID where it is not encoded so, or too short
 */
export function decodeBitstring(encoded: string): Bitstring {
  const bytes = expand(encoded);
  const length = bytes.length * 8;
  if (length < MIN_ENTRIES)
    throw new BadgekitError(
      'STATUS_LIST_INVALID',
      `the status list has ${length} entries, fewer than the ${MIN_ENTRIES} that the standard demands`,
    );
  return { length, isSet: (index) => ((bytes[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0 };
}

function expand(encoded: string): Uint8Array {
  try {
    if (!encoded.startsWith('u')) throw new BadgekitError('ENCODING_INVALID', 'it does not begin with "u"');
    return gunzip(decodeMultibase(encoded), MAX_LIST_BYTES);
  } catch (cause) {
    const why = cause instanceof BadgekitError ? cause.message : 'unknown encoding';
    throw new BadgekitError('STATUS_LIST_INVALID', `the status list's bits cannot be read: ${why}`, { cause });
  }
}
