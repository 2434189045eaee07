import type { Kysely } from 'kysely';
import type {
  AwardFilter,
  Claim,
  CredentialState,
  EndedKey,
  IssuedNote,
  Ledger,
  LedgerAward,
  LedgerRecord,
  LoadOutcome,
  Reservation,
  RunNote,
  StatusChange,
  StatusListName,
  StatusListRow,
  WantedPlaces,
} from '../ports.ts';
import { dumpRecords } from './dump.ts';
import type { Engine, Hold } from './engine.ts';
import { awardsOf, eraseAwards } from './erase.ts';
import { awardSecret } from './facts.ts';
import { endedKeys, endKey, requireKey } from './keys.ts';
import { noteSigning, statusLists } from './lists.ts';
import { loadRecords } from './load.ts';
import { markIssued } from './marking.ts';
import { pieces, ROWS_AT_ONCE } from './pieces.ts';
import { newestAwards, statesOf, wholeAwards } from './read-awards.ts';
import { PAGE, selectPage } from './select.ts';
import { reservedAward, toRow } from './rows.ts';
import { endRuns, isHeld, livingRuns } from './runs.ts';
import { placeAll, type PlaceChooser, recordChange } from './status-places.ts';
import { isReplaceable, takeUp } from './take-up.ts';
import type { AwardTable, LedgerTables } from './tables.ts';

type Db = Kysely<LedgerTables>;
type Wanted = Reservation & { readonly wants: WantedPlaces };

export class SqlLedger implements Ledger {
  readonly #engine: Engine;
  readonly #db: Db;
  readonly #choosePlace: PlaceChooser | undefined;
  readonly #keyName: string | undefined;
  readonly #clock: () => number;
  #run: { readonly note: RunNote; readonly hold: Hold } | undefined;

  constructor(
    engine: Engine,
    {
      choosePlace,
      keyName,
      clock,
    }: {
      readonly choosePlace: PlaceChooser | undefined;
      readonly keyName: string | undefined;
      readonly clock: () => number;
    },
  ) {
    this.#engine = engine;
    this.#db = engine.db;
    this.#choosePlace = choosePlace;
    this.#keyName = keyName;
    this.#clock = clock;
  }

  async startRun(note: RunNote): Promise<void> {
    let hold: Hold | undefined;
    // Nobody sees one of the two without the other: signs of life that belong to no run are swept away.
    await this.#write(async (tx) => {
      hold ??= await this.#engine.hold(note.run);
      this.#run = { note, hold };
      await tx
        .insertInto('run')
        .values({
          run: note.run,
          command: note.command,
          host: note.host,
          pid: note.pid,
          started_at: note.startedAt,
          ended_at: null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    });
  }

  livingRuns(): Promise<readonly RunNote[]> {
    return this.#engine.guard(() => livingRuns(this.#engine, this.#run?.note.run));
  }

  find(awards: readonly string[]): Promise<ReadonlyMap<string, LedgerAward>> {
    return this.#engine.guard(() => newestAwards(this.#db, awards));
  }

