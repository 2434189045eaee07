import { BadgekitError } from '../errors.ts';
import { quoted } from '../syntax/text.ts';
import { type ColumnMap, columnsOf, JOIN_PREFIX } from './columns.ts';
import { factName } from './facts.ts';
import type { Field, RosterRow, RowConflict } from './layout.ts';
import { foldName } from './names.ts';
import type { PassedOver } from './reading.ts';

/** A file that is joined with others: how its rows are read, and what messages call it. */
export interface JoinedFile {
  readonly name: string;
  readonly header: readonly string[];
  readonly fields: readonly Field[];
  /** Whether its rows come in the columns of its fields, rather than in those of the file. */
  readonly isTranslated: boolean;
}

/** How the rows of several files become one. */
export interface Join {
  readonly header: readonly string[];
  readonly fields: readonly Field[];
  readonly columns: ColumnMap;
  readonly files: readonly JoinedFile[];
  /** What tells in each file which rows belong together. */
  readonly keys: readonly ((row: RosterRow) => string)[];
  /** For each file but the first: into which column each of its own goes, and each of its fields. */
  readonly into: readonly { readonly columns: readonly (number | undefined)[]; readonly fields: readonly number[] }[];
}

/**
 * Says how files are joined by a column that all of them have, by badgekit's name for it or by its header. The first file
 * says who is in the roster; the others add what it does not say.
 * @throws BadgekitError ROSTER_INVALID where a file has no such column, or none says whom it names
 */
export function joinOf(files: readonly JoinedFile[], key: string): Join {
  const [first, ...others] = files;
  if (first === undefined) throw new Error('files are joined');
  const keys = files.map((file) => keyOf(file, key));
  const header = [...first.header];
  const fields = [...first.fields];
  const origins = header.map((_, at) => ({ part: 0, at }));
  const into = others.map((file, index) => {
    const columns = file.header.map((name, at) => {
      // What says the same in both files is one column.
      const own = file.fields.find((field) => field.at === at && field.and === undefined);
      const same = fields.find(({ column }) => column === own?.column);
      if (same !== undefined) return same.at;
      const fact = factName(name);
      if (fact === '') return undefined;
      const known = header.findIndex((other) => factName(other) === fact);
      if (known !== -1) return known;
      origins.push({ part: index + 1, at });
      return header.push(name) - 1;
    });
    const placeOf = (at: number): number => columns[at] ?? 0;
    return {
      columns,
      fields: file.fields.map(({ column, at, and }) => {
        const known = fields.findIndex((other) => other.column === column);
        if (known !== -1) return known;
        const further = and === undefined ? {} : { and: and.map(placeOf) };
        return fields.push({ column, at: placeOf(at), ...further }) - 1;
      }),
    };
  });
  if (!fields.some(({ column }) => column === 'email' || column === 'id' || column === 'identifier'))
    throw new BadgekitError('ROSTER_INVALID', 'no column of these files holds e-mail addresses', {
      where: { file: first.name, line: 1 },
      hint: 'join a file that has them, or say which column of the first one does: --map email=Header',
    });
  const columns: ColumnMap = {
    ...columnsOf(fields, header, true),
    joined: { files: files.map(({ name }) => name), origins },
  };
  return { header, fields, columns, files, keys, into };
}

/** How a row says what it is joined by. */
function keyOf({ name, header, fields, isTranslated }: JoinedFile, key: string): (row: RosterRow) => string {
  const wanted = foldName(key);
  const at = fields.findIndex(({ column }) => column === `${JOIN_PREFIX}${wanted}` || column === wanted);
  const own = fields[at];
  if (own !== undefined) return ({ cells }) => foldName(cells[isTranslated ? at : own.at] ?? '');
  const column = header.findIndex((other) => foldName(other) === wanted || factName(other) === factName(key));
  if (column !== -1) return ({ cells, original = cells }) => foldName(original[column] ?? '');
  throw new BadgekitError('ROSTER_INVALID', `there is no column ${quoted(key, 40)} to join it by`, {
    where: { file: name, line: 1 },
    hint: `its columns are: ${header.map((other) => quoted(other, 40)).join(', ')}`,
  });
}

/** The rows of files that are joined to the first, by what they are joined by. */
export interface JoinedRows {
  readonly byKey: ReadonlyMap<string, RosterRow>;
  /** Keys that stand in two rows which say different things, with the line of the second. */
  readonly twice: ReadonlyMap<string, number>;
}

export async function joinedRowsOf(
  rows: AsyncIterable<RosterRow>,
  keyIn: (row: RosterRow) => string,
): Promise<JoinedRows> {
  const byKey = new Map<string, RosterRow>();
  const twice = new Map<string, number>();
  for await (const row of rows) {
    const key = keyIn(row);
    const known = byKey.get(key);
    if (key === '') continue;
    if (known === undefined) byKey.set(key, row);
    else if (!twice.has(key) && originalOf(known).join('\0') !== originalOf(row).join('\0')) twice.set(key, row.line);
  }
  return { byKey, twice };
}

