import { inflateSync } from 'node:zlib';
import { BadgekitError } from '../errors.ts';
import { type PngChunk, readPng, writePngTextChunk } from '../syntax/png.ts';
import { decodeUtf8 } from '../syntax/text.ts';
import { CARRIED, type Carrier, type Extracted } from './carrier.ts';

const KEYWORD = CARRIED[0].keyword;
// Keyword, NUL, compression flag and method (none), empty language tag and translated keyword (PNG, 11.3.4.5).
const TEXT_HEADER = `${KEYWORD}\0\0\0\0\0`;
const MAX_TEXT_BYTES = 1024 * 1024;
const TEXT_CHUNKS = new Set(['iTXt', 'tEXt', 'zTXt']);

/**
 * Puts credentials into a PNG (Open Badges 3.0, "Baking", PNG): one uncompressed iTXt chunk before the first IDAT,
 * in place of any earlier one. All other bytes stay as they are.
 * @throws BadgekitError IMAGE_INVALID
 */
export function pngCarrier(image: Uint8Array): Carrier {
  const { chunks, trailing } = readPng(image);
  if (trailing > 0)
    throw new BadgekitError('IMAGE_INVALID', `${trailing} bytes stand after the PNG's end`, {
      hint: 'export the image again',
    });
  const firstPixels = chunks.find(({ type }) => type === 'IDAT')?.start ?? 0;
  const earlier = chunks.filter((chunk) => keywordOf(chunk) === KEYWORD);
  const before = without(
    image.subarray(0, firstPixels),
    earlier.filter(({ start }) => start < firstPixels),
  );
  const after = without(
    image.subarray(firstPixels),
    earlier
      .filter(({ start }) => start > firstPixels)
      .map(({ start, end }) => ({ start: start - firstPixels, end: end - firstPixels })),
  );
  return (credential) => [before, writePngTextChunk('iTXt', TEXT_HEADER, credential), after];
}

/** Bytes without some of their parts, which are in order. */
function without(bytes: Uint8Array, parts: readonly { readonly start: number; readonly end: number }[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const { start, end } of parts) {
    pieces.push(bytes.subarray(at, start));
    at = end;
  }
  return new Uint8Array(Buffer.concat([...pieces, bytes.subarray(at)]));
}

/**
 * Takes the credential out of a PNG.
 * @throws BadgekitError CREDENTIAL_MISSING, naming the chunks there are; CREDENTIAL_DUPLICATE; IMAGE_INVALID
 */
export function extractPng(image: Uint8Array): Extracted {
  const { chunks, trailing } = readPng(image);
  for (const { keyword, standard } of CARRIED) {
    const found = chunks.filter((chunk) => keywordOf(chunk) === keyword);
    const [first] = found;
    if (first === undefined) continue;
    if (found.length > 1)
      throw new BadgekitError(
        'CREDENTIAL_DUPLICATE',
        `the PNG holds ${found.length} credentials where the standard allows one`,
        { hint: 'ask for the original image' },
      );
    const { text, notes } = readText(first, standard);
    const ending = trailing > 0 ? [`${trailing} bytes after the PNG's end were passed over`] : [];
    return {
      credential: text,
      standard,
      how: `PNG, one credential in ${first.type === 'iTXt' ? 'an iTXt' : `a ${first.type}`} chunk`,
      notes: [...notes, ...ending],
    };
  }
  const present = [...new Set(chunks.map(({ type }) => type))].join(', ');
  throw new BadgekitError('CREDENTIAL_MISSING', `the PNG holds no credential (its chunks: ${present})`, {
    hint: 'the image was never baked, or another program saved it again and dropped the credential: ask for the original file',
  });
}

/** A PNG as it was before anything was baked into it. */
export function strippedPng(image: Uint8Array): Uint8Array {
  const { chunks } = readPng(image);
  const carriers = chunks.filter((chunk) => CARRIED.some(({ keyword }) => keyword === keywordOf(chunk)));
  return without(image, carriers);
}

function keywordOf({ type, content }: PngChunk): string | undefined {
  if (!TEXT_CHUNKS.has(type)) return undefined;
  const end = content.indexOf(0);
  return end < 1 || end > 79 ? undefined : Buffer.from(content.subarray(0, end)).toString('latin1');
}

function readText(chunk: PngChunk, standard: Extracted['standard']): { text: string; notes: string[] } {
  const body = chunk.content.subarray(chunk.content.indexOf(0) + 1);
  if (chunk.type === 'tEXt') return { text: decodeUtf8(body), notes: oldChunk(chunk.type, standard) };
  if (chunk.type === 'zTXt')
    return { text: decodeUtf8(inflate(body.subarray(1))), notes: oldChunk(chunk.type, standard) };
  const isCompressed = body[0] === 1;
  const languageEnd = body.indexOf(0, 2);
  const translatedEnd = languageEnd === -1 ? -1 : body.indexOf(0, languageEnd + 1);
  if (translatedEnd === -1 || (body[0] ?? 2) > 1)
    throw new BadgekitError('IMAGE_INVALID', "the PNG's iTXt chunk with the credential is malformed");
  const text = body.subarray(translatedEnd + 1);
  if (!isCompressed) return { text: noNul(decodeUtf8(text)), notes: [] };
  return {
    text: noNul(decodeUtf8(inflate(text))),
    notes: ['the credential is compressed inside the PNG, which the standard forbids'],
  };
}

function oldChunk(type: string, standard: Extracted['standard']): string[] {
  return standard === 'Open Badges 3.0'
    ? [`the credential stands in a ${type} chunk where the standard demands iTXt`]
    : [];
}

function noNul(text: string): string {
  if (text.includes('\0')) throw new BadgekitError('IMAGE_INVALID', 'the credential in the PNG holds a NUL character');
  return text;
}

function inflate(bytes: Uint8Array): Uint8Array {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_TEXT_BYTES });
  } catch (cause) {
    throw new BadgekitError('IMAGE_INVALID', 'the compressed text in the PNG is damaged or too large', { cause });
  }
}
