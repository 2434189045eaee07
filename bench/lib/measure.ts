import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';

/** Something that is done so many times in each round. */
export interface Work {
  readonly name: string;
  readonly times: number;
  /** How many things one doing does; 1 by default. */
  readonly each?: number;
  /** Gets everything ready, and gives what is to be done. */
  readonly prepare: () => Promise<() => unknown>;
}

/** What one doing takes: microseconds of works, milliseconds of whole processes. */
export interface Measured {
  readonly name: string;
  /** In the order of the rounds, which are the same for all that is measured together. */
  readonly rounds: readonly number[];
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

const WARM_UP = 3;
const WORK = 'BADGEKIT_BENCH_WORK';

/** The work that this process is for, where it is one of those that `measure` starts. */
export const ownWork = process.env[WORK];

/**
 * Does all works in each round, one after the other, so that what disturbs the machine disturbs them all. Each has a process of
 * its own, as it has in life: none pays for another's memory, or for what the compiler learned from it.
 */
export async function measure(works: readonly Work[], rounds: number): Promise<ReadonlyMap<string, Measured>> {
  const taken = new Map<string, number[]>(works.map(({ name }) => [name, []]));
  const children: (readonly [name: string, child: ChildProcess])[] = [];
  for (const { name } of works) {
    const child = fork(process.argv[1] ?? '', process.argv.slice(2), { env: { ...process.env, [WORK]: name } });
    children.push([name, child]);
    await answerOf(child, name);
  }
  try {
    for (let round = -WARM_UP; round < rounds; round++)
      for (const [name, child] of inTurn(children, round)) {
        child.send('go');
        const each = await answerOf(child, name);
        if (round >= 0) taken.get(name)?.push(each);
      }
  } finally {
    for (const [, child] of children) child.disconnect();
  }
  return new Map([...taken].map(([name, all]) => [name, summary(name, all)]));
}

async function answerOf(child: ChildProcess, name: string): Promise<number> {
  const ended = new AbortController();
  const { signal } = ended;
  try {
    const [answer] = (await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => {
        throw new Error(`${name} could not be measured`);
      }),
    ])) as [unknown];
    return Number(answer);
  } finally {
    ended.abort();
  }
}

/** Does one of the works whenever the process that measures says so, and tells how many microseconds each doing took. */
export async function serve(works: readonly Work[], name: string): Promise<void> {
  const work = works.find((each) => each.name === name);
  if (work === undefined) throw new Error(`there is no work ${name}`);
  process.on('disconnect', () => process.exit(0));
  const run = await work.prepare();
  process.send?.(0);
  for (;;) {
    await once(process, 'message');
    const start = performance.now();
    for (let time = 0; time < work.times; time++) await run();
    process.send?.(((performance.now() - start) * 1000) / (work.times * (work.each ?? 1)));
  }
}

/** The order of a round: of three works or more none comes first or last, or behind the same one, in all rounds; two alternate. */
export function inTurn<T>(all: readonly T[], round: number): readonly T[] {
  const from = ((round % all.length) + all.length) % all.length;
  const turned = [...all.slice(from), ...all.slice(0, from)];
  return round % 2 === 0 ? turned : turned.toReversed();
}

export function summary(name: string, rounds: readonly number[]): Measured {
  return { name, rounds, median: medianOf(rounds), least: Math.min(...rounds), most: Math.max(...rounds) };
}

/**
 * How often the second fits into the first: the median of what each round says. A machine that slows down for some rounds slows
 * both down in them, and what they have to do with each other stays about the same.
 */
export function quotient(
  measured: ReadonlyMap<string, Measured>,
  first: string,
  second: string,
): { readonly value: number; readonly least: number; readonly most: number } {
  const below = roundsOf(measured, second);
  const all = roundsOf(measured, first).map((taken, round) => taken / (below[round] ?? Number.NaN));
  return { value: medianOf(all), least: Math.min(...all), most: Math.max(...all) };
}

function roundsOf(measured: ReadonlyMap<string, Measured>, name: string): readonly number[] {
  const found = measured.get(name);
  if (found === undefined) throw new Error(`${name} was not measured`);
  return found.rounds;
}

/** @throws Error where a number is missing among them */
export function medianOf(all: readonly number[]): number {
  const sorted = all.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  if (low === undefined || high === undefined || all.some(Number.isNaN)) throw new Error('a number is missing');
  return (low + high) / 2;
}
