import type * as parser from 'csv-parse/sync';
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
 * Streams the records of a CSV text (RFC 4180, quoted line breaks), as many at a time as are complete with each piece. The
 * first record is the header. Lines end with a line feed, with a carriage return before it or not; or with a carriage return
 * alone, if the first one does.
 * Blank lines are passed over; a record's number of cells is for the caller to judge.
 * @param text in pieces of whole characters
 * @throws BadgekitError CSV_SYNTAX
 */
export async function* readCsv(
  text: AsyncIterable<string>,
  delimiter: Delimiter,
): AsyncGenerator<readonly CsvRecord[]> {
  const reader = new CsvReader(delimiter);
  for await (const piece of text) {
    await reader.prepareFor(piece);
    yield reader.read(piece);
  }
  yield reader.end();
}

const QUOTE = '"';
const LF = 0x0a;
const CR = 0x0d;
const DOUBLE_QUOTE = 0x22;
const MAX_ROW_LENGTH = MAX_CELL_LENGTH * 16;
/** So many characters without a quote are worth leaving the parser for. */
const FAR = 4096;
const BLANK: ReadonlySet<string> = new Set(['\n', '\r\n', '\r']);

/** Where a row ends, and the first quote behind it, if there is one. */
interface RowEnd {
  readonly end: number;
  readonly quote: number;
}

/** Rows without quotes need no parser, only cutting; runs of rows with quotes are csv-parse's. */
class CsvReader {
  readonly #delimiter: Delimiter;
  /** Loaded when the first quote comes. */
  #parser: typeof parser | undefined;
  /** What was read of a row that is not complete. */
  #rest = '';
  /** The line on which the rest begins. */
  #line = 1;
  /** Whether lines end with a carriage return alone, as the first one does: in any other file it is a character of a cell. */
  #isCr: boolean | undefined;

  constructor(delimiter: Delimiter) {
    this.#delimiter = delimiter;
  }

  /** Before a piece is read: what it needs. */
  async prepareFor(piece: string): Promise<void> {
    if (piece.includes(QUOTE)) this.#parser ??= await import('csv-parse/sync');
  }

