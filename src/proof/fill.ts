import { canonicalByFirstDegree, canonicalLabels, hashLines } from './first-degree.ts';
import { byCodePoints, hasTwoOrders, planesIn, type Quad } from './n-quads.ts';
import { type Coincidence, coincidencesOf, grouped, isRepeated } from './coincidences.ts';
import type { Slot } from './skeleton.ts';
import type { Template, TemplateQuad, TemplateTerm } from './template.ts';

/** A template's statements with values in their slots. */
export type Filled =
  | { readonly text: string }
  /** Each statement once, where the labels of the blank nodes do not follow from their first-degree hashes. */
  | { readonly text: undefined; readonly quads: readonly Quad[] };

/**
 * Makes the canonical forms of documents of one shape (RDFC-1.0). It remembers the last one: what a document has in common
 * with the one before it, such as its achievement, is not written and hashed again.
 */
export class Filler {
  readonly #template: Template;
  readonly #coincidences: readonly Coincidence[];
  /** For each slot, the coincidences that its value decides. */
  readonly #decidedBy: readonly (readonly number[])[];
  /** The coincidences that are so with the present values. */
  readonly #present: Set<number>;
  readonly #subjects: readonly Subject[];
  readonly #nodes: readonly Node[];
  readonly #hasGraphs: boolean;
  readonly #values: string[];
  /** What `planesIn` says of each value, and of all that is constant. */
  readonly #planes: number[];
  readonly #constantPlanes: number;

  private constructor(template: Template, coincidences: readonly Coincidence[]) {
    this.#template = template;
    this.#coincidences = coincidences;
    this.#decidedBy = decisionsOf(coincidences, template.write.length);
    this.#present = new Set(coincidences.flatMap(({ pairs }, index) => (pairs.length === 0 ? [index] : [])));
    this.#subjects = subjectsOf(template.quads);
    this.#nodes = nodesOf(template, this.#subjects);
    this.#hasGraphs = template.quads.some(({ graph }) => graph !== undefined);
    this.#values = template.write.map(() => '');
    this.#planes = template.write.map(() => 0);
    this.#constantPlanes = planesIn(constantsOf(template.quads));
  }

  /** @returns undefined where a hostile document would make this too much work */
  static of(template: Template): Filler | undefined {
    const coincidences = coincidencesOf(template.quads);
    return coincidences === undefined ? undefined : new Filler(template, coincidences);
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
    const quick = order === undefined && repeated.size === 0 && !this.#hasGraphs ? this.#inKnownOrder() : undefined;
    if (quick !== undefined) return { text: quick };
    const quads = this.#quads(repeated);
    const text = canonicalByFirstDegree(quads, order);
    return text === undefined ? { text, quads } : { text };
  }

