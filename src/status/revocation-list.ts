import { BadgekitError } from '../errors.ts';
import { asList } from '../openbadges/credential.ts';
import { isJsonObject, type Json } from '../syntax/json.ts';

/** What a 1EdTechRevocationList says of one credential. */
export type RevocationAnswer =
  { readonly revoked: false } | { readonly revoked: true; readonly reason: string | undefined };

/**
 * Looks a credential up in a 1EdTechRevocationList (Open Badges 3.0, "1EdTechRevocationList"): listed, and not with
 * `revoked: false`, is revoked. Such a list is not signed; only its place on the web speaks for it.
 * @throws BadgekitError STATUS_LIST_INVALID where it is no such list, or somebody else's
 */
export function findRevocation(list: Json, credentialId: string, issuer: string): RevocationAnswer {
  const entries = isJsonObject(list) ? list['revokedCredential'] : undefined;
  if (!isJsonObject(list) || (entries !== undefined && !Array.isArray(entries)) || list['id'] === undefined)
    throw new BadgekitError('STATUS_LIST_INVALID', 'what was found there is no 1EdTechRevocationList');
  const { issuer: by } = list;
  const listIssuer = isJsonObject(by) ? by['id'] : by;
  if (listIssuer !== undefined && listIssuer !== issuer)
    throw new BadgekitError('STATUS_LIST_INVALID', 'the revocation list is by another issuer');
  const found = asList(entries)
    .filter(isJsonObject)
    .filter(({ id, revoked }) => id === credentialId && revoked !== false);
  const [first] = found;
  if (first === undefined) return { revoked: false };
  const { revocationReason } = first;
  return { revoked: true, reason: typeof revocationReason === 'string' ? revocationReason : undefined };
}
