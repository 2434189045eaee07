import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64url, encodeBase64url } from '../../src/syntax/base64url.ts';
import { decodeMultibase, encodeBase58btc, encodeMultibaseUrl } from '../../src/syntax/multibase.ts';
import { gunzip, gzip } from '../../src/syntax/gzip.ts';

describe('multibase and base64url', () => {
  test('decoding undoes encoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(decodeMultibase(encodeBase58btc(bytes))).toEqual(bytes);
        expect(decodeMultibase(encodeMultibaseUrl(bytes))).toEqual(bytes);
        expect(decodeBase64url(encodeBase64url(bytes))).toEqual(bytes);
      }),
    );
  });

  test('base58btc is the number that the bytes are, with a 1 for each zero before it', () => {
    const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
    const byDefinition = (bytes: Uint8Array): string => {
      let text = '';
      for (let n = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n); n > 0n; n /= 58n)
        text = (ALPHABET[Number(n % 58n)] ?? '') + text;
      const first = bytes.findIndex((byte) => byte !== 0);
      return `z${'1'.repeat(first === -1 ? bytes.length : first)}${text}`;
    };
    const bytes = fc
      .tuple(fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 80 }))
      .map(([zeros, rest]) => Uint8Array.from([...Array.from({ length: zeros }, () => 0), ...rest]));
    fc.assert(
      fc.property(bytes, (each) => {
        const text = byDefinition(each);
        expect(encodeBase58btc(each)).toBe(text);
        expect(decodeMultibase(text)).toEqual(each);
      }),
      { numRuns: 1000 },
    );
  });

  test('what is accepted has one spelling', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ABYZabyz019-_=+/ \n'), maxLength: 12 }), (text) => {
        let bytes: Uint8Array;
        try {
          bytes = decodeBase64url(text);
        } catch {
          return;
        }
        expect(encodeBase64url(bytes)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  test.each(['z0', 'zO', 'zI', 'zl', 'm3q', '', 'f00', `z${'2'.repeat(2000)}`])('refuses %j', (text) => {
    expect(() => decodeMultibase(text)).toThrow(expect.objectContaining({ code: 'ENCODING_INVALID' }));
  });
});

describe('gzip', () => {
  test('unpacks what it packed, and not more than it may', () => {
    const bytes = new Uint8Array(100_000);
    expect(gunzip(gzip(bytes), 100_000)).toEqual(bytes);
    expect(() => gunzip(gzip(bytes), 99_999)).toThrow(expect.objectContaining({ code: 'GZIP_INVALID' }));
    expect(() => gunzip(Buffer.concat([gzip(bytes), Buffer.from('garbage')]), 100_000)).toThrow(
      expect.objectContaining({ code: 'GZIP_INVALID' }),
    );
  });
});
