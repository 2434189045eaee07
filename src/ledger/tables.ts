/** The ledger's tables. Instants are integers in milliseconds; lists are JSON text. */

export interface AwardTable {
  credential_id: string;
  award: string;
  badge: string;
  recipient: string;
  subject_id: string | null;
  recipient_name: string | null;
  award_key: string;
  roster: string;
  line: number;
  content: string;
  valid_from: number;
  valid_until: number | null;
  state: 'reserved' | 'issued';
  reserved_at: number;
  issued_at: number | null;
  verification_method: string | null;
  files: string;
}

export interface StatusListTable {
  purpose: 'revocation' | 'suspension';
  list: number;
  size: number;
  used: number;
}

export interface StatusPlaceTable {
  credential_id: string;
  purpose: 'revocation' | 'suspension';
  list: number;
  entry: number;
}

export interface StatusChangeTable {
  credential_id: string;
  purpose: 'revocation' | 'suspension';
  is_set: number;
  reason: string | null;
  changed_at: number;
}

/** Facts about the ledger as a whole. */
export interface FactTable {
  name: 'award_secret';
  value: string;
}

export interface LedgerTables {
  fact: FactTable;
  award: AwardTable;
  status_list: StatusListTable;
  status_place: StatusPlaceTable;
  status_change: StatusChangeTable;
}

export const LEDGER_VERSION = 1;

/** The statements that make an empty ledger. */
export const CREATE_LEDGER: readonly string[] = [
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
    valid_from integer not null,
    valid_until integer,
    state text not null check (state in ('reserved', 'issued')),
    reserved_at integer not null,
    issued_at integer,
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
    changed_at integer not null
  )`,
  'create index status_change_credential on status_change (credential_id, purpose)',
  `pragma user_version = ${LEDGER_VERSION}`,
];
