import type { Instant } from '../syntax/datetime.ts';
import type { Json } from '../syntax/json.ts';
import { detached } from '../syntax/text.ts';
import type { Award, RowFault } from './award.ts';
import { periodFault, triedAward } from './content.ts';
import type { Issuer } from './issuer.ts';

/** Web addresses and DIDs in which nothing needs a second look. */
const PLAIN_IRI =
  /^(?:https?:\/\/[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d{1,5})?(?:\/[A-Za-z0-9._~/-]*)?|did:[a-z0-9]+:[A-Za-z0-9.:_-]+)$/;
const MOST_SHAPES = 10_000;

/**
 * Which awards can become badges, told by their shapes: what one award of a shape can, others can, whose values differ in texts
 * and in plain addresses that occur nowhere else in the badge. Anything else is tried as a whole. Each credential is looked at as
 * a whole once more before it is signed.
 */
export class SoundShapes {
  readonly #issuer: Issuer;
  readonly #sound = new Set<string>();
  /** Every text of badges that were tried, by definition: any may be an address. */
  readonly #taken = new Map<string, Set<string>>();

  constructor(issuer: Issuer) {
    this.#issuer = issuer;
  }

  faultOf(row: Award, now: Instant): RowFault | undefined {
    const shape = this.#isPlain(row) ? shapeOf(row) : undefined;
    if (shape !== undefined && this.#sound.has(shape) && periodFault(row, this.#issuer, now) === undefined)
      return undefined;
    const tried = triedAward(row, this.#issuer, now);
    if ('fault' in tried) return tried.fault;
    const taken = this.#taken.get(row.definition) ?? new Set<string>();
    if (this.#taken.size < MOST_SHAPES) this.#taken.set(row.definition, taken);
    // Before any badge of a definition was looked at, its own texts are not known, so no row could be told plain:
    // the first badge teaches the texts, and only the next may teach a shape.
    if (taken.size === 0) collect(tried.document, taken);
    else if (shape !== undefined && this.#sound.size < MOST_SHAPES) {
      this.#sound.add(shape);
      collect(tried.document, taken);
      for (const address of [row.recipient.id, row.evidence[0]?.url]) if (address !== undefined) taken.delete(address);
    }
    return undefined;
  }

  #isPlain({ definition, recipient, evidence }: Award): boolean {
    if (evidence.length > 1 || recipient.identifier !== undefined) return false;
    const taken = this.#taken.get(definition);
    if (taken === undefined) return false;
    const [one, other] = [recipient.id, evidence[0]?.url];
    return isNew(one, taken) && isNew(other, taken) && (one === undefined || one !== other);
  }
}

function isNew(address: string | undefined, taken: ReadonlySet<string>): boolean {
  return address === undefined || (PLAIN_IRI.test(address) && !taken.has(address));
}

function collect(value: Json, texts: Set<string>): void {
  if (typeof value === 'string') texts.add(detached(value));
  else if (typeof value === 'object' && value !== null)
    for (const member of Object.values(value)) collect(member, texts);
}

/** What an award says, without what it says of it: which members its credential has, and which of the definition's own values. */
function shapeOf({
  definition,
  recipient,
  name,
  issuedOn,
  expiresOn,
  evidence,
  narrative,
  credits,
  results,
}: Award): string {
  const [first] = evidence;
  const own = said(recipient.email, recipient.id, name, issuedOn, expiresOn, narrative, credits);
  let shape = `${definition}\n${own}\n${first === undefined ? '' : said(...Object.values(first))}`;
  for (const { name: of, value, level = '', status = '' } of results)
    shape += `\n${of}\0${said(value)}\0${level}\0${status}`;
  return shape;
}

/** Which of the values are there, a bit for each. */
function said(...values: readonly unknown[]): number {
  let bits = 1;
  for (const value of values) bits = (bits << 1) | (value === undefined ? 0 : 1);
  return bits;
}
