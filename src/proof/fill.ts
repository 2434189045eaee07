import { canonicalByFirstDegree } from './first-degree.ts';
import { KnownOrder } from './known-order.ts';
import { byCodePoints, hasTwoOrders, planesIn, type Quad } from './n-quads.ts';
import { type Coincidence, isRepeated } from './coincidences.ts';
import type { Slot } from './skeleton.ts';
import type { Template, TemplateQuad, TemplateTerm } from './template.ts';

/** A template's statements with values in their slots. */
export type Filled =
  | { readonly text: string }
  /** Each statement once, where the labels of the blank nodes do not follow from their first-degree hashes. */
  | { readonly text: undefined; readonly quads: readonly Quad[] };

/** Makes the canonical forms of documents of one shape (RDFC-1.0). */
export class Filler {
  readonly #template: Template;
  readonly #coincidences: readonly Coincidence[];
  /** For each slot, the coincidences that its value decides. */
  readonly #decidedBy: readonly (readonly number[])[];
  /** The coincidences that are so with the present values. */
  readonly #present: Set<number>;
  readonly #knownOrder: KnownOrder;
  readonly #hasGraphs: boolean;
  readonly #values: string[];
  /** What `planesIn` says of each value, and of all that is constant. */
  readonly #planes: number[];
  readonly #constantPlanes: number;

  constructor(template: Template, coincidences: readonly Coincidence[]) {
    this.#template = template;
    this.#coincidences = coincidences;
    this.#present = new Set(coincidences.flatMap(({ pairs }, index) => (pairs.length === 0 ? [index] : [])));
    this.#decidedBy = decisionsOf(coincidences, template.write.length);
    this.#knownOrder = new KnownOrder(template);
    this.#hasGraphs = template.quads.some(({ graph }) => graph !== undefined);
    this.#values = template.write.map(() => '');
    this.#planes = template.write.map(() => 0);
    this.#constantPlanes = planesIn(constantsOf(template.quads));
  }

  /** @param changed the slots whose values differ from those of the call before; at first all */
  fill(slots: readonly Slot[], changed: readonly number[]): Filled {
    const values = this.#values;
    for (const index of changed) {
      const slot = slots[index];
      const value = slot === undefined ? '' : (this.#template.write[index]?.(slot) ?? '');
      values[index] = value;
      this.#planes[index] = planesIn(value);
    }
    this.#forget(changed);
    const planes = this.#planes.reduce((all, some) => all | some, this.#constantPlanes);
    const order = hasTwoOrders(planes) ? byCodePoints : undefined;
    const repeated = this.#repeated();
    const isPlain = order === undefined && repeated.size === 0 && !this.#hasGraphs;
    const quick = isPlain ? this.#knownOrder.text(values) : undefined;
    if (quick !== undefined) return { text: quick };
    const quads = this.#quads(repeated);
    const text = canonicalByFirstDegree(quads, order);
    return text === undefined ? { text, quads } : { text };
  }

  #forget(changed: readonly number[]): void {
    for (const index of changed) {
      this.#knownOrder.forget(index);
      for (const decided of this.#decidedBy[index] ?? []) {
        const coincidence = this.#coincidences[decided];
        if (coincidence !== undefined && isRepeated(coincidence, this.#values)) this.#present.add(decided);
        else this.#present.delete(decided);
      }
    }
  }

  /** Statements that say what another one says already. */
  #repeated(): ReadonlySet<number> {
    return new Set([...this.#present].map((index) => this.#coincidences[index]?.second ?? -1));
  }

  #quads(repeated: ReadonlySet<number>): readonly Quad[] {
    const name = (term: TemplateTerm): string => written(term, this.#values);
    return this.#template.quads
      .filter((_, index) => !repeated.has(index))
      .map(({ subject, predicate, object, graph }) => ({
        subject: name(subject),
        predicate,
        object: name(object),
        graph: graph === undefined ? '' : name(graph),
      }));
  }
}

/** For each slot, the numbers of the coincidences that its value decides. */
function decisionsOf(coincidences: readonly Coincidence[], slots: number): readonly (readonly number[])[] {
  const decided = Array.from({ length: slots }, (): number[] => []);
  for (const [index, { pairs }] of coincidences.entries())
    for (const side of pairs.flat()) if (typeof side === 'number') decided[side]?.push(index);
  return decided;
}

function constantsOf(quads: readonly TemplateQuad[]): string {
  const terms = quads.flatMap(({ subject, object, graph }) => [
    subject,
    object,
    ...(graph === undefined ? [] : [graph]),
  ]);
  const texts = terms.map((term) => (term.kind === 'constant' ? term.text : term.kind === 'slot' ? term.after : ''));
  return [...texts, ...quads.map(({ predicate }) => predicate)].join('');
}

/** A term in N-Quads; blank nodes by labels of their own. */
function written(term: TemplateTerm, values: readonly string[]): string {
  if (term.kind === 'constant') return term.text;
  return term.kind === 'blank' ? `_:b${term.node}` : `${term.before}${values[term.slot] ?? ''}${term.after}`;
}
