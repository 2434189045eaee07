import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import { asList } from './credential.ts';
import { GENRE_OF_SUPERSESSION } from './supersession.ts';
import { TIERS, type Tier } from './vocabulary.ts';

/** What a credential says that its holder achieved, how well, against which skills, and with what evidence. */
export interface Achieved {
  readonly name: string;
  readonly description: string | undefined;
  readonly tier: Tier | undefined;
  readonly achievementType: string | undefined;
  readonly criteria: { readonly id: string | undefined; readonly narrative: string | undefined };
  readonly awarded: string | undefined;
  readonly validUntil: string | undefined;
  readonly credits: number | undefined;
  readonly narrative: string | undefined;
  readonly results: readonly AchievedResult[];
  readonly skills: readonly AlignedSkill[];
  readonly evidence: readonly ShownEvidence[];
}

export interface AchievedResult {
  readonly name: string;
  readonly value: string | undefined;
  readonly status: string | undefined;
  /** The lowest and the highest value that there are. */
  readonly range: { readonly min: string | undefined; readonly max: string | undefined };
  readonly required: string | undefined;
  readonly level: RubricStep | undefined;
  /** All levels, from the lowest to the highest. */
  readonly levels: readonly RubricStep[];
}

export interface RubricStep {
  readonly id: string | undefined;
  readonly name: string;
  readonly description: string | undefined;
}

export interface AlignedSkill {
  readonly name: string;
  readonly url: string | undefined;
  readonly framework: string | undefined;
  readonly code: string | undefined;
}

export interface ShownEvidence {
  readonly url: string | undefined;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly narrative: string | undefined;
  readonly genre: string | undefined;
  readonly audience: string | undefined;
  readonly digest: string | undefined;
}

/** Reads what a credential of Open Badges 3.0 says of its achievement; what it does not say is left out. */
export function achievedIn(document: JsonObject): Achieved {
  const subject = objectAt(document, 'credentialSubject');
  const achievement = objectAt(subject, 'achievement');
  const criteria = objectAt(achievement, 'criteria');
  const tags = asList(achievement['tag']);
  const descriptions = new Map(
    objectsIn(achievement['resultDescription']).map((description) => [textAt(description, 'id'), description]),
  );
  return {
    name: textAt(achievement, 'name') ?? textAt(document, 'name') ?? '',
    description: textAt(achievement, 'description'),
    tier: TIERS.find((tier) => tags[0] === tier),
    achievementType: textAt(achievement, 'achievementType'),
    criteria: { id: textAt(criteria, 'id'), narrative: textAt(criteria, 'narrative') },
    awarded: textAt(document, 'awardedDate') ?? textAt(document, 'validFrom'),
    validUntil: textAt(document, 'validUntil'),
    credits: numberAt(subject, 'creditsEarned'),
    narrative: textAt(subject, 'narrative'),
    results: objectsIn(subject['result']).map((result) =>
      resultOf(result, descriptions.get(textAt(result, 'resultDescription')) ?? {}),
    ),
    skills: objectsIn(achievement['alignment']).map((alignment) => ({
      name: textAt(alignment, 'targetName') ?? '',
      url: textAt(alignment, 'targetUrl'),
      framework: textAt(alignment, 'targetFramework'),
      code: textAt(alignment, 'targetCode'),
    })),
    evidence: objectsIn(document['evidence'])
      .filter((evidence) => evidence['genre'] !== GENRE_OF_SUPERSESSION)
      .map((evidence) => ({
        url: textAt(evidence, 'id'),
        name: textAt(evidence, 'name'),
        description: textAt(evidence, 'description'),
        narrative: textAt(evidence, 'narrative'),
        genre: textAt(evidence, 'genre'),
        audience: textAt(evidence, 'audience'),
        digest: textAt(evidence, 'digestMultibase'),
      })),
  };
}

function resultOf(result: JsonObject, description: JsonObject): AchievedResult {
  const levels = objectsIn(description['rubricCriterionLevel']).map((level) => ({
    id: textAt(level, 'id'),
    name: textAt(level, 'name') ?? '',
    description: textAt(level, 'description'),
  }));
  const reached = textAt(result, 'achievedLevel');
  const required = textAt(description, 'requiredLevel');
  return {
    name: textAt(description, 'name') ?? '',
    value: textAt(result, 'value'),
    status: textAt(result, 'status'),
    range: { min: textAt(description, 'valueMin'), max: textAt(description, 'valueMax') },
    required: textAt(description, 'requiredValue') ?? levels.find(({ id }) => id === required)?.name,
    level: reached === undefined ? undefined : levels.find(({ id }) => id === reached),
    levels,
  };
}

function objectAt(object: JsonObject, member: string): JsonObject {
  return objectsIn(object[member])[0] ?? {};
}

function objectsIn(value: Json | undefined): readonly JsonObject[] {
  return asList(value).filter(isJsonObject);
}

function textAt(object: JsonObject, member: string): string | undefined {
  const value = object[member];
  return typeof value === 'string' ? value : undefined;
}

function numberAt(object: JsonObject, member: string): number | undefined {
  const value = object[member];
  return typeof value === 'number' ? value : undefined;
}
