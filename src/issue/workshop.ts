import { verifyByReference } from '../proof/reference.ts';
import type { SigningChecks } from '../proof/data-integrity.ts';
import type { CsvRecord } from '../syntax/csv.ts';
import type { Instant } from '../syntax/datetime.ts';
import type { JsonObject } from '../syntax/json.ts';
import { type Award, readAward, type RowFault, type RowRules } from './award.ts';
import { type AwardedCredential, awardFault, credentialOf } from './content.ts';
import { type AwardIdentity, identify } from './identity.ts';
import type { Issuer } from './issuer.ts';
import { secure } from './secure.ts';

/** A row of a roster, and which award it is. */
export interface ReadRow {
  readonly row: Award;
  readonly identity: AwardIdentity;
}

/** What came of reading a row. */
export type RowReading =
  ({ readonly ok: true } & ReadRow) | { readonly ok: false; readonly faults: readonly RowFault[] };

/** A credential that is to be made. */
export interface Order {
  readonly content:
    | { readonly kind: 'award'; readonly award: AwardedCredential }
    | { readonly kind: 'document'; readonly document: JsonObject };
  readonly created: Instant;
  readonly checks: SigningChecks;
  /** Credentials of one shape: the first of each is proven by another implementation. */
  readonly shape: string;
  /** The moment as of which it is proven. */
  readonly provenAt: Instant;
}

/** A credential that was made: its text, as it stands in a file. */
export interface MadeCredential {
  readonly text: string;
  readonly extension: 'json' | 'jwt';
  readonly verificationMethod: string;
}

/** Who does the work that rows and credentials take: this thread, or several. Answers are in the order of what was asked. */
export interface Workshop {
  /** How much it takes in hand at a time. */
  readonly width: number;
  read(records: readonly CsvRecord[]): Promise<readonly RowReading[]>;
  /** Why awards could not become badges, where they could not. */
  check(rows: readonly ReadRow[], now: Instant): Promise<readonly (RowFault | undefined)[]>;
  /** @throws BadgekitError as signing does; CanonicalDifference */
  make(orders: readonly Order[]): Promise<readonly MadeCredential[]>;
}

/** The work done in this thread. */
export class OwnWorkshop implements Workshop {
  readonly width = 1;
  readonly #issuer: Issuer;
  readonly #rules: RowRules | undefined;
  readonly #proven = new Set<string>();

  /** @param rules undefined where no rows are read */
  constructor(issuer: Issuer, rules: RowRules | undefined) {
    this.#issuer = issuer;
    this.#rules = rules;
  }

  read(records: readonly CsvRecord[]): Promise<readonly RowReading[]> {
    return Promise.resolve(records.map((record) => this.#read(record)));
  }

  check(rows: readonly ReadRow[], now: Instant): Promise<readonly (RowFault | undefined)[]> {
    return Promise.resolve(rows.map(({ row, identity }) => awardFault(row, identity.firstId, this.#issuer, now)));
  }

  async make(orders: readonly Order[]): Promise<readonly MadeCredential[]> {
    const made: MadeCredential[] = [];
    for (const order of orders) made.push(await this.#make(order));
    return made;
  }

  #read(record: CsvRecord): RowReading {
    if (this.#rules === undefined) throw new Error('rows are read by rules');
    const outcome = readAward(record, this.#rules);
    if (!outcome.ok) return outcome;
    const { award: row } = outcome;
    return { ok: true, row, identity: identify(this.#issuer.awardSecret, this.#issuer.profile.id, row) };
  }

  async #make({ content, created, checks, shape, provenAt }: Order): Promise<MadeCredential> {
    const issuer = this.#issuer;
    const credential = content.kind === 'award' ? credentialOf(content.award, issuer) : content.document;
    const { text, extension, document, verificationMethod } = await secure(
      credential,
      issuer,
      issuer.form,
      created,
      checks,
    );
    if (!this.#proven.has(shape) && document !== undefined)
      await verifyByReference(document, issuer.key.publicKey, verificationMethod, provenAt);
    this.#proven.add(shape);
    return { text, extension, verificationMethod };
  }
}
