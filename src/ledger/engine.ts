import type { Kysely } from 'kysely';
import type { LedgerTables } from './tables.ts';

export type Dialect = 'sqlite' | 'postgres';

/** A sign of life that ends with the process at the latest, however the process ends. */
export interface Hold {
  release(): Promise<void>;
}

/** What a ledger is waited for: others that write to it, or a server that does not answer. */
export type WaitedFor = 'others' | 'server';

/** What the two databases do each in their own way. Everything else about the ledger is the same on both. */
export interface Engine {
  readonly dialect: Dialect;
  readonly db: Kysely<LedgerTables>;
  /** How messages name this ledger; never with a password in it. */
  readonly name: string;
  /** The number of the last migration that was made here; 0 where there is no ledger yet. */
  version(db: Kysely<LedgerTables>): Promise<number>;
  setVersion(db: Kysely<LedgerTables>, version: number): Promise<void>;
  /**
   * Proves that the stored file is whole, as far as the engine leaves that to its user.
   * @param isSuspect whether something went wrong since it was looked at last: then all of it is read, however large
   */
  isSound(isSuspect: boolean): Promise<boolean>;
  /** The same in depth, each fault in the database's own words. */
  faults(): Promise<readonly string[]>;
  /**
   * Takes away what was overwritten, as far as the engine leaves that to its user.
   * @returns where some of it stays, and until when; undefined where it is gone
   */
  scrub(): Promise<string | undefined>;
  /** A transaction that nobody else writes beside: what it reads cannot change before it writes. */
  exclusive<T>(run: (tx: Kysely<LedgerTables>) => Promise<T>): Promise<T>;
  /** Runs work that may be done over again; what the database says in its own words becomes a BadgekitError. */
  guard<T>(run: () => Promise<T>): Promise<T>;
  /** From now on others see that the run lives. */
  hold(run: string): Promise<Hold>;
  /** Signs of life that belong to none of these runs: processes ended before they had said what they do. */
  strays(runs: ReadonlySet<string>): Promise<readonly string[]>;
  /** Which of these runs live, in whatever process; what the dead left as a sign of life is taken away. */
  held(runs: readonly string[]): Promise<ReadonlySet<string>>;
}
