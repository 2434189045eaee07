import type { LedgerAward, Reservation, WantedPlaces } from '../ports.ts';
import type { Award } from './award.ts';
import type { AwardedEvidence } from './evidence.ts';
import { badgeOf, periodOf } from './content.ts';
import type { Issuer } from './issuer.ts';
import type { IssuableAward } from './pipeline.ts';
import type { IdentifiedAward } from './planned-award.ts';

/**
 * Awards of a roster as credentials that are to be issued.
 * @param keep keeps the files that are evidence of a credential
 */
export async function* issuableFromRoster(
  awards: AsyncIterable<IdentifiedAward>,
  issuer: Issuer,
  roster: string,
  keep: (credentialId: string, evidence: readonly AwardedEvidence[]) => Promise<void>,
): AsyncGenerator<IssuableAward> {
  for await (const award of awards) {
    const { row, known } = award;
    yield {
      reservation: (now) => ({ wants: placesFor(row, issuer), ...reservationOf(award, issuer, roster, now) }),
      content: ({ credentialId, validFrom, validUntil, places, supersedes }: LedgerAward) => ({
        kind: 'award',
        award: { row, credentialId, validFrom, validUntil, places, supersedes },
      }),
      prepare: row.evidence.some(({ file }) => file !== undefined)
        ? ({ credentialId }) => keep(credentialId, row.evidence)
        : undefined,
      shape: row.definition,
      knownEdition: known?.edition ?? 0,
    };
  }
}

/** The lists that an award gets a place in. */
function placesFor(row: Award, issuer: Issuer): WantedPlaces {
  return wantedPlaces(badgeOf(row, issuer).tier, issuer);
}

/** The lists that a badge of a tier gets a place in. */
export function wantedPlaces(tier: string, { hosting, purposes, hasListsPerTier }: Issuer): WantedPlaces {
  return { purposes: hosting === undefined ? [] : purposes, series: hasListsPerTier ? tier : '' };
}

function reservationOf(award: IdentifiedAward, issuer: Issuer, roster: string, now: number): Reservation {
  const { row, credentialId, edition, supersedes, content } = award;
  const { from, until } = periodOf(row, badgeOf(row, issuer), now);
  return {
    credentialId,
    award: award.award,
    edition,
    supersedes,
    revokesBecause: intentOf(award),
    content,
    badge: row.badge,
    recipient: row.recipient.label,
    subjectId: row.recipient.id,
    recipientName: row.name,
    awardKey: row.awardKey,
    roster,
    line: row.line,
    validFrom: from,
    validUntil: until,
  };
}

/** Why the badge before it is revoked: as the interrupted run meant it that reserved it for the same row. */
function intentOf({ supersedes, known, content }: IdentifiedAward): string | undefined {
  if (known?.state === 'reserved' && known.content === content) return known.revokesBecause;
  return supersedes === undefined ? undefined : 'superseded';
}
