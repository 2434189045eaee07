import type { Lookup, World } from '../ports.ts';

/** An honest file leads to a handful of documents: a key, a list, those of its endorsements. */
const MAX_LOOKUPS = 32;

/** The same world, for one file: it answers about so many addresses and no more. */
export function boundedWorld(world: World): World {
  const asked = new Set<string>();
  const within =
    (read: World['read']): World['read'] =>
    async (url, maxBytes, reach) => {
      asked.add(url);
      return asked.size > MAX_LOOKUPS ? TOO_MANY : await read(url, maxBytes, reach);
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
  message: `the file leads to more than ${MAX_LOOKUPS} addresses, which no honest one does`,
};
