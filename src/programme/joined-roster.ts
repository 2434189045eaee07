import type { RosterRow } from '../roster/layout.ts';
import { joined, type JoinedRows, joinedRowsOf, joinOf } from '../roster/joining.ts';
import type { PassedOver, PassedOverRows } from '../roster/reading.ts';
import type { Roster } from './roster.ts';

/** A roster that was opened, and what messages call it. */
export interface NamedRoster {
  readonly roster: Roster;
  readonly shownAs: string;
}

/**
 * Several files as one roster: the first says who is in it, the others add what it does not say. Those others are held in
 * memory.
 * @param key the column that tells which rows belong together
 * @throws BadgekitError ROSTER_INVALID where a file has no such column
 */
export function joinRosters(files: readonly NamedRoster[], key: string): Roster {
  const [first, ...others] = files;
  if (first === undefined) throw new Error('files are joined');
  const join = joinOf(
    files.map(({ roster: { header, reading }, shownAs }) => ({
      name: shownAs,
      header,
      fields: reading.fields,
      isTranslated: reading.translation !== undefined,
    })),
    key,
  );
  let held: Promise<readonly JoinedRows[]> | undefined;
  const loaded = (): Promise<readonly JoinedRows[]> =>
    (held ??= Promise.all(
      others.map(({ roster }, index) => joinedRowsOf(roster.rows(), join.keys[index + 1] ?? (() => ''))),
    ));
  let alone: PassedOver = new Map();
  async function* rows(): AsyncGenerator<RosterRow> {
    alone = new Map();
    const here = alone;
    yield* joined(first?.roster.rows() ?? noRows(), join, await loaded(), here);
  }
  const { roster } = first;
  const { fields, columns } = join;
  return {
    ...roster,
    header: join.header,
    bytes: files.reduce((sum, file) => sum + file.roster.bytes, 0),
    reading: {
      ...roster.reading,
      fields,
      columns,
      unused: files.flatMap((file) => file.roster.reading.unused),
    },
    rows,
    passedOver: () => new Map([...files.flatMap(passedOverIn), ...alone]),
  };
}

async function* noRows(): AsyncGenerator<RosterRow> {
  // Nothing to read.
}

function passedOverIn({ roster, shownAs }: NamedRoster, index: number): [string, PassedOverRows][] {
  if (index === 0) return [...roster.passedOver()];
  return [...roster.passedOver()].map(([why, passed]) => [`${shownAs}: ${why}`, { ...passed, file: shownAs, why }]);
}
