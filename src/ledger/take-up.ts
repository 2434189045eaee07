import type { Kysely } from 'kysely';
import { changeOf } from '../issue/standing.ts';
import type { LedgerAward, Reservation } from '../ports.ts';
import type { LedgerTables } from './tables.ts';

type Db = Kysely<LedgerTables>;

/** What was reserved and never issued becomes what its row says now, under the same id and places. */
export async function takeUp(tx: Db, entry: LedgerAward, wanted: Reservation, run: string): Promise<void> {
  const { roster, line, content, recipientName, subjectId, validFrom, validUntil, revokesBecause } = wanted;
  const isSame = entry.content === content;
  await tx
    .updateTable('award')
    .set({
      run,
      roster,
      line,
      content,
      recipient_name: recipientName ?? null,
      subject_id: subjectId ?? null,
      revokes_because: (isSame ? (revokesBecause ?? entry.revokesBecause) : revokesBecause) ?? null,
      // The same row keeps the moment at which it was first reserved, and so the very same credential.
      ...(isSame ? {} : { valid_from: validFrom, valid_until: validUntil ?? null }),
    })
    .where('credential_id', '=', entry.credentialId)
    .execute();
}

/** Whether another badge may take the place of the newest one. */
export function isReplaceable(known: LedgerAward | undefined): boolean {
  return known === undefined || (known.erasedAt === undefined && changeOf(known, 'revocation')?.set !== true);
}
