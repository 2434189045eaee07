import type { Lookup, World } from '../../src/ports.ts';

/** A web that has just these documents, and remembers who asked for what. */
export interface FakeWeb extends World {
  readonly asked: readonly string[];
}

export function fakeWeb(documents: Readonly<Record<string, unknown>>): FakeWeb {
  const asked: string[] = [];
  const nothing = (message: string): Lookup<never> => ({ found: false, reason: 'unreachable', message });
  const local: World = {
    read: async () => ({ found: false, reason: 'unasked', message: 'only local documents' }),
    get local() {
      return local;
    },
  };
  return {
    asked,
    local,
    read: async (url) => {
      asked.push(url);
      const found = documents[url];
      if (found === undefined) return nothing('there is nothing');
      const value = typeof found === 'string' ? found : JSON.stringify(found);
      return { found: true, value: new TextEncoder().encode(value), source: { kind: 'network', url } };
    },
  };
}
