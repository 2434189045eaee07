import type { Kysely } from 'kysely';
import type {
  StatusChange,
  StatusListName,
  StatusListRow,
  StatusPlace,
  StatusPurpose,
  WantedPlaces,
} from '../ports.ts';
import { MIN_ENTRIES } from '../status/bitstring.ts';
import { MAX_PARAMETERS, pieces, ROWS_AT_ONCE } from './pieces.ts';
import type { LedgerTables } from './tables.ts';

type Db = Kysely<LedgerTables>;

/** Which entry of a list the n-th reservation gets: a keyed permutation, so that entries tell nothing about order. */
export type PlaceChooser = (list: StatusListName, size: number, counter: number) => number;

/** Places for so many credentials: counts on in the newest list of a series, and begins another where it is full. */
async function takePlaces(
  tx: Db,
  choosePlace: PlaceChooser,
  purpose: StatusPurpose,
  series: string,
  wanted: number,
): Promise<readonly { list: number; entry: number }[]> {
  const places: { list: number; entry: number }[] = [];
  while (places.length < wanted) {
    const { list, size, used } = await newestList(tx, purpose, series);
    const taken = Math.min(wanted - places.length, size - used);
    for (let counter = used; counter < used + taken; counter++)
      places.push({ list, entry: choosePlace({ purpose, series, list }, size, counter) });
    await tx
      .updateTable('status_list')
      .set({ used: used + taken })
      .where('purpose', '=', purpose)
      .where('series', '=', series)
      .where('list', '=', list)
      .execute();
  }
  return places;
}

/** Gives new credentials their places, one in each list that they want. */
export async function placeAll(
  tx: Db,
  choosePlace: PlaceChooser,
  fresh: readonly { readonly credentialId: string; readonly wants: WantedPlaces }[],
): Promise<ReadonlyMap<string, readonly StatusPlace[]>> {
  const groups = new Map<string, { purpose: StatusPurpose; series: string; ids: string[] }>();
  for (const { credentialId, wants } of fresh)
    for (const purpose of wants.purposes) {
      const name = `${purpose}/${wants.series}`;
      const group = groups.get(name) ?? { purpose, series: wants.series, ids: [] };
      group.ids.push(credentialId);
      groups.set(name, group);
    }
  const placesOf = new Map<string, StatusPlace[]>();
  for (const { purpose, series, ids } of groups.values()) {
    const places = await takePlaces(tx, choosePlace, purpose, series, ids.length);
    const rows = places.map((place, index) => {
      return { credential_id: ids[index] ?? '', purpose, series, ...place, is_set: 0, changed_at: null };
    });
    for (const some of pieces(rows, ROWS_AT_ONCE))
      await tx
        .insertInto('status_place')
        .values([...some])
        .execute();
    for (const { credential_id: id, list, entry: index } of rows)
      placesOf.set(id, [...(placesOf.get(id) ?? []), { purpose, series, list, index }]);
  }
  for (const places of placesOf.values()) places.sort((a, b) => (a.purpose < b.purpose ? -1 : 1));
  return placesOf;
}

async function newestList(
  tx: Db,
  purpose: StatusPurpose,
  series: string,
): Promise<Pick<StatusListRow, 'list' | 'size' | 'used'>> {
  const newest = await tx
    .selectFrom('status_list')
    .selectAll()
    .where('purpose', '=', purpose)
    .where('series', '=', series)
    .orderBy('list', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (newest !== undefined && newest.used < newest.size) return newest;
  const begun = { purpose, series, list: (newest?.list ?? 0) + 1, size: MIN_ENTRIES, used: 0, signed_at: null };
  await tx.insertInto('status_list').values(begun).execute();
  return begun;
}

/** Sets or clears a bit, and notes it in the bit's history; a change that changes nothing is passed over. */
export async function recordChange(
  tx: Db,
  { credentialId, purpose, set, reason, at, since }: StatusChange,
): Promise<void> {
  const place = await tx
    .updateTable('status_place')
    .set({ is_set: set ? 1 : 0, changed_at: at })
    .where('credential_id', '=', credentialId)
    .where('purpose', '=', purpose)
    .where('is_set', '!=', set ? 1 : 0)
    .executeTakeFirst();
  if (place.numUpdatedRows === 0n) return;
  const { change } = await tx
    .selectFrom('status_change')
    .select(({ fn }) => fn.max('change').as('change'))
    .where('credential_id', '=', credentialId)
    .where('purpose', '=', purpose)
    .executeTakeFirstOrThrow();
  await tx
    .insertInto('status_change')
    .values({
      credential_id: credentialId,
      purpose,
      change: (change ?? 0) + 1,
      is_set: set ? 1 : 0,
      reason: reason ?? null,
      changed_at: at,
      since,
    })
    .execute();
}

/** The latest change of each of these credentials' bits. */
export async function latestChanges(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly StatusChange[]>> {
  const latest = new Map<string, StatusChange[]>();
  for (const some of pieces(ids, MAX_PARAMETERS)) {
    const rows = await db
      .selectFrom('status_change as each')
      .selectAll()
      .where('credential_id', 'in', some)
      .where('change', '=', ({ selectFrom }) =>
        selectFrom('status_change as every')
          .select(({ fn }) => fn.max('every.change').as('last'))
          .whereRef('every.credential_id', '=', 'each.credential_id')
          .whereRef('every.purpose', '=', 'each.purpose'),
      )
      .orderBy('purpose')
      .execute();
    for (const { credential_id: credentialId, purpose, is_set, reason, changed_at: at, since } of rows)
      latest.set(credentialId, [
        ...(latest.get(credentialId) ?? []),
        { credentialId, purpose, set: is_set === 1, reason: reason ?? undefined, at, since },
      ]);
  }
  return latest;
}
