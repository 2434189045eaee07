import { canonicalByFirstDegree, canonicalLabels, hashLines, type Order, orderFor } from './first-degree.ts';
import type { Quad } from './n-quads.ts';
import type { Slot } from './skeleton.ts';
import type { Template, TemplateQuad, TemplateTerm } from './template.ts';

/** Statements with one subject and one predicate: their order among themselves depends on what the slots hold. */
type SamePredicate = readonly TemplateQuad[];

interface Subject {
  readonly term: TemplateTerm;
  /** In the order of the predicates. */
  readonly predicates: readonly SamePredicate[];
}

/** Two statements of a template that are one where the slots hold the same. */
interface Coincidence {
  readonly first: number;
  readonly second: number;
}

/** A template with all that can be known before the slots are. */
export interface FillableTemplate {
  readonly template: Template;
  readonly subjects: readonly Subject[];
  /** For each blank node the statements about other nodes in which it stands. */
  readonly incoming: readonly (readonly TemplateQuad[])[];
  readonly coincidences: readonly Coincidence[];
  readonly isPlain: boolean;
}

const MAX_COINCIDENCES = 20_000;

/** @returns undefined where a hostile document would make this too much work */
export function fillable(template: Template): FillableTemplate | undefined {
  const coincidences = coincidencesOf(template.quads);
  if (coincidences === undefined) return undefined;
  const bySubject = grouped(template.quads, ({ subject }) => nameOf(subject));
  const subjects = [...bySubject.values()].flatMap((quads) => {
    const [first] = quads;
    if (first === undefined) return [];
    const byPredicate = [...grouped(quads, ({ predicate }) => predicate)].sort(([a], [b]) => (a < b ? -1 : 1));
    return [{ term: first.subject, predicates: byPredicate.map(([, same]) => same) }];
  });
  const incoming = Array.from({ length: template.blanks }, (_, node) =>
    template.quads.filter(({ subject, object }) => isNode(object, node) && !isNode(subject, node)),
  );
  return {
    template,
    subjects,
    incoming,
    coincidences,
    isPlain: template.quads.every(({ graph }) => graph === undefined),
  };
}

