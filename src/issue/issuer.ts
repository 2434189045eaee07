import type { ImageFormat } from '../bake/bake.ts';
import type { Signer } from '../keys/private-key.ts';
import type { Achievement, Profile } from '../openbadges/achievement.ts';
import type { StatusPlace } from '../ports.ts';

/** Everything that stays the same from one credential of a run to the next. */
export interface Issuer {
  readonly profile: Profile;
  /** Where public/ is hosted, without a slash at the end; without one there is no status. */
  readonly hosting: string | undefined;
  readonly recipients: 'hashed-email' | 'plain-email' | 'did';
  readonly form: 'data-integrity' | 'jwt';
  readonly key: Signer;
  readonly verificationMethod: Readonly<Record<'data-integrity' | 'jwt', string>>;
  /** Makes salts that are new for each credential and the same when it is made again. */
  readonly awardSecret: Uint8Array;
  /** Whether files that are evidence are hosted, for whoever has a badge to see. */
  readonly publishesEvidence: boolean;
  readonly purposes: readonly StatusPlace['purpose'][];
  /** Whether badges of each tier have status lists of their own. */
  readonly hasListsPerTier: boolean;
  /** By the name of the definition. */
  readonly badges: ReadonlyMap<string, IssuableBadge>;
}

export interface IssuableBadge {
  readonly achievement: Achievement;
  readonly tier: string;
  readonly images: readonly { readonly format: ImageFormat; readonly bytes: Uint8Array }[];
  /** ISO 8601 duration from the award to its end. */
  readonly validFor: string | undefined;
}

/** What signing a status list needs of an issuer. */
export type ListIssuer = Pick<Issuer, 'hosting' | 'key' | 'verificationMethod'> & { readonly id: string };

/** Status lists are credentials with an embedded proof, unless the key makes none. */
export function statusListExtension({ key }: Pick<Issuer, 'key'>): 'json' | 'jwt' {
  return key.publicKey.algorithm.cryptosuite === undefined ? 'jwt' : 'json';
}
