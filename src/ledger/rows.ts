import type { LedgerAward, Reservation, StatusChange, StatusPlace } from '../ports.ts';
import { parseJson } from '../syntax/json.ts';
import type { AwardTable } from './tables.ts';

/** A reservation as a row of the table `award`. */
export function toRow(reservation: Reservation, run: string, at: number): AwardTable {
  return {
    credential_id: reservation.credentialId,
    award: reservation.award,
    edition: reservation.edition,
    supersedes: reservation.supersedes ?? null,
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
    run,
    reserved_at: at,
    issued_at: null,
    verification_method: null,
    files: '[]',
    erased_at: null,
  };
}

/** A row of the table `award`, with what other tables say of it. */
export function fromRow(
  row: AwardTable,
  places: readonly StatusPlace[],
  changes: readonly StatusChange[],
  supersededBy: string | undefined,
): LedgerAward {
  const files = parseJson(row.files);
  return {
    credentialId: row.credential_id,
    award: row.award,
    edition: row.edition,
    supersedes: row.supersedes ?? undefined,
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
    run: row.run,
    reservedAt: row.reserved_at,
    issuedAt: row.issued_at ?? undefined,
    verificationMethod: row.verification_method ?? undefined,
    files: Array.isArray(files) ? files.map(String) : [],
    places,
    changes,
    supersededBy,
    erasedAt: row.erased_at ?? undefined,
  };
}