/** The rows of the first file, each with what the others say beside it. Rows of the others that belong to none are counted. */
export async function* joined(
  rows: AsyncIterable<RosterRow>,
  join: Join,
  others: readonly JoinedRows[],
  passedOver: PassedOver,
): AsyncGenerator<RosterRow> {
  const seen = new Set<string>();
  for await (const row of rows) {
    const key = join.keys[0]?.(row) ?? '';
    seen.add(key);
    yield joinedRow(row, key, join, others);
  }
  for (const [index, { byKey }] of others.entries()) {
    const [name = '', first = ''] = [join.files[index + 1]?.name, join.files[0]?.name];
    for (const [key, { line }] of byKey) if (!seen.has(key)) countAlone(passedOver, name, first, line);
  }
}

function countAlone(passedOver: PassedOver, file: string, first: string, line: number): void {
  const why = `belongs to nobody in ${first}`;
  const known = passedOver.get(`${file}: ${why}`);
  if (known === undefined) passedOver.set(`${file}: ${why}`, { rows: 1, firstLine: line, file, why });
  else known.rows++;
}

function joinedRow(row: RosterRow, key: string, join: Join, others: readonly JoinedRows[]): RosterRow {
  const { files, fields, header, into } = join;
  const first = files[0];
  const original = padded(originalOf(row), header.length);
  const cells = padded(
    first?.isTranslated === true ? row.cells : (first?.fields ?? []).map(({ at }) => row.cells[at] ?? ''),
    fields.length,
  );
  const lines: (number | undefined)[] = [row.line];
  const conflicts: RowConflict[] = [];
  for (const [index, { byKey, twice }] of others.entries()) {
    const [file, places] = [files[index + 1], into[index]];
    const other = key === '' ? undefined : byKey.get(key);
    lines.push(other?.line);
    if (other === undefined || file === undefined || places === undefined) continue;
    const second = twice.get(key);
    if (second !== undefined) conflicts.push(conflictOfTwo(row.line, file.name, other.line, second));
    const say = (column: string, here: number, at: number, mine: string, theirs: string): void => {
      const isHere = join.columns.joined?.origins[here]?.part === 0;
      const conflict = conflictOf(column, { row, here: isHere ? here + 1 : undefined, other, file, at, mine, theirs });
      // A column and the field that it is say the same.
      if (!conflicts.some(({ fault }) => fault.message === conflict.fault.message)) conflicts.push(conflict);
    };
    merge(original, originalOf(other), places.columns, (from, to, mine, theirs) => {
      say(factName(header[to] ?? ''), to, from, mine, theirs);
    });
    const values = file.isTranslated ? other.cells : file.fields.map(({ at }) => other.cells[at] ?? '');
    merge(cells, values, places.fields, (from, to, mine, theirs) => {
      say(fields[to]?.column ?? '', fields[to]?.at ?? 0, file.fields[from]?.at ?? 0, mine, theirs);
    });
  }
  return { line: row.line, cells, original, lines, ...(conflicts.length === 0 ? {} : { conflicts }) };
}

/** Fills what is empty, and tells where both say something else. */
function merge(
  into: string[],
  values: readonly string[],
  places: readonly (number | undefined)[],
  differ: (from: number, to: number, mine: string, theirs: string) => void,
): void {
  for (const [from, to] of places.entries()) {
    const theirs = values[from] ?? '';
    if (to === undefined || theirs.trim() === '') continue;
    const mine = into[to] ?? '';
    if (mine.trim() === '') into[to] = theirs;
    else if (sameText(mine) !== sameText(theirs)) differ(from, to, mine, theirs);
  }
}

function sameText(text: string): string {
  const plain = text
    .normalize('NFC')
    .replace(/[\s\u00a0]+/g, ' ')
    .trim();
  return plain.includes('@') ? plain.toLowerCase() : plain;
}

interface Differing {
  readonly row: RosterRow;
  /** The column of the first file, from 1, where it says it itself. */
  readonly here: number | undefined;
  readonly other: RosterRow;
  readonly file: JoinedFile;
  /** The column of the other file. */
  readonly at: number;
  readonly mine: string;
  readonly theirs: string;
}

function conflictOf(column: string, { row, here, other, file, at, mine, theirs }: Differing): RowConflict {
  return {
    column,
    fault: {
      line: row.line,
      column: here,
      message: `${column} is ${quoted(mine.trim(), 40)} here, and ${quoted(theirs.trim(), 40)} in ${file.name}:${other.line}:${at + 1}`,
      hint: 'correct the one that is wrong, or leave the column out of one of the files',
    },
  };
}

function conflictOfTwo(line: number, file: string, first: number, second: number): RowConflict {
  return {
    column: undefined,
    fault: {
      line,
      column: undefined,
      message: `two rows of ${file} belong to it, and say different things: lines ${first} and ${second}`,
      hint: 'leave one of them',
    },
  };
}

function originalOf({ cells, original = cells }: RosterRow): readonly string[] {
  return original;
}

function padded(cells: readonly string[], length: number): string[] {
  return Array.from({ length: Math.max(length, cells.length) }, (_, index) => cells[index] ?? '');
}