  /** The rows that are complete now. */
  read(piece: string): readonly CsvRecord[] {
    const read = this.#rest + piece;
    // The line end may go on in the next piece.
    const text = read.endsWith('\r') ? read.slice(0, -1) : read;
    const records: CsvRecord[] = [];
    this.#isCr ??= endsWithCr(text);
    const end = this.#isCr === undefined ? 0 : this.#complete(text, records);
    this.#rest = read.slice(end);
    if (this.#rest.length > MAX_ROW_LENGTH) this.#refuseRest();
    return records;
  }

  /** The last row, where no line end follows it. */
  end(): readonly CsvRecord[] {
    const records: CsvRecord[] = [];
    this.#isCr ??= this.#rest.endsWith('\r');
    if (this.#rest.includes(QUOTE)) this.#parse(this.#rest, [this.#line], records);
    else this.#plain(this.#rest, records);
    return records;
  }

  /** Reads the rows of a text that are complete, and says where they end. */
  #complete(text: string, records: CsvRecord[]): number {
    let at = 0;
    for (let quote = text.indexOf(QUOTE); quote !== -1;) {
      const begin = this.#afterLastLine(text, at, quote);
      this.#plain(text.slice(at, begin), records);
      const run = this.#quoted(text, { end: begin, quote }, records);
      // A quote stands before the end of its row: this one has none yet.
      if (run.end === begin) return begin;
      ({ end: at, quote } = run);
    }
    const end = this.#afterLastLine(text, at, text.length);
    this.#plain(text.slice(at, end), records);
    return end;
  }

  #plain(text: string, records: CsvRecord[]): void {
    if (text === '') return;
    const lines = text.split(text.includes('\r') ? this.#lineEnd : '\n');
    for (const [index, row] of lines.entries()) {
      if (row === '') continue;
      if (row.length > MAX_ROW_LENGTH) throw tooLong(this.#line + index);
      records.push({ line: this.#line + index, cells: row.split(this.#delimiter) });
    }
    this.#line += lines.length - 1;
  }

  /**
   * Reads rows that have quotes in them and lie close together, as far as they are complete. What has an odd number of quotes
   * goes on behind the line.
   */
  #quoted(text: string, { end: begin, quote: first }: RowEnd, records: CsvRecord[]): RowEnd {
    const lines: number[] = [];
    let here: RowEnd = { end: begin, quote: first };
    do {
      const next = this.#endOfRow(text, here);
      if (next === undefined) break;
      const row = text.slice(here.end, next.end);
      if (!BLANK.has(row)) lines.push(this.#line);
      this.#line += row.split(this.#lineEnd).length - 1;
      here = next;
    } while (here.quote !== -1 && here.quote - here.end <= FAR);
    this.#parse(text.slice(begin, here.end), lines, records);
    return here;
  }

  /** @param lines on which its rows begin */
  #parse(text: string, lines: readonly number[], records: CsvRecord[]): void {
    if (text === '') return;
    if (this.#parser === undefined) throw new Error('quotes are prepared for');
    const { CsvError, parse } = this.#parser;
    try {
      const parsed = parse(text, {
        delimiter: this.#delimiter,
        max_record_size: MAX_ROW_LENGTH,
        record_delimiter: this.#isCr === true ? ['\r\n', '\n', '\r'] : ['\r\n', '\n'],
        relax_column_count: true,
        skip_empty_lines: true,
      });
      if (parsed.length !== lines.length) throw new Error('as many rows are found as are read');
      for (const [index, cells] of parsed.entries()) records.push({ line: lines[index] ?? this.#line, cells });
    } catch (error) {
      throw error instanceof CsvError ? syntaxError(error, lines) : error;
    }
  }

  /** @throws BadgekitError CSV_SYNTAX with the fault that csv-parse sees in it, if there is one but its length */
  #refuseRest(): never {
    if (this.#rest.includes(QUOTE)) this.#parse(`${this.#rest}${QUOTE}`, [this.#line], []);
    throw tooLong(this.#line);
  }

  /** Where the last line that ends before a place ends, or where to begin. */
  #afterLastLine(text: string, from: number, before: number): number {
    for (let at = before; at > from; at--) if (this.#isLineEnd(text.charCodeAt(at - 1))) return at;
    return from;
  }

  /** Where the row ends, behind its line end, that begins where another one ended; undefined where the text is over first. */
  #endOfRow(text: string, { end: begin, quote: first }: RowEnd): RowEnd | undefined {
    let [at, quote] = [begin, first];
    for (;;) {
      const until = quote === -1 ? text.length : quote;
      for (; at < until; at++)
        if (this.#isLineEnd(text.charCodeAt(at))) return { end: text.startsWith('\r\n', at) ? at + 2 : at + 1, quote };
      if (quote === -1) return undefined;
      const closing = text.indexOf(QUOTE, quote + 1);
      if (closing === -1) return undefined;
      at = closing + 1;
      quote = text.indexOf(QUOTE, at);
    }
  }

  get #lineEnd(): RegExp {
    return this.#isCr === true ? /\r\n|\n|\r/ : /\r?\n/;
  }

  /** Whether it is the end of a line, or the first character of such an end. */
  #isLineEnd(code: number): boolean {
    return code === LF || (code === CR && this.#isCr === true);
  }
}

/** Whether the first line ends with a carriage return alone; undefined where no line ends. */
function endsWithCr(text: string): boolean | undefined {
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOUBLE_QUOTE) isQuoted = !isQuoted;
    else if (!isQuoted && code === LF) return false;
    else if (!isQuoted && code === CR) return text.charCodeAt(at + 1) !== LF;
  }
  return undefined;
}

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

/** @param lines on which the rows begin that were read */
function syntaxError(error: parser.CsvError, lines: readonly number[]): BadgekitError {
  const { records } = error as { records?: unknown };
  const line = typeof records === 'number' ? (lines[records] ?? lines.at(-1)) : undefined;
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
