import { BadgekitError } from '../errors.ts';
import { methodKey, splitDidUrl, type VerificationMethod } from '../keys/controller-document.ts';
import { type PublicKey, publicKeyFromMultikey } from '../keys/public-key.ts';
import { formatDay } from '../syntax/datetime.ts';
import { quoted } from '../syntax/text.ts';
import type { VerifyOptions } from './context.ts';
import { type IssuerKeys, isPlainWebIdentifier, issuerKeys } from './issuer-keys.ts';
import type { Finding } from './verdict.ts';

/** What is known about the key that a proof names. */
export type ResolvedKey =
  /** The issuer's own identifier leads to this key. */
  | { readonly kind: 'authenticated'; readonly key: PublicKey; readonly how: string }
  /** The file itself brings this key; nothing shows that it is the issuer's. */
  | { readonly kind: 'claimed'; readonly key: PublicKey; readonly finding: Finding }
  | { readonly kind: 'unknown'; readonly finding: Finding }
  | { readonly kind: 'refused'; readonly finding: Finding };

/** What a key must be allowed to do: assert credentials, or speak for the holder of a presentation. */
export type Purpose = 'assertionMethod' | 'authentication';

export type Resolving = Pick<VerifyOptions, 'world' | 'at'> & { readonly purpose?: Purpose };

/**
 * Finds the key behind a verification method and whether the issuer's identifier controls it (Controlled Identifiers
 * 1.0, section 3.3). A key in the fragment of a URL is never more than a claim, unless the issuer's own document says
 * the same; the fragment of a did:web is only a name.
 */
export async function resolveKey(method: string, issuer: string, options: Resolving): Promise<ResolvedKey> {
  const didUrl = splitDidUrl(method);
  if (didUrl !== undefined) {
    if (didUrl.did !== issuer) return foreign(didUrl.did, issuer);
    return guarded(async () => methodIn(await issuerKeys(issuer, options), method, options));
  }
  if (!/^https?:\/\//i.test(method))
    return refused('KEY_METHOD_UNKNOWN', `${quoted(method)} is no address that leads to a key`);
  if (!isOfIssuer(method, issuer)) return foreign(method.split('#')[0] ?? method, issuer);
  return guarded(() => resolveUrl(method, issuer, options));
}

/** Whether a method's URL can be the issuer's: the issuer's own URL, or another one at the same host. */
export function isOfIssuer(method: string, issuer: string): boolean {
  const [base = ''] = method.split('#');
  if (base === issuer) return true;
  return isPlainWebIdentifier(base) && isPlainWebIdentifier(issuer) && new URL(base).origin === new URL(issuer).origin;
}

/** The issuer's document decides; where it says nothing, a key in the fragment is what the sender claims. */
async function resolveUrl(method: string, issuer: string, options: Resolving): Promise<ResolvedKey> {
  const keys = await issuerKeys(issuer, options);
  if (keys.kind === 'found') return methodIn(keys, method, options);
  const [, fragment = ''] = method.split('#');
  if (!fragment.startsWith('z')) return { kind: 'unknown', finding: keys.finding };
  const why = keys.kind === 'silent' ? ` (${keys.finding.message})` : '';
  return {
    kind: 'claimed',
    key: publicKeyFromMultikey(fragment),
    finding: {
      code: 'KEY_NOT_AUTHENTICATED',
      message: `nothing shows that the key is the issuer's: it stands in the file itself, behind "#" in ${quoted(method, 120)}${why}`,
      advice: "get the issuer's key from the issuer and give it with --key FILE",
    },
  };
}

/** The method of that name in the issuer's document, if it may be used for this. */
export function methodIn(keys: IssuerKeys, method: string, options: Resolving): ResolvedKey {
  if (keys.kind !== 'found') return { kind: 'unknown', finding: keys.finding };
  const { document, source } = keys;
  const found = document.methods.find(({ id }) => id === method);
  if (found !== undefined) return usable(found, document.id, source, options);
  const name = method.startsWith(document.id) ? method.slice(document.id.length) : method;
  return source === undefined
    ? refused('KEY_METHOD_UNKNOWN', `the signature names a key that its ${document.id.slice(0, 7)} is not`)
    : refused('KEY_NOT_AUTHORIZED', `${quoted(document.id)} has no key named ${quoted(name)} (or has it no longer)`);
}

/** Whether the issuer lets this key do it, now (Controlled Identifiers 1.0, section 2.3). */
export function usable(
  method: VerificationMethod,
  issuer: string,
  source: string | undefined,
  { at, purpose = 'assertionMethod' }: Resolving,
): ResolvedKey {
  if (method.controller !== issuer)
    return refused(
      'ISSUER_MISMATCH',
      `the key ${quoted(method.id)} is controlled by ${quoted(method.controller)}, not by the issuer`,
    );
  const name = method.id.startsWith(issuer) ? method.id.slice(issuer.length) : method.id;
  if (method.endsAt !== undefined && method.endsAt <= at)
    return refused(
      'KEY_NOT_AUTHORIZED',
      `the issuer withdrew the key ${quoted(name)} (${method.endsAt === 0 ? 'at a date that cannot be read' : `on ${formatDay(method.endsAt)}`})`,
    );
  if (!(purpose === 'assertionMethod' ? method.forAssertion : method.forAuthentication))
    return refused(
      'KEY_NOT_AUTHORIZED',
      `the issuer does not let the key ${quoted(method.id)} ${purpose === 'assertionMethod' ? 'sign credentials' : 'present them'} (it is not in ${purpose})`,
    );
  return {
    kind: 'authenticated',
    key: methodKey(method),
    how:
      source === undefined
        ? `${issuer} (the identifier is itself the key)`
        : `key ${quoted(name)} of ${issuer} (${source})`,
  };
}

/** Runs a look-up; a malformed identifier or key is an answer, too. */
export async function guarded(run: () => ResolvedKey | Promise<ResolvedKey>): Promise<ResolvedKey> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    return refused('KEY_INVALID', error.message);
  }
}

function foreign(named: string, issuer: string): ResolvedKey {
  return refused(
    'ISSUER_MISMATCH',
    `the signature names a key of ${quoted(named)}, but the issuer is ${quoted(issuer)}`,
  );
}

export function refused(code: Finding['code'], message: string): ResolvedKey {
  return { kind: 'refused', finding: { code, message } };
}
