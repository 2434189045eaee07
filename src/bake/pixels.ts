import { PNG } from 'pngjs';
import { BadgekitError } from '../errors.ts';
import { readPng } from '../syntax/png.ts';

/** Larger images are refused before anything is decoded: a small file can ask for gigabytes of pixels. */
const MAX_PIXELS = 64 * 1024 * 1024;

/**
 * Decodes a PNG.
 * @throws BadgekitError IMAGE_INVALID where it does not decode, or has more than 64 million pixels
 */
export function decodePixels(image: Uint8Array): Uint8Array {
  const { width, height } = readPng(image);
  if (width * height > MAX_PIXELS)
    throw new BadgekitError('IMAGE_INVALID', `the PNG has ${width} by ${height} pixels, far more than a badge needs`, {
      hint: 'make it smaller: 600 by 600 is plenty',
    });
  try {
    return new Uint8Array(PNG.sync.read(Buffer.from(image)).data);
  } catch (cause) {
    throw new BadgekitError('IMAGE_INVALID', 'the PNG is damaged: its pixels cannot be decoded', {
      hint: 'export or download the image again',
      cause,
    });
  }
}

/**
 * Proves that baking left the picture as it was.
 * @throws BadgekitError IMAGE_INVALID
 */
export function proveSamePixels(before: Uint8Array, after: Uint8Array): void {
  if (Buffer.compare(decodePixels(before), decodePixels(after)) !== 0)
    throw new BadgekitError('IMAGE_INVALID', 'baking would change the picture, and was not done', {
      hint: 'report this to badgekit, with the image',
    });
}
