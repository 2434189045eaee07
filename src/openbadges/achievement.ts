import type { JsonObject } from '../syntax/json.ts';
import type {
  AlignmentDefinition,
  Definition,
  LevelDefinition,
  ProfileDefinition,
  ResultDefinition,
} from './definition.ts';
import { derivedUuid } from './identifiers.ts';

export type Image = { readonly id: string; readonly type: 'Image'; readonly caption?: string };

/** An interface's members as a type that plain JSON objects have. */
type Members<T> = { readonly [Key in keyof T]: T[Key] };

export type Profile = { readonly type: readonly ['Profile']; readonly image?: Image } & Members<ProfileDefinition>;

type Alignment = { readonly type: readonly ['Alignment'] } & Members<AlignmentDefinition>;

export type RubricCriterionLevel = {
  readonly id: string;
  readonly type: readonly ['RubricCriterionLevel'];
  readonly alignment?: readonly Alignment[];
} & Members<Omit<LevelDefinition, 'alignment'>>;

/** Levels stand under ids of their own, and `requiredLevel` is one of them. */
export type ResultDescription = {
  readonly id: string;
  readonly type: readonly ['ResultDescription'];
  readonly rubricCriterionLevel?: readonly RubricCriterionLevel[];
  readonly alignment?: readonly Alignment[];
} & Members<Omit<ResultDefinition, 'rubricCriterionLevel' | 'alignment'>>;

/** Achievement (Open Badges 3.0, B.1.1) as badgekit writes it: sets always arrays, images always objects. */
export type Achievement = {
  readonly id: string;
  readonly type: readonly ['Achievement'];
  readonly name: string;
  readonly description: string;
  readonly criteria: { readonly id?: string; readonly narrative?: string };
  readonly image?: Image;
  readonly achievementType?: string;
  readonly alignment?: readonly Alignment[];
  readonly creator?: Profile;
  readonly creditsAvailable?: number;
  readonly fieldOfStudy?: string;
  readonly specialization?: string;
  readonly humanCode?: string;
  readonly inLanguage?: string;
  readonly otherIdentifier?: readonly {
    readonly type: 'IdentifierEntry';
    readonly identifier: string;
    readonly identifierType: string;
  }[];
  readonly related?: readonly {
    readonly type: readonly ['Related'];
    readonly id: string;
    readonly version?: string;
    readonly inLanguage?: string;
  }[];
  readonly resultDescription?: readonly ResultDescription[];
  /** The tier of the badge first: what class it is of is signed with it. */
  readonly tag?: readonly string[];
  readonly version?: string;
  readonly endorsement?: readonly JsonObject[];
  readonly endorsementJwt?: readonly string[];
};

/** What a definition file does not say itself: where its things are, and what others signed about it. */
export interface AchievementPlacement {
  readonly id: string;
  /** URL or data: URI of the unbaked image. */
  readonly image: string | undefined;
  readonly endorsement: readonly JsonObject[];
  readonly endorsementJwt: readonly string[];
}

/** The Achievement that a definition describes. */
export function achievementOf(definition: Definition, placement: AchievementPlacement): Achievement {
  const {
    name,
    description,
    criteria,
    image,
    achievementType,
    creditsAvailable,
    fieldOfStudy,
    specialization,
    humanCode,
    inLanguage,
    tag = [],
    tier,
    version,
    ...more
  } = definition.source;
  return {
    id: placement.id,
    type: ['Achievement'],
    ...present({ achievementType }),
    name,
    description,
    criteria: present({ id: criteria.id, narrative: criteria.narrative }),
    ...(placement.image === undefined ? {} : { image: { id: placement.image, type: 'Image', caption: image.caption } }),
    ...present({ humanCode, version, inLanguage, fieldOfStudy, specialization, creditsAvailable }),
    tag: [tier, ...tag.filter((word) => word !== tier)],
    ...(more.creator === undefined ? {} : { creator: profileOf(more.creator) }),
    ...(more.alignment === undefined ? {} : { alignment: more.alignment.map(alignmentOf) }),
    ...(more.otherIdentifier === undefined
      ? {}
      : { otherIdentifier: more.otherIdentifier.map((entry) => ({ type: 'IdentifierEntry', ...entry })) }),
    ...(more.related === undefined ? {} : { related: more.related.map((entry) => ({ type: ['Related'], ...entry })) }),
    ...(more.resultDescription === undefined
      ? {}
      : { resultDescription: more.resultDescription.map((result) => resultDescriptionOf(placement.id, result)) }),
    ...(placement.endorsement.length === 0 ? {} : { endorsement: placement.endorsement }),
    ...(placement.endorsementJwt.length === 0 ? {} : { endorsementJwt: placement.endorsementJwt }),
  };
}

/** A Profile (B.1.20) from what a YAML file says of an organization or person. */
export function profileOf(
  { id, name, url, email, description, phone, official }: ProfileDefinition,
  image?: Image,
): Profile {
  return { id, type: ['Profile'], name, ...present({ url, email, description, phone, official, image }) };
}

/** The id of a ResultDescription: the same for every credential of an achievement. */
export function resultDescriptionId(achievementId: string, result: Pick<ResultDefinition, 'name'>): string {
  return derivedUuid('ResultDescription', achievementId, result.name);
}

/** The id of a RubricCriterionLevel within its ResultDescription. */
export function levelId(achievementId: string, result: Pick<ResultDefinition, 'name'>, level: string): string {
  return derivedUuid('RubricCriterionLevel', achievementId, result.name, level);
}

/** What is left of an object without its undefined members. */
export type Present<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};

/** An object without its undefined members. */
export function present<T extends object>(object: T): Present<T>;
export function present(object: Readonly<Record<string, unknown>>): object {
  const members: Record<string, unknown> = {};
  for (const key in object) if (object[key] !== undefined) members[key] = object[key];
  return members;
}

function alignmentOf(alignment: AlignmentDefinition): Alignment {
  return { type: ['Alignment'], ...alignment };
}

function resultDescriptionOf(achievementId: string, result: ResultDefinition): ResultDescription {
  const { requiredLevel, rubricCriterionLevel, alignment, ...plain } = result;
  return {
    id: resultDescriptionId(achievementId, result),
    type: ['ResultDescription'],
    ...plain,
    ...(requiredLevel === undefined ? {} : { requiredLevel: levelId(achievementId, result, requiredLevel) }),
    ...(rubricCriterionLevel === undefined
      ? {}
      : { rubricCriterionLevel: rubricCriterionLevel.map((level) => rubricLevelOf(achievementId, result, level)) }),
    ...(alignment === undefined ? {} : { alignment: alignment.map(alignmentOf) }),
  };
}

function rubricLevelOf(
  achievementId: string,
  result: ResultDefinition,
  { alignment, ...level }: LevelDefinition,
): RubricCriterionLevel {
  return {
    id: levelId(achievementId, result, level.name),
    type: ['RubricCriterionLevel'],
    ...level,
    ...(alignment === undefined ? {} : { alignment: alignment.map(alignmentOf) }),
  };
}
