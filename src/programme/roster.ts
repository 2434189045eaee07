import { BadgekitError, placed, placedIn } from '../errors.ts';
import type { DateOrder } from '../roster/dates.ts';
import { findFormat, type FoundFormat, LIST } from '../roster/formats.ts';
import { headOf, type RosterHead, type RosterRow } from '../roster/layout.ts';
import {
  type ColumnHints,
  hasDatesOfNumbers,
  orderOfDates,
  type PassedOver,
  readingOf,
  type RosterReading,
  translated,
} from '../roster/reading.ts';
import { looksLikeStatements, statementRows, surveyOf } from '../roster/xapi.ts';
import { type CsvRecord, type Delimiter, findDelimiter, readCsv } from '../syntax/csv.ts';
import { decodeText, findEncoding, type FoundEncoding } from '../syntax/encoding.ts';
import { fileSize, streamFile } from './files.ts';

/** A roster file: how it is written and read, and its rows as often as they are asked for. */
export interface Roster {
  readonly header: readonly string[];
  readonly bytes: number;
  readonly encoding: FoundEncoding;
  readonly delimiter: Delimiter;
  readonly format: FoundFormat;
  readonly reading: RosterReading;
  /** What the user, or badgekit.yaml, said about it. */
  readonly hints: RosterHints;
  /** The order of its dates of numbers, where it is known. */
  readonly dates: DateOrder | undefined;
  /** The rows of awards, in the columns that `reading` says. */
  rows(): AsyncIterable<RosterRow>;
  /** What the last pass over the rows left out. */
  passedOver(): PassedOver;
}

/** What a user says about a roster file that it does not say itself. */
export interface RosterHints extends Partial<ColumnHints> {
  readonly encoding?: FoundEncoding | undefined;
  readonly delimiter?: Delimiter | undefined;
  readonly format?: string | undefined;
}

const MAX_COLUMNS = 2000;
const MAX_NAME_LENGTH = 2000;
/** So many rows tell which system wrote a file. */
const HEAD_ROWS = 100;

/** So much of a text tells how its columns are separated. */
const HEAD_LENGTH = 64 * 1024;

/**
 * Opens a roster by finding out how it is written, and reading its header.
 * @param path where it is
 * @param shownAs how messages name it
 * @throws BadgekitError ROSTER_INVALID where it is empty or names nobody; NOT_UTF8 | NOT_TEXT | CSV_SYNTAX | FILE_*
 */
export async function openRoster(path: string, shownAs: string, hints: RosterHints = {}): Promise<Roster> {
  const placing = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      throw placedIn(shownAs, error);
    }
  };
  const content = (): AsyncGenerator<Uint8Array> => streamFile(path, shownAs);
  const encoding = hints.encoding ?? (await placing(() => findEncoding(content)));
  const text = (): AsyncGenerator<string> => decodeText(content(), encoding.encoding);
  const beginning = await placing(() => beginningOf(text(), HEAD_LENGTH));
  const isJson = ['auto', 'xapi', undefined].includes(hints.format) && looksLikeStatements(beginning);
  const survey = isJson ? await placing(() => surveyOf(text())) : undefined;
  const delimiter = isJson
    ? ','
    : (hints.delimiter ?? (await placing(() => Promise.resolve(findDelimiter(beginning)))));
  const records = (): AsyncGenerator<readonly CsvRecord[]> =>
    placed(survey === undefined ? readCsv(text(), delimiter) : alone(statementRows(text(), survey)), shownAs);
  const head = await headOfFile(records(), shownAs);
  return await placing(async () => {
    const format = findFormat(head, hints.format);
    const { mapping = new Map<string, string>(), badges = new Map<string, string>() } = hints;
    const reading = readingOf(head, format, {
      mapping,
      badges,
      dates: hints.dates,
      isList: hints.format === LIST,
      isJoined: hints.isJoined === true,
    });
    const { translation } = reading;
    const isUnclear = hints.dates === undefined && translation !== undefined && hasDatesOfNumbers(head, translation);
    const dates = hints.dates ?? (isUnclear ? await orderOfDates(withoutFirst(records()), translation) : undefined);
    let left: PassedOver = new Map();
    const rows = (): AsyncIterable<RosterRow> => {
      left = new Map();
      const all = withoutFirst(records());
      return translation === undefined ? all : placed(translated(all, translation, dates, left), shownAs);
    };
    const bytes = await fileSize(path, shownAs);
    const passedOver = (): PassedOver => left;
    return { header: head.header, bytes, encoding, delimiter, format, reading, hints, dates, rows, passedOver };
  });
}

/** The header and the first rows. */
async function headOfFile(records: AsyncGenerator<readonly CsvRecord[]>, shownAs: string): Promise<RosterHead> {
  const first: CsvRecord[] = [];
  for await (const some of records) {
    for (const record of some) if (first.length === 0 || !isBlank(record)) first.push(record);
    if (first.length > HEAD_ROWS) break;
  }
  const [header, ...rows] = first.slice(0, HEAD_ROWS + 1);
  if (header === undefined)
    throw new BadgekitError('ROSTER_INVALID', 'the roster is empty', {
      where: { file: shownAs },
      hint: 'it needs a header line and a line for each award',
    });
  refuseOversized(header.cells, shownAs);
  return headOf(header.cells, rows);
}

/** More than a spreadsheet has is no header of a roster, and would take long to look through. */
function refuseOversized(header: readonly string[], shownAs: string): void {
  const long = header.findIndex((name) => name.length > MAX_NAME_LENGTH);
  if (header.length <= MAX_COLUMNS && long === -1) return;
  throw new BadgekitError(
    'ROSTER_INVALID',
    long === -1
      ? `the header has ${header.length} columns, more than the ${MAX_COLUMNS} that badgekit reads`
      : `a name in the header is longer than ${MAX_NAME_LENGTH} characters`,
    {
      where: { file: shownAs, line: 1, ...(long === -1 ? {} : { column: long + 1 }) },
      hint: 'check that it is the right file, and its separator',
    },
  );
}

/** A text up to a length, or all of it. */
async function beginningOf(text: AsyncIterable<string>, length: number): Promise<string> {
  let beginning = '';
  for await (const piece of text) {
    beginning += piece;
    if (beginning.length >= length) break;
  }
  return beginning;
}

/** Spreadsheets leave rows of nothing but separators behind. */
function isBlank({ cells }: CsvRecord): boolean {
  return cells.every((cell) => cell.trim() === '');
}

async function* withoutFirst(records: AsyncIterable<readonly CsvRecord[]>): AsyncGenerator<RosterRow> {
  let isFirst = true;
  for await (const some of records)
    for (const record of some) {
      if (!isFirst && !isBlank(record)) yield record;
      isFirst = false;
    }
}

async function* alone<Item>(items: AsyncIterable<Item>): AsyncGenerator<readonly Item[]> {
  for await (const item of items) yield [item];
}
