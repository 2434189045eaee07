import type { Lookup, World } from '../ports.ts';
import { isConstant } from '../syntax/constant.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';

export const MAX_VALUES_IN_ALL = 20_000;

/** An honest file leads to a handful of documents: a key, a list, those of its endorsements. */
const MAX_LOOKUPS = 32;
/** Each credential that it wraps may have an issuer of its own: a key document, a JWK set, a list and its key. */
const LOOKUPS_FOR_EACH = 4;

/** What a file may cost with all that it wraps, tokens included: every value takes time, every address a connection. */
export class FileBudget {
  #values = MAX_VALUES_IN_ALL;
  #lookups = MAX_LOOKUPS;

  /** How many addresses the file may lead to. */
  get lookups(): number {
    return this.#lookups;
  }

  allowLookupsFor(wrapped: number): void {
    this.#lookups += wrapped * LOOKUPS_FOR_EACH;
  }

  /** Spends what a document says, counted up to a limit, and tells whether there was enough left. */
  spend(document: JsonObject, limit: number = this.#values): boolean {
    this.#values -= countValues(document, limit);
    return this.#values >= 0;
  }
}

/** Lists take longer to put in order than their length says. */
const MAX_LIST_LENGTH = 1000;

/** How many values constants hold. */
const counts = new WeakMap<object, number>();

/** What was counted last: a file's document is counted for the file and for its own form. */
let last: { readonly document: JsonObject; readonly count: number } | undefined;

/** How many values a document holds; the count stops soon after the limit. An overlong list is more than any limit. */
export function countValues(document: JsonObject, limit: number): number {
  if (last?.document === document) return last.count;
  const count = countOf(document, limit);
  if (count <= limit) last = { document, count };
  return count;
}

function countOf(value: Json, limit: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  const known = counts.get(value);
  if (known !== undefined) return known;
  let count = 1;
  if (Array.isArray(value)) {
    if (value.length > MAX_LIST_LENGTH) return limit + 1;
    for (let at = 0; at < value.length && count <= limit; at++) count += countOf(value[at] as Json, limit - count);
  } else if (isJsonObject(value))
    for (const key in value) {
      const member = value[key] ?? null;
      count += typeof member === 'object' ? countOf(member, limit - count) : 1;
      if (count > limit) break;
    }
  if (count <= limit && isConstant(value)) counts.set(value, count);
  return count;
}

/** The same world, for one file: it answers about so many addresses and no more. */
export function boundedWorld(world: World, budget: FileBudget): World {
  const asked = new Set<string>();
  const within =
    (read: World['read']): World['read'] =>
    (url, maxBytes, reach) => {
      // To ask once more leads nowhere new; and what is found out about a list counts for other files, too.
      if (!asked.has(url) && asked.size >= budget.lookups) return Promise.resolve(TOO_MANY);
      asked.add(url);
      return read(url, maxBytes, reach);
    };
  return new BoundedWorld(
    within((url, maxBytes, reach) => world.read(url, maxBytes, reach)),
    new BoundedWorld(within((url, maxBytes, reach) => world.local.read(url, maxBytes, reach))),
  );
}

/** One class for all files: what the getter of an object of its own can reach lives until V8 clears the whole heap. */
class BoundedWorld implements World {
  readonly read: World['read'];
  readonly local: World;

  constructor(read: World['read'], local?: World) {
    this.read = read;
    this.local = local ?? this;
  }
}

const TOO_MANY: Lookup<never> = {
  found: false,
  reason: 'blocked',
  message: 'the file leads to more addresses than one of its kind should',
};
