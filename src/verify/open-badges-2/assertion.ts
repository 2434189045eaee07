import { asList } from '../../openbadges/credential.ts';
import { isWebUrl } from '../../syntax/iri.ts';
import { isJsonObject, type Json, type JsonObject } from '../../syntax/json.ts';
import type { Finding } from '../verdict.ts';

/** How an Open Badges 2.0 assertion says that it is to be verified. */
export type Verification =
  { readonly kind: 'hosted' } | { readonly kind: 'signed'; readonly creator: string | undefined };

/** What a verifier needs of an Assertion (Open Badges 2.0, "Assertion"). */
export interface Assertion {
  readonly id: string;
  readonly badge: JsonObject | string;
  readonly recipient: JsonObject;
  readonly verification: Verification;
  readonly issuedOn: Json;
  readonly expires: Json | undefined;
}

const VERIFICATIONS: Readonly<Record<string, Verification['kind']>> = {
  hosted: 'hosted',
  HostedBadge: 'hosted',
  signed: 'signed',
  SignedBadge: 'signed',
};

/** Reads an Assertion; what it lacks is told, each with its path. */
export function readAssertion(document: JsonObject): Assertion | readonly [Finding, ...Finding[]] {
  const { id, badge, recipient, issuedOn, expires, verification } = document;
  const kind = isJsonObject(verification) ? asList(verification['type']).map(kindOf).find(Boolean) : undefined;
  const creator = isJsonObject(verification) ? verification['creator'] : undefined;
  const faults: Finding[] = [];
  const demand = (isMet: boolean, path: string, message: string): void => {
    if (!isMet) faults.push({ code: 'SCHEMA', path, message });
  };
  demand(asList(document['type']).includes('Assertion'), '/type', 'its type is not Assertion');
  demand(typeof id === 'string', '/id', 'id is missing');
  demand(isNode(badge), '/badge', 'badge is neither an address nor a BadgeClass');
  demand(isRecipient(recipient), '/recipient', 'recipient has no type, identity and hashed');
  demand(kind !== undefined, '/verification', 'verification says neither "hosted" nor "signed"');
  demand(typeof issuedOn === 'string', '/issuedOn', 'issuedOn is missing');
  const [first, ...more] = faults;
  if (first !== undefined) return [first, ...more];
  return {
    id: String(id),
    badge: isJsonObject(badge) ? badge : String(badge),
    recipient: isJsonObject(recipient) ? recipient : {},
    verification:
      kind === 'signed' ? { kind, creator: typeof creator === 'string' ? creator : undefined } : { kind: 'hosted' },
    issuedOn: issuedOn ?? null,
    expires,
  };
}

/** What a BadgeClass or an issuer's Profile lacks (Open Badges 2.0, "BadgeClass" and "Profile"). */
export function lacks(node: JsonObject, members: readonly string[]): string | undefined {
  return members.find((member) => node[member] === undefined);
}

function kindOf(type: Json): Verification['kind'] | undefined {
  return typeof type === 'string' && Object.hasOwn(VERIFICATIONS, type) ? VERIFICATIONS[type] : undefined;
}

function isNode(value: Json | undefined): boolean {
  return isJsonObject(value) || (typeof value === 'string' && isWebUrl(value));
}

function isRecipient(value: Json | undefined): boolean {
  return (
    isJsonObject(value) &&
    typeof value['type'] === 'string' &&
    typeof value['identity'] === 'string' &&
    (value['hashed'] === undefined || typeof value['hashed'] === 'boolean')
  );
}
