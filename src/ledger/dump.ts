import type { Kysely } from 'kysely';
import type { AwardRecord, LedgerRecord, StatusChange, StatusPlace } from '../ports.ts';
import type { Engine } from './engine.ts';
import { endedKeys } from './keys.ts';
import { statusLists } from './lists.ts';
import { MAX_PARAMETERS } from './pieces.ts';
import { fromRow } from './rows.ts';
import type { AwardTable, LedgerTables } from './tables.ts';

type Db = Kysely<LedgerTables>;

/** Every list, then every ended key, every run, then every award, each in the order of its name. */
export async function* dumpRecords({ db, guard }: Engine): AsyncGenerator<LedgerRecord> {
  const lists = await guard(() => statusLists(db));
  for (const list of lists) yield { kind: 'list', ...list };
  for (const key of await guard(() => endedKeys(db))) yield { kind: 'key', ...key };
  const runs = await guard(() => db.selectFrom('run').selectAll().orderBy('run').execute());
  for (const { run, command, host, pid, started_at, ended_at } of runs)
    yield { kind: 'run', run, command, host, pid, startedAt: started_at, endedAt: ended_at ?? undefined };
  for (let after = ''; ;) {
    const from = after;
    const page = await guard(() =>
      db
        .selectFrom('award')
        .selectAll()
        .where('credential_id', '>', from)
        .orderBy('credential_id')
        .limit(MAX_PARAMETERS)
        .execute(),
    );
    yield* await guard(() => asRecords(db, page));
    const last = page.at(-1);
    if (last === undefined || page.length < MAX_PARAMETERS) return;
    after = last.credential_id;
  }
}

/** Awards with their places and the whole history of their bits. */
export async function asRecords(db: Db, rows: readonly AwardTable[]): Promise<readonly AwardRecord[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ credential_id }) => credential_id);
  const places = new Map<string, StatusPlace[]>();
  for (const { credential_id: id, purpose, series, list, entry } of await db
    .selectFrom('status_place')
    .selectAll()
    .where('credential_id', 'in', ids)
    .orderBy('purpose')
    .execute())
    places.set(id, [...(places.get(id) ?? []), { purpose, series, list, index: entry }]);
  const changes = new Map<string, StatusChange[]>();
  for (const { credential_id: credentialId, purpose, is_set, reason, changed_at: at, since } of await db
    .selectFrom('status_change')
    .selectAll()
    .where('credential_id', 'in', ids)
    .orderBy('purpose')
    .orderBy('change')
    .execute())
    changes.set(credentialId, [
      ...(changes.get(credentialId) ?? []),
      { credentialId, purpose, set: is_set === 1, reason: reason ?? undefined, at, since },
    ]);
  return rows.map((row) => {
    const { supersededBy: _derived, ...award } = fromRow(
      row,
      places.get(row.credential_id) ?? [],
      changes.get(row.credential_id) ?? [],
      undefined,
    );
    return { kind: 'award', ...award };
  });
}
