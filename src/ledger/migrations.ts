import { type Kysely, sql } from 'kysely';
import { BadgekitError } from '../errors.ts';
import type { Dialect, Engine } from './engine.ts';
import type { LedgerTables } from './tables.ts';

/**
 * The steps that lead from no ledger to the present one, in SQL that both databases read. Instants are milliseconds,
 * for which PostgreSQL's `integer` is too small and SQLite's `bigint` is the same. A step that was released is never
 * changed.
 */
const MIGRATIONS: readonly (readonly (string | Readonly<Record<Dialect, string>>)[])[] = [
  [
    'create table fact (name text primary key, value text not null)',
    `create table award (
      credential_id text primary key,
      award text not null unique,
      badge text not null,
      recipient text not null,
      subject_id text,
      recipient_name text,
      award_key text not null,
      roster text not null,
      line integer not null,
      content text not null,
      valid_from bigint not null,
      valid_until bigint,
      state text not null check (state in ('reserved', 'issued')),
      reserved_at bigint not null,
      issued_at bigint,
      verification_method text,
      files text not null
    )`,
    'create index award_recipient on award (recipient)',
    'create index award_subject_id on award (subject_id)',
    'create table status_list (purpose text not null, list integer not null, size integer not null, used integer not null, primary key (purpose, list))',
    `create table status_place (
      credential_id text not null references award (credential_id),
      purpose text not null,
      list integer not null,
      entry integer not null,
      primary key (credential_id, purpose),
      unique (purpose, list, entry)
    )`,
    `create table status_change (
      credential_id text not null references award (credential_id),
      purpose text not null,
      is_set integer not null,
      reason text,
      changed_at bigint not null
    )`,
  ],
  [
    'drop index award_recipient',
    'drop index award_subject_id',
    'alter table award rename to former_award',
    'alter table status_list rename to former_list',
    'alter table status_place rename to former_place',
    'alter table status_change rename to former_change',
    `create table run (
      run text primary key,
      command text not null,
      host text not null,
      pid integer not null,
      started_at bigint not null,
      ended_at bigint
    )`,
    `create table award (
      credential_id text primary key,
      award text not null,
      edition integer not null,
      supersedes text references award (credential_id),
      revokes_because text,
      badge text not null,
      recipient text not null,
      subject_id text,
      recipient_name text,
      award_key text not null,
      roster text not null,
      line integer not null,
      content text not null,
      valid_from bigint not null,
      valid_until bigint,
      state text not null check (state in ('reserved', 'issued')),
      run text not null references run (run),
      reserved_at bigint not null,
      issued_at bigint,
      verification_method text,
      files text not null,
      erased_at bigint,
      unique (award, edition)
    )`,
    `create table status_list (
      purpose text not null,
      series text not null,
      list integer not null,
      size integer not null,
      used integer not null,
      signed_at bigint,
      primary key (purpose, series, list)
    )`,
    `create table status_place (
      credential_id text not null references award (credential_id),
      purpose text not null,
      series text not null,
      list integer not null,
      entry integer not null,
      is_set integer not null,
      changed_at bigint,
      primary key (credential_id, purpose),
      unique (purpose, series, list, entry),
      foreign key (purpose, series, list) references status_list (purpose, series, list)
    )`,
    // Changes are numbered in the order in which they were made: clocks may be set back.
    `create table status_change (
      credential_id text not null references award (credential_id),
      purpose text not null,
      change integer not null,
      is_set integer not null,
      reason text,
      changed_at bigint not null,
      since bigint not null,
      primary key (credential_id, purpose, change)
    )`,
    'create table signing_key (name text primary key, state text not null, since bigint not null, ended_at bigint not null)',
    "insert into run select 'before', 'issue', '', 0, min(reserved_at), max(reserved_at) from former_award having count(*) > 0",
    `insert into award
      select credential_id, award, 1, null, null, badge, recipient, subject_id, recipient_name, award_key, roster, line,
        '', valid_from, valid_until, state, 'before', reserved_at, issued_at, verification_method, files, null
      from former_award`,
    "insert into status_list select purpose, '', list, size, used, null from former_list",
    {
      sqlite: `insert into status_change
        select credential_id, purpose, row_number() over (partition by credential_id, purpose order by rowid),
          is_set, reason, changed_at, changed_at
        from former_change`,
      // There is no PostgreSQL ledger from before this step.
      postgres: 'select 1',
    },
    `insert into status_place
      select place.credential_id, place.purpose, '', place.list, place.entry, coalesce(last.is_set, 0), last.changed_at
      from former_place as place left join status_change as last
        on last.credential_id = place.credential_id and last.purpose = place.purpose
          and last.change = (select max(change) from status_change as every
            where every.credential_id = place.credential_id and every.purpose = place.purpose)`,
    'drop table former_change',
    'drop table former_place',
    'drop table former_list',
    'drop table former_award',
    'create index award_recipient on award (recipient)',
    'create index award_subject_id on award (subject_id)',
    'create index award_run on award (run)',
    'create index award_supersedes on award (supersedes) where supersedes is not null',
    'create index award_valid_until on award (valid_until) where valid_until is not null',
    'create index award_issued on award (issued_at, line, credential_id)',
    'create index status_place_changed on status_place (purpose, series, list) where changed_at is not null',
  ],
];

/**
 * Brings a ledger to the present version, in one transaction for each step.
 * @throws BadgekitError LEDGER_DAMAGED where a newer badgekit wrote it
 */
export async function migrate(engine: Engine): Promise<void> {
  const version = await engine.version(engine.db);
  if (version > MIGRATIONS.length)
    throw new BadgekitError('LEDGER_DAMAGED', `the ledger ${engine.name} was written by a newer badgekit`, {
      hint: 'update badgekit',
    });
  for (let step = version; step < MIGRATIONS.length; step++) {
    await engine.exclusive(async (tx) => {
      // Another process may have made the step since this one looked.
      if ((await engine.version(tx)) !== step) return;
      await makeStep(tx, engine, step);
    });
  }
}

async function makeStep(tx: Kysely<LedgerTables>, engine: Engine, step: number): Promise<void> {
  for (const statement of MIGRATIONS[step] ?? [])
    await sql.raw(typeof statement === 'string' ? statement : statement[engine.dialect]).execute(tx);
  await engine.setVersion(tx, step + 1);
}
