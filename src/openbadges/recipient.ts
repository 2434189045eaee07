import { hash } from 'node:crypto';
import { encodeBase64url } from '../syntax/base64url.ts';
import { isJsonObject, type Json } from '../syntax/json.ts';

/** IdentityObject (Open Badges 3.0, section B.5.4): the recipient's identifier, plain or as a salted hash. */
export type IdentityObject = {
  readonly type: 'IdentityObject';
  readonly hashed: boolean;
  readonly identityHash: string;
  readonly identityType: string;
  readonly salt?: string;
};

export const SALT_BYTES = 16;

/** The identifier as a salted SHA-256: the hash is of identifier and salt, in this order, with nothing between. */
export function hashedIdentity(identifier: string, identityType: string, saltBytes: Uint8Array): IdentityObject {
  const salt = encodeBase64url(saltBytes);
  return {
    type: 'IdentityObject',
    hashed: true,
    identityHash: `sha256$${digest('sha256', identifier + salt)}`,
    identityType,
    salt,
  };
}

export function plainIdentity(identifier: string, identityType: string): IdentityObject {
  return { type: 'IdentityObject', hashed: false, identityHash: identifier, identityType };
}

/** An e-mail address in the one form in which badgekit hashes and compares it: trimmed, lower case, NFC. */
export function normalizeEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** How a known recipient was found in a credential's subject. */
export type RecipientMatch =
  | {
      readonly outcome: 'match';
      readonly how: 'subject id' | 'plain' | 'hashed';
      readonly folded: boolean;
      readonly md5: boolean;
    }
  | { readonly outcome: 'no match' }
  | { readonly outcome: 'no identifier' };

/**
 * Looks for a recipient in a subject (Open Badges 3.0, section "Recipient verification"): the subject's id, or any
 * identifier, plain or hashed. An exact spelling is tried first, then the trimmed lower-case one.
 */
export function matchRecipient(subject: Json, known: string): RecipientMatch {
  if (!isJsonObject(subject)) return { outcome: 'no identifier' };
  const spellings = [known, normalizeEmail(known)];
  if (typeof subject['id'] === 'string' && subject['id'] === known)
    return { outcome: 'match', how: 'subject id', folded: false, md5: false };
  const identifiers = Array.isArray(subject['identifier']) ? subject['identifier'].filter(isJsonObject) : [];
  for (const identity of identifiers) {
    for (const spelling of spellings) {
      const how = matchIdentity(identity, spelling);
      if (how !== undefined)
        return {
          outcome: 'match',
          how,
          folded: spelling !== known,
          md5: how === 'hashed' && String(identity['identityHash']).startsWith('md5$'),
        };
    }
  }
  return identifiers.length === 0 && subject['id'] === undefined
    ? { outcome: 'no identifier' }
    : { outcome: 'no match' };
}

function matchIdentity(identity: Readonly<Record<string, Json>>, spelling: string): 'plain' | 'hashed' | undefined {
  const value = identity['identityHash'];
  if (typeof value !== 'string') return undefined;
  if (identity['hashed'] === false) return value === spelling ? 'plain' : undefined;
  const [, algorithm, hex] = /^(sha256|md5)\$([0-9a-fA-F]+)$/.exec(value) ?? [];
  if (algorithm === undefined || hex === undefined) return undefined;
  const salt = typeof identity['salt'] === 'string' ? identity['salt'] : '';
  return digest(algorithm, spelling + salt) === hex.toLowerCase() ? 'hashed' : undefined;
}

function digest(algorithm: string, text: string): string {
  return hash(algorithm, text, 'hex');
}
