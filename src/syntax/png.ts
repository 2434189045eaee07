import { crc32 } from 'node:zlib';
import { BadgekitError } from '../errors.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;
const MAX_CHUNKS = 20_000;
const KNOWN_CRITICAL = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND']);

/** A chunk of a PNG (PNG specification, section 5.3): where it stands and what it carries. */
export interface PngChunk {
  readonly type: string;
  /** Offset of its length field, and of the byte after its CRC. */
  readonly start: number;
  readonly end: number;
  readonly content: Uint8Array;
}

export interface Png {
  readonly chunks: readonly PngChunk[];
  readonly width: number;
  readonly height: number;
  /** Bytes that stand after IEND. */
  readonly trailing: number;
}

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte);
}

/**
 * Reads a PNG's chunks without decoding pixels: signature, lengths, CRCs, IHDR first, IDAT and IEND present.
 * @throws BadgekitError IMAGE_INVALID, naming the chunk
 */
export function readPng(bytes: Uint8Array): Png {
  if (!isPng(bytes)) throw damaged('it does not begin as a PNG does');
  const chunks: PngChunk[] = [];
  let at: number = SIGNATURE.length;
  while (chunks.at(-1)?.type !== 'IEND') {
    if (chunks.length >= MAX_CHUNKS) throw damaged(`it has more than ${MAX_CHUNKS} chunks`);
    const chunk = readChunk(bytes, at);
    chunks.push(chunk);
    at = chunk.end;
  }
  const header = chunks[0];
  if (header?.type !== 'IHDR' || header.content.length !== 13) throw damaged('its first chunk is not a whole IHDR');
  if (!chunks.some(({ type }) => type === 'IDAT')) throw damaged('it has no image data (IDAT)');
  const view = new DataView(header.content.buffer, header.content.byteOffset, 13);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  if (width === 0 || height === 0) throw damaged('its width or height is zero');
  return { chunks, width, height, trailing: bytes.length - at };
}

/** A whole chunk: length, type, content and CRC. */
export function writePngChunk(type: string, content: Uint8Array): Uint8Array {
  return chunkOf(type, content.length, (chunk) => chunk.set(content, CONTENT_AT));
}

/** The same with text for its content, part of it in Latin-1 and the rest in UTF-8; it is written where it stays. */
export function writePngTextChunk(type: string, latin1: string, utf8: string): Uint8Array {
  return chunkOf(type, latin1.length + Buffer.byteLength(utf8, 'utf8'), (chunk) => {
    chunk.write(latin1, CONTENT_AT, 'latin1');
    chunk.write(utf8, CONTENT_AT + latin1.length, 'utf8');
  });
}

const TYPE_AT = 4;
const CONTENT_AT = 8;

function chunkOf(type: string, length: number, fill: (chunk: Buffer) => void): Uint8Array {
  const chunk = Buffer.allocUnsafe(length + 12);
  chunk.writeUInt32BE(length, 0);
  chunk.write(type, TYPE_AT, 'latin1');
  fill(chunk);
  chunk.writeUInt32BE(crc32(chunk.subarray(TYPE_AT, CONTENT_AT + length)), CONTENT_AT + length);
  return chunk;
}

function readChunk(bytes: Uint8Array, start: number): PngChunk {
  if (start + 12 > bytes.length) throw damaged('it ends in the middle of a chunk');
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = view.getUint32(start);
  const end = start + 12 + length;
  if (length > 0x7fffffff || end > bytes.length)
    throw damaged('it ends too early: a chunk claims to be longer than the file');
  const type = String.fromCharCode(...bytes.subarray(start + 4, start + 8));
  if (!/^[A-Za-z]{4}$/.test(type)) throw damaged('a chunk has no proper type');
  if (crc32(bytes.subarray(start + 4, end - 4)) !== view.getUint32(end - 4))
    throw damaged(`the checksum of its ${type} chunk is wrong`);
  const isCritical = type.charCodeAt(0) < 0x60;
  if (isCritical && !KNOWN_CRITICAL.has(type)) throw damaged(`it has an unknown critical chunk ${type}`);
  return { type, start, end, content: bytes.subarray(start + 8, end - 4) };
}

function damaged(what: string): BadgekitError {
  return new BadgekitError('IMAGE_INVALID', `the PNG is damaged: ${what}`, {
    hint: 'export or download the image again',
  });
}
