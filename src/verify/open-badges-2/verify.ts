import { asList } from '../../openbadges/credential.ts';
import { isJsonObject, type Json, type JsonObject } from '../../syntax/json.ts';
import { formatMinute } from '../../syntax/datetime.ts';
import { quoted } from '../../syntax/text.ts';
import { staleness } from '../freshness.ts';
import { checkDates } from '../checks/dates.ts';
import { checkRecipient } from '../checks/recipient.ts';
import { checkTrust } from '../checks/trust.ts';
import type { VerifyOptions } from '../context.ts';
import { type Claims, type Report, reportOf } from '../report.ts';
import { STANDARDS, type Subject } from '../subject.ts';
import { type CheckResult, failed, needsSigned, passed, passedAll, skipped, undetermined } from '../verdict.ts';
import { type Assertion, lacks, readAssertion } from './assertion.ts';
import { checkHosted, checkSigned } from './authenticity.ts';
import { type Background, readBackground, readNode } from './background.ts';

/**
 * Verifies an Open Badges 2.0 assertion (Open Badges 2.0, "Verification"). A signed one is a compact JWS under a key
 * that the issuer's profile names; a hosted one is what its own address says, and nothing else speaks for it.
 */
export async function verifyOpenBadges2(
  { document, jwt, image }: Subject,
  found: readonly CheckResult[],
  options: VerifyOptions,
): Promise<Report> {
  if (document['verify'] !== undefined && document['verification'] === undefined)
    return reportOf(
      [
        ...found,
        undetermined('schema', [
          { code: 'UNSUPPORTED_STANDARD', message: 'it is an Open Badges 1.x badge, which badgekit does not verify' },
        ]),
      ],
      { document, standard: 'Open Badges 1.x' },
      options.needs,
    );
  const assertion = readAssertion(document);
  if (!('id' in assertion))
    return reportOf(
      [...found, failed('schema', assertion), skipped('signature', 'not looked at'), skipped('key', 'not looked for')],
      { document, standard: STANDARDS.OpenBadges2 },
      options.needs,
    );
  const background = await readBackground(assertion, options);
  const { signature, key } = isBound(options)
    ? {
        signature: failed('signature', [
          { code: 'PROOF_DOMAIN', message: 'an Open Badges 2.0 badge is made for no domain and answers no challenge' },
        ]),
        key: skipped('key', 'not looked for'),
      }
    : assertion.verification.kind === 'signed'
      ? await checkSigned(assertion.verification.creator, jwt, background, options)
      : await checkHosted(assertion, document, jwt, background, options);
  const isAuthentic = passedAll([signature, key], ['signature', 'key']);
  const about = asVersion3(document, assertion, background);
  const checks = [
    ...found,
    schemaOf(background),
    signature,
    key,
    checkDates(about, options),
    isAuthentic
      ? await checkRevocation(assertion, document, background, options)
      : skipped('status', 'not looked up, because the badge is not authentic'),
    checkRecipient(about, options.recipient),
    image === undefined
      ? skipped('image', 'it came without one')
      : skipped('image', 'the picture around it is not signed'),
    await checkTrust(about, options),
  ];
  return reportOf(
    checks,
    { document, standard: STANDARDS.OpenBadges2, claims: claimsOf(assertion, background) },
    needsSigned(options.needs),
  );
}

function isBound({ domain, challenge }: VerifyOptions): boolean {
  return domain !== undefined || challenge !== undefined;
}

function schemaOf({ badge, issuer }: Background): CheckResult {
  const faults = [
    ['badge class', badge, ['id', 'name', 'description', 'criteria', 'issuer']],
    ['issuer', issuer, ['id', 'name']],
  ] as const;
  for (const [called, node, members] of faults) {
    const missing = node === undefined ? undefined : lacks(node, members);
    if (missing !== undefined)
      return failed('schema', [{ code: 'SCHEMA', message: `the ${called} has no ${missing}` }]);
  }
  return passed('schema', STANDARDS.OpenBadges2);
}

async function checkRevocation(
  { id, verification }: Assertion,
  document: JsonObject,
  { issuer, issuerSource }: Background,
  options: VerifyOptions,
): Promise<CheckResult> {
  const list = issuer?.['revocationList'];
  if ((document['revoked'] ?? false) !== false) return revoked(document['revocationReason']);
  if (verification.kind === 'hosted') {
    const hosted = await readNode(id, 'badge itself', options);
    const { revoked: isRevoked = false } = hosted.ok ? hosted.node : {};
    if (hosted.ok && isRevoked !== false) return revoked(hosted.node['revocationReason']);
    return hosted.ok
      ? passed(
          'status',
          `its issuer hosts it, unrevoked${hosted.source?.kind === 'bundle' ? ` (as saved ${formatMinute(hosted.source.savedAt)})` : ''}`,
        )
      : undetermined('status', [{ ...hosted.finding, code: 'STATUS_UNKNOWN' }]);
  }
  if (issuer === undefined)
    return undetermined('status', [
      {
        code: 'STATUS_UNKNOWN',
        message:
          "whether it was revoked is not known: the issuer's profile, which names its revocation list, was not read",
        advice: 'try again online',
      },
    ]);
  const staleProfile = staleness(issuerSource, options);
  if (staleProfile !== undefined) return undetermined('status', [staleProfile]);
  if (typeof list !== 'string') return skipped('status', 'its issuer has no revocation list: it cannot revoke it');
  const read = await readNode(list, 'revocation list', options);
  if (!read.ok)
    return undetermined('status', [
      {
        ...read.finding,
        code: 'STATUS_UNKNOWN',
        message: `whether it was revoked is not known: ${read.finding.message}`,
      },
    ]);
  const stale = staleness(read.source, options);
  if (stale !== undefined) return undetermined('status', [stale]);
  const entry = asList(read.node['revokedAssertions']).find((each) => (isJsonObject(each) ? each['id'] : each) === id);
  return entry === undefined
    ? passed('status', "not in the issuer's revocation list")
    : revoked(isJsonObject(entry) ? entry['revocationReason'] : undefined);
}

function revoked(reason: Json | undefined): CheckResult {
  const said = typeof reason === 'string' ? `; the reason given is ${quoted(reason, 200)}` : '';
  return failed('status', [{ code: 'REVOKED', message: `it was revoked${said}` }]);
}

/** The parts that the checks of 3.0 look at, under their names in 3.0. */
function asVersion3(document: JsonObject, assertion: Assertion, { issuer, issuerId }: Background): JsonObject {
  const { recipient, issuedOn, expires } = assertion;
  const identity = recipient['identity'] ?? '';
  return {
    validFrom: issuedOn,
    ...(expires === undefined ? {} : { validUntil: expires }),
    ...(issuerId === undefined ? {} : { issuer: { id: issuerId, name: issuer?.['name'] ?? issuerId } }),
    id: document['id'] ?? '',
    credentialSubject: {
      identifier: [
        {
          hashed: recipient['hashed'] === true,
          identityHash: identity,
          identityType: recipient['type'] === 'email' ? 'emailAddress' : (recipient['type'] ?? ''),
          ...(typeof recipient['salt'] === 'string' ? { salt: recipient['salt'] } : {}),
        },
      ],
    },
  };
}

function claimsOf({ id, issuedOn, expires }: Assertion, { badge, issuer, issuerId }: Background): Claims {
  return {
    id,
    name: text(badge?.['name']),
    issuerId,
    issuerName: text(issuer?.['name']),
    validFrom: text(issuedOn),
    validUntil: text(expires),
    awardedDate: text(issuedOn),
    supersedes: undefined,
  };
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
