import { keyedDigest, keyedTag, keyedUuid } from '../openbadges/identifiers.ts';
import { isJsonObject, type Json, parseJson } from '../syntax/json.ts';
import { ifUsable } from '../errors.ts';
import type { Award } from './award.ts';
import type { AwardedEvidence } from './evidence.ts';

/** What makes an award this award and no other, made so that nobody without the secret can guess anything from it. */
export interface AwardIdentity {
  /** Names the award in the ledger. */
  readonly award: string;
  /** The id of its first credential: a UUID URN, the same however often the roster is read. */
  readonly firstId: string;
  /** A digest of each thing that the row says, as JSON. */
  readonly content: string;
}

export function identify(secret: Uint8Array, issuer: string, award: Award): AwardIdentity {
  return {
    award: awardName(secret, issuer, award),
    firstId: firstCredentialId(secret, issuer, award),
    content: contentOf(secret, award),
  };
}

/** What names an award in the ledger. */
export function awardName(secret: Uint8Array, issuer: string, award: Award): string {
  return keyedDigest(secret, 'award', ...partsOf(issuer, award));
}

/** The id of an award's first credential. */
export function firstCredentialId(secret: Uint8Array, issuer: string, award: Award): string {
  return keyedUuid(secret, 'credential', ...partsOf(issuer, award));
}

/** The issuer, the badge, its recipient and what tells several awards of one badge to one person apart. */
function partsOf(issuer: string, { badge, recipient, awardKey }: Award): readonly string[] {
  const { id, email, identifier } = recipient;
  if (email !== undefined) return [issuer, badge, 'email', email, awardKey];
  if (id !== undefined) return [issuer, badge, 'id', id, awardKey];
  return [issuer, badge, 'identifier', identifier?.type ?? '', identifier?.value ?? '', awardKey];
}

/** The id of any edition of an award. */
export function credentialIdOf(
  secret: Uint8Array,
  { award, firstId }: Pick<AwardIdentity, 'award' | 'firstId'>,
  edition: number,
): string {
  return edition === 1 ? firstId : editionId(secret, award, edition);
}

/** The id of a later edition, which needs to know no more of the award than its identity. */
export function editionId(secret: Uint8Array, award: string, edition: number): string {
  return keyedUuid(secret, 'edition', award, String(edition));
}

/** What the row says beside who earned what, by the names of the columns that say it. */
export function sayingsOf(award: Award): readonly (readonly [string, Json])[] {
  const { recipient, evidence } = award;
  const said: readonly (readonly [string, Json | undefined])[] = [
    ['id', recipient.id],
    [
      'identifier',
      recipient.identifier === undefined ? undefined : [recipient.identifier.type, recipient.identifier.value],
    ],
    ['name', award.name],
    ['locale', award.definition === award.badge ? undefined : award.definition],
    ['issued_on', award.issuedOn],
    ['expires_on', award.expiresOn],
    ...evidence.flatMap(evidenceSaid),
    ['narrative', award.narrative],
    ['credits', award.credits],
    ...award.results.map(
      ({ name, value, level, status }) => [`result.${name}`, [value ?? null, level ?? null, status ?? null]] as const,
    ),
  ];
  return said.flatMap(([column, value]) => (value === undefined ? [] : [[column, value] as const]));
}

function evidenceSaid(
  { url, name, description, narrative, genre, audience, file }: AwardedEvidence,
  index: number,
): readonly (readonly [string, Json | undefined])[] {
  const said: readonly (readonly [string, Json | undefined])[] = [
    ['evidence_url', url],
    ['evidence_name', name],
    ['evidence_description', description],
    ['evidence_narrative', narrative],
    ['evidence_genre', genre],
    ['evidence_audience', audience],
    ['evidence_file', file === undefined ? undefined : [file.storedAs, file.sha256 ?? null]],
  ];
  return index === 0 ? said : said.map(([column, value]) => [`${column}.${name ?? index}`, value] as const);
}

/** A digest of each of them, as JSON. */
export function contentOf(secret: Uint8Array, award: Award): string {
  const key = contentKey(secret);
  const digests: Record<string, string> = {};
  for (const [column, value] of sayingsOf(award)) digests[column] = keyedTag(key, JSON.stringify([column, value]));
  return JSON.stringify(digests);
}

const contentKeys = new WeakMap<Uint8Array, string>();

function contentKey(secret: Uint8Array): string {
  const key = contentKeys.get(secret) ?? keyedDigest(secret, 'content');
  contentKeys.set(secret, key);
  return key;
}

/** The columns that say something else than before; none where what was said before is not known. */
export function changedColumns(before: string, now: string): readonly string[] {
  const [was, is] = [digestsOf(before), digestsOf(now)];
  if (was === undefined || is === undefined) return [];
  return [...new Set([...Object.keys(is), ...Object.keys(was)])].filter((column) => was[column] !== is[column]);
}

function digestsOf(content: string): Readonly<Record<string, Json>> | undefined {
  const value = content === '' ? undefined : ifUsable(() => parseJson(content));
  return isJsonObject(value) ? value : undefined;
}