  #forget(changed: readonly number[]): void {
    for (const index of changed) {
      for (const subject of this.#subjects) if (subject.slots.has(index)) subject.text = undefined;
      for (const node of this.#nodes) if (node.slots.has(index)) node.hash = undefined;
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
    const name = (term: TemplateTerm): string => written(term, this.#values, []);
    return this.#template.quads
      .filter((_, index) => !repeated.has(index))
      .map(({ subject, predicate, object, graph }) => ({
        subject: name(subject),
        predicate,
        object: name(object),
        graph: graph === undefined ? '' : name(graph),
      }));
  }

  /**
   * The canonical form where no two nodes are one: then subjects and predicates are in an order that is known.
   * @returns undefined where two are, or two blank nodes have one hash
   */
  #inKnownOrder(): string | undefined {
    const values = this.#values;
    for (const node of this.#nodes) node.hash ??= hashOf(node, values);
    const labels = canonicalLabels(this.#nodes.map(({ hash = '' }, label) => ({ label, hash })));
    if (labels === undefined) return undefined;
    const final = this.#nodes.map((_, node) => labels.get(node) ?? '');
    for (const subject of this.#subjects) {
      const isSame = subject.blanks.every((node) => subject.labels[node] === final[node]);
      if (subject.text !== undefined && isSame) continue;
      subject.name = written(subject.term, values, final);
      subject.text = linesOf(subject, values, final).join('');
      subject.labels = final;
    }
    const sorted = this.#subjects.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    let text = '';
    let before = '';
    for (const { name, text: lines = '' } of sorted) {
      if (name === before) return undefined;
      before = name;
      text += lines;
    }
    return text;
  }
}

function decisionsOf(coincidences: readonly Coincidence[], slots: number): readonly (readonly number[])[] {
  const decided = Array.from({ length: slots }, (): number[] => []);
  for (const [index, { pairs }] of coincidences.entries())
    for (const side of pairs.flat()) if (typeof side === 'number') decided[side]?.push(index);
  return decided;
}

/** Statements with one subject and one predicate: their order among themselves depends on what the slots hold. */
type SamePredicate = readonly TemplateQuad[];

/** What is said of one thing, and how it was written last. */
interface Subject {
  readonly term: TemplateTerm;
  /** In the order of the predicates. */
  readonly predicates: readonly SamePredicate[];
  readonly slots: ReadonlySet<number>;
  readonly blanks: readonly number[];
  name: string;
  text: string | undefined;
  /** The labels with which it was written. */
  labels: readonly string[];
}

/** A blank node, and its first-degree hash as it was last. */
interface Node {
  readonly node: number;
  readonly own: Subject | undefined;
  /** The statements about other things in which it stands. */
  readonly incoming: readonly TemplateQuad[];
  readonly slots: ReadonlySet<number>;
  /** `_:a` for itself, `_:z` for all others. */
  readonly labels: readonly string[];
  hash: string | undefined;
}

function subjectsOf(quads: readonly TemplateQuad[]): readonly Subject[] {
  const bySubject = grouped(quads, ({ subject }) => nameOf(subject));
  return [...bySubject.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const byPredicate = [...grouped(own, ({ predicate }) => predicate)].sort(([a], [b]) => (a < b ? -1 : 1));
    const terms = own.flatMap(({ subject, object }) => [subject, object]);
    return [
      {
        term: first.subject,
        predicates: byPredicate.map(([, same]) => same),
        slots: slotsOf(own),
        blanks: [...new Set(terms.flatMap((term) => (term.kind === 'blank' ? [term.node] : [])))],
        name: '',
        text: undefined,
        labels: [],
      },
    ];
  });
}

function nodesOf({ quads, blanks }: Template, subjects: readonly Subject[]): readonly Node[] {
  const others = Array.from({ length: blanks }, () => '_:z');
  return others.map((_, node) => {
    const isThis = (term: TemplateTerm): boolean => term.kind === 'blank' && term.node === node;
    const around = quads.filter(({ subject, object }) => isThis(subject) || isThis(object));
    return {
      node,
      own: subjects.find(({ term }) => isThis(term)),
      incoming: around.filter(({ subject }) => !isThis(subject)),
      slots: slotsOf(around),
      labels: others.with(node, '_:a'),
      hash: undefined,
    };
  });
}

function constantsOf(quads: readonly TemplateQuad[]): string {
  const terms = quads.flatMap(({ subject, object, graph }) => [
    subject,
    object,
    ...(graph === undefined ? [] : [graph]),
  ]);
  return terms.map((term) => (term.kind === 'constant' ? term.text : term.kind === 'slot' ? term.after : '')).join('');
}

function slotsOf(quads: readonly TemplateQuad[]): ReadonlySet<number> {
  const terms = quads.flatMap(({ subject, object }) => [subject, object]);
  return new Set(terms.flatMap((term) => (term.kind === 'slot' ? [term.slot] : [])));
}

function nameOf(term: TemplateTerm): string {
  return term.kind === 'constant' ? term.text : `${term.kind} ${term.kind === 'blank' ? term.node : term.slot}`;
}

/** A first-degree hash (RDFC-1.0, section 4.6). IRIs come first in the order, then the node itself, then other nodes. */
function hashOf({ own, incoming, labels }: Node, values: readonly string[]): string {
  const lines = incoming.map((quad) => lineOf(quad, values, labels)).sort();
  const after = lines.findIndex((line) => line.startsWith('_'));
  const [before, others] = after === -1 ? [lines, []] : [lines.slice(0, after), lines.slice(after)];
  return hashLines([...before, ...(own === undefined ? [] : linesOf(own, values, labels)), ...others]);
}

function linesOf({ predicates }: Subject, values: readonly string[], labels: readonly string[]): readonly string[] {
  const all: string[] = [];
  for (const same of predicates) {
    const lines = same.map((quad) => lineOf(quad, values, labels));
    all.push(...(lines.length === 1 ? lines : lines.sort()));
  }
  return all;
}

function lineOf(
  { subject, predicate, object }: TemplateQuad,
  values: readonly string[],
  labels: readonly string[],
): string {
  return `${written(subject, values, labels)} ${predicate} ${written(object, values, labels)} .\n`;
}

/** A term in N-Quads; a blank node by its label, if it has one already. */
function written(term: TemplateTerm, values: readonly string[], labels: readonly string[]): string {
  if (term.kind === 'constant') return term.text;
  if (term.kind === 'blank') return labels[term.node] ?? `_:b${term.node}`;
  return `${term.before}${values[term.slot] ?? ''}${term.after}`;
}
