import type { Kysely } from 'kysely';
import type { StatusListName, StatusListRow } from '../ports.ts';
import type { LedgerTables } from './tables.ts';

type Db = Kysely<LedgerTables>;

/** Every status list, in the order of their names. */
export async function statusLists(db: Db): Promise<readonly StatusListRow[]> {
  const rows = await db
    .selectFrom('status_list')
    .selectAll()
    .orderBy('purpose')
    .orderBy('series')
    .orderBy('list')
    .execute();
  return rows.map(({ signed_at, ...list }) => ({ ...list, signedAt: signed_at ?? undefined }));
}

/** Notes the newest signing of a list. */
export async function noteSigning(tx: Db, { purpose, series, list }: StatusListName, at: number): Promise<void> {
  await tx
    .updateTable('status_list')
    .set({ signed_at: at })
    .where('purpose', '=', purpose)
    .where('series', '=', series)
    .where('list', '=', list)
    .where((where) => where.or([where('signed_at', 'is', null), where('signed_at', '<', at)]))
    .execute();
}
