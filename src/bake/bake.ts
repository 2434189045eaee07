import { BadgekitError } from '../errors.ts';
import { looksLikeJwt } from '../proof/jwt.ts';
import { isPng } from '../syntax/png.ts';
import { decodeUtf8 } from '../syntax/text.ts';
import type { Carrier, Extracted } from './carrier.ts';
import { extractPng, pngCarrier } from './png.ts';
import { extractSvg, svgCarrier } from './svg.ts';

/** How far into a file its svg tag may begin: drawing programs write long comments first. */
const MAX_PROLOGUE = 1024 * 1024;

const OPENING_BRACE = 0x7b;

export type ImageFormat = 'png' | 'svg';

/** What kind of file the bytes are, by their content alone. */
export type FileKind = ImageFormat | 'json' | 'jwt' | 'unknown';

/** The ways to carry a credential in an image. */
const IMAGES: Readonly<
  Record<
    ImageFormat,
    {
      readonly carrier: (image: Uint8Array) => Carrier;
      readonly take: (image: Uint8Array) => Extracted;
    }
  >
> = {
  png: { carrier: pngCarrier, take: extractPng },
  svg: {
    carrier: (image) => svgCarrier(decodeUtf8(image)),
    take: (image) => extractSvg(decodeUtf8(image)),
  },
};

export function kindOf(bytes: Uint8Array): FileKind {
  if (isPng(bytes)) return 'png';
  if (bytes[0] === OPENING_BRACE) return 'json';
  const head = Buffer.from(bytes.subarray(0, 4096))
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (head.startsWith('<'))
    return /<(?:[A-Za-z_][\w.-]*:)?svg[\s/>]/.test(Buffer.from(bytes.subarray(0, MAX_PROLOGUE)).toString('utf8'))
      ? 'svg'
      : 'unknown';
  if (head.startsWith('{')) return 'json';
  return bytes.length < 2 ** 21 && looksLikeJwt(Buffer.from(bytes).toString('latin1').trim()) ? 'jwt' : 'unknown';
}

/**
 * Bakes a credential into a PNG or SVG: the image with the credential in it, all else unchanged.
 * @throws BadgekitError IMAGE_UNKNOWN | IMAGE_INVALID
 */
export function bake(image: Uint8Array, credential: string): Uint8Array {
  return new Uint8Array(Buffer.concat(carrierOf(image)(credential)));
}

function carrierOf(image: Uint8Array): Carrier {
  return IMAGES[imageFormat(image)].carrier(image);
}

/** Images that credentials were baked into: one is baked into many times. */
const carriers = new WeakMap<Uint8Array, Carrier>();

/**
 * The same, as pieces of a file: what of them is the image's is shared by all that is baked into it, and so must not change.
 * @throws BadgekitError IMAGE_UNKNOWN | IMAGE_INVALID
 */
export function bakedPieces(image: Uint8Array, credential: string): ReturnType<Carrier> {
  const carrier = carriers.get(image) ?? carrierOf(image);
  carriers.set(image, carrier);
  return carrier(credential);
}

/**
 * Takes the exact credential text out of a baked PNG or SVG.
 * @throws BadgekitError IMAGE_UNKNOWN | IMAGE_INVALID | CREDENTIAL_MISSING | CREDENTIAL_DUPLICATE
 */
export function extract(image: Uint8Array): Extracted {
  return IMAGES[imageFormat(image)].take(image);
}

/** @throws BadgekitError IMAGE_UNKNOWN, saying what the file is instead */
export function imageFormat(image: Uint8Array): ImageFormat {
  const kind = kindOf(image);
  if (kind === 'png' || kind === 'svg') return kind;
  throw new BadgekitError('IMAGE_UNKNOWN', `the file is no PNG or SVG image${otherKind(image, kind)}`, {
    hint: 'badges are baked into PNG or SVG',
  });
}

/** `: it is a JPEG`, for a file that is none of what was asked for. */
export function otherKind(image: Uint8Array, kind: FileKind): string {
  if (image[0] === 0xff && image[1] === 0xd8) return ': it is a JPEG';
  if (image[0] === 0x1f && image[1] === 0x8b)
    return ': it is compressed with gzip, as .svgz files are; unpack it first';
  if (Buffer.from(image.subarray(0, 4)).toString('latin1') === 'RIFF') return ': it is a WebP';
  if (Buffer.from(image.subarray(0, 4)).toString('latin1') === 'GIF8') return ': it is a GIF';
  return kind === 'unknown' ? '' : `: it is ${kind.toUpperCase()} text`;
}
