import type { PublicKey } from '../keys/public-key.ts';
import type { World } from '../ports.ts';
import type { Instant } from '../syntax/datetime.ts';
import type { Needs } from './verdict.ts';

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
  /** Issuers whom the reader trusts, from one or more lists. */
  readonly trust?: Trust | undefined;
  /** Checks that must have been made, or that need not be possible. */
  readonly needs?: Needs | undefined;
  /** Files that a badge's evidence may be, by their digests. */
  readonly evidence?: readonly EvidenceFile[] | undefined;
  /** What a run of many files shares, so that one status list is judged once in it. */
  readonly run?: object | undefined;
  /** Whether to follow a badge's refresh service, once. */
  readonly refresh?: boolean | undefined;
  /** The domain and the challenge that a proof must have been made for. */
  readonly domain?: string | undefined;
  readonly challenge?: string | undefined;
  /** Whether a holder may have withheld a status or an end: the reader knows that the issuer sets none. */
  readonly allowsWithheld?: boolean | undefined;
  /** A status list that was published longer ago than this says nothing certain any more. */
  readonly maxStatusAgeMs?: number | undefined;
}

/** A file of the reader's own, to compare with what a badge says of its evidence. */
export interface EvidenceFile {
  readonly name: string;
  /** Multihash digests of its bytes (sha2-256, sha2-384, sha2-512), in lower-case hexadecimal. */
  readonly digests: readonly string[];
}

/** What the reader's lists know of an issuer. */
export interface Trust {
  lookUp(issuer: string, at: Instant): Promise<TrustAnswer>;
}

export type TrustAnswer =
  | { readonly outcome: 'trusted'; readonly name: string | undefined; readonly list: string }
  | { readonly outcome: 'unknown'; readonly lists: readonly string[] }
  /** A list knows the issuer, and trusts it at other times. */
  | {
      readonly outcome: 'outside';
      readonly list: string;
      readonly name: string | undefined;
      readonly from: Instant | undefined;
      readonly until: Instant | undefined;
    }
  | { readonly outcome: 'unreachable'; readonly why: string };

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
