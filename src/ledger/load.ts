import type { Kysely } from 'kysely';
import { BadgekitError } from '../errors.ts';
import type { AwardRecord, LedgerRecord, LoadOutcome, RecordConflict, StatusChange } from '../ports.ts';
import { MIN_ENTRIES } from '../status/bitstring.ts';
import { asRecords } from './dump.ts';
import type { Engine } from './engine.ts';
import { eraseAwards } from './erase.ts';
import { awardSecret, noteAwardSecret } from './facts.ts';
import { endKey } from './keys.ts';
import { noteSigning } from './lists.ts';
import { toRow } from './rows.ts';
import type { LedgerTables } from './tables.ts';

type Db = Kysely<LedgerTables>;
type Records = () => AsyncIterable<LedgerRecord>;

/** More are not told: whoever merges by hand begins with the first. */
const MAX_CONFLICTS = 100;

/** Ends a transaction whose work is not wanted. */
class Undone extends Error {
  readonly outcome: LoadOutcome;

  constructor(outcome: LoadOutcome) {
    super('undone');
    this.outcome = outcome;
  }
}

/**
 * Takes records into a ledger, in one transaction.
 * @throws BadgekitError KEY_MISMATCH where they were made with another secret
 */
export async function loadRecords(
  engine: Engine,
  records: Records,
  fingerprint: string | undefined,
  isTrial: boolean,
): Promise<LoadOutcome> {
  try {
    return await engine.exclusive(async (tx) => {
      await matchSecret(tx, fingerprint);
      const outcome = await new Loader(tx).load(records);
      if (isTrial || outcome.conflicts.length > 0) throw new Undone(outcome);
      return outcome;
    });
  } catch (error) {
    if (error instanceof Undone) return error.outcome;
    throw error;
  }
}

async function matchSecret(tx: Db, fingerprint: string | undefined): Promise<void> {
  if (fingerprint === undefined) return;
  const known = await awardSecret(tx);
  if (known !== undefined && known !== fingerprint)
    throw new BadgekitError('KEY_MISMATCH', 'these records are of a programme with another secret', {
      hint: 'a ledger belongs to one programme: the one that has the same secret in keys/',
    });
  await noteAwardSecret(tx, fingerprint);
}

class Loader {
  readonly #tx: Db;
  readonly #conflicts: RecordConflict[] = [];
  readonly #supersessions: { readonly id: string; readonly supersedes: string }[] = [];
  readonly #counts = { added: 0, changed: 0, same: 0 };

  constructor(tx: Db) {
    this.#tx = tx;
  }

