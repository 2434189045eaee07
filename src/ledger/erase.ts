import type { Kysely } from 'kysely';
import type { LedgerAward } from '../ports.ts';
import { MAX_PARAMETERS, pieces } from './pieces.ts';
import { wholeAwards } from './read-awards.ts';
import type { LedgerTables } from './tables.ts';

type Db = Kysely<LedgerTables>;

/** The columns of `award` that tell of a person, as they are once he was erased. */
function erasedColumns(at: number): object {
  return {
    recipient: '',
    subject_id: null,
    recipient_name: null,
    award_key: '',
    line: 0,
    content: '',
    files: '[]',
    erased_at: at,
  };
}

/** Every award of somebody who goes by these addresses or ids, reserved ones too. */
export async function awardsOf(db: Db, names: readonly string[]): Promise<readonly LedgerAward[]> {
  const rows = await db
    .selectFrom('award')
    .selectAll()
    .where((where) => where.or([where('recipient', 'in', names), where('subject_id', 'in', names)]))
    .orderBy('reserved_at')
    .orderBy('credential_id')
    .execute();
  return await wholeAwards(db, rows);
}

/** Takes what tells of a person out of awards; reasons are words about him. */
export async function eraseAwards(tx: Db, credentialIds: readonly string[], at: number): Promise<void> {
  for (const some of pieces(credentialIds, MAX_PARAMETERS)) {
    await tx.updateTable('award').set(erasedColumns(at)).where('credential_id', 'in', some).execute();
    await tx.updateTable('status_change').set({ reason: null }).where('credential_id', 'in', some).execute();
  }
}
