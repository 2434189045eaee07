import { FACT_PREFIX, nameFields } from '../columns.ts';
import { factName } from '../facts.ts';
import { areAddresses, type Field, field, type RosterHead } from '../layout.ts';
import { placeOf } from '../words.ts';

/** Where a file says who people are: an address, and a name in one column or two. */
export function people(head: RosterHead): readonly Field[] {
  return [...addressIn(head), ...nameFields(head.names)];
}

/**
 * The column of addresses: the one that is called so, or one that the system has for something else, if addresses are all that
 * stands in it. Any other column of addresses may be somebody else's.
 */
export function addressIn(head: RosterHead, likely: readonly (number | undefined)[] = []): readonly Field[] {
  const at = placeOf(head.names, 'email') ?? likely.find((index) => index !== undefined && areAddresses(head, index));
  return at === undefined ? [] : [{ column: 'email', at }];
}

/** A fact under a name of badgekit's own, from the first of these columns that is there. */
export function fact(head: RosterHead, name: string, ...columns: readonly string[]): readonly Field[] {
  return field(head, `${FACT_PREFIX}${name}`, ...columns);
}

/**
 * Facts under shorter names, for columns whose names say more than what they hold: `Knots (4711)` is `knots`, too. A column
 * that is called so itself comes first.
 */
export function shortFacts({ header }: RosterHead, more: RegExp): readonly Field[] {
  const exact = new Set(header.map(factName));
  return header.flatMap((name, at) => {
    const [ending] = more.exec(name.trim()) ?? [];
    if (ending === undefined) return [];
    const short = factName(name.trim().slice(0, -ending.length));
    return exact.has(short) ? [] : [{ column: `${FACT_PREFIX}${short}`, at }];
  });
}
