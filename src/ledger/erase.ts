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

/** Every award of somebody who goes by these addresses or ids, and by those that these awards tell of; reserved ones too. */
export async function awardsOf(db: Db, names: readonly string[]): Promise<readonly LedgerAward[]> {
  const known = new Set(names.filter((name) => name !== ''));
  for (;;) {
    const wanted = [...known];
    if (wanted.length === 0) return [];
    const rows = await db
      .selectFrom('award')
      .selectAll()
      .where((where) => where.or([where('recipient', 'in', wanted), where('subject_id', 'in', wanted)]))
      .orderBy('reserved_at')
      .orderBy('credential_id')
      .execute();
    for (const { recipient, subject_id } of rows)
      for (const name of [recipient, subject_id ?? '']) if (name !== '') known.add(name);
    if (known.size === wanted.length) return await wholeAwards(db, rows);
  }
}

/** Takes what tells of a person out of awards; reasons are words about him. */
export async function eraseAwards(tx: Db, credentialIds: readonly string[], at: number): Promise<void> {
  for (const some of pieces(credentialIds, MAX_PARAMETERS)) {
    await tx.updateTable('award').set(erasedColumns(at)).where('credential_id', 'in', some).execute();
    await tx.updateTable('status_change').set({ reason: null }).where('credential_id', 'in', some).execute();
  }
}
