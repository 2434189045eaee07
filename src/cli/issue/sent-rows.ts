import type { RowFault } from '../../issue/award.ts';
import type { RowReading } from '../../issue/workshop.ts';
import type { RosterRow } from '../../roster/layout.ts';

/** Rows on their way to another thread: as one text and some numbers they travel many times quicker than as they are. */
export interface SentRows {
  /** All their cells, one after the other. */
  readonly text: string;
  /** For each row its line, how many cells it has and how long each of them is; then the same of its cells in the file. */
  readonly numbers: Uint32Array<ArrayBuffer>;
  /** What rows have besides, by their places among them. */
  readonly more: ReadonlyMap<number, RowExtras>;
}

type RowExtras = Omit<RosterRow, 'line' | 'cells' | 'original'>;

/** Where a row has no other cells in the file. */
const NONE = 2 ** 32 - 1;

export function sentRows(rows: readonly RosterRow[]): SentRows {
  const parts: string[] = [];
  const numbers: number[] = [];
  const more = new Map<number, RowExtras>();
  const put = (cells: readonly string[]): void => {
    numbers.push(cells.length);
    for (const cell of cells) {
      parts.push(cell);
      numbers.push(cell.length);
    }
  };
  for (const [index, { line, cells, original, ...extras }] of rows.entries()) {
    numbers.push(line);
    put(cells);
    if (original === undefined) numbers.push(NONE);
    else put(original);
    if (Object.keys(extras).length > 0) more.set(index, extras);
  }
  return { text: parts.join(''), numbers: Uint32Array.from(numbers), more };
}

export function receivedRows({ text, numbers, more }: SentRows): readonly RosterRow[] {
  const rows: RosterRow[] = [];
  let at = 0;
  let begin = 0;
  const next = (): number => numbers[at++] ?? 0;
  const take = (count: number): readonly string[] =>
    Array.from({ length: count }, () => text.slice(begin, (begin += next())));
  while (at < numbers.length) {
    const line = next();
    const cells = take(next());
    const width = next();
    const original = width === NONE ? {} : { original: take(width) };
    rows.push({ line, cells, ...original, ...more.get(rows.length) });
  }
  return rows;
}

/** What a row comes to, without the row itself: the way between threads costs more than to read it again, if need be. */
export type RowLook =
  | { readonly ok: true; readonly award: string; readonly fault: RowFault | undefined }
  | Extract<RowReading, { readonly ok: false }>;

/** Such looks on their way. */
export interface SentLooks {
  /** Empty where there is none. */
  readonly awards: readonly string[];
  /** The others, by their places. */
  readonly unlike: ReadonlyMap<number, RowLook>;
}

export function sentLooks(looks: readonly RowLook[]): SentLooks {
  const unlike = new Map<number, RowLook>();
  const awards = looks.map((look, index) => {
    if (look.ok && look.fault === undefined) return look.award;
    unlike.set(index, look);
    return '';
  });
  return { awards, unlike };
}

export function receivedLooks({ awards, unlike }: SentLooks): readonly RowLook[] {
  return awards.map((award, index) => unlike.get(index) ?? { ok: true, award, fault: undefined });
}