  hasNameFrom(name: string): Promise<boolean> {
    return this.#engine.guard(async () => {
      const found = await this.#db.selectFrom('award').select('award').where('award', '>=', name).limit(1).execute();
      return found.length > 0;
    });
  }

  statesOf(credentialIds: readonly string[]): Promise<ReadonlyMap<string, CredentialState>> {
    return this.#engine.guard(() => statesOf(this.#db, credentialIds));
  }

  async reserve(reservations: readonly Wanted[], at: number): Promise<readonly Claim[]> {
    const run = this.#run?.note.run;
    if (run === undefined) throw new Error('a run is started before it reserves');
    return await this.#engine.guard(
      async () =>
        (await this.#withoutWork(reservations, run)) ??
        (await this.#engine.exclusive((tx) => this.#reserve(tx, reservations, run, at))),
    );
  }

  /** The claims, where this run can take nothing up: then nobody needs to be kept waiting. */
  async #withoutWork(reservations: readonly Wanted[], run: string): Promise<readonly Claim[] | undefined> {
    const awards = reservations.map(({ award }) => award);
    // Where there is work, the first one mostly tells it.
    if ((await newestAwards(this.#db, awards.slice(0, 1))).size === 0) return undefined;
    const known = await newestAwards(this.#db, awards);
    const claims: Claim[] = [];
    for (const { award, edition } of reservations) {
      const entry = known.get(award);
      if (entry === undefined || entry.edition < edition) return undefined;
      const isTaken = entry.state === 'issued' || (entry.run !== run && (await isHeld(this.#engine, entry.run)));
      if (!isTaken) return undefined;
      claims.push({ entry, isOwn: false });
    }
    return claims;
  }

  async #reserve(tx: Db, reservations: readonly Wanted[], run: string, at: number): Promise<readonly Claim[]> {
    await requireKey(tx, this.#keyName);
    const identities = reservations.map(({ award }) => award);
    const known = await newestAwards(tx, identities);
    const isNew = ({ award, edition }: Wanted): boolean => (known.get(award)?.edition ?? 0) < edition;
    // Nothing takes the place of a badge that was revoked, or whose holder was erased, since the run was planned.
    const fresh = reservations.filter((wanted) => isNew(wanted) && isReplaceable(known.get(wanted.award)));
    const made = await this.#insert(tx, fresh, run, at);
    const alive = new Map<string, boolean>([[run, true]]);
    for (const wanted of reservations.filter((reservation) => !isNew(reservation))) {
      const entry = known.get(wanted.award);
      if (entry?.state !== 'reserved' || entry.erasedAt !== undefined) continue;
      if (entry.run !== run) {
        const isAlive = alive.get(entry.run) ?? (await isHeld(this.#engine, entry.run));
        alive.set(entry.run, isAlive);
        if (isAlive) continue;
      }
      await takeUp(tx, entry, wanted, run);
    }
    // What was just written need not be read.
    const others = await newestAwards(
      tx,
      identities.filter((award) => !made.has(award)),
    );
    return identities.flatMap((award) => {
      const entry = made.get(award) ?? others.get(award);
      const isOwn = entry?.state === 'reserved' && entry.run === run && entry.erasedAt === undefined;
      return entry === undefined ? [] : [{ entry, isOwn }];
    });
  }

  markIssued(issued: readonly IssuedNote[], at: number): Promise<ReadonlySet<string>> {
    const run = this.#run?.note.run ?? '';
    return this.#write(async (tx) => {
      await requireKey(tx, this.#keyName);
      return await markIssued(tx, issued, run, at);
    });
  }

  async *select(filter: AwardFilter): AsyncGenerator<LedgerAward> {
    let last: AwardTable | undefined;
    for (;;) {
      const after = last;
      const rows = await this.#engine.guard(() => selectPage(this.#db, filter, after));
      yield* await this.#engine.guard(() => wholeAwards(this.#db, rows));
      last = rows.at(-1);
      if (rows.length < PAGE) return;
    }
  }

  statusLists(): Promise<readonly StatusListRow[]> {
    return this.#engine.guard(() => statusLists(this.#db));
  }

  noteSigning(list: StatusListName, at: number): Promise<void> {
    return this.#write((tx) => noteSigning(tx, list, at));
  }

  lastChanges({
    purpose,
    series,
    list,
  }: StatusListName): Promise<readonly { index: number; set: boolean; at: number }[]> {
    return this.#engine.guard(async () => {
      // Unsorted: for the order, SQLite would read the whole list by another index than that of the bits that changed.
      const rows = await this.#db
        .selectFrom('status_place')
        .select(['entry', 'is_set', 'changed_at'])
        .where('purpose', '=', purpose)
        .where('series', '=', series)
        .where('list', '=', list)
        .where('changed_at', 'is not', null)
        .execute();
      return rows
        .map(({ entry, is_set, changed_at }) => ({ index: entry, set: is_set === 1, at: changed_at ?? 0 }))
        .sort((a, b) => a.index - b.index);
    });
  }

  supersessions(): Promise<readonly { readonly old: string; readonly new: string }[]> {
    return this.#engine.guard(async () => {
      const rows = await this.#db
        .selectFrom('award')
        .select(['credential_id', 'supersedes'])
        .where('supersedes', 'is not', null)
        .where('state', '=', 'issued')
        .execute();
      return rows.map(({ credential_id, supersedes }) => ({ old: supersedes ?? '', new: credential_id }));
    });
  }

  recordStatus(changes: readonly StatusChange[]): Promise<void> {
    return this.#write(async (tx) => {
      for (const change of changes) await recordChange(tx, change);
    });
  }

  awardsOf(names: readonly string[]): Promise<readonly LedgerAward[]> {
    return this.#engine.guard(() => awardsOf(this.#db, names));
  }

  async erase(credentialIds: readonly string[], at: number): Promise<string | undefined> {
    await this.#write((tx) => eraseAwards(tx, credentialIds, at));
    return await this.#engine.guard(() => this.#engine.scrub());
  }

  endedKeys(): Promise<ReadonlyMap<string, EndedKey>> {
    return this.#engine.guard(async () => new Map((await endedKeys(this.#db)).map((key) => [key.name, key])));
  }

  requireKey(): Promise<void> {
    return this.#engine.guard(() => requireKey(this.#db, this.#keyName));
  }

  endKey(key: EndedKey): Promise<void> {
    return this.#write((tx) => endKey(tx, key));
  }

  secretFingerprint(): Promise<string | undefined> {
    return this.#engine.guard(() => awardSecret(this.#db));
  }

  dump(): AsyncIterable<LedgerRecord> {
    return dumpRecords(this.#engine);
  }

  load(
    records: () => AsyncIterable<LedgerRecord>,
    fingerprint: string | undefined,
    { isTrial = false } = {},
  ): Promise<LoadOutcome> {
    return this.#engine.guard(() => loadRecords(this.#engine, records, fingerprint, isTrial));
  }

  faults(): Promise<readonly string[]> {
    return this.#engine.guard(() => this.#engine.faults());
  }

  async close(): Promise<void> {
    const run = this.#run;
    try {
      if (run !== undefined) await this.#write((tx) => endRuns(tx, [run.note.run], this.#clock()));
    } finally {
      await run?.hold.release();
      await this.#db.destroy();
    }
  }

  /** Work in one transaction that nobody else writes beside. */
  #write<T>(run: (tx: Db) => Promise<T>): Promise<T> {
    return this.#engine.guard(() => this.#engine.exclusive(run));
  }

  /** @returns what is reserved now, by the award */
  async #insert(tx: Db, fresh: readonly Wanted[], run: string, at: number): Promise<ReadonlyMap<string, LedgerAward>> {
    const rows = fresh.map((reservation) => toRow(reservedAward(reservation, run, at, [])));
    for (const some of pieces(rows, ROWS_AT_ONCE)) await tx.insertInto('award').values(some).execute();
    const choosePlace = this.#choosePlace;
    if (choosePlace === undefined) throw new Error('places are drawn with the secret');
    const placesOf = await placeAll(tx, choosePlace, fresh);
    return new Map(
      fresh.map((reservation) => {
        const places = placesOf.get(reservation.credentialId) ?? [];
        return [reservation.award, reservedAward(reservation, run, at, places)];
      }),
    );
  }
}
