import { existsSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { extname } from 'node:path';
import { BadgekitError, placedIn } from '../errors.ts';
import type { RefusedRow } from '../issue/plan.ts';
import type { Shard } from '../issue/shard.ts';
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
import { type CsvRecord, type Delimiter, findDelimiter, readCsv, writeCsvLine } from '../syntax/csv.ts';
import { decodeText, findEncoding, type FoundEncoding } from '../syntax/encoding.ts';
import { fileSize, streamFile } from './files.ts';
import { writeRowList } from './row-list.ts';

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

/** So much of a list holds its header, however many columns it has. */
const LIST_HEADER_BYTES = 64 * 1024;
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
  const encoding = hints.encoding ?? (await placing(() => findEncoding(content())));
  const text = (): AsyncGenerator<string> => decodeText(content(), encoding.encoding);
  const delimiter =
    hints.delimiter ?? (await placing(async () => findDelimiter(await beginningOf(text(), HEAD_LENGTH))));
  const records = (): AsyncGenerator<CsvRecord> => placed(readCsv(text(), delimiter), shownAs);
  const head = await headOfFile(records(), shownAs);
  return await placing(async () => {
    const format = findFormat(head, hints.format);
    const { mapping = new Map<string, string>(), badges = new Map<string, string>() } = hints;
    const reading = readingOf(head, format, { mapping, badges, dates: hints.dates, isList: hints.format === LIST });
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
async function headOfFile(records: AsyncGenerator<CsvRecord>, shownAs: string): Promise<RosterHead> {
  const first: CsvRecord[] = [];
  for await (const record of records) {
    if (first.length === 0 || !isBlank(record)) first.push(record);
    if (first.length > HEAD_ROWS) break;
  }
  const [header, ...rows] = first;
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

/** The first bytes of a file. */
async function readBeginning(path: string, length: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of streamFile(path)) {
    pieces.push(piece);
    size += piece.length;
    if (size >= length) break;
  }
  return Buffer.concat(pieces).subarray(0, length);
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

/** What is written beside a roster about its rows: those that were refused, and those of people who earned nothing. */
export type RowList = 'rejected' | 'not-awarded';

/** `rosters/spring.csv` to `rosters/spring.rejected.csv`, or to `rosters/spring.3-of-16.rejected.csv` for a shard. */
export function besideRoster(roster: string, shard: Shard | undefined, list: RowList): string {
  const extension = extname(roster);
  const part = shard === undefined ? '' : `.${shard.index}-of-${shard.count}`;
  return `${roster.slice(0, roster.length - extension.length)}${part}.${list}.csv`;
}

/** The columns that badgekit adds to such a list: the line in the roster, and why it is in the list. */
const ADDED: Readonly<Record<RowList, readonly [string, string]>> = {
  rejected: ['badgekit_line', 'badgekit_problem'],
  'not-awarded': ['badgekit_line', 'badgekit_reason'],
};

/** Takes away the list that an earlier run left, now that there is no such row; any other file stays. */
export async function removeStaleList(path: string, list: RowList): Promise<void> {
  if ((await ownerOf(path, list)) === 'badgekit') await unlink(path);
}

/**
 * Refuses to write such a list in place of somebody's file.
 * @throws BadgekitError FILE_EXISTS
 */
export async function refuseForeignList(path: string, shownAs: string, list: RowList): Promise<void> {
  if ((await ownerOf(path, list)) !== 'somebody') return;
  throw new BadgekitError(
    'FILE_EXISTS',
    `it is there, and is no list of badgekit's, which would be written under its name`,
    {
      where: { file: shownAs },
      hint: 'move it, or rename the roster',
    },
  );
}

async function ownerOf(path: string, list: RowList): Promise<'nobody' | 'badgekit' | 'somebody'> {
  if (!existsSync(path)) return 'nobody';
  const bytes = await readBeginning(path, LIST_HEADER_BYTES);
  const added = ADDED[list].map((name) => `"${name}"`).join(',');
  return Buffer.from(bytes).toString('utf8').includes(added) ? 'badgekit' : 'somebody';
}

/** Writes the rows of people who have not earned their badge, each with the reason. */
export async function writeUnearned(
  path: string,
  shownAs: string,
  header: readonly string[],
  rows: AsyncIterable<{ readonly cells: readonly string[]; readonly line: number; readonly reason: string }>,
): Promise<void> {
  async function* lines(): AsyncGenerator<readonly string[]> {
    for await (const { cells, line, reason } of rows) yield [...padded(cells, header), String(line), reason];
  }
  await writeRowList(path, shownAs, [...header, ...ADDED['not-awarded']], lines());
}

function padded(cells: readonly string[], header: readonly string[]): readonly string[] {
  return Array.from({ length: header.length }, (_, index) => cells[index] ?? '');
}

/** The refused rows as CSV, with what is wrong with each in two columns of their own. */
export function rejectedCsv(header: readonly string[], refused: readonly RefusedRow[]): string {
  const rows = refused.map(({ cells, faults }) => {
    const problem = faults
      .map(({ message, hint }) => (hint === undefined ? message : `${message}; ${hint}`))
      .join(' | ');
    return writeCsvLine([...padded(cells, header), String(faults[0]?.line ?? ''), problem]);
  });
  return `\ufeff${writeCsvLine([...header, ...ADDED.rejected])}${rows.join('')}`;
}

async function* placed<Row>(records: AsyncGenerator<Row>, file: string): AsyncGenerator<Row> {
  try {
    yield* records;
  } catch (error) {
    throw placedIn(file, error);
  }
}

/** Spreadsheets leave rows of nothing but separators behind. */
function isBlank({ cells }: CsvRecord): boolean {
  return cells.every((cell) => cell.trim() === '');
}

async function* withoutFirst(items: AsyncIterable<CsvRecord>): AsyncGenerator<RosterRow> {
  let isFirst = true;
  for await (const item of items) {
    if (!isFirst && !isBlank(item)) yield item;
    isFirst = false;
  }
}
