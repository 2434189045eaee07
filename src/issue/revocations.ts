import type { StatusChange } from '../ports.ts';
import type { Instant } from '../syntax/datetime.ts';

/** The changes that revoke credentials, as of a moment. */
export function revocations(
  credentialIds: readonly string[],
  reason: string | undefined,
  at: Instant,
): readonly StatusChange[] {
  return credentialIds.map((credentialId) => ({
    credentialId,
    purpose: 'revocation',
    set: true,
    reason,
    at,
    since: at,
  }));
}
