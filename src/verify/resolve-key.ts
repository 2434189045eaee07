import { BadgekitError } from '../errors.ts';
import {
  type ControllerDocument,
  methodKey,
  readControllerDocument,
  splitDidUrl,
  type VerificationMethod,
} from '../keys/controller-document.ts';
import { keyOfDidKey } from '../keys/did-key.ts';
import { didWebUrl } from '../keys/did-web.ts';
import { type PublicKey, publicKeyFromMultikey } from '../keys/public-key.ts';
import type { LookupSource } from '../ports.ts';
import { formatDay } from '../syntax/datetime.ts';
import { parseJson } from '../syntax/json.ts';
import { decodeUtf8, quoted } from '../syntax/text.ts';
import type { VerifyOptions } from './context.ts';
import type { Finding } from './verdict.ts';

const MAX_DOCUMENT_BYTES = 256 * 1024;

/** What is known about the key that a proof names. */
export type ResolvedKey =
  /** The issuer's own identifier leads to this key. */
  | { readonly kind: 'authenticated'; readonly key: PublicKey; readonly how: string }
  /** The file itself brings this key; nothing shows that it is the issuer's. */
  | { readonly kind: 'claimed'; readonly key: PublicKey; readonly finding: Finding }
  | { readonly kind: 'unknown'; readonly finding: Finding }
  | { readonly kind: 'refused'; readonly finding: Finding };

/**
 * Finds the key behind a verification method and whether the issuer's identifier controls it (Controlled Identifiers 1.0, section 3.3).
 * A key in the fragment of a URL is never more than a claim, and the fragment of a did:web is only a name.
 */
export async function resolveKey(
  method: string,
  issuer: string,
  { world, at }: Pick<VerifyOptions, 'world' | 'at'>,
): Promise<ResolvedKey> {
  const didUrl = splitDidUrl(method);
  if (didUrl !== undefined) {
    if (didUrl.did !== issuer)
      return refused(
        'ISSUER_MISMATCH',
        `the signature names a key of ${quoted(didUrl.did)}, but the issuer is ${quoted(issuer)}`,
      );
    return guarded(() => resolveDid(didUrl.did, didUrl.fragment, method, { world, at }));
  }
  if (/^https?:\/\//i.test(method)) return guarded(() => claimedByUrl(method, issuer));
  return refused('KEY_METHOD_UNKNOWN', `${quoted(method)} is no address that leads to a key`);
}

async function resolveDid(
  did: string,
  fragment: string | undefined,
  method: string,
  { world, at }: Pick<VerifyOptions, 'world' | 'at'>,
): Promise<ResolvedKey> {
  if (did.startsWith('did:key:')) {
    if (fragment !== undefined && `did:key:${fragment}` !== did)
      return refused('KEY_METHOD_UNKNOWN', 'the signature names a key that its did:key is not');
    return { kind: 'authenticated', key: keyOfDidKey(did), how: `${did} (the identifier is itself the key)` };
  }
  if (!did.startsWith('did:web:')) {
    return {
      kind: 'unknown',
      finding: {
        code: 'KEY_METHOD_UNSUPPORTED',
        message: `badgekit does not resolve identifiers of the kind ${quoted(did.split(':').slice(0, 2).join(':'))}`,
        advice: "give the issuer's key with --key FILE",
      },
    };
  }
  const url = didWebUrl(did);
  const found = await world.read(url, MAX_DOCUMENT_BYTES);
  if (!found.found) {
    const advice =
      found.reason === 'offline'
        ? "try again without --offline, or give the issuer's key with --key FILE"
        : "try again later, or give the issuer's key with --key FILE";
    return {
      kind: 'unknown',
      finding: {
        code: 'KEY_UNREACHABLE',
        message: `the issuer's key could not be looked up at ${url}: ${found.message}`,
        advice,
      },
    };
  }
  const document = readDocument(found.value, did);
  if (document instanceof BadgekitError) {
    return {
      kind: 'unknown',
      finding: {
        code: 'KEY_UNREACHABLE',
        message: `what was found at ${url} is no DID document of the issuer: ${document.message}`,
        advice: "try again later, or give the issuer's key with --key FILE",
      },
    };
  }
  return authorizedMethod(document, method, found.source, at);
}

/** Whatever else stands at the address, an error page perhaps, says nothing about the badge. */
function readDocument(bytes: Uint8Array, did: string): ControllerDocument | BadgekitError {
  try {
    return readControllerDocument(parseJson(decodeUtf8(bytes)), did);
  } catch (error) {
    if (error instanceof BadgekitError) return error;
    throw error;
  }
}

function authorizedMethod(document: ControllerDocument, method: string, source: LookupSource, at: number): ResolvedKey {
  const found = document.methods.find(({ id }) => id === method);
  if (found === undefined)
    return refused(
      'KEY_NOT_AUTHORIZED',
      `${quoted(document.id)} has no key named ${quoted(method.slice(document.id.length))} (or has it no longer)`,
    );
  return checkMethod(found, document.id, source, at);
}

function checkMethod(method: VerificationMethod, did: string, source: LookupSource, at: number): ResolvedKey {
  if (method.controller !== did)
    return refused(
      'ISSUER_MISMATCH',
      `the key ${quoted(method.id)} is controlled by ${quoted(method.controller)}, not by the issuer`,
    );
  if (!method.forAssertion)
    return refused(
      'KEY_NOT_AUTHORIZED',
      `the issuer does not let the key ${quoted(method.id)} sign credentials (it is not in assertionMethod)`,
    );
  if (method.endsAt !== undefined && method.endsAt <= at)
    return refused(
      'KEY_NOT_AUTHORIZED',
      `the issuer withdrew the key ${quoted(method.id.slice(did.length))} (${method.endsAt === 0 ? 'at a date that cannot be read' : `on ${formatDay(method.endsAt)}`})`,
    );
  const place =
    source.kind === 'folder' ? `from ${quoted(source.path)}, the folder that is to be hosted` : `from ${source.url}`;
  return {
    kind: 'authenticated',
    key: methodKey(method),
    how: `key ${quoted(method.id.slice(did.length))} of ${did} (${place})`,
  };
}

function claimedByUrl(method: string, issuer: string): ResolvedKey {
  const [base = '', fragment = ''] = method.split('#');
  if (base !== issuer)
    return refused(
      'ISSUER_MISMATCH',
      `the signature names a key of ${quoted(base)}, but the issuer is ${quoted(issuer)}`,
    );
  if (!fragment.startsWith('z')) {
    return {
      kind: 'unknown',
      finding: {
        code: 'KEY_METHOD_UNSUPPORTED',
        message: `badgekit does not fetch keys from web addresses such as ${quoted(method)}`,
        advice: "give the issuer's key with --key FILE",
      },
    };
  }
  return {
    kind: 'claimed',
    key: publicKeyFromMultikey(fragment),
    finding: {
      code: 'KEY_NOT_AUTHENTICATED',
      message: `nothing shows that the key is the issuer's: it stands in the file itself, behind "#" in ${quoted(method, 120)}`,
      advice: "get the issuer's key from the issuer and give it with --key FILE",
    },
  };
}

async function guarded(run: () => ResolvedKey | Promise<ResolvedKey>): Promise<ResolvedKey> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    return refused('KEY_INVALID', error.message);
  }
}

function refused(code: Finding['code'], message: string): ResolvedKey {
  return { kind: 'refused', finding: { code, message } };
}