function grouped<T>(items: Iterable<T>, keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function isNode(term: TemplateTerm, node: number): boolean {
  return term.kind === 'blank' && term.node === node;
}

function nameOf(term: TemplateTerm): string {
  return term.kind === 'constant' ? term.text : `${term.kind} ${term.kind === 'blank' ? term.node : term.slot}`;
}

/** Every two statements that values could make the same. */
function coincidencesOf(quads: readonly TemplateQuad[]): readonly Coincidence[] | undefined {
  const found: Coincidence[] = [];
  const groups = grouped(quads.entries(), ([, { predicate }]) => predicate);
  for (const group of groups.values())
    for (const [at, [first, one]] of group.entries()) {
      for (const [second, other] of group.slice(at + 1)) if (mayCoincide(one, other)) found.push({ first, second });
      if (found.length > MAX_COINCIDENCES || group.length > MAX_COINCIDENCES / 10) return undefined;
    }
  return found;
}

function mayCoincide(one: TemplateQuad, other: TemplateQuad): boolean {
  return (
    mayBeSame(one.subject, other.subject) &&
    mayBeSame(one.object, other.object) &&
    (one.graph === undefined) === (other.graph === undefined) &&
    (one.graph === undefined || other.graph === undefined || mayBeSame(one.graph, other.graph))
  );
}

function mayBeSame(one: TemplateTerm, other: TemplateTerm): boolean {
  if (one.kind === 'blank' || other.kind === 'blank')
    return one.kind === 'blank' && other.kind === 'blank' && one.node === other.node;
  if (one.kind === 'slot' && other.kind === 'slot') return one.before === other.before && one.after === other.after;
  if (one.kind === 'constant' && other.kind === 'constant') return one.text === other.text;
  const [slot, constant] = one.kind === 'slot' ? [one, other] : [other, one];
  return (
    slot.kind === 'slot' &&
    constant.kind === 'constant' &&
    constant.text.startsWith(slot.before) &&
    constant.text.endsWith(slot.after)
  );
}

/** A template's statements with values in their slots. */
export type Filled = { readonly text: string } | { readonly text: undefined; readonly quads: readonly Quad[] };

/**
 * The canonical form of a document of a template's shape (RDFC-1.0).
 * @returns the statements alone, each once, where the labels of its blank nodes do not follow from their first-degree hashes
 */
export function fill(fillableTemplate: FillableTemplate, slots: readonly Slot[]): Filled {
  const { template, coincidences, isPlain, subjects } = fillableTemplate;
  const values = slots.map((slot, index) => template.write[index]?.(slot) ?? '');
  const order = orderFor(values.join(''));
  const repeated = repeatedAmong(coincidences, template.quads, values);
  const names = subjects.map(({ term }) => (term.kind === 'blank' ? undefined : written(term, values, [])));
  const nodes = names.filter((name) => name !== undefined);
  const isStatic = isPlain && repeated.size === 0 && new Set(nodes).size === nodes.length;
  const text = isStatic ? inKnownOrder(fillableTemplate, values, order) : undefined;
  if (text !== undefined) return { text };
  const quads = template.quads.filter((_, index) => !repeated.has(index)).map((quad) => quadOf(quad, values));
  const slow = isStatic ? undefined : canonicalByFirstDegree(quads, order);
  return slow === undefined ? { text: undefined, quads } : { text: slow };
}

function repeatedAmong(
  coincidences: readonly Coincidence[],
  quads: readonly TemplateQuad[],
  values: readonly string[],
): ReadonlySet<number> {
  const repeated = new Set<number>();
  for (const { first, second } of coincidences) {
    const [one, other] = [quads[first], quads[second]];
    if (one === undefined || other === undefined) continue;
    if (
      written(one.object, values, []) === written(other.object, values, []) &&
      written(one.subject, values, []) === written(other.subject, values, []) &&
      graphOf(one, values) === graphOf(other, values)
    )
      repeated.add(second);
  }
  return repeated;
}

function graphOf({ graph }: TemplateQuad, values: readonly string[]): string {
  return graph === undefined ? '' : written(graph, values, []);
}

function quadOf(quad: TemplateQuad, values: readonly string[]): Quad {
  return {
    subject: written(quad.subject, values, []),
    predicate: quad.predicate,
    object: written(quad.object, values, []),
    graph: graphOf(quad, values),
  };
}

/** A term in N-Quads; a blank node by its label, if it has one already. */
function written(term: TemplateTerm, values: readonly string[], labels: readonly string[]): string {
  if (term.kind === 'constant') return term.text;
  if (term.kind === 'blank') return labels[term.node] ?? `_:b${term.node}`;
  return `${term.before}${values[term.slot] ?? ''}${term.after}`;
}

/** The canonical form where no two nodes are one: then subjects and predicates are in an order that is known. */
function inKnownOrder(
  { subjects, incoming, template }: FillableTemplate,
  values: readonly string[],
  order: Order,
): string | undefined {
  const others = Array.from({ length: template.blanks }, () => '_:z');
  const hashes = incoming.map((around, node) => {
    const labels = others.with(node, '_:a');
    const own = subjects.find(({ term }) => isNode(term, node));
    const lines = around.map((quad) => lineOf(quad, values, labels));
    const [before, after] = [lines.filter((line) => line < '_:a'), lines.filter((line) => line >= '_:a')];
    return {
      label: node,
      hash: hashLines([
        ...before.sort(order),
        ...(own === undefined ? [] : linesOf(own, values, labels, order)),
        ...after.sort(order),
      ]),
    };
  });
  const labels = canonicalLabels(hashes);
  if (labels === undefined) return undefined;
  const final = others.map((_, node) => labels.get(node) ?? '');
  return subjects
    .map((subject) => ({ name: written(subject.term, values, final), subject }))
    .sort((a, b) => order?.(a.name, b.name) ?? (a.name < b.name ? -1 : 1))
    .map(({ subject }) => linesOf(subject, values, final, order).join(''))
    .join('');
}

function linesOf(
  { predicates }: Subject,
  values: readonly string[],
  labels: readonly string[],
  order: Order,
): readonly string[] {
  return predicates.flatMap((same) => {
    const lines = same.map((quad) => lineOf(quad, values, labels));
    return lines.length === 1 ? lines : lines.sort(order);
  });
}

function lineOf(
  { subject, predicate, object }: TemplateQuad,
  values: readonly string[],
  labels: readonly string[],
): string {
  return `${written(subject, values, labels)} ${predicate} ${written(object, values, labels)} .\n`;
}
