import type { PublicKey } from '../keys/public-key.ts';
import type { World } from '../ports.ts';
import type { Instant } from '../syntax/datetime.ts';

/** What a verification is given besides the file itself. */
export interface VerifyOptions {
  /** The moment as of which dates and status are judged. */
  readonly at: Instant;
  readonly world: World;
  /** An e-mail, DID or other identifier that the badge should have been awarded to. */
  readonly recipient?: string | undefined;
  /** Keys that the reader vouches for. */
  readonly keys?: readonly GivenKey[] | undefined;
  /** Whether only the given keys will do where there are any; not for what others sign, such as endorsements. */
  readonly isPinned?: boolean | undefined;
  /** The issuer for whom a given key speaks of which nothing says whose it is. */
  readonly keysFor?: string | undefined;
}

/** A key that the reader vouches for, and whose it is, if the reader's file says so. */
export interface GivenKey {
  readonly key: PublicKey;
  readonly controller?: string | undefined;
  /** The one verification method that the key is for, if the file says so. */
  readonly method?: string | undefined;
  /** The moment from which the key no longer counts. */
  readonly endsAt?: Instant | undefined;
}

/** Clocks differ: how far in the future a signature or the start of validity may lie. */
export const CLOCK_SKEW_MS = 300_000;
