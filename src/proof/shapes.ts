import { unusable } from '../errors.ts';
import { loadContext } from '../openbadges/contexts.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../syntax/json.ts';
import { fill, fillable, type FillableTemplate } from './fill.ts';
import { libraryForm, libraryLabels } from './library-form.ts';
import { type Skeleton, type Slot, withSlots } from './skeleton.ts';
import { sentinelsFor, templateOf } from './template.ts';

/** Shapes beyond this number are forgotten, those first that were not met for longest. */
const MAX_SHAPES = 64;

/** What is known of a shape. One that was met once is compiled when it is met again. */
type Known =
  | { readonly state: 'met' | 'refused' }
  | { readonly state: 'compiled'; readonly template: FillableTemplate; readonly terms: Terms };

type Terms = ReadonlySet<string>;

/** The shapes of the documents that were canonicalized lately. */
export class Shapes {
  readonly #known = new Map<string, Known>();

  /** The template that a document fits, once there is one. */
  async templateFor(document: JsonObject, skeleton: Skeleton): Promise<FillableTemplate | undefined> {
    const { shape, slots } = skeleton;
    const known = await this.#look(document, skeleton);
    this.#known.delete(shape);
    this.#known.set(shape, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_SHAPES && oldest !== undefined) this.#known.delete(oldest);
    return known.state === 'compiled' && !slots.some((slot) => isTerm(slot, known.terms)) ? known.template : undefined;
  }

  async #look(document: JsonObject, { shape, slots }: Skeleton): Promise<Known> {
    const known = this.#known.get(shape);
    if (known === undefined) return { state: 'met' };
    if (known.state !== 'met') return known;
    // Who meets it while it is compiled goes on without.
    this.#known.set(shape, { state: 'refused' });
    return await compile(document, slots);
  }
}

/** A value that a context defines is no IRI any more where the context says that terms may stand. */
function isTerm({ kind, value }: Slot, terms: Terms): boolean {
  return kind === 'iri' && terms.has(value);
}

async function compile(document: JsonObject, slots: readonly Slot[]): Promise<Known> {
  const refused = { state: 'refused' } as const;
  const terms = await termsOf(document);
  const sentinels = sentinelsFor(slots, JSON.stringify(document));
  if (terms === undefined || sentinels === undefined) return refused;
  const stuffed = withSlots(document, (_, index) => sentinels.values[index] ?? '');
  const canonical = await libraryForm(stuffed).catch(unusable);
  const read = canonical === undefined ? undefined : templateOf(slots, sentinels, canonical);
  const template = read === undefined ? undefined : fillable(read);
  if (template === undefined) return refused;
  // What it says of the document at hand has to be what the libraries say.
  const filled = fill(template, slots);
  const own = filled.text ?? (await libraryLabels(filled.quads).catch(unusable));
  return own === (await libraryForm(document).catch(unusable)) ? { state: 'compiled', template, terms } : refused;
}

/**
 * The terms of all contexts in force that could be taken for IRIs; undefined where a context stands in the document itself, or
 * has what only shows when two nodes are one.
 */
async function termsOf(document: JsonObject): Promise<Terms | undefined> {
  const terms = new Set<string>();
  const pending = [...contextsIn(document)];
  const read = new Set<Json>();
  for (let context = pending.pop(); context !== undefined; context = pending.pop()) {
    if (read.has(context)) continue;
    read.add(context);
    if (typeof context !== 'string') return undefined;
    const loaded = await loadContext(context).catch(unusable);
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