  /** Awards refer to lists and runs, and to each other: so each kind has its turn, and the last go last. */
  async load(records: Records): Promise<LoadOutcome> {
    for await (const record of records()) if (record.kind === 'list') await this.#loadList(record);
    for await (const record of records()) if (record.kind === 'key') await endKey(this.#tx, record);
    for await (const record of records()) if (record.kind === 'run') await this.#loadRun(record);
    for await (const record of records()) {
      if (record.kind === 'award') await this.#loadAward(record);
      if (this.#conflicts.length >= MAX_CONFLICTS) break;
    }
    if (this.#conflicts.length === 0)
      for (const { id, supersedes } of this.#supersessions) await this.#link(id, supersedes);
    await this.#raiseUsed();
    return { ...this.#counts, conflicts: this.#conflicts };
  }

  async #link(id: string, supersedes: string): Promise<void> {
    const replaced = await this.#tx
      .selectFrom('award')
      .select('credential_id')
      .where('credential_id', '=', supersedes)
      .executeTakeFirst();
    if (replaced === undefined)
      throw new BadgekitError('LEDGER_FILE_INVALID', `${id} replaces ${supersedes}, of which nothing is said`, {
        hint: 'export the ledger once more, while nothing is being issued',
      });
    await this.#tx.updateTable('award').set({ supersedes }).where('credential_id', '=', id).execute();
  }

  async #loadList({
    purpose,
    series,
    list,
    size,
    used,
    signedAt,
  }: Extract<LedgerRecord, { kind: 'list' }>): Promise<void> {
    await this.#tx
      .insertInto('status_list')
      .values({ purpose, series, list, size, used, signed_at: signedAt ?? null })
      .onConflict((conflict) => conflict.columns(['purpose', 'series', 'list']).doNothing())
      .execute();
    await this.#tx
      .updateTable('status_list')
      .set({ used })
      .where('purpose', '=', purpose)
      .where('series', '=', series)
      .where('list', '=', list)
      .where('used', '<', used)
      .execute();
    if (signedAt !== undefined) await noteSigning(this.#tx, { purpose, series, list }, signedAt);
  }

  async #loadRun({
    run,
    command,
    host,
    pid,
    startedAt,
    endedAt,
  }: Extract<LedgerRecord, { kind: 'run' }>): Promise<void> {
    await this.#tx
      .insertInto('run')
      .values({ run, command, host, pid, started_at: startedAt, ended_at: endedAt ?? null })
      .onConflict((conflict) => conflict.column('run').doNothing())
      .execute();
  }

  async #loadAward(record: AwardRecord): Promise<void> {
    const row = await this.#tx
      .selectFrom('award')
      .selectAll()
      .where('credential_id', '=', record.credentialId)
      .executeTakeFirst();
    const [known] = row === undefined ? [] : await asRecords(this.#tx, [row]);
    if (known === undefined) await this.#add(record);
    else await this.#merge(known, record);
  }

  async #add(record: AwardRecord): Promise<void> {
    const { credentialId, award, edition, supersedes, places } = record;
    const other = await this.#tx
      .selectFrom('award')
      .select('credential_id')
      .where('award', '=', award)
      .where('edition', '=', edition)
      .executeTakeFirst();
    if (other !== undefined) {
      this.#conflicts.push({ kind: 'award', what: award, credentials: [other.credential_id, credentialId] });
      return;
    }
    if (!(await this.#areFree(record))) return;
    await this.#noteRun(record);
    for (const { purpose, series, list } of places)
      await this.#loadList({ kind: 'list', purpose, series, list, size: MIN_ENTRIES, used: 0, signedAt: undefined });
    // A row that refers to one that comes later is linked at the end.
    await this.#tx
      .insertInto('award')
      .values({ ...toRow(record), supersedes: null })
      .execute();
    if (supersedes !== undefined) this.#supersessions.push({ id: credentialId, supersedes });
    for (const { purpose, series, list, index } of places)
      await this.#tx
        .insertInto('status_place')
        .values({ credential_id: credentialId, purpose, series, list, entry: index, is_set: 0, changed_at: null })
        .execute();
    const erasedAt = record.erasedAt ?? (await this.#erasedAt(award));
    await this.#writeHistory(record, erasedAt === undefined ? record.changes : withoutReasons(record.changes));
    if (erasedAt !== undefined) await eraseAwards(this.#tx, [credentialId], erasedAt);
    this.#counts.added++;
  }

  /** An export may have been made while the run began. */
  async #noteRun({ run, reservedAt }: AwardRecord): Promise<void> {
    await this.#loadRun({
      kind: 'run',
      run,
      command: 'issue',
      host: '',
      pid: 0,
      startedAt: reservedAt,
      endedAt: reservedAt,
    });
  }

  /** When the person was erased to whom another edition of an award went. */
  async #erasedAt(award: string): Promise<number | undefined> {
    const row = await this.#tx
      .selectFrom('award')
      .select('erased_at')
      .where('award', '=', award)
      .where('erased_at', 'is not', null)
      .executeTakeFirst();
    return row?.erased_at ?? undefined;
  }

