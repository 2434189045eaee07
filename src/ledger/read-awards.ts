import type { Kysely } from 'kysely';
import type { CredentialState, LedgerAward, StatusPlace } from '../ports.ts';
import { MAX_PARAMETERS, pieces } from './pieces.ts';
import { fromRow } from './rows.ts';
import { latestChanges } from './status-places.ts';
import type { AwardTable, LedgerTables } from './tables.ts';

type Db = Kysely<LedgerTables>;

/** The newest edition of each award. */
export async function newestAwards(db: Db, awards: readonly string[]): Promise<ReadonlyMap<string, LedgerAward>> {
  const rows: AwardTable[] = [];
  for (let at = 0; at < awards.length; at += MAX_PARAMETERS) {
    rows.push(
      ...(await db
        .selectFrom('award')
        .selectAll()
        .where('award', 'in', awards.slice(at, at + MAX_PARAMETERS))
        .orderBy('edition')
        .execute()),
    );
  }
  const newest = new Map(rows.map((row) => [row.award, row]));
  return new Map((await wholeAwards(db, [...newest.values()])).map((award) => [award.award, award]));
}

/** Awards with their places and the latest changes of their bits. */
export async function wholeAwards(db: Db, rows: readonly AwardTable[]): Promise<LedgerAward[]> {
  const places = new Map<string, StatusPlace[]>();
  const changed = new Set<string>();
  const ids = rows.map(({ credential_id }) => credential_id);
  for (const some of pieces(ids, MAX_PARAMETERS)) {
    for (const { credential_id: id, purpose, series, list, entry, changed_at } of await db
      .selectFrom('status_place')
      .selectAll()
      .where('credential_id', 'in', some)
      .orderBy('purpose')
      .execute()) {
      places.set(id, [...(places.get(id) ?? []), { purpose, series, list, index: entry }]);
      if (changed_at !== null) changed.add(id);
    }
  }
  const changes = await latestChanges(db, [...changed]);
  const newer = new Map<string, string>();
  for (const some of pieces(ids, MAX_PARAMETERS))
    for (const { credential_id, supersedes } of await db
      .selectFrom('award')
      .select(['credential_id', 'supersedes'])
      .where('supersedes', 'in', some)
      .where('state', '=', 'issued')
      .execute())
      newer.set(supersedes ?? '', credential_id);
  return rows.map((row) => {
    const { credential_id: id } = row;
    return fromRow(row, places.get(id) ?? [], changes.get(id) ?? [], newer.get(id));
  });
}

/** How far credentials are that are known, by their ids. */
export async function statesOf(
  db: Db,
  credentialIds: readonly string[],
): Promise<ReadonlyMap<string, CredentialState>> {
  const states = new Map<string, CredentialState>();
  for (const some of pieces(credentialIds, MAX_PARAMETERS))
    for (const { credential_id: id, state, files } of await db
      .selectFrom('award')
      .select(['credential_id', 'state', 'files'])
      .where('credential_id', 'in', some)
      .execute())
      states.set(id, { state, hasFiles: files !== '[]' });
  return states;
}
