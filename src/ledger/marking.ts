import { type Kysely, sql } from 'kysely';
import type { IssuedNote } from '../ports.ts';
import { pieces, ROWS_AT_ONCE } from './pieces.ts';
import { recordChange } from './status-places.ts';
import type { LedgerTables } from './tables.ts';

type Db = Kysely<LedgerTables>;

/**
 * Marks awards as issued that a run reserved; what they replace is revoked, if so reserved, and what stood against it
 * stays.
 * @returns the credential ids that this run issued
 */
export async function markIssued(
  tx: Db,
  issued: readonly IssuedNote[],
  run: string,
  at: number,
): Promise<ReadonlySet<string>> {
  const marked = new Set<string>();
  for (const some of pieces(issued, ROWS_AT_ONCE)) {
    const reserved = await reservedAmong(
      tx,
      some.map(({ credentialId }) => credentialId),
    );
    const now = await markRows(tx, some, run, at);
    for (const credentialId of now) marked.add(credentialId);
    await succeed(
      tx,
      now.filter((credentialId) => reserved.has(credentialId)),
      at,
    );
  }
  return marked;
}

/** An award that this run marked before is marked again: the answer to the first time may have been lost. */
async function markRows(tx: Db, issued: readonly IssuedNote[], run: string, at: number): Promise<readonly string[]> {
  const values = sql.join(
    issued.map(
      ({ credentialId, verificationMethod, files }) =>
        sql`(${credentialId}, ${verificationMethod}, ${JSON.stringify(files)})`,
    ),
  );
  const { rows } = await sql<{ credential_id: string }>`
    update award set state = 'issued', issued_at = coalesce(issued_at, cast(${at} as bigint)),
      verification_method = noted.column2, files = noted.column3
    from (values ${values}) as noted
    where award.credential_id = noted.column1 and award.run = ${run} and award.erased_at is null
    returning award.credential_id`.execute(tx);
  return rows.map(({ credential_id }) => credential_id);
}

async function reservedAmong(tx: Db, credentialIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx
    .selectFrom('award')
    .select('credential_id')
    .where('credential_id', 'in', credentialIds)
    .where('state', '=', 'reserved')
    .execute();
  return new Set(rows.map(({ credential_id }) => credential_id));
}

/** A new badge takes the place of the one before it: that is revoked, if so reserved, and what stood against it stays. */
async function succeed(tx: Db, credentialIds: readonly string[], at: number): Promise<void> {
  if (credentialIds.length === 0) return;
  const rows = await tx
    .selectFrom('award')
    .select(['credential_id', 'supersedes', 'revokes_because'])
    .where('credential_id', 'in', credentialIds)
    .where('supersedes', 'is not', null)
    .execute();
  for (const { credential_id: credentialId, supersedes, revokes_because: reason } of rows) {
    if (supersedes === null) continue;
    await inherit(tx, supersedes, credentialId, at);
    if (reason !== null) await revokeEarlier(tx, supersedes, reason, at);
  }
}

/** A badge that was revoked or suspended while another was made in its place does not come back by that. */
async function inherit(tx: Db, from: string, to: string, at: number): Promise<void> {
  const set = await tx
    .selectFrom('status_place')
    .select('purpose')
    .where('credential_id', '=', from)
    .where('is_set', '=', 1)
    .execute();
  const own = await tx.selectFrom('status_place').select('purpose').where('credential_id', '=', to).execute();
  for (const { purpose } of set) {
    const reason = `the badge that it replaces was ${purpose === 'revocation' ? 'revoked' : 'suspended'}`;
    const possible = own.some((place) => place.purpose === purpose) ? purpose : 'revocation';
    await recordChange(tx, { credentialId: to, purpose: possible, set: true, reason, at, since: at });
  }
}

/** A badge and the editions before it, which may count still where they were renewed. */
async function revokeEarlier(tx: Db, newest: string, reason: string, at: number): Promise<void> {
  let credentialId: string | null = newest;
  while (credentialId !== null) {
    await recordChange(tx, { credentialId, purpose: 'revocation', set: true, reason, at, since: at });
    credentialId = await replacedBy(tx, credentialId);
  }
}

async function replacedBy(tx: Db, credentialId: string): Promise<string | null> {
  const row = await tx
    .selectFrom('award')
    .select('supersedes')
    .where('credential_id', '=', credentialId)
    .executeTakeFirst();
  return row?.supersedes ?? null;
}
