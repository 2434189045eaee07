import type { Lookup, World } from '../ports.ts';

/** An honest file leads to a handful of documents: a key, a list, those of its endorsements. */
const MAX_LOOKUPS = 32;
/** Each credential that it wraps may have an issuer of its own: a key document, a JWK set, a list and its key. */
const LOOKUPS_FOR_EACH = 4;

/** How many addresses a file may lead to; it grows with what the file wraps. */
export class LookupBudget {
  #limit = MAX_LOOKUPS;

  get limit(): number {
    return this.#limit;
  }

  allowFor(wrapped: number): void {
    this.#limit += wrapped * LOOKUPS_FOR_EACH;
  }
}

/** The same world, for one file: it answers about so many addresses and no more. */
export function boundedWorld(world: World, budget: LookupBudget): World {
  const asked = new Set<string>();
  const within =
    (read: World['read']): World['read'] =>
    async (url, maxBytes, reach) => {
      asked.add(url);
      return asked.size > budget.limit ? TOO_MANY : await read(url, maxBytes, reach);
    };
  const local: World = {
    read: within((url, maxBytes, reach) => world.local.read(url, maxBytes, reach)),
    get local() {
      return local;
    },
  };
  return { read: within((url, maxBytes, reach) => world.read(url, maxBytes, reach)), local };
}

const TOO_MANY: Lookup<never> = {
  found: false,
  reason: 'blocked',
  message: 'the file leads to more addresses than one of its kind should',
};
