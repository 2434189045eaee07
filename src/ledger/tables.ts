/** The ledger's tables. Instants are integers in milliseconds; lists are JSON text. */

export type Purpose = 'revocation' | 'suspension';

export interface AwardTable {
  credential_id: string;
  /** The award's identity; together with the edition it names one credential. */
  award: string;
  edition: number;
  supersedes: string | null;
  /** Why the superseded credential is revoked, if it is. */
  revokes_because: string | null;
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
  /** The run that reserved it last: while that run lives, nobody else takes the award up. */
  run: string;
  reserved_at: number;
  issued_at: number | null;
  verification_method: string | null;
  files: string;
  erased_at: number | null;
}

export interface RunTable {
  run: string;
  command: string;
  host: string;
  pid: number;
  started_at: number;
  ended_at: number | null;
}

export interface StatusListTable {
  purpose: Purpose;
  series: string;
  list: number;
  size: number;
  used: number;
  /** When it was signed last, by its own words; null where that is not known. */
  signed_at: number | null;
}

/** A place in a list, and how its bit stands. */
export interface StatusPlaceTable {
  credential_id: string;
  purpose: Purpose;
  series: string;
  list: number;
  entry: number;
  is_set: number;
  /** Null for a bit that was never touched. */
  changed_at: number | null;
}

/** What happened to a bit, in order. */
export interface StatusChangeTable {
  credential_id: string;
  purpose: Purpose;
  /** Counts the changes of one bit, from 1. */
  change: number;
  is_set: number;
  reason: string | null;
  changed_at: number;
  /** Since when it is so, by the issuer's word. */
  since: number;
}

/** A signing key that signs no more. */
export interface SigningKeyTable {
  name: string;
  state: 'retired' | 'compromised';
  since: number;
  ended_at: number;
}

/** Facts about the ledger as a whole. */
export interface FactTable {
  name: 'award_secret';
  value: string;
}

export interface LedgerTables {
  fact: FactTable;
  run: RunTable;
  signing_key: SigningKeyTable;
  award: AwardTable;
  status_list: StatusListTable;
  status_place: StatusPlaceTable;
  status_change: StatusChangeTable;
}
