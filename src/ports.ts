/**
 * What the pure parts are handed: time, randomness, and what lies outside the program. Types only; the effects
 * themselves live in ledger/, programme/, world/ and cli/.
 */

/** What a JSON-LD library asks for the document behind a URL. One tagged `static` never changes and may be remembered. */
export type DocumentLoader = (url: string) => Promise<{
  contextUrl: string | null;
  documentUrl: string;
  document: unknown;
  tag?: 'static';
}>;

/** The current instant, in milliseconds since 1970-01-01T00:00:00Z. */
export type Clock = () => number;

/** Cryptographically strong random bytes. */
export type Random = (length: number) => Uint8Array;

/** What came of looking something up outside: found (and where), or not, and why. */
export type Lookup<T> =
  | { readonly found: true; readonly value: T; readonly source: LookupSource }
  | { readonly found: false; readonly reason: LookupFailure; readonly message: string };

/** Where a document came from: a folder that is to be hosted, the network, or a bundle that was saved earlier. */
export type LookupSource =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'network'; readonly url: string }
  | { readonly kind: 'bundle'; readonly path: string; readonly savedAt: number };

export type LookupFailure =
  /** The reader asked for no network. */
  | 'offline'
  /** The network is asked only for what proved authentic. */
  | 'unasked'
  /** There is no such document, the host says. */
  | 'absent'
  /** A guard refused the address. */
  | 'blocked'
  /** The network or the host did not answer as it should. */
  | 'unreachable';

/** How far redirects may lead. */
export type Reach = 'anywhere' | 'origin';

/** What a verifier may ask of the world outside the file that it is given. */
export interface World {
  /**
   * The bytes at an https URL; nothing is fetched from anywhere else, and never more than `maxBytes`. What is believed
   * for where it stands (keys, profiles) is read with the reach `origin`: no redirect may lead to another host.
   */
  read(url: string, maxBytes: number, reach?: Reach): Promise<Lookup<Uint8Array>>;
  /** The same without the network, for what nobody has authenticated yet. */
  readonly local: World;
}

/** The life of one award in the ledger. */
export type AwardState = 'reserved' | 'issued';

/** A place in a status list. */
export interface StatusPlace {
  readonly purpose: 'revocation' | 'suspension';
  readonly list: number;
  readonly index: number;
}

/** What the ledger is told when an award is reserved. */
export interface Reservation {
  readonly credentialId: string;
  /** The award's identity: a keyed digest of badge, recipient and award key. */
  readonly award: string;
  readonly badge: string;
  readonly recipient: string;
  /** The subject's own id, where it is known by more than that. */
  readonly subjectId: string | undefined;
  readonly recipientName: string | undefined;
  readonly awardKey: string;
  readonly roster: string;
  readonly line: number;
  /** Digest of everything that the row says, to notice later changes. */
  readonly content: string;
  /** Instants in milliseconds. */
  readonly validFrom: number;
  readonly validUntil: number | undefined;
}

/** One award as the ledger holds it. */
export interface LedgerAward extends Reservation {
  readonly state: AwardState;
  readonly reservedAt: number;
  readonly issuedAt: number | undefined;
  readonly verificationMethod: string | undefined;
  /** Paths below the programme folder, with forward slashes. */
  readonly files: readonly string[];
  readonly places: readonly StatusPlace[];
}

/** A bit that is set, or was set and cleared again. */
export interface StatusChange {
  readonly credentialId: string;
  readonly purpose: StatusPlace['purpose'];
  readonly set: boolean;
  readonly reason: string | undefined;
  readonly at: number;
}

export interface StatusListRow {
  readonly purpose: StatusPlace['purpose'];
  readonly list: number;
  readonly size: number;
  readonly used: number;
}

/** The issuer's record of what was issued to whom; never published. */
export interface Ledger {
  /** Those of the awards that are known, by award identity. */
  find(awards: readonly string[]): Promise<ReadonlyMap<string, LedgerAward>>;
  /**
   * Reserves awards in one transaction: a place in a status list for each purpose, never handed out twice.
   * An award that is reserved already keeps what it has.
   * @returns one award per reservation, in the same order
   */
  reserve(
    reservations: readonly Reservation[],
    purposes: readonly StatusPlace['purpose'][],
    at: number,
  ): Promise<readonly LedgerAward[]>;
  /**
   * Marks reserved awards as issued, in one transaction.
   * @returns the credential ids that nobody else had marked before
   */
  markIssued(
    issued: readonly {
      readonly credentialId: string;
      readonly verificationMethod: string;
      readonly files: readonly string[];
    }[],
    at: number,
  ): Promise<ReadonlySet<string>>;
  /** Issued awards whose credential id, recipient or subject id is the given text. */
  search(text: string): Promise<readonly LedgerAward[]>;
  statusLists(): Promise<readonly StatusListRow[]>;
  /** The last change of each bit of a list that was ever set or cleared. */
  lastChanges(
    purpose: StatusPlace['purpose'],
    list: number,
  ): Promise<readonly { readonly index: number; readonly set: boolean; readonly at: number }[]>;
  recordStatus(changes: readonly StatusChange[]): Promise<void>;
  /** The latest change of each of a credential's bits. */
  statusOf(credentialId: string): Promise<readonly StatusChange[]>;
  close(): Promise<void>;
}

/** Files below one folder. Paths are relative, with forward slashes; none leads outside, not even through links. */
export interface Files {
  /** @throws BadgekitError FILE_NOT_FOUND | FILE_UNREADABLE | FILE_TOO_LARGE */
  read(path: string, maxBytes: number): Promise<Uint8Array>;
  exists(path: string): Promise<boolean>;
  /**
   * Writes a whole file or nothing: a temporary file in the same folder, synced, then moved into place.
   * @returns whether anything changed: a file that is already so is left alone
   * @throws BadgekitError FILE_EXISTS (unless `replace`) | FILE_NOT_WRITABLE | DISK_FULL | PATH_OUTSIDE
   */
  write(
    path: string,
    content: Uint8Array | string,
    options?: { readonly replace?: boolean; readonly mode?: number },
  ): Promise<'written' | 'unchanged'>;
}
