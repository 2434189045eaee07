import type { Instant } from '../syntax/datetime.ts';
import type { Json } from '../syntax/json.ts';
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
      for (const address of addressesOf(row)) taken.delete(address);
    }
    return undefined;
  }

  #isPlain({ definition, recipient, evidence, ...rest }: Award): boolean {
    if (evidence.length > 1 || recipient.identifier !== undefined) return false;
    const taken = this.#taken.get(definition);
    if (taken === undefined) return false;
    const [one, other] = addressesOf({ recipient, evidence, ...rest });
    const isNew = (address: string | undefined): boolean =>
      address === undefined || (PLAIN_IRI.test(address) && !taken.has(address));
    return isNew(one) && isNew(other) && (one === undefined || one !== other);
  }
}

/** The addresses of an award's own. */
function addressesOf({ recipient, evidence: [first] }: Pick<Award, 'recipient' | 'evidence'>): readonly string[] {
  return [recipient.id, first?.url].filter((address) => address !== undefined);
}

function collect(value: Json, texts: Set<string>): void {
  if (typeof value === 'string') texts.add(value);
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
  return [
    definition,
    [recipient.email, recipient.id, name, issuedOn, expiresOn, narrative, credits].map(has).join(''),
    first === undefined ? '' : Object.values(first).map(has).join(''),
    ...results.map(({ name: of, value, level, status }) => `${of}\0${has(value)}\0${level ?? ''}\0${status ?? ''}`),
  ].join('\n');
}

function has(value: unknown): string {
  return value === undefined ? '-' : '+';
}
