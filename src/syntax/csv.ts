import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { BadgekitError } from '../errors.ts';

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
 * @param text in pieces of whole characters
 * @throws BadgekitError CSV_SYNTAX
 */
export async function* readCsv(text: AsyncIterable<string>, delimiter: Delimiter): AsyncGenerator<CsvRecord> {
  const parser = parse({
    delimiter,
    info: true,
    max_record_size: MAX_CELL_LENGTH * 16,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const source = Readable.from(text);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    const place = lineCounter();
    for await (const item of parser) yield place(item);
  } catch (error) {
    throw error instanceof CsvError ? syntaxError(error) : error;
  } finally {
    source.destroy();
  }
}

const MAX_LINES_COMPARED = 50;

/**
 * What separates the columns: the only one of comma, semicolon and tab that stands in the header; or, where several do, the
 * only one that stands in the lines below as often as there.
 * @param head the beginning of the text
 * @throws BadgekitError CSV_SYNTAX where that leaves a choice, so that no roster is silently read as one column
 */
export function findDelimiter(head: string): Delimiter {
  const lines = head
    .replace(/"(?:[^"]|"")*"/g, 'x')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '');
  // The last one may go on behind what was read.
  const [header = '', ...below] = lines.length > 2 ? lines.slice(0, -1) : lines;
  const inHeader = DELIMITERS.filter((candidate) => header.includes(candidate));
  if (inHeader.length < 2) return inHeader[0] ?? ',';
  const rows = below.slice(0, MAX_LINES_COMPARED);
  const even = inHeader.filter((candidate) =>
    rows.every((row) => timesIn(row, candidate) === timesIn(header, candidate)),
  );
  const [only] = even;
  if (only !== undefined && even.length === 1) return only;
  throw new BadgekitError('CSV_SYNTAX', 'the header line holds more than one of comma, semicolon and tab', {
    where: { line: 1 },
    hint: 'say which one separates the columns: --delimiter comma, semicolon or tab',
  });
}

function timesIn(line: string, delimiter: Delimiter): number {
  return line.split(delimiter).length - 1;
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
