import { BadgekitError } from '../errors.ts';

const PREFIX = 'did:web:';
const HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?(?:%3[aA]\d{1,5})?$/;
const SEGMENT = /^[A-Za-z0-9._~-]+$/;

/**
 * The https URL of a did:web DID's document (did:web method, "Read"). Only a port's colon may be percent-encoded;
 * addresses, upper case, dots-only and empty segments are refused.
 * @throws BadgekitError KEY_INVALID
 */
export function didWebUrl(did: string): string {
  const [host = '', ...path] = did.slice(PREFIX.length).split(':');
  const isProper =
    did.startsWith(PREFIX) &&
    HOST.test(host) &&
    path.every((segment) => SEGMENT.test(segment) && !/^\.+$/.test(segment));
  if (!isProper) throw new BadgekitError('KEY_INVALID', 'the did:web identifier is not well-formed');
  const authority = host.replace(/%3a/i, ':');
  return path.length === 0
    ? `https://${authority}/.well-known/did.json`
    : `https://${authority}/${path.join('/')}/did.json`;
}

/**
 * The did:web DID of a hosting address: `https://example.org/badges` is did:web:example.org:badges.
 * @throws BadgekitError KEY_INVALID where the address cannot be one
 */
export function didWebOf(hosting: string): string {
  const url = new URL(hosting);
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  const did = PREFIX + [url.host.replace(':', '%3A'), ...segments].join(':');
  const isProper = url.protocol === 'https:' && url.search === '' && url.hash === '' && url.username === '';
  if (!isProper)
    throw new BadgekitError(
      'KEY_INVALID',
      'a hosting address is https://, a host and perhaps a path, and nothing else',
    );
  didWebUrl(did);
  return did;
}

/**
 * Where a did:web identifier's document lies below the folder that is hosted; undefined where it lies elsewhere.
 * @throws BadgekitError KEY_INVALID
 */
export function didDocumentPath(did: string, hosting: string): string | undefined {
  const document = didWebUrl(did);
  const base = hosting.endsWith('/') ? hosting : `${hosting}/`;
  return document.startsWith(base) ? document.slice(base.length) : undefined;
}
