import { asList } from '../../openbadges/credential.ts';
import { isJsonObject, type Json } from '../../syntax/json.ts';
import type { Finding } from '../verdict.ts';

/** A chain's links must all be there, once each, and lead to a beginning (section 4.7). */
export function chainFault(proofs: readonly Json[]): Finding | undefined {
  const linked = proofs.filter(isJsonObject);
  const ids = linked.map(({ id }) => id).filter((id) => typeof id === 'string');
  if (new Set(ids).size !== ids.length)
    return { code: 'PROOF_CHAIN', path: '/proof', message: 'two of its proofs have one id' };
  const before = new Map(linked.map((proof) => [proof, asList(proof['previousProof'])]));
  for (const names of before.values())
    if (names.some((name) => typeof name !== 'string' || !ids.includes(name)))
      return {
        code: 'PROOF_CHAIN',
        path: '/proof',
        message: 'a proof builds on another one (previousProof) that is not there',
      };
  let open = linked;
  for (;;) {
    const names = new Set(open.map(({ id }) => id));
    const next = open.filter((proof) => (before.get(proof) ?? []).some((name) => names.has(name)));
    if (next.length === 0) return undefined;
    if (next.length === open.length)
      return { code: 'PROOF_CHAIN', path: '/proof', message: 'its proofs build on each other in a circle' };
    open = next;
  }
}
