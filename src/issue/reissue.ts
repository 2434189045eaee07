import { supersessionEvidence, withoutSupersession } from '../openbadges/supersession.ts';
import type { LedgerAward } from '../ports.ts';
import { statusEntry } from '../status/list.ts';
import { formatStamp, type Instant } from '../syntax/datetime.ts';
import type { Json, JsonObject } from '../syntax/json.ts';
import { wantedPlaces } from './from-roster.ts';
import { editionId } from './identity.ts';
import { type IssuableBadge, type Issuer, statusListExtension } from './issuer.ts';
import type { IssuableAward } from './pipeline.ts';

/** An issued credential that is to be issued once more, as it lies in the programme's folder. */
export interface Reissue {
  readonly award: LedgerAward;
  /** Its content, without its envelope. */
  readonly document: JsonObject;
  /** The images that carry it. */
  readonly images: IssuableBadge['images'];
  readonly validFrom: Instant;
  readonly validUntil: Instant | undefined;
  /** Why the old one is revoked; undefined where it stays as it is. */
  readonly revokesBecause: string | undefined;
}

/** The same badge with another id, other dates and another place in the lists, in place of the one before it. */
export function reissued(
  { award, document, images, validFrom, validUntil, revokesBecause }: Reissue,
  issuer: Issuer,
): IssuableAward {
  const edition = award.edition + 1;
  const tier = issuer.badges.get(award.badge)?.tier ?? '';
  const { recipient, subjectId, recipientName, awardKey, roster, line, content, badge } = award;
  return {
    reservation: () => ({
      credentialId: editionId(issuer.awardSecret, award.award, edition),
      award: award.award,
      edition,
      supersedes: award.credentialId,
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
      wants: wantedPlaces(tier, issuer),
    }),
    content: (entry) => ({ kind: 'document', document: renewedDocument(document, entry, issuer), images }),
    shape: `${badge} once more`,
    knownEdition: award.edition,
  };
}

function renewedDocument(document: JsonObject, entry: LedgerAward, issuer: Issuer): JsonObject {
  const { validUntil: _until, credentialStatus: _status, evidence, ...rest } = document;
  const { hosting } = issuer;
  const entries =
    hosting === undefined ? [] : entry.places.map((place) => statusEntry(hosting, place, statusListExtension(issuer)));
  const [only, ...others] = entries;
  const status: Json | undefined = others.length === 0 ? only : entries;
  return {
    ...rest,
    id: entry.credentialId,
    issuer: issuer.profile,
    validFrom: formatStamp(entry.validFrom),
    ...(entry.validUntil === undefined ? {} : { validUntil: formatStamp(entry.validUntil) }),
    evidence: [
      ...withoutSupersession(evidence),
      ...(entry.supersedes === undefined ? [] : [supersessionEvidence(entry.supersedes)]),
    ],
    ...(status === undefined ? {} : { credentialStatus: status }),
  };
}
