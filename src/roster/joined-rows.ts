import { detached, quoted } from '../syntax/text.ts';
import { factName } from './facts.ts';
import type { Join, JoinedFile } from './joining.ts';
import { detachedRow, type RosterRow, type RowConflict } from './layout.ts';
import type { PassedOver } from './reading.ts';

/** The rows of a file that is joined to the first, by what they are joined by. */
export interface KeyedRows {
  readonly byKey: ReadonlyMap<string, RosterRow>;
  /** How many rows there are of a key, where there are several, and the line of the first that says something else. */
  readonly several: ReadonlyMap<string, { readonly rows: number; readonly other: number | undefined }>;
  /** Rows that do not say to whom they belong. */
  readonly keyless: { readonly rows: number; readonly firstLine: number };
}

export async function keyedRows(rows: AsyncIterable<RosterRow>, keyIn: (row: RosterRow) => string): Promise<KeyedRows> {
  const byKey = new Map<string, RosterRow>();
  const several = new Map<string, { rows: number; other: number | undefined }>();
  const keyless = { rows: 0, firstLine: 0 };
  for await (const row of rows) {
    const key = keyIn(row);
    const known = byKey.get(key);
    if (key === '') {
      if (keyless.rows++ === 0) keyless.firstLine = row.line;
    } else if (known === undefined) byKey.set(detached(key), detachedRow(row));
    else {
      const counted = several.get(key) ?? { rows: 1, other: undefined };
      counted.rows++;
      if (originalOf(known).join('\0') !== originalOf(row).join('\0')) counted.other ??= row.line;
      several.set(detached(key), counted);
    }
  }
  return { byKey, several, keyless };
}

/**
 * Keys that stand for several people in the first file, each with the first two of their lines: nobody knows whose the other
 * file's row is.
 */
export async function sharedKeys(
  rows: AsyncIterable<RosterRow>,
  { keys, fields, files: [file], isByPerson }: Join,
  others: readonly KeyedRows[],
): Promise<ReadonlyMap<string, readonly [number, number]>> {
  const shared = new Map<string, readonly [number, number]>();
  if (isByPerson) return shared;
  const whom = new Map<string, { readonly who: string; readonly line: number }>();
  const places = fields.flatMap(({ column, at }, index) =>
    ['email', 'id', 'identifier', 'identifier_type', 'name'].includes(column)
      ? [file?.isTranslated === true ? index : at]
      : [],
  );
  for await (const row of rows) {
    const key = keys[0]?.(row) ?? '';
    if (!others.some(({ byKey }) => byKey.has(key))) continue;
    const who = places.map((at) => (row.cells[at] ?? '').trim().toLowerCase()).join('\0');
    const known = whom.get(key);
    if (known === undefined) whom.set(detached(key), { who, line: row.line });
    else if (known.who !== who && !shared.has(key)) shared.set(detached(key), [known.line, row.line]);
  }
  return shared;
}

/** The rows of the first file, each with what the others say beside it. Rows of the others that belong to none are counted. */
export async function* joinedRows(
  rows: AsyncIterable<RosterRow>,
  join: Join,
  others: readonly KeyedRows[],
  shared: ReadonlyMap<string, readonly [number, number]>,
  passedOver: PassedOver,
): AsyncGenerator<RosterRow> {
  const seen = new Set<string>();
  for await (const row of rows) {
    const key = join.keys[0]?.(row) ?? '';
    if (others.some(({ byKey }) => byKey.has(key)) && !seen.has(key)) seen.add(detached(key));
    yield joinedRow(row, key, join, others, shared.get(key));
  }
  for (const [index, { byKey, several, keyless }] of others.entries()) {
    const [name = '', first = ''] = [join.files[index + 1]?.name, join.files[0]?.name];
    const count = (alone: number, firstLine: number): void => countAlone(passedOver, name, first, alone, firstLine);
    for (const [key, { line }] of byKey) if (!seen.has(key)) count(several.get(key)?.rows ?? 1, line);
    if (keyless.rows > 0) count(keyless.rows, keyless.firstLine);
  }
}

function countAlone(passedOver: PassedOver, file: string, first: string, rows: number, firstLine: number): void {
  const why = `belongs to nobody in ${first}`;
  const known = passedOver.get(`${file}: ${why}`);
  if (known === undefined) passedOver.set(`${file}: ${why}`, { rows, firstLine, file, why });
  else known.rows += rows;
}

/** Where a text stands: in which file, and in which line and column of it. */
interface TextPlace {
  readonly part: number;
  readonly line: number;
  readonly at: number;
}

