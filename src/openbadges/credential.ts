import { constant } from '../syntax/constant.ts';
import { formatStamp, type Instant } from '../syntax/datetime.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import type { Achievement, Profile } from './achievement.ts';
import { present } from './achievement.ts';
import type { IdentityObject } from './recipient.ts';
import {
  ACHIEVEMENT_CREDENTIAL_SCHEMA,
  CREDENTIALS_V2,
  OPEN_BADGES_CONTEXT,
  OPEN_BADGES_EXTENSIONS,
  SCHEMA_VALIDATOR_TYPE,
} from './vocabulary.ts';

export type Result = {
  readonly type: readonly ['Result'];
  readonly resultDescription: string;
  readonly value?: string;
  readonly achievedLevel?: string;
  readonly status?: string;
};

export type Evidence = {
  readonly id?: string;
  readonly type: readonly ['Evidence'];
  readonly name?: string;
  readonly description?: string;
  readonly narrative?: string;
  readonly genre?: string;
  readonly audience?: string;
  readonly digestMultibase?: string;
};

/** BitstringStatusListEntry (W3C Bitstring Status List v1.0, section 2.1). */
export type BitstringStatusListEntry = {
  readonly id: string;
  readonly type: 'BitstringStatusListEntry';
  readonly statusPurpose: string;
  readonly statusListIndex: string;
  readonly statusListCredential: string;
};

/** Everything that one credential says. */
export interface CredentialContent {
  readonly id: string;
  readonly issuer: Profile;
  readonly achievement: Achievement;
  readonly validFrom: Instant;
  readonly validUntil: Instant | undefined;
  readonly awardedDate: Instant | undefined;
  readonly subject: {
    readonly id: string | undefined;
    readonly identifier: readonly IdentityObject[];
    readonly narrative: string | undefined;
    readonly creditsEarned: number | undefined;
    readonly result: readonly Result[];
  };
  readonly evidence: readonly Evidence[];
  readonly status: readonly BitstringStatusListEntry[];
}

/** What all of them have in common. */
const CONTEXTS = constant([CREDENTIALS_V2, OPEN_BADGES_CONTEXT, OPEN_BADGES_EXTENSIONS]);
const TYPES = constant(['VerifiableCredential', 'OpenBadgeCredential']);
const SUBJECT_TYPES = constant(['AchievementSubject']);
const SCHEMAS = constant([{ id: ACHIEVEMENT_CREDENTIAL_SCHEMA, type: SCHEMA_VALIDATOR_TYPE }]);

/**
 * Assembles an unsigned OpenBadgeCredential in the standard's plain serialization (Open Badges 3.0, section
 * "Serialization"): sets are arrays even with one member, what is empty is left out.
 */
export function assembleCredential(content: CredentialContent): JsonObject {
  const { subject, status } = content;
  return present({
    '@context': CONTEXTS,
    id: content.id,
    type: TYPES,
    name: content.achievement.name,
    issuer: content.issuer,
    validFrom: formatStamp(content.validFrom),
    validUntil: stamp(content.validUntil),
    awardedDate: stamp(content.awardedDate),
    credentialSubject: present({
      id: subject.id,
      type: SUBJECT_TYPES,
      identifier: unlessEmpty(subject.identifier),
      narrative: subject.narrative,
      creditsEarned: subject.creditsEarned,
      result: unlessEmpty(subject.result),
      achievement: content.achievement,
    }),
    evidence: unlessEmpty(content.evidence),
    // Open Badges 3.0 has room for one entry; several, which W3C allows, are written only where the programme asks.
    credentialStatus: status.length === 1 ? status[0] : unlessEmpty(status),
    credentialSchema: SCHEMAS,
  });
}

function unlessEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function stamp(instant: Instant | undefined): string | undefined {
  return instant === undefined ? undefined : formatStamp(instant);
}

/** The issuer's id, whether it stands as a Profile object or as a bare string. */
export function issuerId(credential: JsonObject): string | undefined {
  const { issuer } = credential;
  const id = isJsonObject(issuer) ? issuer['id'] : issuer;
  return typeof id === 'string' ? id : undefined;
}

/** A member as a list, whether it stands as one value, as an array or not at all. */
export function asList(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value as Json];
}
