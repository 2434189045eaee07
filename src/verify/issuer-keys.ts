import { BadgekitError, ifUsable } from '../errors.ts';
import { type ControllerDocument, readControllerDocument } from '../keys/controller-document.ts';
import { didJwkMethod, keyOfDidJwk } from '../keys/did-jwk.ts';
import { didKeyMethod, keyOfDidKey } from '../keys/did-key.ts';
import { didWebUrl } from '../keys/did-web.ts';
import { type JwkSet, readJwkSet } from '../keys/jwk-set.ts';
import type { PublicKey } from '../keys/public-key.ts';
import type { LookupSource } from '../ports.ts';
import { formatMinute } from '../syntax/datetime.ts';
import { isJsonObject, type Json, parseJson } from '../syntax/json.ts';
import { Recent } from '../syntax/recent.ts';
import { decodeUtf8, quoted } from '../syntax/text.ts';
import type { VerifyOptions } from './context.ts';
import type { Finding } from './verdict.ts';

const MAX_DOCUMENT_BYTES = 256 * 1024;
const MAX_OWN_KEYS = 64;

type Looking = Pick<VerifyOptions, 'world' | 'at'>;

/** The document in which an issuer's identifier names its keys, or why there is none. */
export type IssuerKeys =
  | {
      readonly kind: 'found';
      readonly document: ControllerDocument;
      /** Undefined for an identifier that is itself the key. */
      readonly source: string | undefined;
    }
  /** What stands at the issuer's address was read, and names no keys. */
  | { readonly kind: 'silent'; readonly finding: Finding }
  | { readonly kind: 'unknown'; readonly finding: Finding };

/**
 * Looks up the controller document behind an issuer's identifier (W3C Controlled Identifiers 1.0, section 3.3):
 * did:key and did:jwk are their own, did:web and https are read under the guards of the world.
 * @throws BadgekitError KEY_INVALID where the identifier itself is malformed
 */
export async function issuerKeys(issuer: string, options: Looking): Promise<IssuerKeys> {
  if (issuer.startsWith('did:key:'))
    return ownKeys.orMake(issuer, () => ownKey(issuer, didKeyMethod(issuer), keyOfDidKey(issuer)));
  if (issuer.startsWith('did:jwk:'))
    return ownKeys.orMake(issuer, () => ownKey(issuer, didJwkMethod(issuer), keyOfDidJwk(issuer)));
  if (issuer.startsWith('did:web:')) return await fetched(issuer, didWebUrl(issuer), 'DID document', options);
  if (isPlainWebIdentifier(issuer)) return await fetched(issuer, issuer, 'key document', options);
  return {
    kind: 'unknown',
    finding: {
      code: 'KEY_METHOD_UNSUPPORTED',
      message: issuer.startsWith('https:')
        ? `the issuer's address ${quoted(issuer, 160)} is not written plainly, and may look like another than it is`
        : `badgekit does not resolve identifiers of the kind ${quoted(issuer.split(':').slice(0, 2).join(':'))}`,
      advice: "give the issuer's key with --key FILE",
    },
  };
}

/** Many badges have one issuer. */
const ownKeys = new Recent<string, IssuerKeys>(MAX_OWN_KEYS);

/** An identifier that is itself a key. */
function ownKey(did: string, id: string, key: PublicKey): IssuerKeys {
  const method = {
    id,
    controller: did,
    material: { publicKeyJwk: key.jwk },
    forAssertion: true,
    forAuthentication: true,
    endsAt: undefined,
  };
  return {
    kind: 'found',
    document: { id: did, methods: [method, { ...method, id: did }] },
    source: undefined,
  };
}