function joinedRow(
  row: RosterRow,
  key: string,
  join: Join,
  others: readonly KeyedRows[],
  people: readonly [number, number] | undefined,
): RosterRow {
  const { files, fields, header, into, columns } = join;
  const [first] = files;
  const original = padded(originalOf(row).slice(0, first?.header.length), header.length);
  const cells = padded(
    first?.isTranslated === true ? row.cells : (first?.fields ?? []).map(({ at }) => row.cells[at] ?? ''),
    fields.length,
  );
  const lines: (number | undefined)[] = [row.line];
  const filled = new Map<number, { readonly part: number; readonly at: number }>();
  const conflicts: RowConflict[] = [...overlong(row, first, row.line, true)];
  for (const [index, { byKey, several }] of others.entries()) {
    const [file, places] = [files[index + 1], into[index]];
    const other = key === '' ? undefined : byKey.get(key);
    lines.push(other?.line);
    if (other === undefined || file === undefined || places === undefined) continue;
    if (people !== undefined) conflicts.push(conflictOfPeople(row.line, file.name, other.line, people));
    const second = several.get(key)?.other;
    if (second !== undefined) conflicts.push(conflictOfTwo(row.line, file.name, other.line, second));
    conflicts.push(...overlong(other, file, row.line, false));
    const placeOf = (at: number): TextPlace => {
      const from = filled.get(at) ?? columns.joined?.origins[at] ?? { part: 0, at };
      return { ...from, line: lines[from.part] ?? row.line };
    };
    const say = (column: string, here: TextPlace, there: number, mine: string, theirs: string): void => {
      const conflict = conflictOf(
        column,
        row.line,
        files,
        here,
        `${file.name}:${other.line}:${there + 1}`,
        mine,
        theirs,
      );
      // A column and the field that it is say the same.
      if (!conflicts.some(({ fault }) => fault.message === conflict.fault.message)) conflicts.push(conflict);
    };
    const values = file.isTranslated ? other.cells : file.fields.map(({ at }) => other.cells[at] ?? '');
    merge(cells, values, places.fields, (from, to, mine, theirs) => {
      say(fields[to]?.column ?? '', placeOf(fields[to]?.at ?? 0), file.fields[from]?.at ?? 0, mine, theirs);
    });
    merge(
      original,
      originalOf(other),
      places.columns,
      (from, to, mine, theirs) => say(factName(header[to] ?? ''), placeOf(to), from, mine, theirs),
      (from, to) => void filled.set(to, { part: index + 1, at: from }),
    );
  }
  return {
    line: row.line,
    cells,
    original,
    lines,
    ...(filled.size === 0 ? {} : { filled }),
    ...(conflicts.length === 0 ? {} : { conflicts }),
  };
}

/** Fills what is empty, and tells where both say something else. */
function merge(
  into: string[],
  values: readonly string[],
  places: readonly (number | undefined)[],
  differ: (from: number, to: number, mine: string, theirs: string) => void,
  fill: (from: number, to: number) => void = () => undefined,
): void {
  for (const [from, to] of places.entries()) {
    const theirs = values[from] ?? '';
    if (to === undefined || theirs.trim() === '') continue;
    const mine = into[to] ?? '';
    if (mine.trim() === '') {
      into[to] = theirs;
      fill(from, to);
    } else if (sameText(mine) !== sameText(theirs)) differ(from, to, mine, theirs);
  }
}

function sameText(text: string): string {
  const plain = text
    .normalize('NFC')
    .replace(/[\s\u00a0]+/g, ' ')
    .trim();
  return plain.includes('@') ? plain.toLowerCase() : plain;
}

/** A row with more cells than its own file has columns: what stands in the others cannot be told. */
function overlong(
  row: RosterRow,
  file: JoinedFile | undefined,
  line: number,
  isFirst: boolean,
): readonly RowConflict[] {
  const cells = originalOf(row);
  const width = file?.header.length ?? 0;
  if (cells.slice(width).every((cell) => cell.trim() === '')) return [];
  return [
    {
      column: undefined,
      fault: {
        line: isFirst ? line : row.line,
        column: width + 1,
        message: `the row has ${cells.length} cells, the header ${width}`,
        hint: 'put quotes around cells that contain the separator',
        ...(isFirst || file === undefined ? {} : { file: file.name }),
      },
    },
  ];
}

function conflictOf(
  column: string,
  line: number,
  files: readonly JoinedFile[],
  here: TextPlace,
  there: string,
  mine: string,
  theirs: string,
): RowConflict {
  const isHere = here.part === 0;
  const where = isHere ? 'here' : `in ${files[here.part]?.name ?? ''}:${here.line}:${here.at + 1}`;
  return {
    column,
    fault: {
      line,
      column: isHere ? here.at + 1 : undefined,
      message: `${column} is ${quoted(mine.trim(), 40)} ${where}, and ${quoted(theirs.trim(), 40)} in ${there}`,
      hint: 'correct the one that is wrong, or leave the column out of one of the files',
    },
  };
}

function conflictOfTwo(line: number, file: string, first: number, second: number): RowConflict {
  return aboutRow(
    line,
    `two rows of ${file} belong to it, and say different things: lines ${first} and ${second}`,
    'leave one of them',
  );
}

function conflictOfPeople(
  line: number,
  file: string,
  other: number,
  [one, two]: readonly [number, number],
): RowConflict {
  return aboutRow(
    line,
    `lines ${one} and ${two} name different people, and the row ${file}:${other} belongs to both`,
    'join by what tells them apart, such as --join email',
  );
}

function aboutRow(line: number, message: string, hint: string): RowConflict {
  return { column: undefined, fault: { line, column: undefined, message, hint } };
}

function originalOf({ cells, original = cells }: RosterRow): readonly string[] {
  return original;
}

function padded(cells: readonly string[], length: number): string[] {
  return Array.from({ length }, (_, index) => cells[index] ?? '');
}
