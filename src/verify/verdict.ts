import type { FormFault } from '../openbadges/plain-form.ts';
import type { RuleFault } from '../openbadges/rules.ts';

/** What a check can end with (design, section 4). */
export type Outcome = 'passed' | 'failed' | 'undetermined' | 'skipped';

/** The checks, in the order in which they are made and reported. */
export const CHECKS = [
  'file',
  'syntax',
  'contexts',
  'form',
  'terms',
  'schema',
  'rules',
  'signature',
  'key',
  'dates',
  'status',
  'refresh',
  'recipient',
  'endorsements',
  'credentials',
  'evidence',
  'image',
  'trust',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** Stable codes of what a check can find. docs/findings.md has a line for each. */
export type FindingCode =
  | FormFault['code']
  | RuleFault['code']
  | 'DATA_MODEL'
  | 'FILE_UNUSABLE'
  | 'FILE_UNREACHABLE'
  | 'NO_CREDENTIAL'
  | 'SEVERAL_CREDENTIALS'
  | 'NOT_A_BADGE'
  | 'UNSUPPORTED_STANDARD'
  | 'CARRIER_ODD'
  | 'JSON_INVALID'
  | 'JWT_INVALID'
  | 'TERM_UNDEFINED'
  | 'TOO_COMPLEX'
  | 'TYPE_WRONG'
  | 'SCHEMA'
  | 'COMPACT_FORM'
  | 'VCDM_1_1'
  | 'VERSIONS_MIXED'
  | 'NO_PROOF'
  | 'PROOF_MALFORMED'
  | 'PROOF_PURPOSE'
  | 'PROOF_UNSUPPORTED'
  | 'PROOF_PLACEHOLDER'
  | 'PROOF_CREATED'
  | 'PROOF_EXPIRED'
  | 'PROOF_CHAIN'
  | 'PROOF_DOMAIN'
  | 'PROOF_COSIGNED'
  | 'PROOF_NOT_DERIVED'
  | 'PROOF_DERIVED'
  | 'SIGNATURE_WRONG'
  | 'JWT_HEADER'
  | 'JWT_ALGORITHM'
  | 'JWT_CLAIM_MISSING'
  | 'JWT_CLAIM_MISMATCH'
  | 'JWT_AUDIENCE'
  | 'KEY_METHOD_UNKNOWN'
  | 'KEY_METHOD_UNSUPPORTED'
  | 'KEY_UNREACHABLE'
  | 'KEY_NOT_AUTHENTICATED'
  | 'KEY_INVALID'
  | 'KEY_NOT_AUTHORIZED'
  | 'KEY_KIND'
  | 'ISSUER_MISMATCH'
  | 'TEST_KEY'
  | 'NOT_YET_VALID'
  | 'EXPIRED'
  | 'DATE_MALFORMED'
  | 'REVOKED'
  | 'SUPERSEDED'
  | 'SUSPENDED'
  | 'STATUS_MALFORMED'
  | 'STATUS_UNKNOWN'
  | 'STATUS_UNSUPPORTED'
  | 'STATUS_LIST_REJECTED'
  | 'STATUS_LIST_ISSUER'
  | 'STATUS_LIST_PURPOSE'
  | 'STATUS_LIST_RANGE'
  | 'STATUS_LIST_ID'
  | 'STATUS_INDEX_NUMBER'
  | 'STATUS_SEVERAL'
  | 'WITHHELD'
  | 'STATUS_STALE'
  | 'STATUS_MESSAGE'
  | 'STATUS_UNSIGNED'
  | 'REFRESH_OFFERED'
  | 'REFRESH_NEWER'
  | 'REFRESH_FAILED'
  | 'ENDORSEMENT_REJECTED'
  | 'ENDORSEMENT_UNDETERMINED'
  | 'RECIPIENT_MISMATCH'
  | 'RECIPIENT_UNIDENTIFIED'
  | 'RECIPIENT_FOLDED'
  | 'RECIPIENT_MD5'
  | 'CREDENTIAL_REJECTED'
  | 'CREDENTIAL_UNDETERMINED'
  | 'CREDENTIAL_OTHER_SUBJECT'
  | 'EVIDENCE_CHANGED'
  | 'EVIDENCE_ABSENT'
  | 'EVIDENCE_UNSIGNED'
  | 'IMAGE_DIFFERS'
  | 'IMAGE_NOT_NAMED'
  | 'TRUST_NOT_ASKED'
  | 'ISSUER_UNKNOWN'
  | 'TRUST_UNREACHABLE'
  | 'CAUSE_FIELD_EDITED'
  | 'CAUSE_MEMBER_ADDED'
  | 'CAUSE_CONTEXT'
  | 'CAUSE_UNSIGNED_TERMS'
  | 'CAUSE_ENCODING'
  | 'CAUSE_NORMALIZED'
  | 'CAUSE_RESERIALIZED'
  | 'CAUSE_PROOF_COPIED'
  | 'CAUSE_OTHER_KEY'
  | 'CAUSE_TOKEN_ALTERED'
  | 'CAUSE_ALGORITHM'
  | 'CAUSE_IMAGE_SAVED_AGAIN'
  | 'CAUSE_UNKNOWN';

/** One thing that was found: a code, what it is, where, and what the reader can do. */
export interface Finding {
  readonly code: FindingCode;
  readonly message: string;
  /** JSON Pointer into the credential. */
  readonly path?: string | undefined;
  readonly advice?: string | undefined;
}

export interface CheckResult {
  readonly check: CheckName;
  readonly outcome: Outcome;
  /** One line: what was looked at and what was found. */
  readonly summary: string;
  readonly findings: readonly Finding[];
}

export type VerdictWord = 'verified' | 'rejected' | 'undetermined';

/** What goes beyond the badge itself: of these only a failure counts. */
const EXTRAS: ReadonlySet<CheckName> = new Set(['refresh', 'endorsements', 'image']);

/** Checks that must be possible where there is something to check. */
const NEEDED: ReadonlySet<CheckName> = new Set(CHECKS.filter((check) => !EXTRAS.has(check)));

/** Which checks must be possible, and which must have been made whatever else there is. */
export interface Needs {
  readonly possible: ReadonlySet<CheckName>;
  readonly made: ReadonlySet<CheckName>;
}

export const DEFAULT_NEEDS: Needs = { possible: NEEDED, made: new Set() };

/** The same needs, and that it is signed by whom it says: what every credential needs, whatever the reader asks for. */
export function needsSigned(needs: Needs | undefined): Needs {
  return needs === undefined ? SIGNED : signed(needs);
}

function signed({ possible, made }: Needs): Needs {
  return { possible, made: new Set<CheckName>([...made, 'signature', 'key']) };
}

const SIGNED = signed(DEFAULT_NEEDS);

/**
 * Rejected if any check failed; else undetermined if one that had to be possible was not, or one that had to be made
 * was not; else verified.
 */
export function verdictOf(checks: readonly CheckResult[], { possible, made }: Needs = DEFAULT_NEEDS): VerdictWord {
  if (checks.some(({ outcome }) => outcome === 'failed')) return 'rejected';
  const open = checks.some(({ check, outcome }) => outcome === 'undetermined' && possible.has(check));
  return open || !passedAll(checks, [...made]) ? 'undetermined' : 'verified';
}

/** Whether each of the named checks was made and passed. */
export function passedAll(checks: readonly CheckResult[], names: readonly CheckName[]): boolean {
  return names.every((name) => checks.some(({ check, outcome }) => check === name && outcome === 'passed'));
}

export function passed(check: CheckName, summary: string, findings: readonly Finding[] = []): CheckResult {
  return { check, outcome: 'passed', summary, findings };
}

export function skipped(check: CheckName, summary: string, findings: readonly Finding[] = []): CheckResult {
  return { check, outcome: 'skipped', summary, findings };
}

export function failed(
  check: CheckName,
  findings: readonly [Finding, ...Finding[]],
  summary: string = findings[0].message,
): CheckResult {
  return { check, outcome: 'failed', summary, findings };
}

export function undetermined(
  check: CheckName,
  findings: readonly [Finding, ...Finding[]],
  summary: string = findings[0].message,
): CheckResult {
  return { check, outcome: 'undetermined', summary, findings };
}

/** A list as one that is known to have a first element, or undefined. */
export function nonEmpty<T>(list: readonly T[]): readonly [T, ...T[]] | undefined {
  const [first, ...rest] = list;
  return first === undefined ? undefined : [first, ...rest];
}
