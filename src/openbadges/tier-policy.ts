import type { DefinitionSource } from './definition.ts';
import { NUMERIC_RESULT_TYPES, type Tier, TIERS } from './vocabulary.ts';

/** What a badge of a tier must have before it is issued. */
export interface TierDemands {
  /** So many alignments of its achievement at least. */
  readonly alignments: number;
  /** What each award says of how it was earned: nothing, a result or evidence, or a result with a value or level. */
  readonly assessment: 'none' | 'any' | 'result';
  /** Whether the definition says how long it is valid, or that it never ends. */
  readonly expiry: boolean;
  /** Whether it can be revoked. */
  readonly status: boolean;
  /** So many people approve a plan before it is carried out. */
  readonly approvals: number;
}

/** What may not be the same in badges of different tiers. */
export type Separable = 'image' | 'type' | 'key';
const APART_BY_DEFAULT: readonly Separable[] = ['image', 'type'];

/** What badgekit.yaml says of tiers; what it does not say is as in {@link DEFAULT_DEMANDS}. */
export type TierConfig = { readonly [T in Tier]?: Partial<TierDemands> } & { readonly apart?: readonly Separable[] };

export interface TierPolicy {
  readonly demands: Readonly<Record<Tier, TierDemands>>;
  readonly apart: readonly Separable[];
}

const NOTHING: TierDemands = { alignments: 0, assessment: 'none', expiry: false, status: false, approvals: 0 };
const DEFAULT_DEMANDS: Readonly<Record<Tier, TierDemands>> = {
  participation: NOTHING,
  skill: { ...NOTHING, alignments: 1, assessment: 'any' },
  qualification: { ...NOTHING, assessment: 'result', expiry: true, status: true, approvals: 1 },
};

/** For badges that were issued already: whatever they were issued by. */
export const NO_DEMANDS: TierPolicy = {
  demands: { participation: NOTHING, skill: NOTHING, qualification: NOTHING },
  apart: [],
};

export function tierPolicyOf(config: TierConfig = {}): TierPolicy {
  const of = (tier: Tier): TierDemands => ({ ...DEFAULT_DEMANDS[tier], ...config[tier] });
  return {
    demands: { participation: of('participation'), skill: of('skill'), qualification: of('qualification') },
    apart: config.apart ?? APART_BY_DEFAULT,
  };
}

/** What a definition lacks of what its tier demands, with the member that it is about, and what to write. */
export interface TierFault {
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

/** What people take for a qualification by its type (Open Badges 3.0, AchievementType). */
const QUALIFYING_TYPES: ReadonlySet<string> = new Set([
  'ApprenticeshipCertificate',
  'AssociateDegree',
  'BachelorDegree',
  'Certification',
  'Degree',
  'Diploma',
  'DoctoralDegree',
  'GeneralEducationDevelopment',
  'JourneymanCertificate',
  'License',
  'MasterCertificate',
  'MasterDegree',
  'ProfessionalDoctorate',
  'QualityAssuranceCredential',
  'ResearchDoctorate',
  'SecondarySchoolDiploma',
]);

/**
 * What a definition lacks.
 * @param isHosted whether the programme has a place on the web, and so its badges a status
 */
export function tierFaults(source: DefinitionSource, policy: TierPolicy, isHosted: boolean): readonly TierFault[] {
  const { tier, alignment = [], resultDescription = [], validFor, achievementType, tag = [] } = source;
  const { alignments, assessment, expiry, status } = policy.demands[tier];
  const faults: TierFault[] = [];
  const fault = (path: string, message: string, hint: string): void => void faults.push({ path, message, hint });
  if (alignment.length < alignments)
    fault(
      '/alignment',
      `a ${tier} badge needs ${alignments === 1 ? 'an alignment' : `${alignments} alignments`}, and it has ${alignment.length === 0 ? 'none' : alignment.length}`,
      'say which skill of a framework it shows: badgekit align finds them; or make it a participation badge',
    );
  const isMeasured = resultDescription.some(
    ({ resultType, rubricCriterionLevel, allowedValue }) =>
      rubricCriterionLevel !== undefined || allowedValue !== undefined || NUMERIC_RESULT_TYPES.has(resultType),
  );
  if (assessment === 'result' && !isMeasured)
    fault(
      '/resultDescription',
      `a ${tier} badge needs a result with a score or with levels, and it defines none`,
      'add resultDescription, such as: [{ name: Examination, resultType: Percent, requiredValue: "60" }]',
    );
  if (expiry && validFor === undefined)
    fault(
      '/validFor',
      `a ${tier} badge says how long it is valid, or that it does not expire, and it says neither`,
      'write validFor: P3Y (three years), or validFor: never',
    );
  if (status && !isHosted)
    fault(
      '/tier',
      `a ${tier} badge must have a status, so that it can be revoked, and the programme hosts nothing`,
      'add hosting: https://… to badgekit.yaml',
    );
  if (tier === 'participation' && policy.apart.includes('type') && QUALIFYING_TYPES.has(achievementType ?? ''))
    fault(
      '/achievementType',
      `a participation badge of the type ${achievementType ?? ''} looks like a qualification`,
      'write another type, such as Badge or CertificateOfCompletion, or tier: qualification',
    );
  const other = tag.findIndex((word) => word !== tier && TIERS.some((name) => name === word.trim().toLowerCase()));
  if (other !== -1)
    fault(
      `/tag/${other}`,
      `the tag names another tier than ${tier}`,
      'leave it out: badgekit writes the tier among the tags of each credential',
    );
  return faults;
}
