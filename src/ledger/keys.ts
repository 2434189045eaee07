import type { Kysely } from 'kysely';
import type { EndedKey } from '../ports.ts';
import type { LedgerTables } from './tables.ts';

type Db = Kysely<LedgerTables>;

/** The keys that sign no more, in the order of their names. */
export async function endedKeys(db: Db): Promise<readonly EndedKey[]> {
  const rows = await db.selectFrom('signing_key').selectAll().orderBy('name').execute();
  return rows.map(({ name, state, since, ended_at }) => ({ name, state, since, at: ended_at }));
}

/** Notes that a key signs no more. A retired key may turn out to be compromised; never the other way round. */
export async function endKey(tx: Db, { name, state, since, at }: EndedKey): Promise<void> {
  const row = { name, state, since, ended_at: at };
  await tx
    .insertInto('signing_key')
    .values(row)
    .onConflict((conflict) =>
      state === 'compromised' ? conflict.column('name').doUpdateSet(row) : conflict.column('name').doNothing(),
    )
    .execute();
}
