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
  /** Counts the changes of one bit, from 1. */
  change: number;
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
