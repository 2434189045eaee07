import { BadgekitError } from '../errors.ts';
import { quoted } from '../syntax/text.ts';
import { type ColumnMap, columnsOf, listFields, mappedFields, ownFields, type UnusedColumns } from './columns.ts';
import { type DateOrder, orderShownBy, readDate } from './dates.ts';
import { gathered } from './gathering.ts';
import type { FoundFormat } from './formats.ts';
import { columnsOfAddresses, type Field, type Layout, type RosterHead, type RosterRow } from './layout.ts';

/** How the rows of one file are read. */
export interface RosterReading {
  readonly columns: ColumnMap;
  readonly fields: readonly Field[];
  /** Columns of a list that are not read. What a system writes besides is its own affair. */
  readonly unused: UnusedColumns;
  /** Whether a list may be of anybody, not only of who has earned something. */
  readonly isUnsure: boolean;
  /** Undefined where rows are read as they stand. */
  readonly translation: Translation | undefined;
}

export interface Translation {
  readonly fields: readonly Field[];
  readonly passOver: Layout['passOver'];
  readonly gather: Layout['gather'];
  /** Where dates stand. */
  readonly dates: readonly number[];
}

/** What a user says about the columns. */
export interface ColumnHints {
  readonly mapping: ReadonlyMap<string, string>;
  /** Their names of badges, and ours. */
  readonly badges: ReadonlyMap<string, string>;
  readonly dates: DateOrder | undefined;
  /** Whether the user says that each row is an award. */
  readonly isList?: boolean;
  /** Whether it is joined with other files: then they may say whom it names. */
  readonly isJoined?: boolean;
}

const DATES = new Set(['issued_on', 'expires_on']);

/**
 * Says how a file is read.
 * @throws BadgekitError ROSTER_INVALID where it says nowhere whom it names
 */
export function readingOf(head: RosterHead, { system }: FoundFormat, hints: ColumnHints): RosterReading {
  const { mapping, badges } = hints;
  const list = system === undefined ? listFields(head, mapping, hints.isJoined) : undefined;
  const layout = system?.layout(head) ?? { fields: list?.fields ?? [] };
  const own = list === undefined ? addedFields(head, layout, mapping) : [];
  const replaced = new Set(own.map(({ column }) => column));
  const fields = [...own, ...layout.fields.filter(({ column }) => !replaced.has(column))].map((field) =>
    field.column === 'badge' ? renamed(field, badges) : field,
  );
  if (
    hints.isJoined !== true &&
    !fields.some(({ column }) => column === 'email' || column === 'id' || column === 'identifier')
  )
    throw new BadgekitError(
      'ROSTER_INVALID',
      `this is ${system?.title ?? 'a list'}, and no column of it holds e-mail addresses`,
      {
        where: { line: 1 },
        hint: hintOfIdentity(head),
      },
    );
  const dates = fields.filter(({ column }) => DATES.has(column)).map(({ at }) => at);
  const isForeign = (at: number): boolean =>
    head.rows.some(({ cells }) => {
      const text = (cells[at] ?? '').trim();
      return text !== '' && !/^\d{4}-\d\d-\d\d(?:$|T)/.test(text);
    });
  const isTranslated =
    layout.passOver !== undefined ||
    layout.gather !== undefined ||
    fields.some(({ take }) => take !== undefined) ||
    hints.dates !== undefined ||
    dates.some(isForeign);
  return {
    columns: { ...columnsOf(fields, head.header, isTranslated), isOfSystem: system !== undefined },
    fields,
    unused: list?.unused ?? [],
    isUnsure: list?.isUnsure === true && hints.isList !== true,
    translation: isTranslated ? { fields, passOver: layout.passOver, gather: layout.gather, dates } : undefined,
  };
}

/** What people added to a system's file: columns by badgekit's own names, written as badgekit writes them, and mapped ones. */
function addedFields(head: RosterHead, layout: Layout, mapping: ReadonlyMap<string, string>): readonly Field[] {
  const mapped = mappedFields(head.header, mapping);
  const taken = new Set([...mapped, ...layout.fields].flatMap(({ at, and = [] }) => [at, ...and]));
  const added = ownFields(head, mapping, taken).filter(
    ({ column, at }) => head.header[at] === column && layout.others?.includes(column) !== true,
  );
  return [...mapped, ...added];
}

/** The first columns that hold addresses, of which one may be people's own. */
function hintOfIdentity(head: RosterHead): string {
  const at = columnsOfAddresses(head)[0];
  const proposal = at === undefined ? 'email=Header' : `email=${head.header[at] ?? ''}`;
  return `say which one identifies people: --map ${quoted(proposal, 60)}; or let the system export addresses`;
}