async function fetched(issuer: string, url: string, called: string, { world }: Looking): Promise<IssuerKeys> {
  const found = await world.read(url, MAX_DOCUMENT_BYTES, 'origin');
  if (!found.found)
    return {
      kind: 'unknown',
      finding: {
        code: 'KEY_UNREACHABLE',
        message: `the issuer's key could not be looked up at ${url}: ${found.message}`,
        advice:
          found.reason === 'offline'
            ? "try again without --offline, with a saved --bundle, or with the issuer's key: --key FILE"
            : "try again later, or give the issuer's key with --key FILE",
      },
    };
  const read = documents.get(found) ?? new Map<string, IssuerKeys>();
  documents.set(found, read);
  const keys = read.get(issuer) ?? readDocument(issuer, url, called, found);
  read.set(issuer, keys);
  return keys;
}

/** Many badges have one issuer: what was found is read once. */
const documents = new WeakMap<object, Map<string, IssuerKeys>>();

function readDocument(
  issuer: string,
  url: string,
  called: string,
  found: { readonly value: Uint8Array; readonly source: LookupSource },
): IssuerKeys {
  try {
    const value = parseJson(decodeUtf8(found.value));
    if (issuer.startsWith('https:') && !namesKeys(value))
      return {
        kind: 'silent',
        finding: {
          code: 'KEY_NOT_AUTHENTICATED',
          message: `what stands at ${quoted(url, 160)} names no keys of the issuer`,
          advice: "get the issuer's key from the issuer and give it with --key FILE",
        },
      };
    return { kind: 'found', document: readControllerDocument(value, issuer), source: sourceWords(found.source) };
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    // Whatever else stands at the address, an error page perhaps, says nothing about the badge.
    return {
      kind: issuer.startsWith('https:') ? 'silent' : 'unknown',
      finding: {
        code: 'KEY_UNREACHABLE',
        message: `what was found at ${url} is no ${called} of the issuer: ${error.message}`,
        advice: "try again later, or give the issuer's key with --key FILE",
      },
    };
  }
}

/**
 * Whether an https identifier is written as browsers and people read it. Anything else could look like another host
 * than the one that is asked: user names, dot segments, queries, international characters.
 */
export function isPlainWebIdentifier(id: string): boolean {
  if (!id.startsWith('https://') || !URL.canParse(id)) return false;
  const { href, username, password, search, hash } = new URL(id);
  return (href === id || href === `${id}/`) && username === '' && password === '' && search === '' && hash === '';
}

/** The same with a query, as the pages of Open Badges 2.0 programs have. */
export function isPlainWebAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  const { search } = url;
  url.search = '';
  return isPlainWebIdentifier(url.href) && `${url.href}${search}` === address;
}

function namesKeys(value: Json): boolean {
  return isJsonObject(value) && (value['verificationMethod'] !== undefined || value['assertionMethod'] !== undefined);
}

/** The JWK set that an https issuer hosts for all that it signs (Open Badges 3.0, implementation guide). */
export async function issuerJwkSet(
  issuer: string,
  { world }: Looking,
): Promise<{ readonly set: JwkSet; readonly source: string; readonly isBound: boolean } | undefined> {
  if (!isPlainWebIdentifier(issuer)) return undefined;
  const { origin } = new URL(issuer);
  const found = await world.read(`${origin}/.well-known/jwks.json`, MAX_DOCUMENT_BYTES, 'origin');
  if (!found.found) return undefined;
  const set = ifUsable(() => readJwkSet(parseJson(decodeUtf8(found.value))));
  if (set === undefined) return undefined;
  // Many issuers can share a host: its keys are one issuer's own where the set says so, or where the issuer is the host.
  const isHost = issuer === origin || issuer === `${origin}/`;
  const isBound = set.issuer === undefined ? isHost : set.issuer === issuer;
  return { set, source: sourceWords(found.source), isBound };
}

/** Where a document came from, in the words of a report. */
function sourceWords(source: LookupSource): string {
  switch (source.kind) {
    case 'folder':
      return `from ${quoted(source.path)}, the folder that is to be hosted`;
    case 'bundle':
      return `from ${quoted(source.path)}, saved ${formatMinute(source.savedAt)}`;
    case 'network':
      return `from ${source.url}`;
  }
}
