import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { type IncomingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Lookup, Reach } from '../ports.ts';
import { quoted } from '../syntax/text.ts';
import { isLoopbackAddress, isLoopbackHost, isPublicAddress, isPublicHostName } from './addresses.ts';

const TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_REDIRECTS = 3;
/** What credentials, keys, lists and images come as; a page for people is none of them. */
const CONTENT_TYPES =
  /^(?:application\/(?:[\w.+-]*(?:json|jwt|jose|cose)[\w.+-]*|octet-stream)|text\/(?:plain|json)|image\/(?:png|svg\+xml))$/;

/** What the one fetcher may be handed in place of the system's own. Used by tests on loopback. */
export interface HttpsOptions {
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>;
  readonly isAllowed?: (address: string) => boolean;
  readonly ca?: string;
  readonly timeoutMs?: number;
  /** Whether http and https on this very computer are read, too: for development alone. */
  readonly allowLoopback?: boolean;
  /** How far redirects may lead; anywhere public by default. */
  readonly reach?: Reach;
}

class Blocked extends Error {}
class Absent extends Error {}

/**
 * Reads an https URL under guards: public host names and addresses only, the connection goes to
 * an address that was checked, at most three redirects to addresses that pass the same guards, no credentials or
 * cookies, no compression, known types of content, a cap on bytes, and one on the time of it all.
 */
export async function readHttps(
  url: string,
  maxBytes: number,
  options: HttpsOptions = {},
): Promise<Lookup<Uint8Array>> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    let target = guardedUrl(url, options);
    for (let redirects = 0; ; redirects++) {
      const answer = await get(target, maxBytes, signal, options);
      if (answer.kind === 'content') return { found: true, value: answer.bytes, source: { kind: 'network', url } };
      if (redirects === MAX_REDIRECTS) return fail('unreachable', `it redirects more than ${MAX_REDIRECTS} times`);
      const next = guardedUrl(answer.location, options, target);
      if (options.reach === 'origin' && next.origin !== target.origin)
        return fail('blocked', `it redirects to another host, ${quoted(next.host)}, which cannot speak for this one`);
      target = next;
    }
  } catch (error) {
    if (error instanceof Blocked) return fail('blocked', error.message);
    if (error instanceof Absent) return fail('absent', error.message);
    return fail('unreachable', signal.aborted ? `it did not answer within ${timeoutMs / 1000} s` : reason(error));
  }
}

/** An address that may be asked, or else an error: the same rules for the first and for each redirect. */
function guardedUrl(url: string, { allowLoopback = false }: HttpsOptions, base?: URL): URL {
  const target = URL.canParse(url, base?.href) ? new URL(url, base?.href) : undefined;
  const isPlain = target !== undefined && target.username === '' && target.password === '';
  if (isPlain && allowLoopback && isLoopbackHost(target.hostname) && /^https?:$/.test(target.protocol)) return target;
  if (!isPlain || target.protocol !== 'https:') throw new Blocked('only plain https addresses are read');
  if (!isPublicHostName(target.hostname)) throw new Blocked('the address is not that of a public host');
  return target;
}

type Answer =
  { readonly kind: 'content'; readonly bytes: Uint8Array } | { readonly kind: 'redirect'; readonly location: string };

function get(target: URL, maxBytes: number, signal: AbortSignal, options: HttpsOptions): Promise<Answer> {
  const request = target.protocol === 'http:' ? requestHttp : requestHttps;
  return new Promise((resolve, reject) => {
    const outgoing = request(target, {
      agent: false,
      ca: options.ca,
      headers: {
        accept: 'application/json, application/did+json, application/vc+jwt, text/plain;q=0.5, image/*;q=0.5',
        'accept-encoding': 'identity',
        'user-agent': 'badgekit',
      },
      lookup: checkedLookup(target, options),
      maxHeaderSize: MAX_HEADER_BYTES,
      rejectUnauthorized: true,
      signal,
    });
    outgoing.on('error', reject);
    outgoing.on('upgrade', (_, socket) => {
      socket.destroy();
      reject(new Error('it wants to speak another protocol'));
    });
    // Whatever else ends the exchange, nobody waits for ever.
    outgoing.on('close', () => reject(new Error('the connection ended too early')));
    outgoing.on('response', (response) => {
      const { statusCode = 0, headers } = response;
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        outgoing.destroy();
        resolve({ kind: 'redirect', location: headers.location });
        return;
      }
      const refusal = refusalOf(statusCode, headers);
      if (refusal !== undefined) {
        outgoing.destroy();
        reject(refusal);
        return;
      }
      const pieces: Buffer[] = [];
      let size = 0;
      response.on('data', (piece: Buffer) => {
        size += piece.length;
        pieces.push(piece);
        if (size <= maxBytes) return;
        outgoing.destroy();
        reject(new Error(`it is larger than ${maxBytes} bytes`));
      });
      response.on('error', reject);
      response.on('end', () => resolve({ kind: 'content', bytes: new Uint8Array(Buffer.concat(pieces)) }));
    });
    outgoing.end();
  });
}

/** Why an answer's head is not one that is read on, or undefined where it is. */
function refusalOf(statusCode: number, headers: IncomingHttpHeaders): Error | undefined {
  if (statusCode === 404 || statusCode === 410) return new Absent(`the server answered ${statusCode}`);
  if (statusCode !== 200) return new Error(`the server answered ${statusCode}`);
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    return new Error('it came compressed although that was not asked for');
  const type = (headers['content-type'] ?? 'application/octet-stream').split(';')[0]?.trim().toLowerCase() ?? '';
  return CONTENT_TYPES.test(type)
    ? undefined
    : new Error(`it is of the type ${quoted(type, 60)}, no document of this kind`);
}

/** The socket's own name look-up: every address must be allowed, and the connection can go to no other one. */
function checkedLookup(
  { hostname }: URL,
  { resolve = systemResolve, isAllowed = isPublicAddress, allowLoopback = false }: HttpsOptions,
): LookupFunction {
  const isFine = allowLoopback && isLoopbackHost(hostname) ? isLoopbackAddress : isAllowed;
  return (host, { all }, callback) => {
    resolve(host).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined || addresses.some(({ address }) => !isFine(address)))
          callback(new Blocked('its name leads to an address that is not public'), '', 4);
        else if (all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error('the name could not be resolved'), '', 4),
    );
  };
}

function systemResolve(host: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    dnsLookup(host, { all: true, verbatim: true }, (error, addresses) =>
      error === null ? resolve(addresses) : reject(error),
    );
  });
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words: Readonly<Record<string, string>> = {
    ENOTFOUND: 'there is no such server, or no network',
    EAI_AGAIN: 'the name service did not answer',
    ECONNREFUSED: 'it refuses connections',
    ECONNRESET: 'the connection broke',
    ETIMEDOUT: 'it did not answer',
    CERT_HAS_EXPIRED: 'its certificate has expired',
  };
  return words[code] ?? (error instanceof Error ? error.message : 'it could not be read');
}

function fail(reasonCode: 'blocked' | 'unreachable' | 'absent', message: string): Lookup<never> {
  return { found: false, reason: reasonCode, message };
}
