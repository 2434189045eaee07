import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import type { ArchiveForm } from '../../issue/packing.ts';
import { MAX_IMAGE_BYTES } from '../../programme/definitions.ts';
import { streamFile } from '../../programme/files.ts';
import { MAX_CREDENTIAL_LENGTH } from '../../verify/subject.ts';
import type { Source } from './file.ts';
import { isCredentialName, looksLikeCredential } from './inputs.ts';

/**
 * What is in an archive, as it comes: each named by the archive and its place there. Nothing is unpacked to the disk, and no
 * more than one entry is held at a time.
 * @param onPassedOver told of an entry that is no credential, by its name and its look
 * @throws BadgekitError FILE_NOT_FOUND | FILE_UNREADABLE
 */
export async function* sourcesIn(
  file: string,
  form: ArchiveForm,
  cwd: string,
  onPassedOver: (name: string) => void,
): AsyncGenerator<Source> {
  const bytes = streamFile(resolve(cwd, file), file);
  let isEmpty = true;
  for await (const source of form === 'tar' ? entriesOf(file, bytes, onPassedOver) : linesOf(file, bytes)) {
    isEmpty = false;
    yield source;
  }
  if (isEmpty) yield { name: file, message: 'there is no credential in it', hint: 'check that it is the right one' };
}

const NEWLINE = 10;
const RETURN = 13;
const BLANKS: ReadonlySet<number> = new Set([9, RETURN, 32]);
/** A line may be a token in its envelope. */
const MAX_LINE = 2 * MAX_CREDENTIAL_LENGTH;

async function* linesOf(file: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Source> {
  let [rest, number]: [Uint8Array, number] = [new Uint8Array(), 0];
  const line = (bytes: Uint8Array): readonly Source[] => {
    number++;
    // An empty line is none; one of other signs, such as the zeros that a crash leaves, is.
    if (bytes.every((byte) => BLANKS.has(byte))) return [];
    // A copy of its own: a part of a piece would keep, or take along, all of it.
    const end = bytes.at(-1) === RETURN ? -1 : bytes.length;
    return [{ name: `${file}:${number}`, bytes: new Uint8Array(bytes.subarray(0, end)) }];
  };
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE, from)) {
      yield* line(rest.subarray(from, end));
      from = end + 1;
    }
    rest = rest.subarray(from);
    if (rest.length > MAX_LINE) {
      yield {
        name: `${file}:${number + 1}`,
        message: 'the line is larger than 2 MiB, which no badge is: what is behind it was not read',
        hint: undefined,
      };
      return;
    }
  }
  yield* line(rest);
}

async function* entriesOf(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  onPassedOver: (name: string) => void,
): AsyncGenerator<Source> {
  const archive = extract();
  const end = new TarEnd();
  const stream = Readable.from(end.watched(chunks));
  stream.on('error', (error) => archive.destroy(error)).pipe(archive);
  try {
    for await (const entry of archive) {
      const { name: path, type, size = 0 } = entry.header;
      const name = `${file}/${path}`;
      // The library would wait for the content of a folder without end.
      if (type === 'directory' && size > 0) throw new Error('a folder with content');
      const isFile = type === 'file' || type === 'contiguous-file';
      const content = await contentOf(entry, isFile ? MAX_IMAGE_BYTES : 0);
      const isNamed = isCredentialName(path);
      if (isFile && content === undefined && isNamed) yield tooLarge(name);
      else if (isFile && content !== undefined && (isNamed || looksLikeCredential(content)))
        yield { name, bytes: content };
      else if (type !== 'directory') onPassedOver(name);
    }
    if (!end.isMarked) throw new Error('its end is not marked');
  } catch (error) {
    if (stream.errored !== null) throw stream.errored;
    const reason = error instanceof Error ? error.message : String(error);
    yield {
      name: file,
      message: `the archive is damaged, or ends too early (${reason}): what may be behind that was not read`,
      hint: 'get it again',
    };
  } finally {
    stream.destroy();
  }
}

/** How a tar archive ends: by two blocks of zeros, which the library does not ask for. */
const END_BYTES = 1024;

class TarEnd {
  #last: Uint8Array = new Uint8Array();

  async *watched(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#last =
        chunk.length >= END_BYTES ? chunk.slice(-END_BYTES) : Buffer.concat([this.#last, chunk]).subarray(-END_BYTES);
      yield chunk;
    }
  }

  get isMarked(): boolean {
    return this.#last.length === END_BYTES && this.#last.every((byte) => byte === 0);
  }
}

function tooLarge(name: string): Source {
  return {
    name,
    message: `the file is larger than ${MAX_IMAGE_BYTES / 2 ** 20} MiB, which no badge is`,
    hint: undefined,
  };
}

/** The bytes of an entry; undefined where there are more. Those are read all the same, to come to the next entry. */
async function contentOf(entry: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of entry) {
    size += piece.length;
    if (size <= most) pieces.push(piece);
  }
  return size > most ? undefined : new Uint8Array(Buffer.concat(pieces));
}
