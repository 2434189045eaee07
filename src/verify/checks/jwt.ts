import { BadgekitError } from '../../errors.ts';
import { type Algorithm, ALGORITHMS } from '../../keys/algorithms.ts';
import { publicKeyFromJwk } from '../../keys/public-key.ts';
import { checkJwtSignature, numericDate, type OpenedJwt } from '../../proof/jwt.ts';
import { formatDay } from '../../syntax/datetime.ts';
import { isDid } from '../../syntax/iri.ts';
import { isJsonObject, type Json, shownJson } from '../../syntax/json.ts';
import { quoted } from '../../syntax/text.ts';
import { CLOCK_SKEW_MS, type VerifyOptions } from '../context.ts';
import { type ResolvedKey, resolveKey } from '../resolve-key.ts';
import { type CheckResult, failed, type Finding, nonEmpty } from '../verdict.ts';
import { decide, type SignatureChecks, withoutKey } from './decide.ts';

const ALLOWED_TYP: ReadonlySet<string> = new Set(['jwt', 'vc+jwt']);
// Parameters that would lead a reader to fetch keys from wherever the sender says; none of them is ever followed.
const IGNORED_PARAMETERS = ['jku', 'x5u', 'x5c'];

/** The VC-JWT rules of Open Badges 3.0 (section "JSON Web Token proof format"). */
export async function checkJwt(jwt: OpenedJwt, issuer: string, options: VerifyOptions): Promise<SignatureChecks> {
  const algorithm = Object.values(ALGORITHMS).find(({ jws }) => jws.some((name) => name === jwt.header['alg']));
  const faults = nonEmpty([...headerFaults(jwt, algorithm), ...claimFaults(jwt, options.at)]);
  if (faults !== undefined || algorithm === undefined)
    return withoutKey(
      failed('signature', faults ?? [{ code: 'JWT_ALGORITHM', message: 'the token names no algorithm' }]),
    );
  const resolved = await resolveHeaderKey(jwt, issuer, options);
  const checks = await decide({
    suite: `JWT ${algorithm.jws.find((name) => name === jwt.header['alg']) ?? ''}`,
    accepts: { keys: [algorithm.name] },
    created: '',
    issuer,
    method: methodName(jwt, issuer),
    resolved,
    verifies: (key) => checkJwtSignature(jwt, key),
    options,
  });
  return { ...checks, signature: withNotes(checks.signature, claimNotes(jwt)) };
}

function headerFaults({ header }: OpenedJwt, algorithm: Algorithm | undefined): Finding[] {
  const faults: Finding[] = [];
  const { alg, typ, crit, b64 } = header;
  if (algorithm === undefined)
    faults.push({
      code: 'JWT_ALGORITHM',
      message: `the token's algorithm ${quoted(shownJson(alg ?? 'none'))} is not one that proves anything about an issuer`,
    });
  if (typ !== undefined && (typeof typ !== 'string' || !ALLOWED_TYP.has(typ.toLowerCase())))
    faults.push({
      code: 'JWT_HEADER',
      message: `the token says that it is ${quoted(shownJson(typ))}, not a credential`,
    });
  if (crit !== undefined || b64 !== undefined)
    faults.push({
      code: 'JWT_HEADER',
      message: 'the token demands extensions (crit, b64) that credentials do not have',
    });
  return faults;
}

