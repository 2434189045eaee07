import { FACT_PREFIX, nameFields } from '../columns.ts';
import { factName } from '../facts.ts';
import { areAddresses, columnOfAddresses, type Field, field, type RosterHead } from '../layout.ts';
import { placeOf } from '../words.ts';

/** Where a file says who people are: an address, and a name in one column or two. */
export function people(head: RosterHead): readonly Field[] {
  return [...addressIn(head), ...nameFields(head.names)];
}

/** The column of addresses: the one that is called so, or another one of which that can be said, or the only one of which it can. */
export function addressIn(head: RosterHead, likely?: number): readonly Field[] {
  const named = placeOf(head.names, 'email');
  const at = named ?? (likely !== undefined && areAddresses(head, likely) ? likely : columnOfAddresses(head));
  return at === undefined ? [] : [{ column: 'email', at }];
}

/** A fact under a name of badgekit's own, from the first of these columns that is there. */
export function fact(head: RosterHead, name: string, ...columns: readonly string[]): readonly Field[] {
  return field(head, `${FACT_PREFIX}${name}`, ...columns);
}

/** Facts under shorter names, for columns whose names say more than what they hold: `Knots (4711)` is `knots`, too. */
export function shortFacts({ header }: RosterHead, more: RegExp): readonly Field[] {
  return header.flatMap((name, at) => {
    const short = name.trim().replace(more, '');
    return short === name.trim() ? [] : [{ column: `${FACT_PREFIX}${factName(short)}`, at }];
  });
}
