import type { RosterRow } from '../roster/layout.ts';
import { type Award, readAward, type RowFault, type RowRules } from './award.ts';
import { sayingsOf } from './identity.ts';

/** An award that two rosters say different things about. */
export type RosterDifference =
  | { readonly kind: 'added'; readonly award: Award }
  | { readonly kind: 'removed'; readonly award: DifferingAward }
  | { readonly kind: 'changed'; readonly award: Award; readonly columns: readonly string[] }
  /** In the new roster, the row has not earned its badge. */
  | { readonly kind: 'unearned'; readonly line: number; readonly reason: string }
  | { readonly kind: 'refused'; readonly line: number; readonly faults: readonly RowFault[] };

/** As much of an award as is remembered of the old roster. */
export interface DifferingAward extends Pick<Award, 'line' | 'badge' | 'awardKey'> {
  readonly recipient: { readonly label: string };
}

interface Remembered extends DifferingAward {
  /** What the row says, as JSON. */
  readonly said: string;
}

/** A roster's rows, and how they become awards. */
export interface ComparedRoster {
  readonly rows: AsyncIterable<RosterRow>;
  readonly rules: RowRules;
}

/** What a new roster says otherwise than an old one: first what is in the new one, in its order, then what is gone. */
export async function* rosterDifferences(old: ComparedRoster, now: ComparedRoster): AsyncGenerator<RosterDifference> {
  const before = new Map<string, Remembered>();
  const faulty = new Set<string>();
  for await (const row of old.rows) {
    const outcome = readAward(row, old.rules);
    if (outcome.ok) {
      const { line, badge, awardKey, recipient } = outcome.award;
      const remembered = { line, badge, awardKey, recipient: { label: recipient.label } };
      const name = nameOf(outcome.award);
      if (!before.has(name)) before.set(name, { ...remembered, said: JSON.stringify(sayingsOf(outcome.award)) });
    } else faulty.add(JSON.stringify(row.original ?? row.cells));
  }
  const seen = new Set<string>();
  for await (const row of now.rows) {
    const { line } = row;
    const outcome = readAward(row, now.rules);
    if (outcome.ok) {
      const name = nameOf(outcome.award);
      const known = before.get(name);
      if (seen.has(name)) continue;
      seen.add(name);
      if (known === undefined) yield { kind: 'added', award: outcome.award };
      else {
        const columns = columnsApart(known.said, outcome.award);
        if (columns.length > 0) yield { kind: 'changed', award: outcome.award, columns };
      }
    } else if (!faulty.has(JSON.stringify(row.original ?? row.cells))) {
      if (outcome.unearned === undefined) yield { kind: 'refused', line, faults: outcome.faults };
      else yield { kind: 'unearned', line, reason: outcome.unearned };
    }
  }
  for (const [name, award] of before) if (!seen.has(name)) yield { kind: 'removed', award };
}

/** What makes an award this award and no other. */
function nameOf({ badge, recipient: { label }, awardKey }: DifferingAward): string {
  return JSON.stringify([badge, label, awardKey]);
}

function columnsApart(before: string, award: Award): readonly string[] {
  const said = sayingsOf(award);
  if (before === JSON.stringify(said)) return [];
  const was = new Map((JSON.parse(before) as typeof said).map(([column, value]) => [column, JSON.stringify(value)]));
  const is = new Map(said.map(([column, value]) => [column, JSON.stringify(value)]));
  return [...new Set([...is.keys(), ...was.keys()])].filter((column) => was.get(column) !== is.get(column));
}
