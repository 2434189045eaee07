import { supersededBy } from '../openbadges/supersession.ts';
import type { AwardRecord, Ledger, StatusChange, StatusPlace } from '../ports.ts';
import { placesOf } from '../status/place.ts';
import { readInstant } from '../syntax/datetime.ts';
import { canonicalJson } from '../syntax/jcs.ts';
import { isJsonObject, type JsonObject } from '../syntax/json.ts';
import type { Award } from './award.ts';
import { credentialOf } from './content.ts';
import type { AwardIdentity } from './identity.ts';
import type { Issuer } from './issuer.ts';

/** A credential that lies in the programme's folder. */
export interface FoundCredential {
  readonly badge: string;
  readonly files: readonly string[];
  /** Without its envelope. */
  readonly document: JsonObject;
  readonly verificationMethod: string | undefined;
}

/** The row of a roster that a credential was issued for. */
export interface MatchedRow {
  readonly row: Award;
  readonly identity: AwardIdentity;
  readonly edition: number;
  readonly roster: string;
}

/** A list that is hosted, as it stands. */
export interface FoundList {
  readonly isSet: (place: StatusPlace) => boolean;
  /** Since when it says so, at the latest. */
  readonly signedAt: number;
}

export interface Rebuilding {
  readonly issuer: Issuer;
  /** The name of the batch that everything found is put in. */
  readonly run: string;
  readonly now: number;
  readonly listOf: (place: StatusPlace) => FoundList | undefined;
}

/** Marks the identity of an award of which only the credential is known. */
const UNKNOWN = 'unknown:';

/** Whether a ledger has such names. Those of known awards are digests, in hexadecimal, and come before them. */
export function hasUnknownAwards(ledger: Pick<Ledger, 'hasNameFrom'>): Promise<boolean> {
  return ledger.hasNameFrom(UNKNOWN);
}

/** Under what name the ledger keeps an award whose roster is not known. */
export function unknownAward(credentialId: string): string {
  return `${UNKNOWN}${credentialId}`;
}

/**
 * What the ledger must have known of a credential, from the credential itself and, as far as it is there, the row that
 * it was issued for.
 * @returns undefined where the document has no id
 */
export function recordOf(
  { badge, files, document, verificationMethod }: FoundCredential,
  match: MatchedRow | undefined,
  { issuer, run, now, listOf }: Rebuilding,
): AwardRecord | undefined {
  const { id: credentialId } = document;
  if (typeof credentialId !== 'string') return undefined;
  const places = placesOf(document, issuer.hosting ?? '');
  const validFrom = readInstant(document['validFrom']) ?? now;
  const validUntil = readInstant(document['validUntil']);
  const supersedes = supersededBy(document['evidence']);
  const changes = places.flatMap((place): StatusChange[] => {
    const list = listOf(place);
    if (list?.isSet(place) !== true) return [];
    return [
      { credentialId, purpose: place.purpose, set: true, reason: undefined, at: list.signedAt, since: list.signedAt },
    ];
  });
  const recipient = match?.row.recipient;
  const credential = { credentialId, validFrom, validUntil, places, supersedes };
  return {
    kind: 'award',
    ...credential,
    revokesBecause: undefined,
    award: match?.identity.award ?? unknownAward(credentialId),
    edition: match?.edition ?? 1,
    badge,
    recipient: recipient?.label ?? subjectName(document),
    subjectId: recipient?.id,
    recipientName: match?.row.name,
    awardKey: match?.row.awardKey ?? '',
    roster: match?.roster ?? '',
    line: match?.row.line ?? 0,
    content: match === undefined ? '' : contentIfSame(document, match, credential, issuer),
    state: 'issued',
    run,
    reservedAt: validFrom,
    issuedAt: validFrom,
    verificationMethod,
    files,
    changes,
    erasedAt: undefined,
  };
}

/** The digest of what the row says, if the credential says the same; otherwise it stays unknown what the row once said. */
function contentIfSame(
  document: JsonObject,
  { row, identity }: MatchedRow,
  credential: Pick<AwardRecord, 'credentialId' | 'validFrom' | 'validUntil' | 'places' | 'supersedes'>,
  issuer: Issuer,
): string {
  if (!issuer.badges.has(row.definition)) return '';
  const made = credentialOf({ ...credential, row }, issuer);
  return canonicalJson(said(made)) === canonicalJson(said(document)) ? identity.content : '';
}

/** The parts of a credential that come from its row. */
function said({ credentialSubject, evidence, awardedDate, validUntil }: JsonObject): JsonObject {
  const { achievement: _definition, ...subject }: JsonObject = isJsonObject(credentialSubject) ? credentialSubject : {};
  return {
    subject,
    evidence: evidence ?? null,
    awardedDate: awardedDate ?? null,
    validUntil: validUntil ?? null,
  };
}

/** Whom a credential names, where it does so plainly. */
function subjectName({ credentialSubject }: JsonObject): string {
  if (!isJsonObject(credentialSubject)) return '';
  const { id, identifier } = credentialSubject;
  const identities = Array.isArray(identifier) ? identifier.filter(isJsonObject) : [];
  const plain = identities.find(({ hashed, identityType }) => hashed === false && identityType === 'emailAddress');
  const name = plain?.['identityHash'] ?? id;
  return typeof name === 'string' ? name : '';
}

/** A bit that is set in a list and belongs to no credential that is there: it must stay set. */
export function lostRecord(place: StatusPlace, { run, now, listOf }: Rebuilding): AwardRecord {
  const { purpose, series, list, index } = place;
  const credentialId = `lost:${purpose}/${series}/${list}/${index}`;
  const at = listOf(place)?.signedAt ?? now;
  return {
    ...bareRecord(credentialId, { run, now: at }),
    award: credentialId,
    badge: 'lost',
    places: [place],
    changes: [{ credentialId, purpose, set: true, reason: 'found in the list', at, since: at }],
    erasedAt: now,
  };
}

/** A badge of somebody who was erased, by its receipt: no roster may issue it again. */
export function erasedRecord(
  credentialId: string,
  badge: string,
  places: readonly StatusPlace[],
  { run, now, listOf }: Rebuilding,
): AwardRecord {
  const changes = places.flatMap((place): StatusChange[] => {
    const list = listOf(place);
    if (list?.isSet(place) !== true) return [];
    const { signedAt: at } = list;
    return [{ credentialId, purpose: place.purpose, set: true, reason: undefined, at, since: at }];
  });
  return {
    ...bareRecord(credentialId, { run, now }),
    award: unknownAward(credentialId),
    badge,
    places,
    changes,
    erasedAt: now,
  };
}

function bareRecord(
  credentialId: string,
  { run, now }: Pick<Rebuilding, 'run' | 'now'>,
): Omit<AwardRecord, 'award' | 'badge' | 'places' | 'changes' | 'erasedAt'> {
  return {
    kind: 'award',
    credentialId,
    edition: 1,
    supersedes: undefined,
    revokesBecause: undefined,
    recipient: '',
    subjectId: undefined,
    recipientName: undefined,
    awardKey: '',
    roster: '',
    line: 0,
    content: '',
    validFrom: now,
    validUntil: undefined,
    state: 'issued',
    run,
    reservedAt: now,
    issuedAt: now,
    verificationMethod: undefined,
    files: [],
  };
}
