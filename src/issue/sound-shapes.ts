import type { Instant } from '../syntax/datetime.ts';
import type { Json } from '../syntax/json.ts';
import type { Award, RowFault } from './award.ts';
import { awardFault, periodFault } from './content.ts';
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
  readonly #addresses = new Map<string, ReadonlySet<string>>();

  constructor(issuer: Issuer) {
    this.#issuer = issuer;
  }

  faultOf(row: Award, now: Instant): RowFault | undefined {
    const shape = this.#isPlain(row) ? shapeOf(row) : undefined;
    if (shape !== undefined && this.#sound.has(shape) && periodFault(row, this.#issuer, now) === undefined)
      return undefined;
    const fault = awardFault(row, this.#issuer, now);
    if (fault === undefined && shape !== undefined && this.#sound.size < MOST_SHAPES) this.#sound.add(shape);
    return fault;
  }

  #isPlain({ definition, recipient, evidence }: Award): boolean {
    const [first, ...others] = evidence;
    if (others.length > 0 || recipient.identifier !== undefined) return false;
    const addresses = [recipient.id, first?.url].filter((address) => address !== undefined);
    if (addresses.length === 0) return true;
    const taken = this.#addressesOf(definition);
    const isNew = (address: string): boolean => PLAIN_IRI.test(address) && !taken.has(address);
    return addresses.every(isNew) && addresses[0] !== addresses[1];
  }

  /** Every text in what badges of a definition have in common: any may be an address. */
  #addressesOf(definition: string): ReadonlySet<string> {
    const known = this.#addresses.get(definition);
    if (known !== undefined) return known;
    const texts = new Set<string>();
    const badge = this.#issuer.badges.get(definition);
    if (badge !== undefined) collect(badge.achievement, texts);
    collect(this.#issuer.profile, texts);
    this.#addresses.set(definition, texts);
    return texts;
  }
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
