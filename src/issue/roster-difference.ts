import { hash } from 'node:crypto';
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

/** What is kept of each award of the old roster, as one text: what it is, and a tag of each thing that it says. */
function remembered(award: Award): string {
  const { line, badge, awardKey, recipient } = award;
  return JSON.stringify([line, badge, awardKey, recipient.label, tagsOf(award)]);
}

type Kept = readonly [number, string, string, string, Readonly<Record<string, string>>];

function tagsOf(award: Award): Readonly<Record<string, string>> {
  return Object.fromEntries(
    sayingsOf(award).map(([column, value]) => [
      column,
      hash('sha256', JSON.stringify(value), 'base64url').slice(0, TAG),
    ]),
  );
}

const TAG = 12;

/** A roster's rows, and how they become awards. */
export interface ComparedRoster {
  readonly rows: AsyncIterable<RosterRow>;
  readonly rules: RowRules;
}

/** What a new roster says otherwise than an old one: first what is in the new one, in its order, then what is gone. */
export async function* rosterDifferences(old: ComparedRoster, now: ComparedRoster): AsyncGenerator<RosterDifference> {
  const before = new Map<string, string>();
  const faulty = new Set<string>();
  for await (const row of old.rows) {
    const outcome = readAward(row, old.rules);
    if (outcome.ok) {
      const name = nameOf(outcome.award);
      if (!before.has(name)) before.set(name, remembered(outcome.award));
    } else faulty.add(textOf(row));
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
        const columns = columnsApart(known, outcome.award);
        if (columns.length > 0) yield { kind: 'changed', award: outcome.award, columns };
      }
    } else if (!faulty.has(textOf(row))) {
      if (outcome.unearned === undefined) yield { kind: 'refused', line, faults: outcome.faults };
      else yield { kind: 'unearned', line, reason: outcome.unearned };
    }
  }
  for (const [name, kept] of before) {
    if (seen.has(name)) continue;
    const [line, badge, awardKey, label]: Kept = JSON.parse(kept);
    yield { kind: 'removed', award: { line, badge, awardKey, recipient: { label } } };
  }
}

/** What makes an award this award and no other, as a short digest. */
function nameOf({ badge, recipient: { label }, awardKey }: DifferingAward): string {
  return hash('sha256', JSON.stringify([badge, label, awardKey]), 'base64url').slice(0, 2 * TAG);
}

function columnsApart(kept: string, award: Award): readonly string[] {
  const [, , , , was]: Kept = JSON.parse(kept);
  const is = tagsOf(award);
  return [...new Set([...Object.keys(is), ...Object.keys(was)])].filter((column) => was[column] !== is[column]);
}

function textOf({ cells, original = cells }: RosterRow): string {
  return hash('sha256', original.join('\0'), 'base64url').slice(0, 2 * TAG);
}
