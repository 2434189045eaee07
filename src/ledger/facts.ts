import type { Kysely } from 'kysely';
import type { LedgerTables } from './tables.ts';

/** The fingerprint of the secret that the ledger was begun with; undefined where nobody with a secret opened it yet. */
export async function awardSecret(db: Kysely<LedgerTables>): Promise<string | undefined> {
  const row = await db.selectFrom('fact').select('value').where('name', '=', 'award_secret').executeTakeFirst();
  return row?.value;
}

/** Notes the fingerprint, unless there is one. */
export async function noteAwardSecret(tx: Kysely<LedgerTables>, value: string): Promise<void> {
  await tx
    .insertInto('fact')
    .values({ name: 'award_secret', value })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
