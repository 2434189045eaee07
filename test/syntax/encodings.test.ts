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
