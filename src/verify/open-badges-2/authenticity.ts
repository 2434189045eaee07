import { BadgekitError } from '../../errors.ts';
import { ALGORITHMS } from '../../keys/algorithms.ts';
import { isSameKey, type PublicKey, publicKeyFromPem } from '../../keys/public-key.ts';
import { asList } from '../../openbadges/credential.ts';
import { checkJwtSignature, type OpenedJwt } from '../../proof/jwt.ts';
import { canonicalJson } from '../../syntax/jcs.ts';
import { isJsonObject, type JsonObject, shownJson } from '../../syntax/json.ts';
import { quoted } from '../../syntax/text.ts';
import type { SignatureChecks } from '../checks/decide.ts';
import type { VerifyOptions } from '../context.ts';
import { firstDifference } from '../differences.ts';
import { failed, type Finding, passed, skipped, undetermined } from '../verdict.ts';
import type { Assertion } from './assertion.ts';
import { type Background, readNode } from './background.ts';

/** A signed assertion: a compact JWS under a key that the issuer's profile names, and that names the issuer. */
export async function checkSigned(
  assertion: Assertion,
  creator: string | undefined,
  jwt: OpenedJwt | undefined,
  { issuer, why }: Background,
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
  const suite = `JWS ${String(jwt.header['alg'])}`;
  const issuerId = typeof issuer?.['id'] === 'string' ? issuer['id'] : undefined;
  const given = (options.keys ?? []).filter(({ controller }) => controller === undefined || controller === issuerId);
  const resolved = await namedKey(creator, issuer, why, options);
  if ('key' in resolved) {
    if (!(await checkJwtSignature(jwt, resolved.key))) return wrong(suite);
    const isOther = given.length > 0 && !given.some(({ key }) => isSameKey(key, resolved.key));
    return isOther
      ? { signature: passed('signature', suite), key: failed('key', [NOT_GIVEN]) }
      : { signature: passed('signature', suite), key: passed('key', resolved.how) };
  }
  for (const { key } of given)
    if (await checkJwtSignature(jwt, key))
      return { signature: passed('signature', suite), key: passed('key', 'a key that you gave') };
  if (resolved.finding.code === 'ISSUER_MISMATCH')
    return {
      signature: undetermined('signature', [
        { code: 'ISSUER_MISMATCH', message: 'not looked at, because the key cannot be used' },
      ]),
      key: failed('key', [resolved.finding]),
    };
  return {
    signature: undetermined('signature', [
      { code: resolved.finding.code, message: `${assertion.id} cannot be checked without the issuer's key` },
    ]),
    key: undetermined('key', [resolved.finding]),
  };
}

const NOT_GIVEN: Finding = {
  code: 'KEY_NOT_AUTHENTICATED',
  message: 'it was signed with a key that is not among those you gave',
};

/** The key that the assertion names: it must say that it is the issuer's, and the issuer must say the same. */
async function namedKey(
  creator: string | undefined,
  issuer: JsonObject | undefined,
  why: Finding | undefined,
  options: VerifyOptions,
): Promise<{ readonly key: PublicKey; readonly how: string } | { readonly finding: Finding }> {
  if (issuer === undefined)
    return { finding: why ?? { code: 'KEY_UNREACHABLE', message: 'nothing says who issued it' } };
  const own = asList(issuer['publicKey']);
  const [first] = own;
  const name = creator ?? (isJsonObject(first) ? first['id'] : first);
  const inside = own.filter(isJsonObject).find(({ id }) => id === name);
  const isNamed = typeof name === 'string' && own.some((each) => (isJsonObject(each) ? each['id'] : each) === name);
  if (!isNamed)
    return {
      finding: {
        code: 'ISSUER_MISMATCH',
        message: `the issuer ${quoted(shownJson(issuer['id'] ?? 'nobody'), 160)} does not name the key ${quoted(shownJson(name ?? 'none'), 160)} as its own`,
      },
    };
  const read = await readNode(inside ?? name, 'key', options);
  if (!read.ok) return { finding: read.finding };
  const { owner, publicKeyPem } = read.node;
  if (owner !== issuer['id'])
    return {
      finding: { code: 'ISSUER_MISMATCH', message: 'the key does not name the issuer as its owner' },
    };
  try {
    return {
      key: publicKeyFromPem(typeof publicKeyPem === 'string' ? publicKeyPem : ''),
      how: `${name}, which the issuer's profile names`,
    };
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    return { finding: { code: 'KEY_INVALID', message: error.message } };
  }
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
    key: passed('key', 'the address is one of the issuer; TLS speaks for it'),
  };
}

/** Open Badges 2.0, "Hosted verification": the issuer's origins and prefixes; without any, the host of its own id. */
function isInScope(id: string, issuer: JsonObject): boolean {
  if (!URL.canParse(id) || !id.startsWith('https://')) return false;
  const { verification } = issuer;
  const policy = isJsonObject(verification) ? verification : {};
  const origins = asList(policy['allowedOrigins']);
  const prefixes = asList(policy['startsWith']);
  if (origins.length === 0 && prefixes.length === 0)
    return (
      typeof issuer['id'] === 'string' &&
      URL.canParse(issuer['id']) &&
      new URL(issuer['id']).origin === new URL(id).origin
    );
  return (
    (origins.length === 0 || origins.includes(new URL(id).host)) &&
    (prefixes.length === 0 || prefixes.some((prefix) => typeof prefix === 'string' && id.startsWith(prefix)))
  );
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

function wrong(suite: string): SignatureChecks {
  return unsigned({
    code: 'SIGNATURE_WRONG',
    message: `the ${suite} signature does not match: the content was changed after it was signed, or another key signed it`,
  });
}
