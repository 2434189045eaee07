import type { Definition } from '../openbadges/definition.ts';
import type { ColumnMap, FactPlace } from '../roster/columns.ts';
import { fractionIn, readValue } from '../roster/facts.ts';
import type { RosterRow, RowConflict } from '../roster/layout.ts';
import { type Cell, judge, namesIn, Unjudgeable } from '../syntax/expression.ts';
import { quoted, visible } from '../syntax/text.ts';
import { ruleOf } from './rule.ts';

/** Whether somebody has earned a badge, by what its definition asks of a row. */
export type Earning =
  | { readonly kind: 'earned' }
  | { readonly kind: 'unearned'; readonly because: string }
  /** It cannot be said, and why. */
  | { readonly kind: 'faulty'; readonly faults: readonly Omit<RowConflict['fault'], 'line'>[] };

export interface EarningRules {
  readonly columns: ColumnMap;
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly namesEveryone: boolean;
}

/** Whether a row's person has earned a badge. The rule stands with the badge, and its variants in other languages have no other. */
export function earningOf(
  badge: string,
  row: RosterRow,
  { columns, definitions, namesEveryone }: EarningRules,
): Earning {
  const source = definitions.get(badge)?.source;
  const rule = source === undefined ? undefined : ruleOf(source);
  if (rule === undefined)
    return namesEveryone
      ? faulty(
          `the roster may name everyone, and badges/${badge}.yaml does not say who has earned the badge`,
          'add a condition to it, such as award_when: grade >= 70; or, where each row is an award, give --format list',
        )
      : { kind: 'earned' };
  const { facts } = columns;
  const names = namesIn(rule);
  for (const name of names)
    if (placeOfFact(name, facts) === undefined)
      return faulty(
        `badges/${badge}.yaml awards by ${quoted(name)}, which ${facts.has(name) ? 'two columns of the roster are called' : 'the roster does not have'}`,
        `its columns are: ${[...facts.keys()]
          .filter((fact) => fact !== '')
          .map((fact) => visible(fact, 40))
          .join(', ')}`,
      );
  const conflicts = (row.conflicts ?? []).filter(({ column }) => isOneOf(column, names));
  if (conflicts.length > 0) return { kind: 'faulty', faults: conflicts.map(({ fault }) => fault) };
  try {
    const judgement = judge(rule, { cell: (name) => factOf(name, row, facts), value: readValue });
    return judgement.holds ? { kind: 'earned' } : { kind: 'unearned', because: judgement.because };
  } catch (error) {
    if (!(error instanceof Unjudgeable)) throw error;
    return faulty(`award_when of badges/${badge}.yaml cannot be judged: ${error.message}`, 'correct the row');
  }
}

function faulty(message: string, hint: string): Earning {
  return { kind: 'faulty', faults: [{ column: undefined, message, hint }] };
}

function isOneOf(column: string | undefined, names: ReadonlySet<string>): boolean {
  if (column === undefined) return false;
  const fact = column.replace(/^fact\./, '');
  return [fact, `${fact}_max`, `${fact}_percent`].some((name) => names.has(name));
}

/** Where a fact stands; `score_max` and `score_percent` are parts of a score such as `28.00 / 30`. */
function placeOfFact(
  name: string,
  facts: ColumnMap['facts'],
): { readonly place: FactPlace; readonly part: 'max' | 'percent' | undefined } | undefined {
  const own = facts.get(name);
  if (own !== undefined) return { place: own, part: undefined };
  const [, base = '', part] = /^(.+)_(max|percent)$/.exec(name) ?? [];
  const place = facts.get(base);
  return place === undefined || (part !== 'max' && part !== 'percent') ? undefined : { place, part };
}

function factOf(name: string, { cells, original = cells }: RosterRow, facts: ColumnMap['facts']): Cell {
  const found = placeOfFact(name, facts);
  if (found === undefined) return { text: '', value: undefined };
  const text = (found.place.isOriginal ? original : cells)[found.place.at] ?? '';
  if (found.part === undefined) return { text: text.trim(), value: readValue(text) };
  const value = fractionIn(text)?.[found.part];
  return { text: value === undefined ? '' : String(value), value };
}
