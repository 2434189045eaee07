import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bake } from '../../src/bake/bake.ts';
import { extractPng } from '../../src/bake/png.ts';
import { proveSamePixels } from '../../src/bake/pixels.ts';
import { readPng } from '../../src/syntax/png.ts';
import { conformancePath, hasConformance, readBytes } from '../support/conformance.ts';

const files = hasConformance
  ? readdirSync(conformancePath('vectors/pngsuite')).filter((file) => file.endsWith('.png'))
  : [];
// Broken in their pixels alone: their chunks are sound, and baking does not look at pixels.
const BROKEN_PIXELS = new Set([
  'xd0n2c08.png',
  'xd3n2c08.png',
  'xd9n2c08.png',
  'xc1n0g08.png',
  'xc9n2c08.png',
  'xcrn0g04.png',
  'xlfn0g04.png',
  'xdtn0g01.png',
]);
const CREDENTIAL = '{"name":"Zoë 🛠 ]]> \\u0000"}';

describe.skipIf(!hasConformance)('PngSuite', () => {
  test.each(files.filter((file) => !file.startsWith('x')))(
    '%s is baked with its picture and all its chunks unchanged',
    (file) => {
      const image = readBytes(`vectors/pngsuite/${file}`);
      const baked = bake(image, CREDENTIAL);
      expect(extractPng(baked).credential).toBe(CREDENTIAL);
      proveSamePixels(image, baked);
      const kept = readPng(baked).chunks.filter(
        ({ content }) => !Buffer.from(content).toString('latin1').startsWith('openbadgecredential'),
      );
      expect(
        Buffer.concat([image.subarray(0, 8), ...kept.map(({ start, end }) => baked.subarray(start, end))]).equals(
          image,
        ),
      ).toBe(true);
    },
  );

  test.each(files.filter((file) => file.startsWith('x') && !BROKEN_PIXELS.has(file)))('%s is refused', (file) => {
    expect(() => bake(readBytes(`vectors/pngsuite/${file}`), CREDENTIAL)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^IMAGE_/) }),
    );
  });

  test('a PNG cut short anywhere is refused, and never crashes', () => {
    const baked = bake(readBytes('vectors/pngsuite/basn6a08.png'), CREDENTIAL);
    for (let length = 0; length < baked.length; length++) {
      expect(() => extractPng(baked.subarray(0, length))).toThrow(expect.objectContaining({ code: 'IMAGE_INVALID' }));
    }
  });
});
