import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyedDigest, keyedUuid } from '../../src/openbadges/identifiers.ts';

const secrets = fc.uint8Array({ maxLength: 200 });
const parts = fc.array(
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom('\ud800', '€'.repeat(2000), 'x'.repeat(9000)),
  ),
  { maxLength: 5 },
);

function reference(secret: Uint8Array, texts: readonly string[]): Buffer {
  return createHmac('sha256', secret).update(JSON.stringify(texts)).digest();
}

test('a keyed digest is HMAC-SHA256 of the parts, whatever was digested before', () => {
  fc.assert(
    fc.property(secrets, parts, (secret, texts) => {
      expect(keyedDigest(secret, ...texts)).toBe(reference(secret, texts).toString('hex'));
    }),
    { numRuns: 500 },
  );
});

test('a keyed UUID is made of its first 122 bits', () => {
  fc.assert(
    fc.property(secrets, parts, (secret, texts) => {
      const hex = keyedUuid(secret, ...texts).replace(/^urn:uuid:|-/g, '');
      const whole = reference(secret, texts).toString('hex').slice(0, 32);
      expect(hex.slice(0, 12) + hex.slice(13, 16) + hex.slice(17)).toBe(
        whole.slice(0, 12) + whole.slice(13, 16) + whole.slice(17),
      );
      expect(keyedUuid(secret, ...texts)).toMatch(
        /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }),
  );
});
