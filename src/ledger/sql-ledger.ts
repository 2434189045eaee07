import { type Kysely, sql } from 'kysely';
import type { Ledger, LedgerAward, Reservation, StatusChange, StatusListRow, StatusPlace } from '../ports.ts';
import { MIN_ENTRIES } from '../status/bitstring.ts';
import { parseJson } from '../syntax/json.ts';
import type { Engine } from './engine.ts';
import type { AwardTable, LedgerTables } from './tables.ts';

/** Which entry of a list the n-th reservation gets: a keyed permutation, so that entries tell nothing about order. */
export type PlaceChooser = (purpose: StatusPlace['purpose'], list: number, size: number, counter: number) => number;

type Purpose = StatusPlace['purpose'];
const MAX_PARAMETERS = 500;

export class SqlLedger implements Ledger {
  readonly #engine: Engine;
  readonly #db: Kysely<LedgerTables>;
  readonly #choosePlace: PlaceChooser;

  constructor(engine: Engine, choosePlace: PlaceChooser) {
    this.#engine = engine;
    this.#db = engine.db;
    this.#choosePlace = choosePlace;
  }

  find(awards: readonly string[]): Promise<ReadonlyMap<string, LedgerAward>> {
    return this.#engine.guard(() => this.#known(this.#db, awards));
  }

  reserve(
    reservations: readonly Reservation[],
    purposes: readonly Purpose[],
    at: number,
  ): Promise<readonly LedgerAward[]> {
    return this.#engine.guard(() =>
      this.#engine.exclusive(async (tx) => {
        const known = await this.#known(
          tx,
          reservations.map(({ award }) => award),
        );
        const fresh = reservations.filter(({ award }) => !known.has(award));
        for (const reservation of fresh) await tx.insertInto('award').values(toRow(reservation, at)).execute();
        for (const purpose of purposes) {
          const places = await this.#takePlaces(tx, purpose, fresh.length);
          for (const [index, { credentialId }] of fresh.entries()) {
            const place = places[index];
            if (place !== undefined)
              await tx
                .insertInto('status_place')
                .values({ credential_id: credentialId, purpose, ...place })
                .execute();
          }
        }
        const all = await this.#known(
          tx,
          reservations.map(({ award }) => award),
        );
        return reservations.flatMap(({ award }) => all.get(award) ?? []);
      }),
    );
  }

  markIssued(
    issued: readonly {
      readonly credentialId: string;
      readonly verificationMethod: string;
      readonly files: readonly string[];
    }[],
    at: number,
  ): Promise<ReadonlySet<string>> {
    return this.#engine.guard(() =>
      this.#engine.exclusive(async (tx) => {
        const marked = new Set<string>();
        for (const { credentialId, verificationMethod, files } of issued) {
          const change = {
            state: 'issued',
            issued_at: at,
            verification_method: verificationMethod,
            files: JSON.stringify(files),
          } as const;
          const { numUpdatedRows } = await tx
            .updateTable('award')
            .set(change)
            .where('credential_id', '=', credentialId)
            .where('state', '=', 'reserved')
            .executeTakeFirst();
          if (numUpdatedRows > 0n) marked.add(credentialId);
        }
        return marked;
      }),
    );
  }

  search(text: string): Promise<readonly LedgerAward[]> {
    return this.#engine.guard(async () => {
      const rows = await this.#db
        .selectFrom('award')
        .selectAll()
        .where((where) =>
          where.or([where('credential_id', '=', text), where('recipient', '=', text), where('subject_id', '=', text)]),
        )
        .where('state', '=', 'issued')
        .orderBy('badge')
        .orderBy('valid_from')
        .execute();
      return await this.#withPlaces(this.#db, rows);
    });
  }

  statusLists(): Promise<readonly StatusListRow[]> {
    return this.#engine.guard(() =>
      this.#db.selectFrom('status_list').selectAll().orderBy('purpose').orderBy('list').execute(),
    );
  }

  lastChanges(purpose: Purpose, list: number): Promise<readonly { index: number; set: boolean; at: number }[]> {
    return this.#engine.guard(async () => {
      const { rows } = await sql<{ entry: number; is_set: number; changed_at: number }>`
        select place.entry as entry, change.is_set as is_set, change.changed_at as changed_at
        from status_place as place join status_change as change
          on change.credential_id = place.credential_id and change.purpose = place.purpose
        where place.purpose = ${purpose} and place.list = ${list}
          and change.change = (select max(latest.change) from status_change as latest
            where latest.credential_id = place.credential_id and latest.purpose = place.purpose)
        order by place.entry`.execute(this.#db);
      return rows.map(({ entry, is_set, changed_at }) => ({ index: entry, set: is_set === 1, at: changed_at }));
    });
  }

  recordStatus(changes: readonly StatusChange[]): Promise<void> {
    return this.#engine.guard(() =>
      this.#engine.exclusive(async (tx) => {
        for (const { credentialId, purpose, set, reason, at } of changes) {
          const { change } = await tx
            .selectFrom('status_change')
            .select(({ fn }) => fn.max('change').as('change'))
            .where('credential_id', '=', credentialId)
            .where('purpose', '=', purpose)
            .executeTakeFirstOrThrow();
          await tx
            .insertInto('status_change')
            .values({
              credential_id: credentialId,
              purpose,
              change: (change ?? 0) + 1,
              is_set: set ? 1 : 0,
              reason: reason ?? null,
              changed_at: at,
            })
            .execute();
        }
      }),
    );
  }

  statusOf(credentialId: string): Promise<readonly StatusChange[]> {
    return this.#engine.guard(async () => {
      const rows = await this.#db
        .selectFrom('status_change')
        .selectAll()
        .where('credential_id', '=', credentialId)
        .orderBy('change', 'desc')
        .execute();
      return (['revocation', 'suspension'] as const).flatMap((purpose) => {
        const latest = rows.find((row) => row.purpose === purpose);
        return latest === undefined
          ? []
          : [
              {
                credentialId,
                purpose,
                set: latest.is_set === 1,
                reason: latest.reason ?? undefined,
                at: latest.changed_at,
              },
            ];
      });
    });
  }

  close(): Promise<void> {
    return this.#db.destroy();
  }

  async #known(db: Kysely<LedgerTables>, awards: readonly string[]): Promise<ReadonlyMap<string, LedgerAward>> {
    const rows: AwardTable[] = [];
    for (let at = 0; at < awards.length; at += MAX_PARAMETERS) {
      rows.push(
        ...(await db
          .selectFrom('award')
          .selectAll()
          .where('award', 'in', awards.slice(at, at + MAX_PARAMETERS))
          .execute()),
      );
    }
    return new Map((await this.#withPlaces(db, rows)).map((award) => [award.award, award]));
  }

  /** Counts on in the newest list of a purpose, and begins another where it is full. */
  async #takePlaces(
    tx: Kysely<LedgerTables>,
    purpose: Purpose,
    wanted: number,
  ): Promise<readonly { list: number; entry: number }[]> {
    const places: { list: number; entry: number }[] = [];
    while (places.length < wanted) {
      const { list, size, used } = await this.#newestList(tx, purpose);
      const taken = Math.min(wanted - places.length, size - used);
      for (let counter = used; counter < used + taken; counter++)
        places.push({ list, entry: this.#choosePlace(purpose, list, size, counter) });
      await tx
        .updateTable('status_list')
        .set({ used: used + taken })
        .where('purpose', '=', purpose)
        .where('list', '=', list)
        .execute();
    }
    return places;
  }

  async #newestList(tx: Kysely<LedgerTables>, purpose: Purpose): Promise<StatusListRow> {
    const newest = await tx
      .selectFrom('status_list')
      .selectAll()
      .where('purpose', '=', purpose)
      .orderBy('list', 'desc')
      .executeTakeFirst();
    if (newest !== undefined && newest.used < newest.size) return newest;
    const begun = { purpose, list: (newest?.list ?? 0) + 1, size: MIN_ENTRIES, used: 0 };
    await tx.insertInto('status_list').values(begun).execute();
    return begun;
  }

  async #withPlaces(db: Kysely<LedgerTables>, rows: readonly AwardTable[]): Promise<LedgerAward[]> {
    const places = new Map<string, StatusPlace[]>();
    for (let at = 0; at < rows.length; at += MAX_PARAMETERS) {
      const ids = rows.slice(at, at + MAX_PARAMETERS).map(({ credential_id }) => credential_id);
      for (const { credential_id, purpose, list, entry } of await db
        .selectFrom('status_place')
        .selectAll()
        .where('credential_id', 'in', ids)
        .orderBy('purpose')
        .execute()) {
        places.set(credential_id, [...(places.get(credential_id) ?? []), { purpose, list, index: entry }]);
      }
    }
    return rows.map((row) => fromRow(row, places.get(row.credential_id) ?? []));
  }
}

