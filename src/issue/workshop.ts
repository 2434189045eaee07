import { bake, bakedPieces } from '../bake/bake.ts';
import type { Files, WholeFile } from '../ports.ts';
import { verifyByReference } from '../proof/reference.ts';
import type { SigningChecks } from '../proof/data-integrity.ts';
import { constant } from '../syntax/constant.ts';
import type { RosterRow } from '../roster/layout.ts';
import type { Instant } from '../syntax/datetime.ts';
import { isJsonObject, type JsonObject, parseJson } from '../syntax/json.ts';
import { inBatches } from './ahead.ts';
import { type Award, readAward, type RowFault, type RowOutcome, type RowRules } from './award.ts';
import { type AwardedCredential, badgeOf, credentialOf } from './content.ts';
import { awardName } from './identity.ts';
import type { IssuableBadge, Issuer } from './issuer.ts';
import { type ArchiveForm, type Packable, packed } from './packing.ts';
import { secureAll, type SecuredText } from './secure.ts';
import { SoundShapes } from './sound-shapes.ts';

/** A row of a roster, and which award it is. */
export interface ReadRow {
  readonly row: Award;
  /** What names it in the ledger. */
  readonly award: string;
}

/** What came of reading a row. */
export type RowReading =
  | ({
      readonly ok: true;
      /** Why it could not become a badge, if it could not; undefined where that was not looked at yet. */
      readonly checked?: { readonly fault: RowFault | undefined };
    } & ReadRow)
  | Extract<RowOutcome, { readonly ok: false }>;

/** What an unsigned credential says: an award's, in the images of its badge, or what is given. */
export type OrderContent =
  | { readonly kind: 'award'; readonly award: AwardedCredential }
  | { readonly kind: 'document'; readonly document: JsonObject; readonly images: IssuableBadge['images'] };

/** A credential that is to be made. */
export interface Order {
  /** Where its files are to lie, without their endings. */
  readonly base: string;
  readonly content: OrderContent;
  readonly created: Instant;
  readonly checks: SigningChecks;
  /** Credentials of one shape: the first of each is proven by another implementation. */
  readonly shape: string;
  /** The moment as of which it is proven. */
  readonly provenAt: Instant;
}

/** A credential that was made. */
export interface MadeCredential {
  readonly verificationMethod: string;
  /** Its files, on the disk or in the archive: the credential's own first, then the images that carry it. */
  readonly files: readonly string[];
}

/** A credential that was to be made, and its text. */
interface SignedOrder {
  readonly order: Order;
  readonly signed: SecuredText;
}

/** Credentials that were made. */
export interface Made {
  readonly credentials: readonly MadeCredential[];
  /** A piece of the archive that they go into; undefined where they lie in their files. */
  readonly piece?: Uint8Array<ArrayBuffer> | undefined;
}

/** Where credentials go: into their files, or, by way of who asked for them, into an archive. */
export type Destination =
  { readonly kind: 'files'; readonly files: Files } | { readonly kind: 'archive'; readonly form: ArchiveForm };

/** Who does the work that rows and credentials take: this thread, or several. Answers are in the order of what was asked. */
export interface Workshop {
  /** How many pieces of work it takes in hand at a time. */
  readonly width: number;
  /** How many credentials make one piece of work. */
  readonly batch: number;
  /** @param checkedAt as of when the rows will be checked, so that they may be at once; undefined where they will not */
  read(records: readonly RosterRow[], checkedAt?: Instant): Promise<readonly RowReading[]>;
  /** Why awards could not become badges, where they could not. */
  check(rows: readonly ReadRow[], now: Instant): Promise<readonly (RowFault | undefined)[]>;
  /** @throws BadgekitError as signing and writing do; CanonicalDifference */
  make(orders: readonly Order[]): Promise<Made>;
}

const LINE_END = Buffer.from('\n');

/** How many credentials go through each step together. */
const TOGETHER = 16;

/** The work done in this thread. */
export class OwnWorkshop implements Workshop {
  readonly width = 1;
  readonly batch = 50;
  readonly #issuer: Issuer;
  readonly #destination: Destination;
  readonly #rules: RowRules | undefined;
  readonly #proven = new Set<string>();
  readonly #shapes: SoundShapes;

  /** @param rules undefined where no rows are read */
  constructor(issuer: Issuer, destination: Destination, rules: RowRules | undefined) {
    this.#issuer = issuer;
    this.#shapes = new SoundShapes(issuer);
    this.#destination = destination;
    this.#rules = rules;
    // What all credentials have in common is looked at once.
    constant(issuer.profile);
    for (const { achievement } of issuer.badges.values()) constant(achievement);
  }

  read(records: readonly RosterRow[]): Promise<readonly RowReading[]> {
    return Promise.resolve(records.map((record) => this.readRow(record)));
  }

