import { unusable } from '../errors.ts';
import { loadContext } from '../openbadges/contexts.ts';
import type { DocumentLoader } from '../ports.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../syntax/json.ts';
import { Recent } from '../syntax/recent.ts';
import { coincidencesOf, firstAlike } from './coincidences.ts';
import { type Filled, Filler } from './fill.ts';
import { libraryForm, libraryLabels } from './library-form.ts';
import { Comparison } from './pattern.ts';
import { type Skeleton, skeletonOf, type Slot, slotFor, withSlots } from './skeleton.ts';
import { sentinelsFor, templateOf } from './template.ts';

/** Shapes beyond this number are forgotten, those first that were not met for longest. */
const MAX_SHAPES = 64;
const MAX_RECENT = 4;

/**
 * What is known of a shape: its template, or how often it was met, and with how many more documents it is tried to make one.
 * That may fail for what one document holds, so it is tried again each time that it was met twice as often.
 */
type Known = { readonly times: number; readonly next: number } | CompiledShape;
/** With what was met once only, a template has nothing to do. */
const FIRST_TRY = 2;

/** The shapes of the documents that were canonicalized lately. */
export class Shapes {
  readonly #known = new Recent<string, Known>(MAX_SHAPES);
  readonly #documentLoader: DocumentLoader;
  /** Those that were met last, the last one first. */
  #recent: readonly CompiledShape[] = [];

  constructor(documentLoader: DocumentLoader = loadContext) {
    this.#documentLoader = documentLoader;
  }

  /**
   * The statements of a document with their order, if it has one of the shapes that were met last. One after the other, most
   * documents have one of a few: a badge's, its proof's.
   */
  fillRecent(document: JsonObject): Filled | undefined {
    for (const shape of this.#recent) {
      const quick = shape.fill(document);
      if (quick !== undefined) return quick;
    }
    return undefined;
  }

  /**
   * The same, if it has any shape that was compiled.
   * @returns undefined where the libraries have to answer
   */
  async fill(document: JsonObject): Promise<Filled | undefined> {
    const skeleton = skeletonOf(document);
    if (skeleton === undefined) return undefined;
    const known = await this.#look(document, skeleton);
    if (known === undefined) return undefined;
    this.#recent = [known, ...this.#recent.filter((shape) => shape !== known)].slice(0, MAX_RECENT);
    return known.fill(document);
  }

  async #look(document: JsonObject, { shape, slots }: Skeleton): Promise<CompiledShape | undefined> {
    const known = this.#known.get(shape) ?? { times: 0, next: FIRST_TRY };
    if (known instanceof CompiledShape) return known;
    const times = known.times + 1;
    const isTried = times >= known.next;
    // Who meets it while it is compiled goes on without.
    this.#known.set(shape, { times, next: isTried ? Number.POSITIVE_INFINITY : known.next });
    if (!isTried) return undefined;
    const compiled = await compile(document, slots, this.#documentLoader);
    this.#known.set(shape, compiled ?? { times, next: 2 * times });
    return compiled;
  }
}

type Terms = ReadonlySet<string>;

/** A shape with its template; it remembers the slots of the document before. */
class CompiledShape {
  readonly #before: Comparison;
  readonly #filler: Filler;
  readonly #terms: Terms;
  readonly #slots: Slot[];
  #isFirst = true;

  constructor(document: JsonObject, slots: readonly Slot[], filler: Filler, terms: Terms) {
    this.#before = new Comparison(document);
    this.#filler = filler;
    this.#terms = terms;
    this.#slots = [...slots];
  }