function toRow(reservation: Reservation, at: number): AwardTable {
  return {
    credential_id: reservation.credentialId,
    award: reservation.award,
    badge: reservation.badge,
    recipient: reservation.recipient,
    subject_id: reservation.subjectId ?? null,
    recipient_name: reservation.recipientName ?? null,
    award_key: reservation.awardKey,
    roster: reservation.roster,
    line: reservation.line,
    content: reservation.content,
    valid_from: reservation.validFrom,
    valid_until: reservation.validUntil ?? null,
    state: 'reserved',
    reserved_at: at,
    issued_at: null,
    verification_method: null,
    files: '[]',
  };
}

function fromRow(row: AwardTable, places: readonly StatusPlace[]): LedgerAward {
  const files = parseJson(row.files);
  return {
    credentialId: row.credential_id,
    award: row.award,
    badge: row.badge,
    recipient: row.recipient,
    subjectId: row.subject_id ?? undefined,
    recipientName: row.recipient_name ?? undefined,
    awardKey: row.award_key,
    roster: row.roster,
    line: row.line,
    content: row.content,
    validFrom: row.valid_from,
    validUntil: row.valid_until ?? undefined,
    state: row.state,
    reservedAt: row.reserved_at,
    issuedAt: row.issued_at ?? undefined,
    verificationMethod: row.verification_method ?? undefined,
    files: Array.isArray(files) ? files.map(String) : [],
    places,
  };
}