/** Registered claims must not say other things than the credential (the same section). */
function claimFaults({ payload, credential }: OpenedJwt, at: number): Finding[] {
  const subject = credential['credentialSubject'];
  const { issuer } = credential;
  const from = credential['validFrom'] ?? credential['issuanceDate'];
  const until = credential['validUntil'] ?? credential['expirationDate'];
  const expected: readonly (readonly [string, Json | undefined])[] = [
    ['iss', isJsonObject(issuer) ? issuer['id'] : issuer],
    ['jti', credential['id']],
    ['sub', isJsonObject(subject) ? subject['id'] : undefined],
    ['nbf', numericDate(from)],
    ['exp', numericDate(until)],
  ];
  const said = (claim: string): Json | undefined => {
    const value = payload[claim];
    return typeof value === 'number' ? Math.floor(value) : value;
  };
  // An end that only the token has counts like the credential's own.
  const ownEnd = until === undefined && typeof payload['exp'] === 'number' ? payload['exp'] * 1000 : undefined;
  const isMismatch = ([claim, value]: readonly [string, Json | undefined]): boolean =>
    said(claim) !== undefined && said(claim) !== value && !(claim === 'exp' && ownEnd !== undefined);
  const mismatches = expected.filter(isMismatch);
  const { iat } = payload;
  const future = iat !== undefined && (typeof iat !== 'number' || iat * 1000 > at + CLOCK_SKEW_MS);
  const ended: Finding[] =
    ownEnd !== undefined && ownEnd < at
      ? [{ code: 'EXPIRED', path: '/exp', message: `it expired on ${formatDay(ownEnd)}` }]
      : [];
  return [
    ...ended,
    ...mismatches.map(([claim]): Finding => ({
      code: 'JWT_CLAIM_MISMATCH',
      path: `/${claim}`,
      message: `the token's claim "${claim}" does not say what the credential says`,
    })),
    ...(future
      ? [
          {
            code: 'JWT_CLAIM_MISMATCH',
            path: '/iat',
            message: 'the token was issued in the future, or its "iat" is no number',
          } as const,
        ]
      : []),
  ];
}

function claimNotes({ payload, credential, header }: OpenedJwt): Finding[] {
  const subject = credential['credentialSubject'];
  const hasSubjectId = isJsonObject(subject) && subject['id'] !== undefined;
  const missing = ['iss', 'jti', 'nbf', ...(hasSubjectId ? ['sub'] : [])].filter(
    (claim) => payload[claim] === undefined,
  );
  const ignored = IGNORED_PARAMETERS.filter((name) => header[name] !== undefined);
  return [
    ...missing.map((claim): Finding => ({
      code: 'JWT_CLAIM_MISSING',
      path: `/${claim}`,
      message: `the token lacks the claim "${claim}", which Open Badges 3.0 demands`,
    })),
    ...(payload['aud'] === undefined
      ? []
      : [
          {
            code: 'JWT_AUDIENCE',
            path: '/aud',
            message: 'the token names an audience, which badges do not have',
          } as const,
        ]),
    ...(ignored.length === 0
      ? []
      : [{ code: 'JWT_HEADER', message: `the token's ${ignored.join(', ')} were not followed` } as const]),
  ];
}

async function resolveHeaderKey(jwt: OpenedJwt, issuer: string, options: VerifyOptions): Promise<ResolvedKey> {
  const { kid, jwk } = jwt.header;
  const claimed = jwk === undefined ? undefined : claimedJwk(jwk);
  if (typeof kid !== 'string')
    return (
      claimed ?? {
        kind: 'refused',
        finding: { code: 'KEY_METHOD_UNKNOWN', message: 'the token names no key (neither kid nor jwk)' },
      }
    );
  const resolved = await resolveKey(methodName(jwt, issuer), issuer, options);
  return resolved.kind === 'unknown' && claimed?.kind === 'claimed'
    ? { ...claimed, finding: resolved.finding }
    : resolved;
}

/** The key that the token names; a bare fragment belongs to the issuer. */
function methodName({ header }: OpenedJwt, issuer: string): string {
  const { kid } = header;
  if (typeof kid !== 'string') return '';
  return kid.startsWith('#') && isDid(issuer) ? issuer + kid : kid;
}

function claimedJwk(jwk: Json): ResolvedKey {
  try {
    const key = publicKeyFromJwk(jwk);
    return {
      kind: 'claimed',
      key,
      finding: {
        code: 'KEY_NOT_AUTHENTICATED',
        message: "nothing shows that the key is the issuer's: the token itself brings it along",
        advice: "get the issuer's key from the issuer and give it with --key FILE",
      },
    };
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    return { kind: 'refused', finding: { code: 'KEY_INVALID', message: error.message } };
  }
}

function withNotes(check: CheckResult, notes: readonly Finding[]): CheckResult {
  return { ...check, findings: [...check.findings, ...notes] };
}
