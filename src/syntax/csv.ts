import { CsvError, parse } from 'csv-parse/sync';
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
 * Streams the records of a CSV text (RFC 4180, any line ends, quoted line breaks), as many at a time as are complete with
 * each piece. The first record is the header.
 * Blank lines are passed over; a record's number of cells is for the caller to judge.
 * @param text in pieces of whole characters
 * @throws BadgekitError CSV_SYNTAX
 */
export async function* readCsv(
  text: AsyncIterable<string>,
  delimiter: Delimiter,
): AsyncGenerator<readonly CsvRecord[]> {
  const reader = new CsvReader(delimiter);
  for await (const piece of text) yield reader.read(piece);
  yield reader.end();
}

const QUOTE = '"';
const LINE_ENDS = ['\r\n', '\n', '\r'];
const LINE_END = /\r\n|\n|\r/;
const MAX_ROW_LENGTH = MAX_CELL_LENGTH * 16;
/** So many characters without a quote are worth leaving the parser for. */
const FAR = 4096;

/** Rows without quotes need no parser, only cutting; runs of rows with quotes are csv-parse's. */
class CsvReader {
  readonly #delimiter: Delimiter;
  /** What was read of a row that is not complete. */
  #rest = '';
  /** The line on which the rest begins. */
  #line = 1;

  constructor(delimiter: Delimiter) {
    this.#delimiter = delimiter;
  }

  /** The rows that are complete now. */
  read(piece: string): readonly CsvRecord[] {
    const read = this.#rest + piece;
    // The line end may go on in the next piece.
    const text = read.endsWith('\r') ? read.slice(0, -1) : read;
    const records: CsvRecord[] = [];
    let at = 0;
    for (let quote = text.indexOf(QUOTE); quote !== -1; quote = text.indexOf(QUOTE, at)) {
      const begin = afterLastLine(text, at, quote);
      const end = endOfQuoted(text, begin);
      this.#plain(text.slice(at, begin), records);
      this.#quoted(text.slice(begin, end), records);
      at = end;
      // A quote stands before the end of its row: this one has none yet.
      if (begin === end) break;
    }
    const end = text.includes(QUOTE, at) ? at : afterLastLine(text, at, text.length);
    this.#plain(text.slice(at, end), records);
    this.#rest = read.slice(end);
    if (this.#rest.length > MAX_ROW_LENGTH) throw tooLong(this.#line);
    return records;
  }

  /** The last row, where no line end follows it. */
  end(): readonly CsvRecord[] {
    const records: CsvRecord[] = [];
    if (this.#rest.includes(QUOTE)) this.#quoted(this.#rest, records);
    else this.#plain(this.#rest, records);
    return records;
  }

  #plain(text: string, records: CsvRecord[]): void {
    if (text === '') return;
    const lines = text.includes('\r') ? text.split(LINE_END) : text.split('\n');
    for (const [index, row] of lines.entries()) {
      if (row === '') continue;
      if (row.length > MAX_ROW_LENGTH) throw tooLong(this.#line + index);
      records.push({ line: this.#line + index, cells: row.split(this.#delimiter) });
    }
    this.#line += lines.length - 1;
  }

  #quoted(text: string, records: CsvRecord[]): void {
    if (text === '') return;
    const before = this.#line - 1;
    const place = lineCounter();
    try {
      const parsed: unknown[] = parse(text, {
        delimiter: this.#delimiter,
        info: true,
        max_record_size: MAX_ROW_LENGTH,
        record_delimiter: LINE_ENDS,
        relax_column_count: true,
        skip_empty_lines: true,
      });
      for (const item of parsed) {
        const { line, cells } = place(item);
        records.push({ line: before + line, cells });
      }
    } catch (error) {
      throw error instanceof CsvError ? syntaxError(error, before) : error;
    }
    this.#line += text.split(LINE_END).length - 1;
  }
}

/** Where the last line that ends before a place ends, or where to begin. */
function afterLastLine(text: string, from: number, before: number): number {
  for (let at = before; at > from; at--) if (isLineEnd(text, at - 1)) return at;
  return from;
}

/**
 * Where the rows end, from the beginning of one, that have quotes in them and lie close together. What has an odd number of
 * quotes goes on behind the line.
 */
function endOfQuoted(text: string, begin: number): number {
  let end = begin;
  for (;;) {
    const next = endOfRow(text, end);
    if (next === undefined) return end;
    end = next;
    const quote = text.indexOf(QUOTE, end);
    if (quote === -1 || quote - end > FAR) return end;
  }
}

/** Where a row ends, behind its line end; undefined where the text is over first. */
function endOfRow(text: string, begin: number): number | undefined {
  for (let at = begin; ;) {
    const quote = text.indexOf(QUOTE, at);
    const until = quote === -1 ? text.length : quote;
    for (; at < until; at++) if (isLineEnd(text, at)) return text.startsWith('\r\n', at) ? at + 2 : at + 1;
    if (quote === -1) return undefined;
    const closing = text.indexOf(QUOTE, quote + 1);
    if (closing === -1) return undefined;
    at = closing + 1;
  }
}

function isLineEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === LF || code === CR;
}

const LF = 0x0a;
const CR = 0x0d;

function tooLong(line: number): BadgekitError {
  return new BadgekitError('CSV_SYNTAX', 'a row is too long', { where: { line }, hint: QUOTES_HINT });
}

const QUOTES_HINT = 'put quotes around the whole cell and write each quote inside it twice ("")';

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

/** @param before how many lines stand before the text */
function syntaxError(error: CsvError, before: number): BadgekitError {
  const lines = (error as { lines?: unknown }).lines;
  const line = typeof lines === 'number' ? before + lines : undefined;
  const message =
    {
      CSV_QUOTE_NOT_CLOSED: 'a quoted cell is never closed',
      CSV_INVALID_CLOSING_QUOTE: 'there is text after the closing quote of a cell',
      INVALID_OPENING_QUOTE: 'a quote stands in the middle of a cell that does not begin with one',
      CSV_MAX_RECORD_SIZE: 'a row is too long',
    }[error.code as string] ?? 'the file is not well-formed CSV';
  return new BadgekitError('CSV_SYNTAX', message, {
    where: { line },
    hint: QUOTES_HINT,
    cause: error,
  });
}
