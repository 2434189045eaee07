import type { FormFault } from '../openbadges/plain-form.ts';
import type { RuleFault } from '../openbadges/rules.ts';

/** What a check can end with (design, section 4). */
export type Outcome = 'passed' | 'failed' | 'undetermined' | 'skipped';

/** The checks, in the order in which they are made and reported. */
const CHECKS = ['file', 'form', 'signature', 'key', 'dates', 'status', 'endorsements', 'recipient', 'trust'] as const;
export type CheckName = (typeof CHECKS)[number];

/** Stable codes of what a check can find. docs/findings.md has a line for each. */
export type FindingCode =
  | FormFault['code']
  | RuleFault['code']
  | 'FILE_UNUSABLE'
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
  | 'ENDORSEMENT_REJECTED'
  | 'ENDORSEMENT_UNDETERMINED'
  | 'RECIPIENT_MISMATCH'
  | 'RECIPIENT_UNIDENTIFIED'
  | 'RECIPIENT_FOLDED'
  | 'RECIPIENT_MD5'
  | 'TRUST_NOT_ASKED';

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

/** Checks that must be possible; of the others only a failure counts. */
const NEEDED: ReadonlySet<CheckName> = new Set(['file', 'form', 'signature', 'key', 'dates', 'status', 'recipient']);

/** Rejected if any check failed, else undetermined if a needed one could not be done, else verified. */
export function verdictOf(checks: readonly CheckResult[]): VerdictWord {
  if (checks.some(({ outcome }) => outcome === 'failed')) return 'rejected';
  const open = checks.some(({ check, outcome }) => outcome === 'undetermined' && NEEDED.has(check));
  return open || !passedAll(checks, ['signature', 'key']) ? 'undetermined' : 'verified';
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
