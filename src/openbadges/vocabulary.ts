/** The closed lists of Open Badges 3.0 (appendix B, enumerations) and the URLs that its documents name. */

export const CREDENTIALS_V2 = 'https://www.w3.org/ns/credentials/v2';
export const CREDENTIALS_V1 = 'https://www.w3.org/2018/credentials/v1';
export const OPEN_BADGES_CONTEXT = 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json';
export const OPEN_BADGES_EXTENSIONS = 'https://purl.imsglobal.org/spec/ob/v3p0/extensions.json';
export const CLR_CONTEXT = 'https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json';
export const CLR_FIRST_CONTEXT = 'https://purl.imsglobal.org/spec/clr/v2p0/context.json';
export const ACHIEVEMENT_CREDENTIAL_SCHEMA =
  'https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json';
export const SCHEMA_VALIDATOR_TYPE = '1EdTechJsonSchemaValidator2019';

export const ACHIEVEMENT_TYPES = [
  'Achievement',
  'ApprenticeshipCertificate',
  'Assessment',
  'Assignment',
  'AssociateDegree',
  'Award',
  'Badge',
  'BachelorDegree',
  'Certificate',
  'CertificateOfCompletion',
  'Certification',
  'CommunityService',
  'Competency',
  'Course',
  'CoCurricular',
  'Degree',
  'Diploma',
  'DoctoralDegree',
  'Fieldwork',
  'GeneralEducationDevelopment',
  'JourneymanCertificate',
  'LearningProgram',
  'License',
  'Membership',
  'ProfessionalDoctorate',
  'QualityAssuranceCredential',
  'MasterCertificate',
  'MasterDegree',
  'MicroCredential',
  'ResearchDoctorate',
  'SecondarySchoolDiploma',
] as const;

export const IDENTIFIER_TYPES = [
  'name',
  'sourcedId',
  'systemId',
  'productId',
  'userName',
  'accountId',
  'emailAddress',
  'nationalIdentityNumber',
  'isbn',
  'issn',
  'lisSourcedId',
  'oneRosterSourcedId',
  'sisSourcedId',
  'ltiContextId',
  'ltiDeploymentId',
  'ltiToolId',
  'ltiPlatformId',
  'ltiUserId',
  'identifier',
] as const;

/** Result types whose value is a number. */
export const NUMERIC_RESULT_TYPES: ReadonlySet<string> = new Set([
  'GradePointAverage',
  'Percent',
  'PredictedScore',
  'RawScore',
  'RubricScore',
  'ScaledScore',
]);

const EXTENSION = /^ext:[A-Za-z0-9._-]+$/;

/** A word of an extensible enumeration: one of the list, or `ext:` and a name. */
export function isExtensibleWord(list: readonly string[], word: string): boolean {
  return list.includes(word) || EXTENSION.test(word);
}

/** badgekit's classes of badge, from lightest to heaviest. */
export const TIERS = ['participation', 'skill', 'qualification'] as const;
export type Tier = (typeof TIERS)[number];
