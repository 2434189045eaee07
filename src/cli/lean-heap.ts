import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** How much the heap grows, in percent of what is in use, before what is not is cleared away. */
const GROWTH_PERCENT = 50;
/** So much memory in each thread is enough for what is soon forgotten: with four times of it a long run is no quicker. */
const NEW_SPACE_BYTES = 8 * 1024 * 1024;
/** The same as a limit that V8 keeps by itself, in threads beside the main one: one and a half times as much. */
export const THREAD_LIMITS = { maxYoungGenerationSizeMb: 12 };
const LOOK_MS = 50;

/** For each thread whether it has its memory for what is soon forgotten. The main one is the first. */
export type GrownHeaps = Int32Array<SharedArrayBuffer>;

export function newHeaps(threads: number): GrownHeaps {
  return new Int32Array(new SharedArrayBuffer(threads * Int32Array.BYTES_PER_ELEMENT));
}

/**
 * Keeps the memory of a long run small. Left to itself, V8 lets a small heap grow to several times of what is in use; that
 * saves little where the same work is done again and again.
 */
export function keepHeapLean(heaps: GrownHeaps): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  noteGrown(heaps, 0);
  // How much the main thread's may grow can only be said before it exists; that none is to grow any more, at any time, and
  // each new thread makes V8 forget it again. Too early it would keep the others from growing at all.
  setInterval(() => {
    if (heaps.every((_, thread) => Atomics.load(heaps, thread) === 1))
      setFlagsFromString('--semi-space-growth-factor=1');
  }, LOOK_MS).unref();
}

/** Notes when the heap of the thread that calls it has grown. */
export function noteGrown(heaps: GrownHeaps, thread: number): void {
  const looking = setInterval(() => {
    if (newSpaceSize() < NEW_SPACE_BYTES) return;
    Atomics.store(heaps, thread, 1);
    clearInterval(looking);
  }, LOOK_MS).unref();
}

function newSpaceSize(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
}
