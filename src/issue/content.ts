import { BadgekitError } from '../errors.ts';
import { levelId, present, resultDescriptionId } from '../openbadges/achievement.ts';
import { assembleCredential, type Result } from '../openbadges/credential.ts';
import { credentialFault } from '../openbadges/credential-fault.ts';
import { keyedDigest } from '../openbadges/identifiers.ts';
import { supersessionEvidence } from '../openbadges/supersession.ts';
import { hashedIdentity, type IdentityObject, plainIdentity, SALT_BYTES } from '../openbadges/recipient.ts';
import type { StatusPlace } from '../ports.ts';
import { statusEntry } from '../status/list.ts';
import { addDuration, type Instant } from '../syntax/datetime.ts';
import { constant } from '../syntax/constant.ts';
import type { JsonObject } from '../syntax/json.ts';
import { dotted } from '../syntax/schema.ts';
import type { Award, RowFault } from './award.ts';
import { evidenceOf } from './evidence.ts';
import { type IssuableBadge, type Issuer, statusListExtension } from './issuer.ts';

/** When an award begins and ends: by the row, else from now, for as long as the definition says. */
export function periodOf(
  award: Award,
  badge: IssuableBadge,
  now: Instant,
): { readonly from: Instant; readonly until: Instant | undefined } {
  const from = award.issuedOn ?? now;
  if (award.expiresOn !== undefined) return { from, until: award.expiresOn };
  return { from, until: badge.validFor === undefined ? undefined : addDuration(from, badge.validFor) };
}

export interface AwardedCredential {
  readonly row: Award;
  readonly credentialId: string;
  readonly validFrom: Instant;
  readonly validUntil: Instant | undefined;
  readonly places: readonly StatusPlace[];
  /** The id of the credential that this one replaces. */
  readonly supersedes: string | undefined;
}

/**
 * The unsigned credential of an award, proven to keep the standard's schema and rules.
 * @throws BadgekitError CREDENTIAL_INVALID | DEFINITION_UNKNOWN
 */
export function credentialOf(award: AwardedCredential, issuer: Issuer): JsonObject {
  const badge = badgeOf(award.row, issuer);
  const { row, places } = award;
  const { achievement } = badge;
  const { hosting } = issuer;
  const credential = assembleCredential({
    id: award.credentialId,
    issuer: issuer.profile,
    achievement,
    validFrom: award.validFrom,
    validUntil: award.validUntil,
    awardedDate: row.issuedOn,
    subject: {
      id: row.recipient.id,
      identifier: identifiersOf(award, issuer),
      narrative: row.narrative,
      creditsEarned: row.credits,
      result: resultsOf(row, achievement.id),
    },
    evidence: [
      ...evidenceOf(row.evidence, award.credentialId, issuer.publishesEvidence ? hosting : undefined),
      ...(award.supersedes === undefined ? [] : [supersessionEvidence(award.supersedes)]),
    ],
    status:
      hosting === undefined ? [] : places.map((place) => statusEntry(hosting, place, statusListExtension(issuer))),
  });
  prove(credential, issuer, row.line);
  return credential;
}

export function badgeOf(award: Award, issuer: Issuer): IssuableBadge {
  const badge = issuer.badges.get(award.definition);
  if (badge === undefined) throw new BadgekitError('DEFINITION_UNKNOWN', `badge "${award.definition}" is not defined`);
  return badge;
}

const RESULT_TYPES = constant(['Result'] as const);

function identifiersOf(
  { row, credentialId }: AwardedCredential,
  { recipients, awardSecret }: Issuer,
): IdentityObject[] {
  const known = [
    ...(row.recipient.email === undefined ? [] : [{ value: row.recipient.email, type: 'emailAddress' }]),
    ...(row.recipient.identifier === undefined ? [] : [row.recipient.identifier]),
  ];
  if (recipients === 'plain-email') {
    const named = row.name === undefined ? known : [...known, { value: row.name, type: 'name' }];
    return named.map(({ value, type }) => plainIdentity(value, type));
  }
  if (recipients === 'did') return [];
  return known.map(({ value, type }) => hashedIdentity(value, type, saltOf(awardSecret, credentialId, type)));
}

function saltOf(secret: Uint8Array, credentialId: string, type: string): Uint8Array {
  return Buffer.from(keyedDigest(secret, 'salt', credentialId, type), 'hex').subarray(0, SALT_BYTES);
}

function resultsOf({ results }: Award, achievementId: string): Result[] {
  return results.map(({ name, value, level, status }) =>
    present({
      type: RESULT_TYPES,
      resultDescription: resultDescriptionId(achievementId, { name }),
      value,
      status,
      achievedLevel: level === undefined ? undefined : levelId(achievementId, { name }, level),
    }),
  );
}

/** Stands for the id that a credential will have. */
const SOME_ID = 'urn:uuid:00000000-0000-8000-8000-000000000000';

/**
 * Why an award cannot become a badge that a verifier would accept, or undefined where it can: its own values may
 * collide with the definition's, or not survive signing.
 */
export function awardFault(row: Award, issuer: Issuer, now: Instant): RowFault | undefined {
  const tried = triedAward(row, issuer, now);
  return 'fault' in tried ? tried.fault : undefined;
}

/** The same, with the credential that was tried where it has no fault. */
export function triedAward(
  row: Award,
  issuer: Issuer,
  now: Instant,
): { readonly document: JsonObject } | { readonly fault: RowFault } {
  let document: JsonObject = {};
  const fault = rowFault(row, () => {
    const { from, until } = periodOf(row, badgeOf(row, issuer), now);
    const award = { row, credentialId: SOME_ID, validFrom: from, validUntil: until, places: [], supersedes: undefined };
    document = credentialOf(award, issuer);
  });
  return fault === undefined ? { document } : { fault };
}

/** The same, of nothing but the period: for awards of which all else is known to be sound. */
export function periodFault(row: Award, issuer: Issuer, now: Instant): RowFault | undefined {
  return rowFault(row, () => {
    const { from, until } = periodOf(row, badgeOf(row, issuer), now);
    // What ends before it begins is told by whoever looks at the whole.
    if (until !== undefined && until <= from) throw new BadgekitError('CREDENTIAL_INVALID', 'it ends before it begins');
  });
}

function rowFault({ line }: Award, look: () => void): RowFault | undefined {
  try {
    look();
    return undefined;
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    return { line, column: undefined, message: error.message, hint: error.nextStep };
  }
}

/** Nothing is signed that a verifier could not accept. One entry more of status than the schema has is the programme's own wish. */
function prove(credential: JsonObject, issuer: Issuer, line: number): void {
  const fault = credentialFault(issuer.purposes.length > 1 ? withoutStatus(credential) : credential);
  if (fault === undefined) return;
  throw new BadgekitError('CREDENTIAL_INVALID', `the badge would break the standard: ${fault.message}`, {
    where: { line, path: fault.path },
    hint: `look at what the row and the definition say about ${dotted(fault.path)}`,
  });
}

function withoutStatus({ credentialStatus: _severalEntries, ...rest }: JsonObject): JsonObject {
  return rest;
}
