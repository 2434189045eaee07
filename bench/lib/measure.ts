import { performance } from 'node:perf_hooks';

/** Something that is done so many times in each round. */
export interface Work {
  readonly name: string;
  readonly times: number;
  readonly run: () => unknown;
}

/** What one doing takes, in microseconds. */
export interface Measured {
  readonly name: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

const WARM_UP = 2;

/** Does all works in each round, one after the other, so that what disturbs the machine disturbs them all. */
export async function measure(works: readonly Work[], rounds: number): Promise<ReadonlyMap<string, Measured>> {
  const taken = new Map<string, number[]>(works.map(({ name }) => [name, []]));
  for (let round = -WARM_UP; round < rounds; round++)
    for (const { name, times, run } of works) {
      const start = performance.now();
      for (let time = 0; time < times; time++) await run();
      if (round >= 0) taken.get(name)?.push(((performance.now() - start) * 1000) / times);
    }
  return new Map([...taken].map(([name, all]) => [name, summary(name, all)]));
}

export function summary(name: string, all: readonly number[]): Measured {
  const sorted = all.toSorted((a, b) => a - b);
  return {
    name,
    median: sorted[Math.floor(sorted.length / 2)] ?? 0,
    least: sorted[0] ?? 0,
    most: sorted.at(-1) ?? 0,
  };
}
