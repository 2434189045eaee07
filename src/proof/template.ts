import { escapeLiteral, isBlank, parseQuads, type Quad } from './n-quads.ts';
import type { Slot } from './skeleton.ts';

/** A term of a statement in a template: as it always is, a blank node, or what a slot holds between two fixed texts. */
export type TemplateTerm =
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'blank'; readonly node: number }
  | { readonly kind: 'slot'; readonly slot: number; readonly before: string; readonly after: string };

export interface TemplateQuad {
  readonly subject: TemplateTerm;
  readonly predicate: string;
  readonly object: TemplateTerm;
  readonly graph: TemplateTerm | undefined;
}

/** The statements that documents of one shape make. */
export interface Template {
  readonly quads: readonly TemplateQuad[];
  /** How many blank nodes there are. */
  readonly blanks: number;
  /** What each slot holds. */
  readonly kinds: readonly Slot['kind'][];
  /** How each slot's value is written. */
  readonly write: readonly ((slot: Slot) => string)[];
}

const RDF_TYPE = '<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>';
const FIRST_INTEGER = 8_100_000_000_000;
const FIRST_DOUBLE = 8_100_000_000.5;
const DIGITS = 6;

/** What stands in for the values of a document's slots while its template is made. */
export interface Sentinels {
  readonly values: readonly (string | number)[];
  /** Stands in every text among them, and nowhere in the document. */
  readonly mark: string;
}

/** How the numbers among them begin, in either form. */
const NUMBER_MARKS = ['8100000000', '8.1000000'];

/**
 * @param text the document as JSON
 * @returns undefined where the document has what only sentinels may look like
 */
export function sentinelsFor(slots: readonly Slot[], text: string): Sentinels | undefined {
  if (NUMBER_MARKS.some((digits) => text.includes(digits))) return undefined;
  const taken = new Set(Array.from(text.matchAll(MARK), ([mark]) => mark));
  let number = 0;
  while (taken.has(markOf(number))) number++;
  const mark = markOf(number);
  return {
    mark,
    values: slots.map((slot, index) => {
      if (slot.kind === 'integer') return FIRST_INTEGER + index;
      if (slot.kind === 'double') return FIRST_DOUBLE + index;
      return `${slot.kind === 'iri' ? slot.prefix : ''}${mark}${String(index).padStart(DIGITS, '0')}`;
    }),
  };
}

const MARK = /slot\d+x/g;

function markOf(number: number): string {
  return `slot${number}x`;
}

/**
 * The template of a shape, by the canonical form of a document with sentinels in its slots. Each sentinel has to come back as
 * the whole of a literal or an IRI, and not where it decides what a statement means.
 * @returns undefined where that is not so: then nobody knows what another value would do
 */
export function templateOf(
  slots: readonly Slot[],
  { values, mark }: Sentinels,
  canonical: string,
): Template | undefined {
  const lexical = new Map<string, { slot: number; write: (slot: Slot) => string }>();
  for (const [slot, value] of values.entries())
    for (const { text, write } of lexicalForms(slots[slot], value)) lexical.set(text, { slot, write });
  const writers: ((slot: Slot) => string)[] = [];
  const blanks = new Map<string, number>();

  const term = (text: string): TemplateTerm | undefined => {
    if (isBlank(text)) {
      const node = blanks.get(text) ?? blanks.size;
      blanks.set(text, node);
      return { kind: 'blank', node };
    }
    const end = text.startsWith('<') ? text.length - 1 : text.lastIndexOf('"');
    const found = lexical.get(text.slice(1, end));
    if (found === undefined) return text.includes(mark) ? undefined : { kind: 'constant', text };
    if (writers[found.slot] !== undefined && writers[found.slot] !== found.write) return undefined;
    writers[found.slot] = found.write;
    return { kind: 'slot', slot: found.slot, before: text.slice(0, 1), after: text.slice(end) };
  };

  const quads: TemplateQuad[] = [];
  for (const quad of parseQuads(canonical)) {
    const read = quadOf(quad, term, mark);
    if (read === undefined) return undefined;
    quads.push(read);
  }
  const write = slots.map((_, slot) => writers[slot]);
  if (!write.every((each) => each !== undefined)) return undefined;
  return { quads, blanks: blanks.size, kinds: slots.map(({ kind }) => kind), write };
}

function quadOf(quad: Quad, term: (text: string) => TemplateTerm | undefined, mark: string): TemplateQuad | undefined {
  const [subject, object] = [term(quad.subject), term(quad.object)];
  const graph = quad.graph === '' ? undefined : term(quad.graph);
  if (subject === undefined || object === undefined || quad.predicate.includes(mark)) return undefined;
  if (quad.graph !== '' && graph === undefined) return undefined;
  if (object.kind === 'slot' && (quad.predicate === RDF_TYPE || object.after.includes(mark))) return undefined;
  return { subject, predicate: quad.predicate, object, graph };
}

interface LexicalForm {
  readonly text: string;
  readonly write: (slot: Slot) => string;
}

/** How a sentinel may come back, and how any other value in its place is then written. */
function lexicalForms(slot: Slot | undefined, sentinel: string | number): readonly LexicalForm[] {
  if (typeof sentinel === 'string') return [{ text: sentinel, write: slot?.kind === 'iri' ? plain : literal }];
  const exponential = { text: doubleForm(sentinel), write: double };
  return slot?.kind === 'integer' ? [{ text: String(sentinel), write: integer }, exponential] : [exponential];
}

const plain = ({ value }: Slot): string => String(value);
const integer = plain;
const literal = ({ value }: Slot): string => escapeLiteral(String(value));
const double = ({ value }: Slot): string => doubleForm(Number(value));

/** The canonical lexical form of xsd:double, as JSON-LD 1.1 writes it (section 8.6). */
function doubleForm(value: number): string {
  return value.toExponential(15).replace(/(\d)0*e\+?/, '$1E');
}
