import { BadgekitError, ifUsable } from '../../errors.ts';
import { type Algorithm, ALGORITHMS } from '../../keys/algorithms.ts';
import { methodKey, type VerificationMethod } from '../../keys/controller-document.ts';
import { readPublicKeys } from '../../keys/public-key-file.ts';
import { isSameKey, type PublicKey, publicKeyFromJwk } from '../../keys/public-key.ts';
import { asList } from '../../openbadges/credential.ts';
import { checkJwtSignature, numericDate, type OpenedJwt } from '../../proof/jwt.ts';
import { formatDay, readInstant } from '../../syntax/datetime.ts';
import { isDid } from '../../syntax/iri.ts';
import { isJsonObject, type Json, shownJson } from '../../syntax/json.ts';
import { decodeUtf8, quoted } from '../../syntax/text.ts';
import { CLOCK_SKEW_MS, type VerifyOptions } from '../context.ts';
import { issuerJwkSet, issuerKeys } from '../issuer-keys.ts';
import {
  guarded,
  isOfIssuer,
  methodIn,
  type Purpose,
  refused,
  type ResolvedKey,
  resolveKey,
  type Resolving,
  usable,
} from '../resolve-key.ts';
import { type CheckResult, failed, type Finding, nonEmpty } from '../verdict.ts';
import { decide, type SignatureChecks, withoutKey } from './decide.ts';

const ALLOWED_TYP: ReadonlySet<string> = new Set(['jwt', 'vc+jwt', 'application/vc+jwt']);
/** VC-JOSE-COSE, section 3.1.1. */
const ALLOWED_CTY: ReadonlySet<string> = new Set(['vc', 'vp', 'application/vc', 'application/vp', 'json']);
/** A presentation says so, if it says anything. */
const PRESENTATION_TYP: ReadonlySet<string> = new Set(['jwt', 'vp+jwt', 'application/vp+jwt']);
const MAX_KEY_BYTES = 256 * 1024;
// Parameters that would lead a reader to fetch keys from wherever the sender says; none of them is ever followed.
const IGNORED_PARAMETERS = ['jku', 'x5u', 'x5c'];

