import type { CsvRecord } from '../syntax/csv.ts';
import { detached } from '../syntax/text.ts';
import { foldName } from './names.ts';

/** The beginning of a roster: enough to tell which system wrote it. */
export interface RosterHead {
  readonly header: readonly string[];
  /** The same, folded. */
  readonly names: readonly string[];
  /** The first rows below it. */
  readonly rows: readonly CsvRecord[];
}

/** A value of an award, and the column of the file (from 0) that it is taken from. */
export interface Field {
  /** badgekit's own name of the column. */
  readonly column: string;
  readonly at: number;
  /** Further columns that it is taken from. */
  readonly and?: readonly number[];
  /** How it is taken where that is more than the cell's text. */
  readonly take?: (cells: readonly string[]) => string;
}

/** A row of a roster, in the columns of the file or in badgekit's own. */
export interface RosterRow extends CsvRecord {
  /** Its cells as the file has them, where these are others. */
  readonly original?: readonly string[];
  /** The files that it names as evidence, by what it calls them. */
  readonly attached?: ReadonlyMap<string, AttachedFile>;
  /** Where files were joined: the line in each of them; undefined where the row has no part in one. */
  readonly lines?: readonly (number | undefined)[];
  /** Cells that the first file left empty: which file filled each, and from which of its columns. */
  readonly filled?: ReadonlyMap<number, { readonly part: number; readonly at: number }>;
  /** What joined files say differently. */
  readonly conflicts?: readonly RowConflict[];
}

/** The same row, not as a part of the text that it was read from, which it would keep in memory. */
export function detachedRow(row: RosterRow): RosterRow {
  const { cells, original } = row;
  return {
    ...row,
    cells: cells.map(detached),
    ...(original === undefined ? {} : { original: original.map(detached) }),
  };
}

/** A file that was looked at: its digest, or why it cannot be taken. */
export type AttachedFile =
  | { readonly ok: true; readonly sha256: string }
  | { readonly ok: false; readonly message: string; readonly hint: string | undefined };

/** Two files that say different things of one person. */
export interface RowConflict {
  /** The column, or the fact, that they say it in; undefined where it is about whole rows. */
  readonly column: string | undefined;
  readonly fault: {
    readonly line: number;
    readonly column: number | undefined;
    readonly message: string;
    readonly hint: string | undefined;
    readonly file?: string;
  };
}

/** How the rows of a file are rows of awards. */
export interface Layout {
  readonly fields: readonly Field[];
  /** Columns that are called as badgekit's own are, and mean something else; `--map` takes one nevertheless. */
  readonly others?: readonly string[];
  /** Why a row stands for no award; undefined where it does. */
  readonly passOver?: (cells: readonly string[]) => string | undefined;
  /** Where several rows are of one person. */
  readonly gather?: Gathering;
}

/** How the rows of one person become one: what tells people apart, and when they were there, for how many minutes. */
export interface Gathering {
  readonly by: readonly number[];
  readonly minutes: number;
  readonly from: number | undefined;
  readonly until: number | undefined;
}

/** A kind of file that a system writes. */
export interface RosterFormat {
  readonly name: string;
  /** `a Moodle course completion report` */
  readonly title: string;
  /** What its rows are: awards, or everyone, whether or not they earned anything. */
  readonly rows: 'awards' | 'everyone';
  /** A condition on such a file that could say who has earned a badge. */
  readonly example?: string;
  /** How a file shows that it is one; undefined where it does not. */
  readonly recognize: (head: RosterHead) => string | undefined;
  readonly layout: (head: RosterHead) => Layout;
}

export function headOf(header: readonly string[], rows: readonly CsvRecord[]): RosterHead {
  return { header, names: header.map(foldName), rows };
}

/** Where a column of one of these names stands first. */
export function indexOf(head: RosterHead, ...names: readonly string[]): number | undefined {
  const wanted = new Set(names.map(foldName));
  const index = head.names.findIndex((name) => wanted.has(name));
  return index === -1 ? undefined : index;
}

/** Whether all of these columns are there. */
export function hasAll(head: RosterHead, ...names: readonly string[]): boolean {
  return names.every((name) => indexOf(head, name) !== undefined);
}

/** The field of a column that the file has under one of these names, if it has it. */
export function field(head: RosterHead, column: string, ...names: readonly string[]): readonly Field[] {
  const at = indexOf(head, ...names);
  return at === undefined ? [] : [{ column, at }];
}

/** A name that stands in several columns. */
export function joinedName(places: readonly (number | undefined)[]): readonly Field[] {
  const parts = places.filter((at) => at !== undefined);
  const [at, ...and] = parts;
  if (at === undefined) return [];
  const take = (cells: readonly string[]): string =>
    parts
      .map((part) => (cells[part] ?? '').trim())
      .filter((part) => part !== '')
      .join(' ');
  return [{ column: 'name', at, and, take }];
}

const MOST = 0.95;

/** Whether nearly all cells of a column are e-mail addresses, and few are empty. */
export function areAddresses({ rows }: RosterHead, at: number): boolean {
  const addresses = rows.filter(({ cells }) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test((cells[at] ?? '').trim()));
  return rows.length > 0 && addresses.length >= rows.length * MOST;
}

/** The columns of which nearly all cells are e-mail addresses. Whose they are, they do not say. */
export function columnsOfAddresses(head: RosterHead): readonly number[] {
  return [...head.header.keys()].filter((index) => areAddresses(head, index));
}
