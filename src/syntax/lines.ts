import { BadgekitError } from '../errors.ts';

const MAX_LINE_LENGTH = 1024 * 1024;

/**
 * The lines of a text in UTF-8, without their ends, as they come.
 * @throws BadgekitError NOT_UTF8 | FILE_TOO_LARGE for a line of more than a million characters
 */
export async function* utf8Lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const chunk of chunks) {
    const lines = `${rest}${decode(decoder, chunk)}`.split(/\r?\n/);
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_LENGTH) throw new BadgekitError('FILE_TOO_LARGE', 'the file has a line without end');
    yield* lines;
  }
  rest += decode(decoder);
  if (rest !== '') yield rest;
}

function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw new BadgekitError('NOT_UTF8', 'the file is not UTF-8', { cause });
  }
}
