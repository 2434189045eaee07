import { issuerId } from '../openbadges/credential.ts';
import { supersededBy } from '../openbadges/supersession.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import {
  type CheckResult,
  DEFAULT_NEEDS,
  type Finding,
  type Needs,
  passedAll,
  verdictOf,
  type VerdictWord,
} from './verdict.ts';

/** What a credential says of itself: claims, not facts, and never printed without escaping. */
export interface Claims {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly issuerId: string | undefined;
  readonly issuerName: string | undefined;
  readonly validFrom: string | undefined;
  readonly validUntil: string | undefined;
  readonly awardedDate: string | undefined;
  /** The id of the credential that it says it replaces. */
  readonly supersedes: string | undefined;
}

/** The answer about one credential. */
export interface Report {
  readonly verdict: VerdictWord;
  /** `EXPIRED  it expired on 2025-06-30; the signature is good` */
  readonly headline: string;
  /** The standard that the document follows by its own account; undefined where nothing could be read. */
  readonly standard: string | undefined;
  readonly claims: Claims | undefined;
  readonly checks: readonly CheckResult[];
  /** The credentials that it wraps (a learner record, a presentation), each with a report of its own. */
  readonly contained: readonly ContainedReport[];
}

export interface ContainedReport {
  /** JSON Pointer to where it stands. */
  readonly path: string;
  readonly report: Report;
}

export interface Reported {
  readonly document: JsonObject;
  readonly standard: string;
  readonly claims?: Claims;
  readonly contained?: readonly ContainedReport[];
}

export function reportOf(
  checks: readonly CheckResult[],
  about: Reported | undefined,
  needs: Needs = DEFAULT_NEEDS,
): Report {
  const verdict = verdictOf(checks, needs);
  return {
    verdict,
    headline: headline(verdict, checks, needs),
    standard: about?.standard,
    claims: about === undefined ? undefined : (about.claims ?? claimsOf(about.document)),
    checks: checks.map(bounded),
    contained: about?.contained ?? [],
  };
}

/** Nobody reads more; a file of the worst kind has thousands. */
const MAX_FINDINGS = 50;
const MAX_PATH_LENGTH = 400;

function bounded(check: CheckResult): CheckResult {
  if (check.findings.length <= MAX_FINDINGS && !check.findings.some(hasLongPath)) return check;
  const findings = check.findings
    .slice(0, MAX_FINDINGS)
    .map((finding) =>
      hasLongPath(finding) ? { ...finding, path: `${finding.path?.slice(0, MAX_PATH_LENGTH) ?? ''}…` } : finding,
    );
  return { ...check, findings };
}

function hasLongPath({ path = '' }: Finding): boolean {
  return path.length > MAX_PATH_LENGTH;
}

/** Outcomes that have a word of their own: what they mean is not that the badge is false. */
const OWN_WORDS: Readonly<Partial<Record<Finding['code'], string>>> = {
  REVOKED: 'REVOKED',
  SUSPENDED: 'SUSPENDED',
  EXPIRED: 'EXPIRED',
  NOT_YET_VALID: 'NOT YET VALID',
  ISSUER_UNKNOWN: 'UNKNOWN ISSUER',
  STATUS_UNKNOWN: 'STATUS UNKNOWN',
};

function headline(verdict: VerdictWord, checks: readonly CheckResult[], needs: Needs): string {
  if (verdict === 'verified') return 'VERIFIED';
  const outcome = verdict === 'rejected' ? 'failed' : 'undetermined';
  const causes = checks.filter(
    (check) => check.outcome === outcome && (outcome === 'failed' || needs.possible.has(check.check)),
  );
  const worded = causes.map(({ findings: [finding] }) => (finding === undefined ? undefined : OWN_WORDS[finding.code]));
  const word = worded.every((own) => own !== undefined) ? worded[0] : undefined;
  const isSigned = passedAll(checks, ['signature', 'key']);
  const [cause] = causes;
  if (word !== undefined && cause !== undefined)
    return `${word}  ${cause.summary}${isSigned ? '; the signature is good' : ''}`;
  if (verdict === 'rejected') return `REJECTED  ${cause?.summary ?? ''}`;
  const key = causes.find(({ check }) => check === 'key');
  const signatureIsGood = passedAll(checks, ['signature']);
  const unmade = checks.find(({ check, outcome: made }) => needs.made.has(check) && made === 'skipped');
  const last = unmade === undefined ? 'nothing could be checked' : `${unmade.check}: ${unmade.summary}`;
  return `UNDETERMINED  ${signatureIsGood && key !== undefined ? 'the signature is good, but ' : ''}${(key ?? cause)?.summary ?? last}`;
}

function claimsOf(document: JsonObject): Claims {
  const { issuer, credentialSubject } = document;
  const achievement = isJsonObject(credentialSubject) ? credentialSubject['achievement'] : undefined;
  const name = isJsonObject(achievement) ? achievement['name'] : document['name'];
  return {
    id: text(document['id']),
    name: text(name ?? document['name']),
    issuerId: issuerId(document),
    issuerName: isJsonObject(issuer) ? text(issuer['name']) : undefined,
    validFrom: text(document['validFrom'] ?? document['issuanceDate']),
    validUntil: text(document['validUntil'] ?? document['expirationDate']),
    awardedDate: text(document['awardedDate']),
    supersedes: supersededBy(document['evidence']),
  };
}

function text(value: Json | undefined): string | undefined {
  const first: Json | undefined = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}