/** The VC-JWT rules of Open Badges 3.0 (section "JSON Web Token proof format"). */
export async function checkJwt(
  jwt: OpenedJwt,
  issuer: string,
  options: VerifyOptions & { readonly purpose?: Purpose },
): Promise<SignatureChecks> {
  const algorithm = Object.values(ALGORITHMS).find(({ jws }) => jws.some((name) => name === jwt.header['alg']));
  const isPresentation = options.purpose === 'authentication';
  const faults = nonEmpty([
    ...headerFaults(jwt, algorithm, isPresentation ? PRESENTATION_TYP : ALLOWED_TYP),
    ...claimFaults(jwt, issuer, isPresentation, options.at),
    ...bindingFaults(jwt, options),
  ]);
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

function headerFaults({ header }: OpenedJwt, algorithm: Algorithm | undefined, typs: ReadonlySet<string>): Finding[] {
  const faults: Finding[] = [];
  const { alg, typ, cty, crit, b64 } = header;
  if (algorithm === undefined)
    faults.push({
      code: 'JWT_ALGORITHM',
      message: `the token's algorithm ${quoted(shownJson(alg ?? 'none'))} is not one that proves anything about an issuer`,
    });
  if (typ !== undefined && (typeof typ !== 'string' || !typs.has(typ.toLowerCase())))
    faults.push({
      code: 'JWT_HEADER',
      message: `the token says that it is ${quoted(shownJson(typ))}, not a credential`,
    });
  if (cty !== undefined && (typeof cty !== 'string' || !ALLOWED_CTY.has(cty.toLowerCase())))
    faults.push({
      code: 'JWT_HEADER',
      message: `the token says that it holds ${quoted(shownJson(cty))}, not a credential`,
    });
  if (crit !== undefined || b64 !== undefined)
    faults.push({
      code: 'JWT_HEADER',
      message: 'the token demands extensions (crit, b64) that credentials do not have',
    });
  return faults;
}

/** Registered claims must not say other things than the credential (the same section). */
function claimFaults(
  { payload, credential }: OpenedJwt,
  issuer: string,
  isPresentation: boolean,
  at: number,
): Finding[] {
  const subject = credential['credentialSubject'];
  const from = credential['validFrom'] ?? credential['issuanceDate'];
  const until = credential['validUntil'] ?? credential['expirationDate'];
  const expected: readonly (readonly [string, Json | undefined])[] = [
    ['iss', issuer],
    ['jti', credential['id']],
    ['sub', isJsonObject(subject) ? subject['id'] : undefined],
    // A presentation has no dates of its own: those of the token are its only ones.
    ['nbf', isPresentation && from === undefined ? startWithin(payload['nbf'], at) : numericDate(from)],
    ['exp', numericDate(until)],
  ];
  const said = (claim: string): Json | undefined => {
    const value = payload[claim];
    // A fraction of a second must be the credential's own; without one, the second is.
    const own = readInstant({ nbf: from, exp: until }[claim]);
    return typeof value === 'number' && value * 1000 === own ? Math.floor(value) : value;
  };
  // An end that only the token has counts like the credential's own.
  const { exp } = payload;
  const ownEnd = until === undefined && isNumericDate(exp) ? exp * 1000 : undefined;
  const isMismatch = ([claim, value]: readonly [string, Json | undefined]): boolean =>
    said(claim) !== undefined && said(claim) !== value && !(claim === 'exp' && ownEnd !== undefined);
  const mismatches = expected.filter(isMismatch);
  const { iat } = payload;
  const future = iat !== undefined && (!isNumericDate(iat) || iat * 1000 > at + CLOCK_SKEW_MS);
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

/** The start that a token alone names, where it lies in the past. */
function startWithin(nbf: Json | undefined, at: number): number | undefined {
  return isNumericDate(nbf) && nbf * 1000 <= at + CLOCK_SKEW_MS ? Math.floor(nbf) : undefined;
}

/** Whether the token was made for what the reader asked for (RFC 7519, `aud`; OpenID Connect, `nonce`). */
function bindingFaults({ payload }: OpenedJwt, { domain, challenge }: VerifyOptions): Finding[] {
  const bound = [
    ['domain', domain, payload['aud']],
    ['challenge', challenge, payload['nonce']],
  ] as const;
  return bound
    .filter(([, wanted, given]) => wanted !== undefined && !asList(given).includes(wanted))
    .map(([name, wanted = '']) => ({
      code: 'PROOF_DOMAIN',
      message: `the token was not made for the ${name} ${quoted(wanted)}`,
    }));
}

/** Seconds since 1970 up to the year 9999 (RFC 7519, section 2). */
function isNumericDate(value: Json | undefined): value is number {
  return typeof value === 'number' && value >= 0 && value < 253_402_300_800;
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
    ...(payload['nonce'] === undefined
      ? []
      : [
          {
            code: 'JWT_AUDIENCE',
            path: '/nonce',
            message: 'the token answers a challenge (nonce), which badges do not',
          } as const,
        ]),
    ...(ignored.length === 0
      ? []
      : [{ code: 'JWT_HEADER', message: `the token's ${ignored.join(', ')} were not followed` } as const]),
  ];
}

/**
 * The key behind a token's header. A `kid` counts where the issuer's document or JWK set has it; a `jwk` counts where
 * it is one of those keys. Whatever else the header brings is the sender's own claim.
 */
async function resolveHeaderKey(jwt: OpenedJwt, issuer: string, options: Resolving): Promise<ResolvedKey> {
  const { kid, jwk } = jwt.header;
  const claimed = jwk === undefined ? undefined : claimedJwk(jwk);
  if (claimed?.kind === 'refused') return claimed;
  if (typeof kid !== 'string')
    return claimed === undefined
      ? refused('KEY_METHOD_UNKNOWN', 'the token names no key (neither kid nor jwk)')
      : guarded(() => confirmed(claimed, issuer, options));
  const method = methodName(jwt, issuer);
  if (isDid(issuer)) {
    const resolved = await resolveKey(method, issuer, options);
    return resolved.kind === 'unknown' && claimed?.kind === 'claimed'
      ? { ...claimed, finding: resolved.finding }
      : resolved;
  }
  return guarded(() => byUrl(kid, claimed, issuer, options));
}

/** Whether a key that the token brings along is one that the issuer names. */
async function confirmed(claimed: ResolvedKey, issuer: string, options: Resolving): Promise<ResolvedKey> {
  if (claimed.kind !== 'claimed') return claimed;
  const keys = await issuerKeys(issuer, options);
  if (keys.kind === 'found') {
    const same = keys.document.methods.find((method) => holds(method, claimed.key));
    return same === undefined
      ? refused('KEY_NOT_AUTHORIZED', `the token brings along a key that is none of those of ${quoted(issuer)}`)
      : usable(same, keys.document.id, keys.source, options);
  }
  const found = await issuerJwkSet(issuer, options);
  const isListed = found?.set.keys.some(({ key }) => isSameKey(key, claimed.key)) === true;
  if (found?.isBound === true && isListed)
    return { kind: 'authenticated', key: claimed.key, how: `a key in the JWK set of ${issuer} (${found.source})` };
  return claimed;
}

/** A `kid` with an issuer that is a web address: its document first, then its host's JWK set, then the address itself. */
async function byUrl(
  kid: string,
  claimed: ResolvedKey | undefined,
  issuer: string,
  options: Resolving,
): Promise<ResolvedKey> {
  const keys = await issuerKeys(issuer, options);
  if (keys.kind === 'found') return methodIn(keys, kid.startsWith('#') ? issuer + kid : kid, options);
  const found = await issuerJwkSet(issuer, options);
  const names = new Set([kid, kid.split('#')[1] ?? kid]);
  const listed = found?.set.keys.find((entry) => entry.kid !== undefined && names.has(entry.kid));
  if (found !== undefined && listed !== undefined && found.isBound)
    return {
      kind: 'authenticated',
      key: listed.key,
      how: `key ${quoted(listed.kid ?? '')} in the JWK set of ${issuer} (${found.source})`,
    };
  if (listed !== undefined)
    return {
      kind: 'claimed',
      key: listed.key,
      finding: {
        code: 'KEY_NOT_AUTHENTICATED',
        message: 'the key is one of its host, but nothing shows that it is this issuer\'s: the JWK set has no "iss"',
        advice: "get the issuer's key from the issuer and give it with --key FILE",
      },
    };
  const fetched = isOfIssuer(kid, issuer) ? await behindUrl(kid, options) : undefined;
  if (fetched !== undefined)
    return {
      kind: 'claimed',
      key: fetched,
      finding: {
        code: 'KEY_NOT_AUTHENTICATED',
        message: `nothing at ${quoted(issuer, 120)} says that the key at ${quoted(kid, 120)} is the issuer's: only the token does`,
        advice: "get the issuer's key from the issuer and give it with --key FILE",
      },
    };
  if (claimed?.kind === 'claimed') return claimed;
  return { kind: 'unknown', finding: keys.finding };
}

/** The one key that stands at an address, as a JWK, a key document or a set with one key. */
async function behindUrl(url: string, { world }: Resolving): Promise<PublicKey | undefined> {
  const found = await world.read(url.split('#')[0] ?? url, MAX_KEY_BYTES, 'origin');
  if (!found.found) return undefined;
  const [only, ...others] = ifUsable(() => readPublicKeys(decodeUtf8(found.value))) ?? [];
  return others.length === 0 ? only?.key : undefined;
}

function holds(method: VerificationMethod, key: PublicKey): boolean {
  const own = ifUsable(() => methodKey(method));
  return own !== undefined && isSameKey(own, key);
}

/** The key that the token names; a bare name or fragment belongs to the issuer. */
function methodName({ header }: OpenedJwt, issuer: string): string {
  const { kid } = header;
  if (typeof kid !== 'string') return '';
  if (kid.startsWith('#')) return issuer + kid;
  return isDid(issuer) && /^[\w.-]+$/.test(kid) ? `${issuer}#${kid}` : kid;
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
