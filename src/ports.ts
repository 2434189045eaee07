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

export type StatusPurpose = 'revocation' | 'suspension';

/** A list among those of one purpose: counted from 1 within its series. */
export interface StatusListName {
  readonly purpose: StatusPurpose;
  /** Keeps badges apart that are to have lists of their own; the empty text for all others. */
  readonly series: string;
  readonly list: number;
}

/** A place in a status list. */
export interface StatusPlace extends StatusListName {
  readonly index: number;
}

/** One run of a command that issues: what it reserves is a batch. */
export interface RunNote {
  readonly run: string;
  /** What a person would call it, such as `issue spring.csv`. */
  readonly command: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: number;
}

/** What the ledger is told when an award is reserved. */
export interface Reservation {
  readonly credentialId: string;
  /** The award's identity: a keyed digest of badge, recipient and award key. */
  readonly award: string;
  /** 1 for the first credential of an award, one more for each that replaces the one before it. */
  readonly edition: number;
  /** The credential that this one replaces. */
  readonly supersedes: string | undefined;
  /** Why that one is revoked as soon as this one is issued; undefined where it stays as it is. */
  readonly revokesBecause: string | undefined;
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

/** The lists that a new credential gets a place in. */
export interface WantedPlaces {
  readonly purposes: readonly StatusPurpose[];
  readonly series: string;
}

/** One award as the ledger holds it. */
export interface LedgerAward extends Reservation {
  readonly state: AwardState;
  /** The run that reserved it last, or issued it. */
  readonly run: string;
  readonly reservedAt: number;
  readonly issuedAt: number | undefined;
  readonly verificationMethod: string | undefined;
  /** Paths below the programme folder, with forward slashes. */
  readonly files: readonly string[];
  readonly places: readonly StatusPlace[];
  /** The latest change of each bit that was ever touched. */
  readonly changes: readonly StatusChange[];
  /** The issued credential that replaces this one. */
  readonly supersededBy: string | undefined;
  readonly erasedAt: number | undefined;
}

/** A bit that is set, or was set and cleared again. */
export interface StatusChange {
  readonly credentialId: string;
  readonly purpose: StatusPurpose;
  readonly set: boolean;
  readonly reason: string | undefined;
  /** When it was recorded. */
  readonly at: number;
  /** Since when it is so, by the issuer's word. */
  readonly since: number;
}

/** Which issued awards are wanted: those that every given part holds for. */
export interface AwardFilter {
  /** A credential id, or a recipient's address or id. */
  readonly text?: string | undefined;
  readonly badge?: string | undefined;
  readonly run?: string | undefined;
  readonly roster?: string | undefined;
  /** Signed with one of these. */
  readonly verificationMethods?: readonly string[] | undefined;
  /** Issued at this instant or later. */
  readonly issuedSince?: number | undefined;
  /** Valid until an instant before this one. */
  readonly endsBefore?: number | undefined;
}

export interface StatusListRow extends StatusListName {
  readonly size: number;
  readonly used: number;
  /** When it was signed last, as the list itself says; undefined where that is not known. */
  readonly signedAt: number | undefined;
}

/** A signing key that signs no more. */
export interface EndedKey {
  /** Its name in the programme. */
  readonly name: string;
  readonly state: 'retired' | 'compromised';
  /** For a compromised key, the moment since when nobody else can be ruled out. */
  readonly since: number;
  /** When it was recorded. */
  readonly at: number;
}

/** Everything that a ledger holds, in parts that can be written down one by one. */
export type LedgerRecord =
  | ({ readonly kind: 'list' } & StatusListRow)
  | ({ readonly kind: 'key' } & EndedKey)
  | ({ readonly kind: 'run'; readonly endedAt: number | undefined } & RunNote)
  | AwardRecord;

/** An award with the whole history of its bits. */
export interface AwardRecord extends Omit<LedgerAward, 'supersededBy'> {
  readonly kind: 'award';
}

/** Why records do not fit together, or not into a ledger: what is said twice, and by which credentials. */
export interface RecordConflict {
  readonly kind: 'place' | 'award' | 'credential';
  /** `revocation list 1, entry 4711`, or the award's identity. */
  readonly what: string;
  readonly credentials: readonly [string, string];
}

/** What came of taking records in. */
export interface LoadOutcome {
  readonly added: number;
  readonly changed: number;
  readonly same: number;
  readonly conflicts: readonly RecordConflict[];
}

/** How far a credential is, and whether it lies in files of the programme. */
export interface CredentialState {
  readonly state: AwardState;
  readonly hasFiles: boolean;
}

/** What became of an attempt to take an award up. */
export interface Claim {
  readonly entry: LedgerAward;
  /** Whether this run is to issue it: otherwise it is issued already, or another run that lives has it in hand. */
  readonly isOwn: boolean;
}

/** What is told when a credential was written. */
export interface IssuedNote {
  readonly credentialId: string;
  readonly verificationMethod: string;
  readonly files: readonly string[];
}

/** The issuer's record of what was issued to whom; never published. */
export interface Ledger {
  /** Notes that a run begins; from then on until `close` or the end of the process others see that it lives. */
  startRun(note: RunNote): Promise<void>;
  /** The runs of others that live at this moment. */
  livingRuns(): Promise<readonly RunNote[]>;
  /** Those of the awards that are known, by award identity: the newest edition of each. */
  find(awards: readonly string[]): Promise<ReadonlyMap<string, LedgerAward>>;
  /** Whether an award is known whose name comes at or after this one in the order of names. */
  hasNameFrom(name: string): Promise<boolean>;
  /** How far credentials are that were reserved or issued, by their ids; others are left out. */
  statesOf(credentialIds: readonly string[]): Promise<ReadonlyMap<string, CredentialState>>;
  /**
   * Reserves awards for the run that was started, in one transaction: a place in a status list for each purpose, never
   * handed out twice. An award that is reserved already keeps its id and its places; it is taken over where the run
   * that reserved it lives no more.
   * @returns one claim for each reservation, in the same order
   */
  reserve(
    reservations: readonly (Reservation & { readonly wants: WantedPlaces })[],
    at: number,
  ): Promise<readonly Claim[]>;
  /**
   * Marks awards as issued that this run reserved, and revokes what they replace, in one transaction.
   * @returns the credential ids that this run issued
   */
  markIssued(issued: readonly IssuedNote[], at: number): Promise<ReadonlySet<string>>;
  /** Issued awards, in the order in which they were issued. */
  select(filter: AwardFilter): AsyncIterable<LedgerAward>;
  statusLists(): Promise<readonly StatusListRow[]>;
  /** Notes that a list is about to be signed, as of an instant: a list that is newer was signed with another ledger. */
  noteSigning(list: StatusListName, at: number): Promise<void>;
  /** How each bit of a list stands that was ever set or cleared. */
  lastChanges(
    list: StatusListName,
  ): Promise<readonly { readonly index: number; readonly set: boolean; readonly at: number }[]>;
  /** Which issued credentials replace which. */
  supersessions(): Promise<readonly { readonly old: string; readonly new: string }[]>;
  /** Records changes; one that changes nothing is passed over. */
  recordStatus(changes: readonly StatusChange[]): Promise<void>;
  /** Every award of somebody who goes by these addresses or ids, those too that are reserved and not issued. */
  awardsOf(names: readonly string[]): Promise<readonly LedgerAward[]>;
  /**
   * Takes what tells of a person out of awards, and out of what the database would keep of it, as far as that can be.
   * @returns where old copies of it stay, and until when; undefined where they are gone
   */
  erase(credentialIds: readonly string[], at: number): Promise<string | undefined>;
  /** The keys that sign no more, by name. */
  endedKeys(): Promise<ReadonlyMap<string, EndedKey>>;
  /** @throws BadgekitError KEY_ENDED where the key that the ledger was opened to sign with signs no more */
  requireKey(): Promise<void>;
  /** Notes that a key signs no more; a compromised one stays so. */
  endKey(key: EndedKey): Promise<void>;
  /** A fingerprint of the secret that the ledger was begun with; undefined where that is not known yet. */
  secretFingerprint(): Promise<string | undefined>;
  /** Every list, then every ended key, every run, then every award, each in the order of its name. */
  dump(): AsyncIterable<LedgerRecord>;
  /**
   * Takes records in, in one transaction: what is new is added, what goes further than what is known replaces it.
   * Nothing is taken in where any two do not fit together.
   * @param records read once for each kind
   * @param fingerprint the secret's that they were made with
   */
  load(
    records: () => AsyncIterable<LedgerRecord>,
    fingerprint: string | undefined,
    options?: { readonly isTrial?: boolean },
  ): Promise<LoadOutcome>;
  /** What the database itself finds wrong with its own structure. */
  faults(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Files below one folder. Paths are relative, with forward slashes; none leads outside, not even through links. */
/** A file with all that is to stand in it, in pieces. */
export interface WholeFile {
  readonly path: string;
  readonly content: readonly Uint8Array[];
}

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
    options?: {
      readonly replace?: boolean;
      readonly mode?: number;
      /** Whether nobody else can be writing this file now: then what a killed run left is written over. */
      readonly isSole?: boolean;
    },
  ): Promise<'written' | 'unchanged'>;
  /**
   * Writes many whole files that are this run's alone, some at a time, each as `write` does; what stands there is replaced.
   * Where one cannot be written, those that were begun beside it are finished.
   * @throws BadgekitError FILE_NOT_WRITABLE | DISK_FULL | PATH_OUTSIDE
   */
  writeAll(files: AsyncIterable<readonly WholeFile[]>): Promise<void>;
  /**
   * Removes a file, if it is there.
   * @throws BadgekitError FILE_NOT_WRITABLE | PATH_OUTSIDE
   */
  remove(path: string): Promise<void>;
}
