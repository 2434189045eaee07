import { asList, issuerId } from '../openbadges/credential.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import { type CheckResult, type Finding, passedAll, verdictOf, type VerdictWord } from './verdict.ts';

/** What a credential says of itself: claims, not facts, and never printed without escaping. */
export interface Claims {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly issuerId: string | undefined;
  readonly issuerName: string | undefined;
  readonly validFrom: string | undefined;
  readonly validUntil: string | undefined;
  readonly awardedDate: string | undefined;
}

/** The answer about one credential. */
export interface Report {
  readonly verdict: VerdictWord;
  /** `EXPIRED  it expired on 2025-06-30; the signature is good` */
  readonly headline: string;
  readonly claims: Claims | undefined;
  readonly checks: readonly CheckResult[];
}

export function reportOf(checks: readonly CheckResult[], document: JsonObject | undefined): Report {
  const verdict = verdictOf(checks);
  return {
    verdict,
    headline: headline(verdict, checks),
    claims: document === undefined ? undefined : claimsOf(document),
    checks,
  };
}

/** Outcomes that have a word of their own: what they mean is not that the badge is false. */
const OWN_WORDS: Readonly<Partial<Record<Finding['code'], string>>> = {
  REVOKED: 'REVOKED',
  SUSPENDED: 'SUSPENDED',
  EXPIRED: 'EXPIRED',
  NOT_YET_VALID: 'NOT YET VALID',
};

function headline(verdict: VerdictWord, checks: readonly CheckResult[]): string {
  if (verdict === 'verified') return 'VERIFIED';
  const outcome = verdict === 'rejected' ? 'failed' : 'undetermined';
  const causes = checks.filter((check) => check.outcome === outcome);
  const worded = causes.map(({ findings: [finding] }) => (finding === undefined ? undefined : OWN_WORDS[finding.code]));
  const word = worded.every((own) => own !== undefined) ? worded[0] : undefined;
  const isSigned = passedAll(checks, ['signature', 'key']);
  const [cause] = causes;
  if (word !== undefined && cause !== undefined)
    return `${word}  ${cause.summary}${isSigned ? '; the signature is good' : ''}`;
  if (verdict === 'rejected') return `REJECTED  ${cause?.summary ?? ''}`;
  const key = causes.find(({ check }) => check === 'key');
  const signatureIsGood = passedAll(checks, ['signature']);
  return `UNDETERMINED  ${signatureIsGood && key !== undefined ? 'the signature is good, but ' : ''}${(key ?? cause)?.summary ?? 'nothing could be checked'}`;
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
  };
}

function text(value: Json | undefined): string | undefined {
  const [first] = asList(value);
  return typeof first === 'string' ? first : undefined;
}