  /** Places are counted on from where a list was used: whatever the records say, beyond those that are taken. */
  async #raiseUsed(): Promise<void> {
    const taken = await this.#tx
      .selectFrom('status_place')
      .select(['purpose', 'series', 'list', ({ fn }) => fn.countAll<number>().as('places')])
      .groupBy(['purpose', 'series', 'list'])
      .execute();
    for (const { purpose, series, list, places } of taken)
      await this.#tx
        .updateTable('status_list')
        .set({ used: Number(places) })
        .where('purpose', '=', purpose)
        .where('series', '=', series)
        .where('list', '=', list)
        .where('used', '<', Number(places))
        .execute();
  }

  /** Whether nobody else has the places of an award. */
  async #areFree({ credentialId, places }: AwardRecord): Promise<boolean> {
    let isFree = true;
    for (const { purpose, series, list, index } of places) {
      const holder = await this.#tx
        .selectFrom('status_place')
        .select('credential_id')
        .where('purpose', '=', purpose)
        .where('series', '=', series)
        .where('list', '=', list)
        .where('entry', '=', index)
        .executeTakeFirst();
      if (holder === undefined || holder.credential_id === credentialId) continue;
      isFree = false;
      this.#conflicts.push({
        kind: 'place',
        what: `${purpose} list ${series === '' ? '' : `${series} `}${list}, entry ${index}`,
        credentials: [holder.credential_id, credentialId],
      });
    }
    return isFree;
  }

  async #merge(known: AwardRecord, record: AwardRecord): Promise<void> {
    const { credentialId } = known;
    if (JSON.stringify(unchanging(known)) !== JSON.stringify(unchanging(record))) {
      this.#conflicts.push({ kind: 'credential', what: credentialId, credentials: [credentialId, credentialId] });
      return;
    }
    const erasedAt = known.erasedAt ?? record.erasedAt;
    const [before, more] = [known, record].map(({ changes }) =>
      erasedAt === undefined ? changes : withoutReasons(changes),
    );
    const history = mergedHistory(before ?? [], more ?? []);
    const isIssuedNow = known.state === 'reserved' && record.state === 'issued';
    const isErasedNow = known.erasedAt === undefined && record.erasedAt !== undefined;
    if (!isIssuedNow && !isErasedNow && history.length === known.changes.length) {
      this.#counts.same++;
      return;
    }
    if (isIssuedNow) {
      const { supersedes: _linked, ...columns } = toRow(record);
      await this.#tx.updateTable('award').set(columns).where('credential_id', '=', credentialId).execute();
    }
    // Whom one of two ledgers erased stays erased.
    if (erasedAt !== undefined) await eraseAwards(this.#tx, [credentialId], erasedAt);
    await this.#writeHistory(known, history);
    this.#counts.changed++;
  }

  async #writeHistory({ credentialId }: AwardRecord, history: readonly StatusChange[]): Promise<void> {
    await this.#tx.deleteFrom('status_change').where('credential_id', '=', credentialId).execute();
    for (const purpose of ['revocation', 'suspension'] as const) {
      const changes = history.filter((change) => change.purpose === purpose);
      for (const [index, { set, reason, at, since }] of changes.entries())
        await this.#tx
          .insertInto('status_change')
          .values({
            credential_id: credentialId,
            purpose,
            change: index + 1,
            is_set: set ? 1 : 0,
            reason: reason ?? null,
            changed_at: at,
            since,
          })
          .execute();
      const last = changes.at(-1);
      if (last === undefined) continue;
      // What one of two ledgers revoked stays revoked.
      const isSet = purpose === 'revocation' ? changes.some(({ set }) => set) : last.set;
      await this.#tx
        .updateTable('status_place')
        .set({ is_set: isSet ? 1 : 0, changed_at: last.at })
        .where('credential_id', '=', credentialId)
        .where('purpose', '=', purpose)
        .execute();
    }
  }
}

/** What two records of one credential must agree on. */
function unchanging({ credentialId, award, edition, badge, places }: AwardRecord): object {
  return {
    credentialId,
    award,
    edition,
    badge,
    places: places.map(({ purpose, series, list, index }) => [purpose, series, list, index]),
  };
}

function nameOf({ purpose, set, reason, at, since }: StatusChange): string {
  return JSON.stringify([purpose, set, reason ?? null, at, since]);
}

/** The changes of both, in the order of their dates. */
function mergedHistory(known: readonly StatusChange[], more: readonly StatusChange[]): readonly StatusChange[] {
  const names = new Set(known.map(nameOf));
  const added = more.filter((change) => !names.has(nameOf(change)));
  return added.length === 0 ? known : [...known, ...added].sort((a, b) => a.at - b.at);
}

/** Reasons are words about a person. */
function withoutReasons(changes: readonly StatusChange[]): readonly StatusChange[] {
  return changes.map((change) => ({ ...change, reason: undefined }));
}