function renamed(field: Field, badges: ReadonlyMap<string, string>): Field {
  if (badges.size === 0) return field;
  return {
    ...field,
    take: (cells) => {
      const theirs = textOf(cells, field);
      return badges.get(theirs.trim()) ?? theirs;
    },
  };
}

function textOf(cells: readonly string[], { at, take }: Field): string {
  return take === undefined ? (cells[at] ?? '') : take(cells);
}

/** Why rows were passed over: how many, and the first of them. */
export type PassedOver = Map<string, PassedOverRows>;

export interface PassedOverRows {
  rows: number;
  readonly firstLine: number;
  /** Of another file than the roster itself, and why. */
  readonly file?: string;
  readonly why?: string;
}

/** The same as a list, for JSON. */
export function passedOverList(
  passedOver: PassedOver,
): readonly { readonly reason: string; readonly rows: number; readonly firstLine: number; readonly file?: string }[] {
  return [...passedOver].map(([reason, { rows, firstLine, file, why = reason }]) => {
    return { reason: why, rows, firstLine, ...(file === undefined ? {} : { file }) };
  });
}

/**
 * Puts rows into badgekit's own columns, and counts those that stand for no award.
 * @throws BadgekitError DATES_AMBIGUOUS where a date can be read in two ways, and nothing says in which
 */
export async function* translated(
  rows: AsyncIterable<RosterRow>,
  { fields, passOver, gather }: Translation,
  order: DateOrder | undefined,
  passedOver: PassedOver,
): AsyncGenerator<RosterRow> {
  const people = ofAwards(rows, passOver, passedOver);
  for await (const { line, cells } of gather === undefined ? people : gathered(people, gather)) {
    const own = fields.map((field) => {
      const text = textOf(cells, field);
      return DATES.has(field.column) && text.trim() !== '' ? dateIn(text, order, line, field.at) : text;
    });
    yield { line, cells: own, original: cells };
  }
}

/** Rows that stand for people; the others are counted. */
async function* ofAwards(
  rows: AsyncIterable<RosterRow>,
  passOver: Layout['passOver'],
  passedOver: PassedOver,
): AsyncGenerator<RosterRow> {
  for await (const row of rows) {
    const why = passOver?.(row.cells);
    const known = why === undefined ? undefined : passedOver.get(why);
    if (why === undefined) yield row;
    else if (known === undefined) passedOver.set(why, { rows: 1, firstLine: row.line });
    else known.rows++;
  }
}

/** What is no date stays as it is, for whoever reads the row to refuse. */
function dateIn(text: string, order: DateOrder | undefined, line: number, at: number): string {
  const reading = readDate(text, order);
  if (reading.kind === 'date') return reading.text;
  if (reading.kind === 'none') return text;
  throw new BadgekitError('DATES_AMBIGUOUS', `the date ${quoted(text.trim())} can be read in two ways`, {
    where: { line, column: at + 1 },
    hint: 'say which comes first, the day or the month: --dates dmy, or --dates mdy',
  });
}

/**
 * The order that the dates of a file show.
 * @throws BadgekitError DATES_AMBIGUOUS where some show one order, and some the other
 */
export async function orderOfDates(
  rows: AsyncIterable<RosterRow>,
  { dates }: Translation,
): Promise<DateOrder | undefined> {
  let shown: { readonly order: DateOrder; readonly text: string; readonly line: number } | undefined;
  for await (const { line, cells } of rows)
    for (const at of dates) {
      const text = (cells[at] ?? '').trim();
      const order = orderShownBy(text);
      if (order === undefined) continue;
      shown ??= { order, text, line };
      if (order !== shown.order)
        throw new BadgekitError(
          'DATES_AMBIGUOUS',
          `in the date ${quoted(text)} the ${order === 'dmy' ? 'day' : 'month'} comes first, and in ${quoted(shown.text)} on line ${shown.line} the ${order === 'dmy' ? 'month' : 'day'}`,
          {
            where: { line, column: at + 1 },
            hint: 'write all of them as year-month-day, or give --dates dmy or --dates mdy',
          },
        );
    }
  return shown?.order;
}

/** Whether the first rows hold dates that depend on what comes first in them. */
export function hasDatesOfNumbers({ rows }: RosterHead, { dates }: Translation): boolean {
  return rows.some(({ cells }) =>
    dates.some((at) => {
      const text = (cells[at] ?? '').trim();
      return readDate(text, undefined).kind === 'either' || orderShownBy(text) !== undefined;
    }),
  );
}
