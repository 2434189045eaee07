import { unlink } from 'node:fs/promises';
import { extname } from 'node:path';
import type { RefusedRow, UnearnedCells } from '../issue/plan.ts';
import type { Shard } from '../issue/shard.ts';
import { writeCsvLine } from '../syntax/csv.ts';
import { beginningOfFile, type OwnMark, refuseForeign } from './files.ts';
import { writeWholeStream } from './whole-stream.ts';

/** So much of a list holds its header, however many columns it has. */
const LIST_HEADER_BYTES = 64 * 1024;

/** What is written beside a roster about its rows: those that were refused, and those of people who earned nothing. */
export type RowList = 'rejected' | 'not-awarded';

/** `rosters/spring.csv` to `rosters/spring.rejected.csv`, or to `rosters/spring.3-of-16.rejected.csv` for a shard. */
export function besideRoster(roster: string, shard: Shard | undefined, list: RowList): string {
  const extension = extname(roster);
  const part = shard === undefined ? '' : `.${shard.index}-of-${shard.count}`;
  return `${roster.slice(0, roster.length - extension.length)}${part}.${list}.csv`;
}

/** The columns that badgekit adds to such a list: the line in the roster, why it is in the list, and the badge. */
const ADDED: Readonly<Record<RowList, readonly [string, string]>> = {
  rejected: ['badgekit_line', 'badgekit_problem'],
  'not-awarded': ['badgekit_line', 'badgekit_reason'],
};
/** Empty where it cannot be said. */
const BADGE = 'badgekit_badge';

/** Where in such a list stands which line of the roster a row is, why it is in the list, and the badge. */
export function listPlaces(
  header: readonly string[],
): { readonly line: number; readonly reason: number; readonly badge: number } | undefined {
  const line = header.indexOf(ADDED.rejected[0]);
  return line === -1 ? undefined : { line, reason: line + 1, badge: header.indexOf(BADGE) };
}

/** Takes away the list that an earlier run left, now that there is no such row; any other file stays. */
export async function removeStaleList(path: string, list: RowList): Promise<void> {
  const { mark, within } = markOf(list);
  if ((await beginningOfFile(path, within))?.includes(mark) === true) await unlink(path);
}

/**
 * Refuses to write such a list in place of somebody's file.
 * @throws BadgekitError FILE_EXISTS
 */
export async function refuseForeignList(path: string, shownAs: string, list: RowList): Promise<void> {
  await refuseForeign(path, shownAs, {
    ...markOf(list),
    what: "no list of badgekit's, which would be written under its name",
    hint: 'move it, or rename the roster',
  });
}

function markOf(list: RowList): OwnMark {
  return { mark: ADDED[list].map((name) => `"${name}"`).join(','), within: LIST_HEADER_BYTES };
}

/** Writes the rows of people who have not earned their badge, each with the reason. */
export async function writeUnearned(
  path: string,
  shownAs: string,
  header: readonly string[],
  rows: AsyncIterable<UnearnedCells>,
): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    yield `\ufeff${writeCsvLine([...header, ...ADDED['not-awarded'], BADGE])}`;
    for await (const { cells, line, reason, badge = '' } of rows)
      yield writeCsvLine([...padded(cells, header), String(line), reason, badge]);
  }
  await writeWholeStream(path, shownAs, lines());
}

function padded(cells: readonly string[], header: readonly string[]): readonly string[] {
  return Array.from({ length: header.length }, (_, index) => cells[index] ?? '');
}

/** The refused rows as CSV, with what is wrong with each in columns of their own. */
export function rejectedCsv(header: readonly string[], refused: readonly RefusedRow[]): string {
  const rows = refused.map(({ line, cells, faults, badge = '' }) => {
    const problem = faults
      .map(({ message, hint }) => (hint === undefined ? message : `${message}; ${hint}`))
      .join(' | ');
    return writeCsvLine([...padded(cells, header), String(line), problem, badge]);
  });
  return `\ufeff${writeCsvLine([...header, ...ADDED.rejected, BADGE])}${rows.join('')}`;
}
