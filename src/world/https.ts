import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Lookup } from '../ports.ts';
import { isPublicAddress, isPublicHostName } from './addresses.ts';

const TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;

/** What the one fetcher may be handed in place of the system's own. Used by tests on loopback. */
export interface HttpsOptions {
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>;
  readonly isAllowed?: (address: string) => boolean;
  readonly ca?: string;
  readonly timeoutMs?: number;
}

class Blocked extends Error {}

/**
 * Reads an https URL under guards: public host names and addresses only, the connection goes to
 * an address that was checked, no redirects, no credentials or cookies, no compression, a cap on bytes and on time.
 */
export async function readHttps(
  url: string,
  maxBytes: number,
  options: HttpsOptions = {},
): Promise<Lookup<Uint8Array>> {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target === undefined || target.protocol !== 'https:' || target.username !== '' || target.password !== '')
    return fail('blocked', 'only plain https addresses are read');
  if (!isPublicHostName(target.hostname)) return fail('blocked', 'the address is not that of a public host');
  try {
    const value = await get(target, maxBytes, options);
    return { found: true, value, source: { kind: 'network', url } };
  } catch (error) {
    return error instanceof Blocked ? fail('blocked', error.message) : fail('unreachable', reason(error));
  }
}

function get(target: URL, maxBytes: number, options: HttpsOptions): Promise<Uint8Array> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const outgoing = request(target, {
      agent: false,
      ca: options.ca,
      headers: {
        accept: 'application/json, application/did+json, application/vc+jwt, text/plain;q=0.5',
        'accept-encoding': 'identity',
        'user-agent': 'badgekit',
      },
      lookup: checkedLookup(options),
      maxHeaderSize: MAX_HEADER_BYTES,
      rejectUnauthorized: true,
      signal,
    });
    outgoing.on('error', (error) =>
      reject(signal.aborted ? new Error(`it did not answer within ${timeoutMs / 1000} s`) : error),
    );
    outgoing.on('upgrade', (_, socket) => {
      socket.destroy();
      reject(new Error('it wants to speak another protocol'));
    });
    // Whatever else ends the exchange, nobody waits for ever.
    outgoing.on('close', () => reject(new Error('the connection ended too early')));
    outgoing.on('response', (response) => {
      const { statusCode = 0, headers } = response;
      const refusal =
        statusCode >= 300 && statusCode < 400
          ? 'it sends readers to another address, which badgekit does not follow'
          : statusCode === 200
            ? undefined
            : `the server answered ${statusCode}`;
      const encoding = headers['content-encoding'] ?? 'identity';
      if (refusal !== undefined || encoding !== 'identity') {
        outgoing.destroy();
        reject(new Error(refusal ?? 'it came compressed although that was not asked for'));
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
      response.on('error', (error) =>
        reject(signal.aborted ? new Error(`it did not end within ${timeoutMs / 1000} s`) : error),
      );
      response.on('end', () => resolve(new Uint8Array(Buffer.concat(pieces))));
    });
    outgoing.end();
  });
}

/** The socket's own name look-up: every address must be allowed, and the connection can go to no other one. */
function checkedLookup({ resolve = systemResolve, isAllowed = isPublicAddress }: HttpsOptions): LookupFunction {
  return (host, { all }, callback) => {
    resolve(host).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined || addresses.some(({ address }) => !isAllowed(address)))
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
    ENOTFOUND: 'its name is not known',
    EAI_AGAIN: 'the name service did not answer',
    ECONNREFUSED: 'it refuses connections',
    ECONNRESET: 'the connection broke',
    ETIMEDOUT: 'it did not answer',
    CERT_HAS_EXPIRED: 'its certificate has expired',
  };
  return words[code] ?? (error instanceof Error ? error.message : 'it could not be read');
}

function fail(reasonCode: 'blocked' | 'unreachable', message: string): Lookup<never> {
  return { found: false, reason: reasonCode, message };
}
