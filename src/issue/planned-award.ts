import type { LedgerAward } from '../ports.ts';
import type { Award } from './award.ts';
import { contentOf, credentialIdOf, firstCredentialId } from './identity.ts';
import { changeOf } from './standing.ts';
import type { ReadRow } from './workshop.ts';

/** An award and the credential of it that is, or is to be, issued. */
export interface IdentifiedAward {
  readonly line: number;
  readonly award: string;
  readonly content: string;
  readonly row: Award;
  readonly credentialId: string;
  readonly edition: number;
  /** The credential that it replaces. */
  readonly supersedes: string | undefined;
  /** What the ledger has of the award already: its newest edition. */
  readonly known: LedgerAward | undefined;
  readonly step: PlannedStep;
}

export type PlannedStep =
  | 'issue'
  /** Issued, and the row says the same. */
  | 'keep'
  /** Issued, and the row says something else. */
  | 'changed'
  /** Issued and revoked since, and the row says something else. */
  | 'revoked'
  /** Issued, and its recipient was erased since. */
  | 'erased';

/** What it takes to tell what is to be done about an award. */
export interface AwardPlanning {
  readonly secret: Uint8Array;
  /** The id of who issues. */
  readonly issuerId: string;
  /** Whether a row that changed since it was issued is issued anew, in place of what was issued. */
  readonly supersedes: boolean;
}

/** An award beside what the ledger knows. What takes time is found out where it is asked for. */
export class PlannedAward implements IdentifiedAward {
  readonly line: number;
  readonly award: string;
  readonly known: LedgerAward | undefined;
  readonly edition: number;
  readonly supersedes: string | undefined;
  readonly step: PlannedStep;
  readonly #read: ReadRow;
  readonly #planning: AwardPlanning;
  #content: string | undefined;
  #credentialId: string | undefined;

  constructor(line: number, read: ReadRow, known: LedgerAward | undefined, planning: AwardPlanning) {
    this.line = line;
    this.award = read.award;
    this.#read = read;
    this.known = known;
    this.#planning = planning;
    this.step = known === undefined ? 'issue' : stepOf(known, () => this.content, planning.supersedes);
    const isAnew = this.step === 'issue' && known?.state === 'issued';
    this.edition = (known?.edition ?? 1) + (isAnew ? 1 : 0);
    this.supersedes = isAnew ? known?.credentialId : this.step === 'changed' ? undefined : known?.supersedes;
    if (!isAnew) this.#credentialId = known?.credentialId;
  }

  get row(): Award {
    return this.#read.row;
  }

  get content(): string {
    return (this.#content ??= contentOf(this.#planning.secret, this.row));
  }

  get credentialId(): string {
    return (this.#credentialId ??= this.#newId());
  }

  #newId(): string {
    const { issuerId, secret } = this.#planning;
    const firstId = this.edition === 1 ? firstCredentialId(secret, issuerId, this.row) : '';
    return credentialIdOf(secret, { award: this.award, firstId }, this.edition);
  }
}

/** What is to be done about an award that the ledger knows. */
function stepOf(known: LedgerAward, content: () => string, supersedes: boolean): PlannedStep {
  if (known.erasedAt !== undefined) return 'erased';
  // What was issued before its row was kept cannot be compared. What was reserved in place of another badge, and whose row
  // changed since, is a change like any other.
  const isOther = known.content !== '' && known.content !== content();
  if (known.state === 'reserved') return known.edition > 1 && isOther && !supersedes ? 'changed' : 'issue';
  if (!isOther) return 'keep';
  if (changeOf(known, 'revocation')?.set === true) return 'revoked';
  return supersedes ? 'issue' : 'changed';
}
