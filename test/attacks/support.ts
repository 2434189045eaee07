import { expect } from 'vitest';
import type { PrivateKey } from '../../src/keys/private-key.ts';
import { signBytes } from '../../src/keys/private-key.ts';
import { assembleCredential, asList, type CredentialContent } from '../../src/openbadges/credential.ts';
import type { Lookup, LookupFailure, World } from '../../src/ports.ts';
import { encodeBase64url } from '../../src/syntax/base64url.ts';
import { isJsonObject, type JsonObject } from '../../src/syntax/json.ts';
import type { VerifyOptions } from '../../src/verify/context.ts';
import type { Report } from '../../src/verify/report.ts';
import { verify } from '../../src/verify/verify.ts';
import { badgeContent, bytesOf, NOW } from '../support/badge.ts';
import { cpuTime } from '../support/cpu-time.ts';

/** No attack may cost more time than this; of the processor, for others may be at work on this computer. */
const MAX_MS = 2000;
const SUPERSEDED = 'https://school.example/status/superseded.json';

/** The web of a test: what stands at which address. Whatever else is asked for fails the test. */
type Web = Readonly<Record<string, Lookup<Uint8Array>>>;

/** A document as the network gives it. */
export function served(body: JsonObject | string | Uint8Array): Lookup<Uint8Array> {
  const value = body instanceof Uint8Array ? body : bytesOf(body);
  return { found: true, value, source: { kind: 'network', url: 'https://served.example' } };
}

export function lost(reason: LookupFailure): Lookup<Uint8Array> {
  return { found: false, reason, message: `the test says: ${reason}` };
}

export interface Judgement extends Report {
  /** The addresses that were asked for, in their order. */
  readonly asked: readonly string[];
}

/** Verifies a file against a web that is known whole, and within a time that no attack may exceed. */
export async function judge(
  file: JsonObject | string | Uint8Array,
  { web = {}, ...options }: Partial<VerifyOptions> & { readonly web?: Web } = {},
): Promise<Judgement> {
  const asked: string[] = [];
  const local: World = {
    read: async () => lost('unasked'),
    get local() {
      return local;
    },
  };
  const world: World = {
    local,
    read: async (url, maxBytes) => {
      asked.push(url);
      const answer = Object.hasOwn(web, url) ? web[url] : undefined;
      if (answer?.found === true && answer.value.length > maxBytes) return lost('unreachable');
      return answer ?? lost('unreachable');
    },
  };
  const bytes = file instanceof Uint8Array ? file : bytesOf(file);
  const elapsed = cpuTime();
  const report = await verify(bytes, { at: NOW, world, ...options });
  expect(elapsed(), 'the time it took').toBeLessThan(MAX_MS);
  // What took a revoked badge's place is asked at the host of its status list, once the badge proved authentic.
  const isRevoked = report.checks.some(({ findings }) => findings.some(({ code }) => code === 'REVOKED'));
  const reasons = new Set([...Object.keys(web), ...(isRevoked ? [SUPERSEDED] : [])]);
  expect(
    asked.filter((url) => !reasons.has(url)),
    'asked for without reason',
  ).toEqual([]);
  return { ...report, asked };
}

/** An unsigned badge as it stands in a file: JSON and nothing else. */
export function unsigned(issuer: string, changes: Partial<CredentialContent> = {}): JsonObject {
  return plain(assembleCredential(badgeContent(issuer, changes)));
}

export function plain(document: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(document)) as JsonObject;
}

/** A member that is known to be an object. */
export function inside(document: JsonObject, ...path: readonly string[]): JsonObject {
  return path.reduce((at, key) => {
    const member = at[key];
    if (!isJsonObject(member)) throw new Error(`${key} is no object`);
    return member;
  }, document);
}

export function proofsOf(document: JsonObject): readonly JsonObject[] {
  return asList(document['proof']).filter(isJsonObject);
}

export function proofOf(document: JsonObject): JsonObject {
  const [proof] = proofsOf(document);
  if (proof === undefined) throw new Error('there is no proof');
  return proof;
}

export function without(document: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([key]) => !names.includes(key)));
}

/** The same members in the same order, one of them under another name. */
export function renamed(document: JsonObject, from: string, to: string): JsonObject {
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key === from ? to : key, value]));
}

const text = (part: object | string): string => (typeof part === 'string' ? part : JSON.stringify(part));

/** A compact JWS whose signature is good whatever header and payload say, so that nothing but their own fault can be found. */
export function jws(header: object | string, payload: object | string, key: PrivateKey): string {
  const input = [header, payload].map((part) => encodeBase64url(Buffer.from(text(part)))).join('.');
  return `${input}.${encodeBase64url(signBytes(key, Buffer.from(input)))}`;
}
