import { ALGORITHMS } from '../../keys/algorithms.ts';
import { publicKeyFromPem } from '../../keys/public-key.ts';
import { asList } from '../../openbadges/credential.ts';
import type { LookupSource } from '../../ports.ts';
import { checkJwtSignature, type OpenedJwt } from '../../proof/jwt.ts';
import { formatMinute } from '../../syntax/datetime.ts';
import { canonicalJson } from '../../syntax/jcs.ts';
import { isJsonObject, type JsonObject, shownJson } from '../../syntax/json.ts';
import { quoted } from '../../syntax/text.ts';
import { decide, type SignatureChecks } from '../checks/decide.ts';
import type { VerifyOptions } from '../context.ts';
import { firstDifference } from '../differences.ts';
import { staleness } from '../freshness.ts';
import { isPlainWebAddress, isPlainWebIdentifier } from '../issuer-keys.ts';
import { guarded, refused, type ResolvedKey } from '../resolve-key.ts';
import { failed, type Finding, passed, skipped, undetermined } from '../verdict.ts';
import type { Assertion } from './assertion.ts';
import { type Background, readNode } from './background.ts';

/** A signed assertion: a compact JWS under a key that the issuer's profile names, and that names the issuer. */
export async function checkSigned(
  creator: string | undefined,
  jwt: OpenedJwt | undefined,
  background: Background,
  options: VerifyOptions,
): Promise<SignatureChecks> {
  if (jwt === undefined)
    return unsigned({
      code: 'NO_PROOF',
      message: 'it says that it is signed, but it is not: anybody can have written it',
      advice: 'ask the issuer for the signed badge',
    });
  const algorithm = Object.values(ALGORITHMS).find(({ jws }) => jws.some((name) => name === jwt.header['alg']));
  if (algorithm === undefined)
    return unsigned({
      code: 'JWT_ALGORITHM',
      message: `the token's algorithm ${quoted(shownJson(jwt.header['alg'] ?? 'none'))} is not one that proves anything about an issuer`,
    });
  return await decide({
    suite: `JWS ${String(jwt.header['alg'])}`,
    accepts: { keys: [algorithm.name] },
    created: '',
    issuer: background.issuerId ?? '',
    method: creator ?? '',
    resolved: await namedKey(creator, background, options),
    verifies: (key) => checkJwtSignature(jwt, key),
    options,
  });
}

/** The key that the assertion names: it must say that it is the issuer's, and the issuer must say the same. */
async function namedKey(
  creator: string | undefined,
  { issuer, why }: Background,
  options: VerifyOptions,
): Promise<ResolvedKey> {
  if (issuer === undefined)
    return { kind: 'unknown', finding: why ?? { code: 'KEY_UNREACHABLE', message: 'nothing says who issued it' } };
  const own = asList(issuer['publicKey']);
  const [first] = own;
  const name = creator ?? (isJsonObject(first) ? first['id'] : first);
  const inside = own.filter(isJsonObject).find(({ id }) => id === name);
  const isNamed = typeof name === 'string' && own.some((each) => (isJsonObject(each) ? each['id'] : each) === name);
  if (!isNamed)
    return refused(
      'ISSUER_MISMATCH',
      `the issuer ${quoted(shownJson(issuer['id'] ?? 'nobody'), 160)} does not name the key ${quoted(shownJson(name ?? 'none'), 160)} as its own`,
    );
  const read = await readNode(inside ?? name, 'key', options);
  if (!read.ok) return { kind: 'unknown', finding: read.finding };
  const { owner, publicKeyPem } = read.node;
  if (owner !== issuer['id']) return refused('ISSUER_MISMATCH', 'the key does not name the issuer as its owner');
  return await guarded(() => ({
    kind: 'authenticated',
    key: publicKeyFromPem(typeof publicKeyPem === 'string' ? publicKeyPem : ''),
    how: `${name}, which the issuer's profile names`,
  }));
}

/** A hosted assertion is true where its own address, which must be the issuer's, says the same today. */
export async function checkHosted(
  { id }: Assertion,
  document: JsonObject,
  jwt: OpenedJwt | undefined,
  { issuer, why }: Background,
  options: VerifyOptions,
): Promise<SignatureChecks> {
  if (jwt !== undefined)
    return unsigned({ code: 'PROOF_MALFORMED', message: 'it is a signed token, but says that it is hosted' });
  if (issuer === undefined) return open(why ?? { code: 'KEY_UNREACHABLE', message: 'nothing says who issued it' });
  if (!isInScope(id, issuer))
    return unsigned({
      code: 'ISSUER_MISMATCH',
      message: `its address ${quoted(id, 160)} is not one under which the issuer ${quoted(shownJson(issuer['id'] ?? 'nobody'), 160)} hosts badges`,
    });
  const hosted = await readNode(id, 'badge itself', options);
  if (!hosted.ok) return open(hosted.finding);
  const stale = staleness(hosted.source, options);
  if (stale !== undefined) return open(stale);
  const { revoked: _one, revocationReason: _two, ...said } = hosted.node;
  const { revoked: _three, revocationReason: _four, ...here } = document;
  if (canonicalJson(said) !== canonicalJson(here)) {
    const path = firstDifference(said, here) ?? '';
    return unsigned({
      code: 'SIGNATURE_WRONG',
      path,
      message: `it differs from the copy that its issuer hosts, at ${path}`,
    });
  }
  return {
    signature: passed('signature', `hosted: the copy at ${quoted(id, 160)} says the same`),
    key: passed('key', `the address is one of the issuer${sourceNote(hosted.source)}`),
  };
}

/** Open Badges 2.0, "Hosted verification": the issuer's origins and prefixes; without any, the host of its own id. */
function isInScope(id: string, issuer: JsonObject): boolean {
  if (!isPlainWebAddress(id)) return false;
  const { host, origin } = new URL(id);
  const { verification } = issuer;
  const policy = isJsonObject(verification) ? verification : {};
  const origins = asList(policy['allowedOrigins']);
  const prefixes = asList(policy['startsWith']);
  if (origins.length === 0 && prefixes.length === 0)
    return (
      typeof issuer['id'] === 'string' && isPlainWebAddress(issuer['id']) && new URL(issuer['id']).origin === origin
    );
  return (
    (origins.length === 0 || origins.includes(host)) &&
    (prefixes.length === 0 || prefixes.some((prefix) => typeof prefix === 'string' && isBelow(id, prefix)))
  );
}

/** A prefix ends where a part of the path does: `https://a.example/x` is none of `https://a.example/xy`. */
function isBelow(id: string, prefix: string): boolean {
  if (!isPlainWebIdentifier(prefix) || new URL(prefix).origin !== new URL(id).origin) return false;
  return id.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

/** What speaks for a hosted badge: TLS now, or what was saved then. */
function sourceNote(source: LookupSource | undefined): string {
  if (source === undefined || source.kind === 'network') return '; TLS speaks for it';
  return source.kind === 'bundle'
    ? `, judging by ${quoted(source.path)}, saved ${formatMinute(source.savedAt)}`
    : `, judging by the folder ${quoted(source.path)}`;
}

function unsigned(finding: Finding): SignatureChecks {
  return { signature: failed('signature', [finding]), key: skipped('key', 'not looked for') };
}

function open(finding: Finding): SignatureChecks {
  return {
    signature: undetermined('signature', [
      { code: finding.code, message: 'whether its issuer says the same could not be looked up' },
    ]),
    key: undetermined('key', [finding]),
  };
}
