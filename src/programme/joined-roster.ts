import type { RosterRow } from '../roster/layout.ts';
import { joinedRows, type KeyedRows, keyedRows, sharedKeys } from '../roster/joined-rows.ts';
import { joinOf } from '../roster/joining.ts';
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
  const load = async (): Promise<Held> => {
    const keyed = await Promise.all(
      others.map(({ roster: other }, index) => keyedRows(other.rows(), join.keys[index + 1] ?? (() => ''))),
    );
    return { keyed, shared: await sharedKeys(first.roster.rows(), join, keyed) };
  };
  let held: Promise<Held> | undefined;
  let alone: PassedOver = new Map();
  async function* rows(own: Roster): AsyncGenerator<RosterRow> {
    alone = new Map();
    const here = alone;
    const { keyed, shared } = await (held ??= load());
    yield* joinedRows(own.rows(), join, keyed, shared, here);
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
      columns: { ...columns, isOfSystem: files.some((file) => file.roster.format.system !== undefined) },
      unused: files.flatMap((file) => file.roster.reading.unused),
    },
    rows: () => rows(roster),
    passedOver: () => new Map([...files.flatMap(passedOverIn), ...alone]),
  };
}

/** What is held in memory of the others, and of the first where it is not clear. */
interface Held {
  readonly keyed: readonly KeyedRows[];
  readonly shared: ReadonlyMap<string, readonly [number, number]>;
}

function passedOverIn({ roster, shownAs }: NamedRoster, index: number): [string, PassedOverRows][] {
  if (index === 0) return [...roster.passedOver()];
  return [...roster.passedOver()].map(([why, passed]) => [`${shownAs}: ${why}`, { ...passed, file: shownAs, why }]);
}
