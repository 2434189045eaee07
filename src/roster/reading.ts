import { BadgekitError } from '../errors.ts';
import { quoted } from '../syntax/text.ts';
import { type ColumnMap, columnsOf, listFields, mappedFields, type UnusedColumns } from './columns.ts';
import { type DateOrder, orderShownBy, readDate } from './dates.ts';
import { readValue } from './facts.ts';
import type { FoundFormat } from './formats.ts';
import type { Field, Layout, RosterHead, RosterRow } from './layout.ts';

/** How the rows of one file are read. */
export interface RosterReading {
  readonly columns: ColumnMap;
  readonly fields: readonly Field[];
  /** Columns of a list that are not read. What a system writes besides is its own affair. */
  readonly unused: UnusedColumns;
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
}

const DATES = new Set(['issued_on', 'expires_on']);

/**
 * Says how a file is read.
 * @throws BadgekitError ROSTER_INVALID where it says nowhere whom it names
 */
export function readingOf(head: RosterHead, { system }: FoundFormat, hints: ColumnHints): RosterReading {
  const { mapping, badges } = hints;
  const list = system === undefined ? listFields(head, mapping) : undefined;
  const layout = system?.layout(head) ?? { fields: list?.fields ?? [] };
  const own = list === undefined ? mappedFields(head.header, mapping) : [];
  const replaced = new Set(own.map(({ column }) => column));
  const fields = [...own, ...layout.fields.filter(({ column }) => !replaced.has(column))].map((field) =>
    field.column === 'badge' ? renamed(field, badges) : field,
  );
  if (!fields.some(({ column }) => column === 'email' || column === 'id' || column === 'identifier'))
    throw new BadgekitError(
      'ROSTER_INVALID',
      `this is ${system?.title ?? 'a list'}, and no column of it holds e-mail addresses`,
      {
        where: { line: 1 },
        hint: `say which one identifies people: --map ${JSON.stringify(`email=${head.header[0] ?? 'Header'}`)}, or let the system export addresses`,
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
    columns: columnsOf(fields, head.header, isTranslated),
    fields,
    unused: list?.unused ?? [],
    translation: isTranslated ? { fields, passOver: layout.passOver, gather: layout.gather, dates } : undefined,
  };
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
export type PassedOver = Map<string, { rows: number; readonly firstLine: number }>;

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
  for await (const { line, cells } of gather === undefined ? rows : gathered(rows, gather)) {
    const why = passOver?.(cells);
    if (why !== undefined) {
      const known = passedOver.get(why);
      if (known === undefined) passedOver.set(why, { rows: 1, firstLine: line });
      else known.rows++;
      continue;
    }
    const own = fields.map((field) => {
      const text = textOf(cells, field);
      return DATES.has(field.column) && text.trim() !== '' ? dateIn(text, order, line, field.at) : text;
    });
    yield { line, cells: own, original: cells };
  }
}

/** One row for each person, the first of theirs, with what is added up in it: in memory, for as many as meet at one time. */
async function* gathered(
  rows: AsyncIterable<RosterRow>,
  { by, sum }: NonNullable<Layout['gather']>,
): AsyncGenerator<RosterRow> {
  const people = new Map<string, { readonly row: RosterRow; total: number }>();
  for await (const row of rows) {
    const who = by.map((at) => (row.cells[at] ?? '').trim().toLowerCase()).find((text) => text !== '') ?? '';
    const value = readValue(row.cells[sum] ?? '');
    const known = people.get(who);
    const number = typeof value === 'number' ? value : 0;
    if (known === undefined) people.set(who, { row, total: number });
    else known.total += number;
  }
  for (const { row, total } of people.values())
    yield { line: row.line, cells: row.cells.map((cell, at) => (at === sum ? String(total) : cell)) };
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

/** The order that the dates of a file show, as soon as one of them shows it. */
export async function orderOfDates(
  rows: AsyncIterable<RosterRow>,
  { dates }: Translation,
): Promise<DateOrder | undefined> {
  for await (const { cells } of rows)
    for (const at of dates) {
      const order = orderShownBy(cells[at] ?? '');
      if (order !== undefined) return order;
    }
  return undefined;
}

/** Whether a date in the first rows could be read in two ways. */
export function hasAmbiguousDates({ rows }: RosterHead, { dates }: Translation): boolean {
  return rows.some(({ cells }) => dates.some((at) => readDate(cells[at] ?? '', undefined).kind === 'either'));
}