  /** @returns undefined where the document has another shape, or a value that must not be put into a template */
  fill(document: JsonObject): Filled | undefined {
    const changes = this.#before.changesIn(document);
    if (changes === undefined) return undefined;
    const fresh: Slot[] = [];
    for (const [index, value] of changes.values.entries()) {
      const before = this.#slots[changes.slots[index] ?? -1];
      const slot = slotFor(value);
      if (before === undefined || typeof slot === 'string') return undefined;
      if (!isAlike(slot, before) || isTerm(slot, this.#terms)) return undefined;
      fresh.push(slot);
    }
    for (const [index, slot] of fresh.entries()) this.#slots[changes.slots[index] ?? -1] = slot;
    this.#before.accept(changes);
    const changed = this.#isFirst ? [...this.#slots.keys()] : changes.slots;
    this.#isFirst = false;
    return this.#filler.fill(this.#slots, changed);
  }
}

function isAlike(one: Slot | undefined, other: Slot | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.kind === other.kind && (one.kind !== 'iri' || other.kind !== 'iri' || one.prefix === other.prefix);
}

/** A value that a context defines is no IRI any more where the context says that terms may stand. */
function isTerm({ kind, value }: Slot, terms: Terms): boolean {
  return kind === 'iri' && terms.has(value);
}

async function compile(
  document: JsonObject,
  slots: readonly Slot[],
  documentLoader: DocumentLoader,
): Promise<CompiledShape | undefined> {
  const terms = await termsOf(document, documentLoader);
  const sentinels = sentinelsFor(slots, JSON.stringify(document));
  if (terms === undefined || sentinels === undefined || slots.some((slot) => isTerm(slot, terms))) return undefined;
  const stuffed = withSlots(document, (_, index) => sentinels.values[index] ?? '');
  const canonical = await libraryForm(stuffed, documentLoader).catch(unusable);
  const template = canonical === undefined ? undefined : templateOf(slots, sentinels, canonical);
  const coincidences = template === undefined ? undefined : coincidencesOf(template);
  if (template === undefined || coincidences === undefined) return undefined;
  const shape = new CompiledShape(document, slots, new Filler(template, coincidences), terms);
  const alike = firstAlike(coincidences, (one, other) => isAlike(slots[one], slots[other]));
  // Where all is the same that may be the same, the libraries have to take for one what the template does.
  const merged = withSlots(document, (_, index) => sentinels.values[alike.get(index) ?? index] ?? '');
  if (alike.size > 0 && !(await agrees(shape, merged, documentLoader))) return undefined;
  return (await agrees(shape, document, documentLoader)) ? shape : undefined;
}

/** Whether a template says of a document what the libraries say. */
async function agrees(shape: CompiledShape, document: JsonObject, documentLoader: DocumentLoader): Promise<boolean> {
  const filled = shape.fill(document);
  if (filled === undefined) return false;
  const own = filled.text ?? (await libraryLabels(filled.quads, document).catch(unusable));
  return own !== undefined && own === (await libraryForm(document, documentLoader).catch(unusable));
}

/**
 * The terms of all contexts in force that could be taken for IRIs; undefined where a context stands in the document itself, or
 * has what only shows when two nodes are one.
 */
async function termsOf(document: JsonObject, documentLoader: DocumentLoader): Promise<Terms | undefined> {
  const terms = new Set<string>();
  const pending = [...contextsIn(document)];
  const read = new Set<Json>();
  for (let context = pending.pop(); context !== undefined; context = pending.pop()) {
    if (read.has(context)) continue;
    read.add(context);
    if (typeof context !== 'string') return undefined;
    const loaded = await documentLoader(context).catch(unusable);
    if (loaded === undefined) return undefined;
    const text = JSON.stringify(loaded.document);
    if (text.includes('"@index"')) return undefined;
    const { keys, contexts } = readContext(parseJson(text));
    for (const key of keys) if (key.includes(':')) terms.add(key);
    pending.push(...contexts);
  }
  return terms;
}

/** Every context that a document names, at any depth. */
function contextsIn(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap((entry: Json) => contextsIn(entry));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '@context' ? (Array.isArray(inner) ? inner : [inner]) : contextsIn(inner),
  );
}

/** Every key in a context, and the contexts that it names. */
function readContext(value: Json): { readonly keys: readonly string[]; readonly contexts: readonly string[] } {
  if (Array.isArray(value)) return joined(value.map((entry: Json) => readContext(entry)));
  if (!isJsonObject(value)) return { keys: [], contexts: [] };
  const named = contextsIn(value).filter((context) => typeof context === 'string');
  return joined([
    { keys: Object.keys(value), contexts: named },
    ...Object.values(value).map((inner) => readContext(inner)),
  ]);
}

type ContextContents = ReturnType<typeof readContext>;

function joined(all: readonly ContextContents[]): ContextContents {
  return { keys: all.flatMap(({ keys }) => keys), contexts: all.flatMap(({ contexts }) => contexts) };
}
