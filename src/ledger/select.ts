import { type Kysely, sql } from 'kysely';
import type { AwardFilter } from '../ports.ts';
import type { AwardTable, LedgerTables } from './tables.ts';

/** How many awards are read at once, so that memory does not grow with the ledger. */
export const PAGE = 500;

/** A page of issued awards, in the order in which they were issued and stood in their rosters, from after a given one on. */
export async function selectPage(
  db: Kysely<LedgerTables>,
  { text, badge, run, roster, verificationMethods, issuedSince, endsBefore }: AwardFilter,
  after: AwardTable | undefined,
): Promise<readonly AwardTable[]> {
  let query = db
    .selectFrom('award')
    .selectAll()
    .where('state', '=', 'issued')
    .orderBy('issued_at')
    .orderBy('line')
    .orderBy('credential_id')
    .limit(PAGE);
  if (text !== undefined)
    query = query.where((where) =>
      where.or([where('credential_id', '=', text), where('recipient', '=', text), where('subject_id', '=', text)]),
    );
  if (badge !== undefined) query = query.where('badge', '=', badge);
  if (run !== undefined) query = query.where('run', '=', run);
  if (roster !== undefined) query = query.where('roster', '=', roster);
  if (verificationMethods !== undefined) query = query.where('verification_method', 'in', [...verificationMethods]);
  if (issuedSince !== undefined) query = query.where('issued_at', '>=', issuedSince);
  if (endsBefore !== undefined) query = query.where('valid_until', '<', endsBefore);
  if (after !== undefined)
    query = query.where(
      sql<boolean>`(issued_at, line, credential_id) > (${after.issued_at}, ${after.line}, ${after.credential_id})`,
    );
  return await query.execute();
}
