import { grouped } from './coincidences.ts';
import { hashLines } from './first-degree.ts';
import type { Template, TemplateQuad, TemplateTerm } from './template.ts';

/**
 * The canonical form of a template where no two nodes are one: then subjects and predicates are in an order that is known.
 * What a document has in common with the one before it is not written and hashed again.
 */
export class KnownOrder {
  readonly #nodes: readonly Node[];
  /** For each slot, what depends on its value. */
  readonly #dependents: readonly Dependents[];
  /** The blank nodes in the order of their hashes, as it was last. */
  readonly #order: Node[];
  /** What something is said of in the order of the names, as it was last. */
  readonly #named: Subject[];

  constructor({ quads, blanks, write }: Template) {
    this.#nodes = Array.from({ length: blanks }, (_, node) => new Node(node, quads));
    this.#named = [...grouped(quads, ({ subject }) => nameOf(subject)).values()].map(
      (own) => new Subject(own, this.#nodes),
    );
    for (const subject of this.#named) if (subject.own !== undefined) subject.own.subject = subject;
    this.#dependents = write.map(() => ({ subjects: [], nodes: [] }));
    for (const subject of this.#named) for (const slot of subject.slots) this.#dependents[slot]?.subjects.push(subject);
    for (const node of this.#nodes) for (const slot of node.slots) this.#dependents[slot]?.nodes.push(node);
    this.#order = [...this.#nodes];
  }

  /** A slot has another value than before. */
  forget(slot: number): void {
    const { subjects, nodes } = this.#dependents[slot] ?? NONE;
    for (const subject of subjects) subject.forget();
    for (const node of nodes) node.hash = '';
  }

  /** @returns undefined where two nodes are one, or two blank nodes have one hash */
  text(values: readonly string[]): string | undefined {
    if (!this.#label(values)) return undefined;
    for (const subject of this.#named) subject.write(values);
    let text = '';
    let before = '';
    for (const { name, text: lines } of putInOrder(this.#named, ({ name: own }) => own)) {
      if (name === before) return undefined;
      before = name;
      text += lines;
    }
    return text;
  }

  /** Gives the blank nodes their canonical labels (RDFC-1.0, section 4.4); false where two have one hash. */
  #label(values: readonly string[]): boolean {
    for (const node of this.#nodes) if (node.hash === '') node.hash = node.firstDegreeHash(values);
    const order = putInOrder(this.#order, ({ hash }) => hash);
    let [index, before] = [0, ''];
    for (const node of order) {
      if (node.hash === before) return false;
      before = node.hash;
      node.label = `_:c14n${index++}`;
    }
    return true;
  }
}

/** Up to this length a list is put in order sooner entry by entry, and nothing has to be cleared away behind it. */
const SHORT = 32;

/** Sorts a list in its place. */
function putInOrder<T extends object>(list: T[], keyOf: (entry: T) => string): readonly T[] {
  if (list.length > SHORT) return list.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  for (let index = 1; index < list.length; index++) {
    const entry = list[index];
    if (entry === undefined) break;
    const key = keyOf(entry);
    let at = index;
    for (let before = list[at - 1]; before !== undefined && keyOf(before) > key; before = list[at - 1])
      list[at--] = before;
    list[at] = entry;
  }
  return list;
}

interface Dependents {
  readonly subjects: Subject[];
  readonly nodes: Node[];
}

const NONE: Dependents = { subjects: [], nodes: [] };

/** What is said of one thing, and how it was written last. */
class Subject {
  /** The blank node that it is; undefined for an IRI. */
  readonly own: Node | undefined;
  readonly slots: ReadonlySet<number>;
  name = '';
  text = '';
  readonly #term: TemplateTerm;
  /** In the order of the predicates. */
  readonly #predicates: readonly SamePredicate[];
  readonly #blanks: readonly Node[];
  /** The labels with which it was written; none where it has to be written again. */
  #labels: readonly string[] | undefined;

  constructor(quads: readonly TemplateQuad[], nodes: readonly Node[]) {
    const [first] = quads;
    if (first === undefined) throw new Error('nothing is said of it');
    const blankOf = (term: TemplateTerm): Node | undefined => (term.kind === 'blank' ? nodes[term.node] : undefined);
    const { subject } = first;
    this.#term = subject;
    this.own = blankOf(subject);
    this.slots = slotsOf(quads);
    this.#blanks = [
      ...new Set(quads.flatMap(({ subject: own, object }) => [blankOf(own) ?? [], blankOf(object) ?? []].flat())),
    ];
    this.#predicates = [...grouped(quads, ({ predicate }) => predicate)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, same]) => same.map((quad) => lineOf(quad, blankOf(quad.object))));
  }

  forget(): void {
    this.#labels = undefined;
  }

  /** Writes it, unless it was written so before. */
  write(values: readonly string[]): void {
    const blanks = this.#blanks;
    if (this.#labels?.every((label, index) => label === blanks[index]?.label) === true) return;
    this.#labels = blanks.map(({ label }) => label);
    this.name = this.own === undefined ? written(this.#term, values) : this.own.label;
    this.text = this.lines(this.name, values, undefined);
  }

  /** @param center the blank node that is called `_:a` where all others are `_:z`; undefined where all have their labels */
  lines(name: string, values: readonly string[], center: Node | undefined): string {
    let text = '';
    for (const same of this.#predicates) {
      const [only] = same;
      if (same.length === 1 && only !== undefined) text += name + endOf(only, values, center);
      else
        text += same
          .map((line) => name + endOf(line, values, center))
          .sort()
          .join('');
    }
    return text;
  }
}

/** Statements with one subject and one predicate: their order among themselves depends on what the slots hold. */
type SamePredicate = readonly Line[];

/** A statement behind its subject: what stands before and behind that of its object which may differ. */
interface Line {
  readonly before: string;
  readonly slot: number | undefined;
  readonly blank: Node | undefined;
  readonly after: string;
}

/** A blank node, with its first-degree hash and its label as they were last; the empty text where that is not known. */
class Node {
  readonly slots: ReadonlySet<number>;
  hash = '';
  label = '';
  /** What is said of it. */
  subject: Subject | undefined;
  /** The statements about other things in which it stands: each with its subject, undefined for another blank node. */
  readonly #incoming: readonly (readonly [TemplateTerm | undefined, Line])[];

  constructor(node: number, quads: readonly TemplateQuad[]) {
    const isThis = (term: TemplateTerm): boolean => term.kind === 'blank' && term.node === node;
    const around = quads.filter(({ subject, object }) => isThis(subject) || isThis(object));
    this.slots = slotsOf(around);
    this.#incoming = around
      .filter(({ subject }) => !isThis(subject))
      .map((quad) => [quad.subject.kind === 'blank' ? undefined : quad.subject, lineOf(quad, this)] as const);
  }

  /** RDFC-1.0, section 4.6. IRIs come first in the order, then the node itself, then other nodes. */
  firstDegreeHash(values: readonly string[]): string {
    const lines = this.#incoming
      .map(([subject, line]) => (subject === undefined ? '_:z' : written(subject, values)) + endOf(line, values, this))
      .sort();
    const after = lines.findIndex((line) => line.startsWith('_'));
    const own = this.subject?.lines('_:a', values, this) ?? '';
    if (after === -1) return hashLines([...lines, own]);
    return hashLines([...lines.slice(0, after), own, ...lines.slice(after)]);
  }
}

function lineOf({ predicate, object }: TemplateQuad, blank: Node | undefined): Line {
  const before = ` ${predicate} `;
  if (object.kind === 'constant') return { before: `${before}${object.text} .\n`, slot: undefined, blank, after: '' };
  if (object.kind === 'blank') return { before, slot: undefined, blank, after: ' .\n' };
  return { before: before + object.before, slot: object.slot, blank, after: `${object.after} .\n` };
}

function endOf({ before, slot, blank, after }: Line, values: readonly string[], center: Node | undefined): string {
  if (slot !== undefined) return before + (values[slot] ?? '') + after;
  if (blank === undefined) return before;
  return before + (center === undefined ? blank.label : blank === center ? '_:a' : '_:z') + after;
}

function slotsOf(quads: readonly TemplateQuad[]): ReadonlySet<number> {
  const terms = quads.flatMap(({ subject, object }) => [subject, object]);
  return new Set(terms.flatMap((term) => (term.kind === 'slot' ? [term.slot] : [])));
}

function nameOf(term: TemplateTerm): string {
  return term.kind === 'constant' ? term.text : `${term.kind} ${term.kind === 'blank' ? term.node : term.slot}`;
}

/** A term that is no blank node, in N-Quads. */
function written(term: TemplateTerm, values: readonly string[]): string {
  if (term.kind === 'slot') return `${term.before}${values[term.slot] ?? ''}${term.after}`;
  return term.kind === 'constant' ? term.text : '';
}
