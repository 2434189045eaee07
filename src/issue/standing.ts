import type { LedgerAward, StatusChange, StatusPurpose } from '../ports.ts';
import type { Instant } from '../syntax/datetime.ts';

/** How an issued credential stands, in the order in which one outweighs the other. */
export const STANDINGS = ['superseded', 'revoked', 'suspended', 'expired', 'valid'] as const;
export type Standing = (typeof STANDINGS)[number];

/** How a credential stands at a moment, by what the issuer knows. */
export function standingOf(award: LedgerAward, at: Instant): Standing {
  if (changeOf(award, 'revocation')?.set === true) return award.supersededBy === undefined ? 'revoked' : 'superseded';
  if (changeOf(award, 'suspension')?.set === true) return 'suspended';
  return award.validUntil !== undefined && award.validUntil < at ? 'expired' : 'valid';
}

/** The latest change of one of a credential's bits. */
export function changeOf({ changes }: LedgerAward, purpose: StatusPurpose): StatusChange | undefined {
  return changes.find((change) => change.purpose === purpose);
}
