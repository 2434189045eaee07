import { keyedDigest, keyedUuid } from '../openbadges/identifiers.ts';
import type { Award } from './award.ts';

/** What makes an award this award and no other, made so that nobody without the secret can guess anything from it. */
export interface AwardIdentity {
  /** Names the award in the ledger. */
  readonly award: string;
  /** The credential's id: a UUID URN, the same however often the roster is read. */
  readonly credentialId: string;
  /** Changes when anything changes that the row says. */
  readonly content: string;
}

export function identify(secret: Uint8Array, issuer: string, award: Award): AwardIdentity {
  const { id, email, identifier } = award.recipient;
  const recipient =
    email === undefined
      ? id === undefined
        ? ['identifier', identifier?.type ?? '', identifier?.value ?? '']
        : ['id', id]
      : ['email', email];
  const parts = [issuer, award.badge, ...recipient, award.awardKey];
  const { line: _line, ...content } = award;
  return {
    award: keyedDigest(secret, 'award', ...parts),
    credentialId: keyedUuid(secret, 'credential', ...parts),
    content: keyedDigest(secret, 'content', JSON.stringify(content)),
  };
}
