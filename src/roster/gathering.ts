import { readValue } from './facts.ts';
import { detached } from '../syntax/text.ts';
import { detachedRow, type Gathering, type RosterRow } from './layout.ts';

interface Person {
  readonly row: RosterRow;
  /** By the day on which they begin. */
  readonly spans: Map<string, Span[]>;
  minutes: number;
  /** The first duration that says nothing. */
  unreadable: string | undefined;
}

/** From and to, in minutes of one day. */
type Span = readonly [number, number];

/**
 * One row for each person, the first of theirs, with the minutes that they were there: where it is known from when to when, no
 * minute counts twice. In memory, for as many as meet at one time.
 */
export async function* gathered(
  rows: AsyncIterable<RosterRow>,
  { by, minutes, from, until }: Gathering,
): AsyncGenerator<RosterRow> {
  const people = new Map<string, Person>();
  for await (const row of rows) {
    const text = (at: number | undefined): string => (at === undefined ? '' : (row.cells[at] ?? '').trim());
    const who = by.map((at) => text(at).toLowerCase()).find((name) => name !== '') ?? '';
    const known = people.get(who);
    const person = known ?? newPerson(row);
    if (known === undefined) people.set(detached(who), person);
    const duration = readValue(text(minutes));
    if (typeof duration === 'number') person.minutes += duration;
    else if (duration !== undefined) person.unreadable ??= detached(text(minutes));
    const span = spanOf(text(from), text(until));
    if (span === undefined) continue;
    const ofDay = person.spans.get(span.day);
    if (ofDay === undefined) person.spans.set(detached(span.day), [span.minutes]);
    else ofDay.push(span.minutes);
  }
  for (const { row, spans, minutes: sum, unreadable } of people.values()) {
    const there = [...spans.values()].reduce((length, ofDay) => length + lengthOf(ofDay), 0);
    const total = unreadable ?? String(spans.size > 0 ? Math.min(sum, Math.ceil(there)) : sum);
    yield { line: row.line, cells: row.cells.map((cell, at) => (at === minutes ? total : cell)) };
  }
}

/** Kept for long: what is cut out of a text would keep all of it in memory. */
function newPerson(row: RosterRow): Person {
  return { row: detachedRow(row), spans: new Map(), minutes: 0, unreadable: undefined };
}

const MOMENT = /^(\S+) (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([AP])M)?$/i;
const DAY = 24 * 60;

/** Undefined where the two are not on one day, or over midnight. */
function spanOf(from: string, until: string): { readonly day: string; readonly minutes: Span } | undefined {
  const [start, end] = [momentOf(from), momentOf(until)];
  if (start === undefined || end === undefined) return undefined;
  const to = end.minute < start.minute && end.day !== start.day ? end.minute + DAY : end.minute;
  return to < start.minute ? undefined : { day: start.day, minutes: [start.minute, to] };
}

function momentOf(text: string): { readonly day: string; readonly minute: number } | undefined {
  const [, day = '', hour, minute, second = '0', half] = MOMENT.exec(text) ?? [];
  if (hour === undefined || minute === undefined) return undefined;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  return { day, minute: hours * 60 + Number(minute) + Number(second) / 60 };
}

/** How long spans are together, each minute once. */
function lengthOf(spans: readonly Span[]): number {
  let [length, end] = [0, -Infinity];
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    length += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return length;
}