  check(rows: readonly ReadRow[], now: Instant): Promise<readonly (RowFault | undefined)[]> {
    return Promise.resolve(rows.map(({ row }) => this.#shapes.faultOf(row, now)));
  }

  async make(orders: Iterable<Order>): Promise<Made> {
    return await this.#deliver(this.#signedOrders(orders));
  }

  /** Signs credentials that another thread delivers, a few at a time. */
  async *sign(orders: Iterable<Order>): AsyncGenerator<readonly SecuredText[]> {
    for await (const group of this.#signedOrders(orders)) yield group.map(({ signed }) => signed);
  }

  /**
   * Delivers credentials that another thread has signed.
   * @param signed what it made of each of the orders
   */
  async deliver(orders: readonly Order[], signed: readonly SecuredText[]): Promise<Made> {
    return await this.#deliver(inBatches(withTexts(orders, signed), TOGETHER));
  }

  async #deliver(groups: AsyncIterable<readonly SignedOrder[]>): Promise<Made> {
    const credentials: MadeCredential[] = [];
    const packables = this.#packables(groups, credentials);
    const destination = this.#destination;
    if (destination.kind === 'archive') {
      const all: Packable[] = [];
      for await (const group of packables) all.push(...group);
      return { credentials, piece: await packed(destination.form, all) };
    }
    // The awards are reserved, so what stands under their names is this run's or an interrupted one's.
    await destination.files.writeAll(filesOfEach(packables));
    return { credentials };
  }

  /**
   * The files of credentials, a few at a time.
   * @param notes to which is added what is to be said of each
   */
  async *#packables(
    groups: AsyncIterable<readonly SignedOrder[]>,
    notes: MadeCredential[],
  ): AsyncGenerator<readonly Packable[]> {
    for await (const group of groups) {
      const made = group.map(({ order, signed }) => {
        const files = this.#filesOf(order, signed);
        notes.push({ verificationMethod: signed.verificationMethod, files: files.map(({ path }) => path) });
        return { secured: signed, created: order.created, files };
      });
      yield made;
    }
  }

  /** Signs credentials, a few at a time: who writes them need not wait, or have room, for all. */
  async *#signedOrders(orders: Iterable<Order>): AsyncGenerator<readonly SignedOrder[]> {
    for (const group of this.#groups(orders)) yield await this.#secure(group);
  }

  /** Orders that go through each step together; the first of its shape alone, so that it is proven before the others. */
  *#groups(orders: Iterable<Order>): Generator<readonly Order[]> {
    let group: Order[] = [];
    for (const order of orders) {
      const isFirst = !this.#proven.has(order.shape);
      if (group.length > 0 && (isFirst || group.length === TOGETHER)) {
        yield group;
        group = [];
      }
      group.push(order);
      if (!isFirst) continue;
      yield group;
      group = [];
    }
    if (group.length > 0) yield group;
  }

  /** Reads one row. */
  readRow(record: RosterRow): RowReading {
    if (this.#rules === undefined) throw new Error('rows are read by rules');
    const outcome = readAward(record, this.#rules);
    if (!outcome.ok) return outcome;
    const { award: row } = outcome;
    return { ok: true, row, award: awardName(this.#issuer.awardSecret, this.#issuer.profile.id, row) };
  }

  async #secure(orders: readonly Order[]): Promise<readonly SignedOrder[]> {
    const issuer = this.#issuer;
    const unsigned = orders.map(({ content, created, checks, shape }) => ({
      credential: content.kind === 'award' ? credentialOf(content.award, issuer) : content.document,
      created,
      checks: checks === 'none' && !this.#proven.has(shape) ? 'signature' : checks,
    }));
    const all = await secureAll(unsigned, issuer, issuer.form, this.#isOfLines ? 'line' : 'indented');
    const secured = withTexts(orders, all);
    for (const { order, signed } of secured) if (!this.#proven.has(order.shape)) await this.#prove(order, signed);
    return secured;
  }

  /** Another implementation verifies a credential, and pictures are compared. */
  async #prove(
    { content, shape, provenAt }: Order,
    { text, extension, verificationMethod }: SecuredText,
  ): Promise<void> {
    const { publicKey } = this.#issuer.key;
    if (extension === 'json') await verifyByReference(objectIn(text), publicKey, verificationMethod, provenAt);
    for (const { format, bytes } of this.#imagesOf(content))
      if (format === 'png') (await import('../bake/pixels.ts')).proveSamePixels(bytes, bake(bytes, text));
    this.#proven.add(shape);
  }

  /** Whether credentials go out as lines, without images. */
  get #isOfLines(): boolean {
    return this.#destination.kind === 'archive' && this.#destination.form === 'jsonl';
  }

  #imagesOf(content: OrderContent): IssuableBadge['images'] {
    if (this.#isOfLines) return [];
    return content.kind === 'award' ? badgeOf(content.award.row, this.#issuer).images : content.images;
  }

  #filesOf({ base, content }: Order, signed: SecuredText): readonly WholeFile[] {
    if (this.#isOfLines) return [];
    const { extension, bytes: own = Buffer.from(signed.text, 'utf8') } = signed;
    return [
      { path: `${base}.${extension}`, content: extension === 'jwt' ? [own, LINE_END] : [own] },
      ...this.#imagesOf(content).map(({ format, bytes }) => ({
        path: `${base}.${format}`,
        content: bakedPieces(bytes, signed.text),
      })),
    ];
  }
}

/** Orders with what was signed for them, which is in their order. */
function withTexts(orders: readonly Order[], texts: readonly SecuredText[]): readonly SignedOrder[] {
  return orders.map((order, index) => {
    const signed = texts[index];
    if (signed === undefined || texts.length !== orders.length) throw new Error('each order has its credential');
    return { order, signed };
  });
}

/** What stands in the text itself is proven, and not what it was made of. */
function objectIn(text: string): JsonObject {
  const value = parseJson(text);
  if (!isJsonObject(value)) throw new Error('a credential is written as an object');
  return value;
}

async function* filesOfEach(groups: AsyncIterable<readonly Packable[]>): AsyncGenerator<readonly WholeFile[]> {
  for await (const group of groups) yield group.flatMap(({ files }) => files);
}
