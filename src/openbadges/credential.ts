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
  readonly genre?: string;
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

/**
 * Assembles an unsigned OpenBadgeCredential in the standard's plain serialization (Open Badges 3.0, section
 * "Serialization"): sets are arrays even with one member, what is empty is left out.
 */
export function assembleCredential(content: CredentialContent): JsonObject {
  const { subject, status } = content;
  return {
    '@context': [CREDENTIALS_V2, OPEN_BADGES_CONTEXT, OPEN_BADGES_EXTENSIONS],
    id: content.id,
    type: ['VerifiableCredential', 'OpenBadgeCredential'],
    name: content.achievement.name,
    issuer: content.issuer,
    validFrom: formatStamp(content.validFrom),
    ...present({ validUntil: stamp(content.validUntil), awardedDate: stamp(content.awardedDate) }),
    credentialSubject: {
      ...present({ id: subject.id }),
      type: ['AchievementSubject'],
      ...(subject.identifier.length === 0 ? {} : { identifier: subject.identifier }),
      ...present({ narrative: subject.narrative, creditsEarned: subject.creditsEarned }),
      ...(subject.result.length === 0 ? {} : { result: subject.result }),
      achievement: content.achievement,
    },
    ...(content.evidence.length === 0 ? {} : { evidence: content.evidence }),
    ...statusMember(status),
    credentialSchema: [{ id: ACHIEVEMENT_CREDENTIAL_SCHEMA, type: SCHEMA_VALIDATOR_TYPE }],
  };
}

/** Open Badges 3.0 has room for one entry; several, which W3C allows, are written only where the programme asks. */
function statusMember(status: readonly BitstringStatusListEntry[]): { credentialStatus?: Json } {
  const [only, ...others] = status;
  if (only === undefined) return {};
  return { credentialStatus: others.length === 0 ? only : status };
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
