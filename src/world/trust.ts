import { BadgekitError } from '../errors.ts';
import { readJwkSet } from '../keys/jwk-set.ts';
import type { Lookup, World } from '../ports.ts';
import { checkJwtSignature, openJwt, type OpenedJwt } from '../proof/jwt.ts';
import { formatMinute } from '../syntax/datetime.ts';
import { isJsonObject, type JsonObject } from '../syntax/json.ts';
import { decodeUtf8, quoted } from '../syntax/text.ts';
import type { Trust, TrustAnswer } from '../verify/context.ts';
import { readTrust, type TrustSource } from '../verify/trust-list.ts';

const MAX_REGISTER_BYTES = 16 * 1024 * 1024;

/** Asks the reader's lists and registers about an issuer, in their order; the first that knows it answers. */
export function createTrust(sources: readonly TrustSource[], world: World): Trust {
  return {
    lookUp: async (issuer, at) => {
      const failures: string[] = [];
      let outside: TrustAnswer | undefined;
      for (const source of sources) {
        const answer = await ask(source, issuer, at, world);
        if (answer.outcome === 'trusted') return answer;
        if (answer.outcome === 'outside') outside ??= answer;
        if (answer.outcome === 'unreachable') failures.push(answer.why);
      }
      if (failures.length > 0) return { outcome: 'unreachable', why: failures.join('; ') };
      return outside ?? { outcome: 'unknown', lists: sources.map(({ name }) => name) };
    },
  };
}

async function ask(source: TrustSource, issuer: string, at: number, world: World): Promise<TrustAnswer> {
  switch (source.kind) {
    case 'list':
      return inList(source, issuer, at);
    case 'register':
      return await inRegister(source, issuer, at, world);
    case 'federation':
      return await inFederation(source, issuer, at, world);
  }
}

function inList({ name, issuers }: TrustSource & { kind: 'list' }, issuer: string, at: number): TrustAnswer {
  const entries = issuers.get(issuer) ?? [];
  const now = entries.find(({ from = at, until = at }) => from <= at && until >= at);
  if (now !== undefined) return { outcome: 'trusted', name: now.name, list: name };
  const last = entries.at(-1);
  return last === undefined ? { outcome: 'unknown', lists: [name] } : { outcome: 'outside', list: name, ...last };
}

async function inRegister(
  { name, url }: TrustSource & { kind: 'register' },
  issuer: string,
  at: number,
  world: World,
): Promise<TrustAnswer> {
  const found = await world.read(url, MAX_REGISTER_BYTES, 'origin');
  if (!found.found) return unreachable(name, found.message);
  try {
    const [list] = readTrust(decodeUtf8(found.value), name);
    const saved = found.source.kind === 'bundle' ? ` (saved ${formatMinute(found.source.savedAt)})` : '';
    return list?.kind === 'list'
      ? inList({ ...list, name: `${name}${saved}` }, issuer, at)
      : unreachable(name, 'it is no list of issuers');
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    return unreachable(name, error.message);
  }
}

/**
 * OpenID Federation 1.0, section 8.1: a subordinate statement about the issuer. Where the register's own entity
 * configuration is known, the statement must be signed with one of its keys; otherwise TLS alone speaks for it.
 */
async function inFederation(
  { name, fetchEndpoint, trustAnchor }: TrustSource & { kind: 'federation' },
  issuer: string,
  at: number,
  world: World,
): Promise<TrustAnswer> {
  try {
    const anchor = trustAnchor === undefined ? undefined : await readAnchor(trustAnchor, world);
    const endpoint = fetchEndpoint ?? anchor?.fetchEndpoint;
    if (endpoint === undefined) return unreachable(name, 'it does not say where it can be asked');
    const url = `${endpoint.replace(/\?sub=$/, '')}?sub=${encodeURIComponent(issuer)}`;
    const found = await world.read(url, MAX_REGISTER_BYTES, 'origin');
    if (!found.found)
      return found.reason === 'absent' ? { outcome: 'unknown', lists: [name] } : unreachable(name, found.message);
    const statement = openJwt(decodeUtf8(found.value).trim());
    if (anchor !== undefined && !(await isSignedBy(statement, anchor.keys)))
      return unreachable(name, 'its answer is not signed with its own key');
    const { sub, exp, iss, metadata } = statement.payload;
    if (anchor !== undefined && iss !== anchor.entity) return unreachable(name, 'its answer is by another register');
    if (sub !== issuer) return unreachable(name, 'it answered about somebody else');
    if (typeof exp === 'number' && exp * 1000 < at) return { outcome: 'unknown', lists: [name] };
    return { outcome: 'trusted', name: organizationName(metadata), list: name };
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    return unreachable(name, error.message);
  }
}

interface Anchor {
  /** The register's own identifier. */
  readonly entity: unknown;
  readonly keys: ReturnType<typeof readJwkSet>['keys'];
  readonly fetchEndpoint: string | undefined;
}

/** A trust anchor's entity configuration, which it signs with its own keys (section 9). */
async function readAnchor(url: string, world: World): Promise<Anchor> {
  const found: Lookup<Uint8Array> = await world.read(url, MAX_REGISTER_BYTES, 'origin');
  if (!found.found) throw new BadgekitError('TRUST_INVALID', found.message);
  const configuration = openJwt(decodeUtf8(found.value).trim());
  const { keys } = readJwkSet(configuration.payload['jwks'] ?? null);
  if (!(await isSignedBy(configuration, keys)))
    throw new BadgekitError('TRUST_INVALID', `${quoted(url, 160)} is not signed with its own keys`);
  const entity = federationEntity(configuration.payload['metadata']);
  const endpoint = entity?.['federation_fetch_endpoint'];
  return {
    entity: configuration.payload['sub'],
    keys,
    fetchEndpoint: typeof endpoint === 'string' ? endpoint : undefined,
  };
}

async function isSignedBy(token: OpenedJwt, keys: Anchor['keys']): Promise<boolean> {
  for (const { key } of keys) if (await checkJwtSignature(token, key)) return true;
  return false;
}

function organizationName(metadata: unknown): string | undefined {
  const name = federationEntity(metadata)?.['organization_name'];
  return typeof name === 'string' ? name : undefined;
}

function federationEntity(metadata: unknown): JsonObject | undefined {
  const entity = isJsonObject(metadata) ? metadata['federation_entity'] : undefined;
  return isJsonObject(entity) ? entity : undefined;
}

function unreachable(name: string, why: string): TrustAnswer {
  return { outcome: 'unreachable', why: `${quoted(name)} could not be asked (${why})` };
}
