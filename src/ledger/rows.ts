import type { LedgerAward, Reservation, StatusChange, StatusPlace } from '../ports.ts';
import { parseJson } from '../syntax/json.ts';
import type { AwardTable } from './tables.ts';

/** What the table `award` itself says of an award. */
export type OwnAward = Omit<LedgerAward, 'places' | 'changes' | 'supersededBy'>;

/** A new reservation as an award. */
export function reservedAward(
  reservation: Reservation,
  run: string,
  at: number,
  places: readonly StatusPlace[],
): LedgerAward {
  // Member by member: what is spread of so many V8 keeps in tables of several KB each.
  const { credentialId, award, edition, supersedes, revokesBecause, badge, recipient, subjectId } = reservation;
  const { recipientName, awardKey, roster, line, content, validFrom, validUntil } = reservation;
  return {
    credentialId,
    award,
    edition,
    supersedes,
    revokesBecause,
    badge,
    recipient,
    subjectId,
    recipientName,
    awardKey,
    roster,
    line,
    content,
    validFrom,
    validUntil,
    state: 'reserved',
    run,
    reservedAt: at,
    issuedAt: undefined,
    verificationMethod: undefined,
    files: [],
    erasedAt: undefined,
    places,
    changes: [],
    supersededBy: undefined,
  };
}

/** An award as a row of the table `award`. */
export function toRow(award: OwnAward): AwardTable {
  return {
    credential_id: award.credentialId,
    award: award.award,
    edition: award.edition,
    supersedes: award.supersedes ?? null,
    revokes_because: award.revokesBecause ?? null,
    badge: award.badge,
    recipient: award.recipient,
    subject_id: award.subjectId ?? null,
    recipient_name: award.recipientName ?? null,
    award_key: award.awardKey,
    roster: award.roster,
    line: award.line,
    content: award.content,
    valid_from: award.validFrom,
    valid_until: award.validUntil ?? null,
    state: award.state,
    run: award.run,
    reserved_at: award.reservedAt,
    issued_at: award.issuedAt ?? null,
    verification_method: award.verificationMethod ?? null,
    files: JSON.stringify(award.files),
    erased_at: award.erasedAt ?? null,
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
    revokesBecause: row.revokes_because ?? undefined,
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
