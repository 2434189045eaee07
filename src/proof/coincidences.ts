import type { Slot } from './skeleton.ts';
import type { Template, TemplateQuad, TemplateTerm } from './template.ts';

/** Two statements of a template that are one where certain slots hold the same. */
export interface Coincidence {
  /** The one of the two that is left out then. */
  readonly second: number;
  readonly pairs: readonly (readonly [Side, Side])[];
}

/** A slot by its number, or the text that would have to stand in one. */
type Side = number | string;

const MAX_COINCIDENCES = 20_000;
const MAX_ALIKE = 2000;
const NUMBERS: ReadonlySet<Slot['kind']> = new Set(['integer', 'double']);

/**
 * Every two statements that values could make the same.
 * @returns undefined where a hostile document would make them too many; and where what is equal as a statement would not be
 * equal in JSON, such as 1 and "1": the libraries then keep both
 */
export function coincidencesOf({ quads, kinds }: Template): readonly Coincidence[] | undefined {
  const found: Coincidence[] = [];
  for (const group of grouped(quads.entries(), ([, { predicate }]) => predicate).values()) {
    if (group.length > MAX_ALIKE) return undefined;
    for (const [at, [, one]] of group.entries()) {
      for (const [second, other] of group.slice(at + 1)) {
        const pairs = pairsOf(one, other);
        if (pairs === undefined) continue;
        if (differsInJson(one.object, other.object, kinds)) return undefined;
        found.push({ second, pairs });
      }
      if (found.length > MAX_COINCIDENCES) return undefined;
    }
  }
  return found;
}

/** Whether the two statements are one with these values. */
export function isRepeated({ pairs }: Coincidence, values: readonly string[]): boolean {
  const valueOf = (side: Side): string => (typeof side === 'number' ? (values[side] ?? '') : side);
  return pairs.every(([one, other]) => valueOf(one) === valueOf(other));
}

/** Whether two objects that may be equal in statements are of different types in JSON: a number, a text, true or false. */
function differsInJson(one: TemplateTerm, other: TemplateTerm, kinds: Template['kinds']): boolean {
  return jsonTypeOf(one, kinds) !== jsonTypeOf(other, kinds);
}

function jsonTypeOf(term: TemplateTerm, kinds: Template['kinds']): string {
  if (term.kind === 'slot') return NUMBERS.has(kinds[term.slot] ?? 'text') ? 'number' : 'text';
  // Of literals that are constant, texts are empty or look like a keyword.
  return term.kind === 'constant' && /^"[^"@]/.test(term.text) ? 'true or false' : 'text';
}

/** What would have to be the same; undefined where the two differ whatever the values are. */
function pairsOf(one: TemplateQuad, other: TemplateQuad): Coincidence['pairs'] | undefined {
  const terms: readonly (readonly [TemplateTerm | undefined, TemplateTerm | undefined])[] = [
    [one.object, other.object],
    [one.subject, other.subject],
    [one.graph, other.graph],
  ];
  const pairs: (readonly [Side, Side])[] = [];
  for (const [left, right] of terms) {
    const pair = pairOf(left, right);
    if (pair === undefined) return undefined;
    if (pair !== 'same') pairs.push(pair);
  }
  return pairs;
}

function pairOf(
  one: TemplateTerm | undefined,
  other: TemplateTerm | undefined,
): readonly [Side, Side] | 'same' | undefined {
  if (one === undefined || other === undefined) return one === other ? 'same' : undefined;
  if (one.kind === 'blank' || other.kind === 'blank')
    return one.kind === 'blank' && other.kind === 'blank' && one.node === other.node ? 'same' : undefined;
  if (one.kind === 'constant') {
    if (other.kind === 'constant') return one.text === other.text ? 'same' : undefined;
    return pairOf(other, one);
  }
  if (other.kind === 'slot')
    return one.before === other.before && one.after === other.after ? [one.slot, other.slot] : undefined;
  const { text } = other;
  const fits =
    text.length >= one.before.length + one.after.length && text.startsWith(one.before) && text.endsWith(one.after);
  return fits ? [one.slot, text.slice(one.before.length, text.length - one.after.length)] : undefined;
}

/**
 * Slots that make statements one where they hold the same, each with the first of those that it goes with.
 * @param isAlike whether two slots can hold the same
 */
export function firstAlike(
  coincidences: readonly Coincidence[],
  isAlike: (one: number, other: number) => boolean,
): ReadonlyMap<number, number> {
  const firsts = new Map<number, number>();
  const firstOf = (slot: number): number => {
    let first = slot;
    for (let next = firsts.get(first); next !== undefined; next = firsts.get(first)) first = next;
    return first;
  };
  for (const { pairs } of coincidences) {
    for (const [one, other] of pairs) {
      if (typeof one === 'string' || typeof other === 'string' || !isAlike(one, other)) continue;
      const [low, high] = [firstOf(one), firstOf(other)].sort((a, b) => a - b);
      if (low !== undefined && high !== undefined && low !== high) firsts.set(high, low);
    }
  }
  return new Map([...firsts.keys()].map((slot) => [slot, firstOf(slot)]));
}

export function grouped<T>(items: Iterable<T>, keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
