import { BadgekitError } from '../errors.ts';
import { isJsonObject, type Json } from '../syntax/json.ts';

/** What a 1EdTechRevocationList says of one credential. */
export type RevocationAnswer =
  { readonly revoked: false } | { readonly revoked: true; readonly reason: string | undefined };

/**
 * Looks a credential up in a 1EdTechRevocationList (Open Badges 3.0, "1EdTechRevocationList"): listed, and not with
 * `revoked: false`, is revoked. Such a list is not signed; only its place on the web speaks for it, and so it must be
 * that list and no other, and every entry in it must be one.
 * @throws BadgekitError STATUS_LIST_INVALID where it is no such list, or somebody else's
 */
export function findRevocation(list: Json, url: string, credentialId: string, issuer: string): RevocationAnswer {
  const entries = isJsonObject(list) ? list['revokedCredential'] : undefined;
  if (!isJsonObject(list) || !Array.isArray(entries) || list['id'] !== url)
    throw new BadgekitError('STATUS_LIST_INVALID', 'what was found there is no 1EdTechRevocationList of this address');
  const { issuer: by } = list;
  const listIssuer = isJsonObject(by) ? by['id'] : by;
  if (listIssuer !== undefined && listIssuer !== issuer)
    throw new BadgekitError('STATUS_LIST_INVALID', 'the revocation list is by another issuer');
  let answer: RevocationAnswer = { revoked: false };
  for (const entry of entries) {
    const { id, revoked, revocationReason }: Readonly<Record<string, Json>> = isJsonObject(entry)
      ? entry
      : { id: entry };
    if (typeof id !== 'string' || (revoked !== undefined && typeof revoked !== 'boolean'))
      throw new BadgekitError('STATUS_LIST_INVALID', 'the revocation list has an entry that cannot be read');
    if (id === credentialId && revoked !== false)
      answer = { revoked: true, reason: typeof revocationReason === 'string' ? revocationReason : undefined };
  }
  return answer;
}
