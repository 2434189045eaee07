import { basename, extname } from 'node:path';
import { CompactSign, compactVerify } from 'jose';
import { BadgekitError, ifUsable, unusable } from '../errors.ts';
import { keyOfDidKey } from '../keys/did-key.ts';
import type { PrivateKey } from '../keys/private-key.ts';
import type { Definition } from '../openbadges/definition.ts';
import { tierPolicyOf } from '../openbadges/tier-policy.ts';
import type { Instant } from '../syntax/datetime.ts';
import { formatStamp } from '../syntax/datetime.ts';
import { isJsonObject, parseJson } from '../syntax/json.ts';
import { decodeUtf8, quoted } from '../syntax/text.ts';
import type { ProgrammeConfig } from './config.ts';
import { readBounded } from './files.ts';

const TYPE = 'badgekit-approval+jwt';
const MAX_APPROVAL_BYTES = 16 * 1024;

/** How many people have to approve each badge before it is issued; without those that need nobody. */
export function approvalsOf(
  definitions: readonly Definition[],
  config: Pick<ProgrammeConfig, 'tiers'>,
): ReadonlyMap<string, number> {
  const { demands } = tierPolicyOf(config.tiers);
  return new Map(
    definitions.flatMap(({ badge, source: { tier } }) => {
      const { approvals } = demands[tier];
      return approvals === 0 ? [] : [[badge, approvals] as const];
    }),
  );
}

/** `plan.json` approved by ana: `plan.approved-by-ana.jwt` */
export function approvalFile(plan: string, name: string): string {
  return `${plan.slice(0, plan.length - extname(plan).length)}.approved-by-${name}.jwt`;
}

/** An approval as a JSON Web Signature: whose it is, and the digest of the plan. */
export async function signApproval(key: PrivateKey, name: string, planDigest: string, at: Instant): Promise<string> {
  const { algorithm } = key.publicKey;
  const payload = JSON.stringify({ plan: planDigest, as: name, at: formatStamp(at) });
  return await new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg: algorithm.jws[0], typ: TYPE })
    .sign(key.object);
}

/** Who has approved a plan, and why approvals that are there do not count. */
export interface Approvals {
  readonly by: readonly string[];
  readonly not: readonly string[];
}

/**
 * Reads the approvals that lie beside a plan: those of people whom badgekit.yaml names, each with their own key. One key
 * counts once, under however many names.
 */
export async function readApprovals(
  planPath: string,
  planDigest: string,
  { approvers = {} }: Pick<ProgrammeConfig, 'approvers'>,
): Promise<Approvals> {
  const by: string[] = [];
  const not: string[] = [];
  const keys = new Set<string>();
  for (const [name, did] of Object.entries(approvers)) {
    const path = approvalFile(planPath, name);
    const bytes = await readBounded(path, MAX_APPROVAL_BYTES).catch(unusable);
    if (bytes === undefined) continue;
    const file = basename(path);
    const why = await whyNot(bytes, name, did, planDigest);
    if (why !== undefined) not.push(`${file}: ${why}`);
    else if (keys.has(did)) not.push(`${file}: it is by the same key as another approval`);
    else {
      keys.add(did);
      by.push(name);
    }
  }
  return { by, not };
}

async function whyNot(bytes: Uint8Array, name: string, did: string, planDigest: string): Promise<string | undefined> {
  const key = ifUsable(() => keyOfDidKey(did));
  if (key === undefined) return `the key that badgekit.yaml names for ${name} is none`;
  try {
    const verified = await compactVerify(decodeUtf8(bytes).trim(), key.object, { algorithms: [...key.algorithm.jws] });
    const payload = parseJson(decodeUtf8(verified.payload));
    if (verified.protectedHeader.typ !== TYPE || !isJsonObject(payload)) return 'it is no approval';
    if (payload['as'] !== name) return `it is an approval in another name, ${quoted(String(payload['as']))}`;
    return payload['plan'] === planDigest ? undefined : 'it approves another version of the plan';
  } catch {
    return `it is not signed with the key of ${name}`;
  }
}

/**
 * The public key of somebody who can approve.
 * @throws BadgekitError APPROVAL_INVALID where badgekit.yaml names nobody so
 */
export function approverKey(
  name: string,
  { approvers = {} }: Pick<ProgrammeConfig, 'approvers'>,
  file: string,
): string {
  const did = Object.hasOwn(approvers, name) ? approvers[name] : undefined;
  if (did !== undefined) return did;
  const known = Object.keys(approvers);
  throw new BadgekitError('APPROVAL_INVALID', `${quoted(name)} is nobody who can approve`, {
    where: { file },
    hint:
      known.length === 0
        ? 'name people there, each with their key: badgekit keys approver NAME makes one (lower-case letters, digits, hyphens)'
        : `approvers are: ${known.join(', ')}`,
  });
}
