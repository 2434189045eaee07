import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { BadgekitError } from '../errors.ts';
import { guessEncoding, isNoUtf8Text } from './text.ts';

const MAX_CELL_LENGTH = 64 * 1024;
const DELIMITERS = [',', ';', '\t'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** One record of a CSV file: the physical line that it begins on (1-based) and its cells, untrimmed. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Streams the records of a CSV text (RFC 4180, any line ends, quoted line breaks). The first record is the header.
 * Blank lines are passed over; a record's number of cells is for the caller to judge.
 * @throws BadgekitError NOT_UTF8 | CSV_SYNTAX
 */
export async function* readCsv(chunks: AsyncIterable<Uint8Array>, delimiter?: Delimiter): AsyncGenerator<CsvRecord> {
  const text = decodeStream(chunks)[Symbol.asyncIterator]();
  const head = await readHead(text);
  const parser = parse({
    bom: true,
    delimiter: delimiter ?? detectDelimiter(head),
    info: true,
    max_record_size: MAX_CELL_LENGTH * 16,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const source = Readable.from(resume(head, text));
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    const place = lineCounter();
    for await (const item of parser) yield place(item);
  } catch (error) {
    throw error instanceof CsvError ? syntaxError(error) : error;
  } finally {
    source.destroy();
    await text.return?.(undefined);
  }
}

/**
 * The delimiter that the header line uses: the only one of comma, semicolon and tab that stands in it.
 * @throws BadgekitError CSV_SYNTAX where several do, so that no roster is silently read as one column
 */
function detectDelimiter(head: string): Delimiter {
  const line = (/^[^\r\n]*/.exec(head.replace(/^\ufeff/, ''))?.[0] ?? '').replace(/"[^"]*"/g, '');
  const found = DELIMITERS.filter((candidate) => line.includes(candidate));
  if (found.length > 1) {
    throw new BadgekitError('CSV_SYNTAX', 'the header line holds more than one of comma, semicolon and tab', {
      where: { line: 1 },
      hint: 'say which one separates the columns: --delimiter comma, semicolon or tab',
    });
  }
  return found[0] ?? ',';
}

/**
 * One line of CSV. Every cell is quoted, and a cell that a spreadsheet would run as a formula gets a leading
 * apostrophe (OWASP, CSV injection); control characters, which a terminal would obey, are replaced.
 */
export function writeCsvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${disarm(cell).replaceAll('"', '""')}"`).join(',')}\r\n`;
}

function disarm(cell: string): string {
  // oxlint-disable-next-line no-control-regex -- finding control characters is this expression's purpose
  const plain = cell.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '\ufffd');
  return /^[=+\-@\t\r\n]/.test(plain) ? `'${plain}` : plain;
}

/** Gives each record the line on which it begins: csv-parse tells where it ends, and counts a quoted CRLF twice. */
function lineCounter(): (item: unknown) => CsvRecord {
  let countedTwice = 0;
  return (item) => {
    const { info, record } = item as { info: { lines: number }; record: string[] };
    const breaks = record.reduce((sum, cell) => sum + (cell.match(/[\r\n]/g)?.length ?? 0), 0);
    const line = info.lines - breaks - countedTwice;
    countedTwice += record.reduce((sum, cell) => sum + (cell.match(/\r\n/g)?.length ?? 0), 0);
    return { line, cells: record };
  };
}

function syntaxError(error: CsvError): BadgekitError {
  const lines = (error as { lines?: unknown }).lines;
  const line = typeof lines === 'number' ? lines : undefined;
  const message =
    {
      CSV_QUOTE_NOT_CLOSED: 'a quoted cell is never closed',
      CSV_INVALID_CLOSING_QUOTE: 'there is text after the closing quote of a cell',
      INVALID_OPENING_QUOTE: 'a quote stands in the middle of a cell that does not begin with one',
      CSV_MAX_RECORD_SIZE: 'a row is too long',
    }[error.code as string] ?? 'the file is not well-formed CSV';
  return new BadgekitError('CSV_SYNTAX', message, {
    where: { line },
    hint: 'put quotes around the whole cell and write each quote inside it twice ("")',
    cause: error,
  });
}

async function* decodeStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let first = true;
  for await (const chunk of chunks) {
    if (first && chunk.length > 0 && isNoUtf8Text(chunk)) throw notUtf8(chunk);
    first = false;
    yield decode(() => decoder.decode(chunk, { stream: true }), chunk);
  }
  yield decode(() => decoder.decode(), new Uint8Array());
}

function decode(run: () => string, chunk: Uint8Array): string {
  try {
    return run();
  } catch {
    throw notUtf8(chunk);
  }
}

function notUtf8(chunk: Uint8Array): BadgekitError {
  return new BadgekitError('NOT_UTF8', `the roster is not UTF-8: ${guessEncoding(chunk)}`, {
    hint: 'in your spreadsheet choose "Save as", "CSV UTF-8 (comma delimited)", and use that file',
  });
}

/** Reads until the first line is complete (or 64 KiB have come). */
async function readHead(text: AsyncIterator<string>): Promise<string> {
  let head = '';
  while (!/[\r\n]/.test(head.trimStart()) && head.length < MAX_CELL_LENGTH) {
    const next = await text.next();
    if (next.done === true) break;
    head += next.value;
  }
  return head;
}

async function* resume(head: string, text: AsyncIterator<string>): AsyncGenerator<string> {
  if (head !== '') yield head;
  for (let next = await text.next(); next.done !== true; next = await text.next())
    if (next.value !== '') yield next.value;
}
