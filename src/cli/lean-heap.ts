import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** How much the heap grows, in percent of what is in use, before what is not is cleared away. */
const GROWTH_PERCENT = 50;
/**
 * So much memory in each thread is enough for what is soon forgotten, in MiB: with four times of it a long run is no quicker.
 * It is in two halves, of which one is in use.
 */
const NEW_SPACE_MIB = 8;
/** The same as a limit that V8 keeps by itself, in threads beside the main one: one and a half times as much. */
export const THREAD_LIMITS = { maxYoungGenerationSizeMb: 1.5 * NEW_SPACE_MIB };
/** How often is looked whether the main thread has so much: soon enough that it has not twice as much meanwhile. */
const LOOK_MS = 5;
/** How often it is said again that it has enough: each new thread makes V8 forget it. */
const AGAIN_MS = 50;

/**
 * Keeps the memory of a long run small. Left to itself, V8 lets a small heap grow to several times of what is in use; that
 * saves little where the same work is done again and again.
 * @param threads how many there will be; those beside this one are to be started afterwards
 */
export function keepHeapLean(threads: number): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  if (threads > 1) {
    // The others have theirs whole from the beginning: soon none can grow any more.
    setFlagsFromString(`--min-semi-space-size=${NEW_SPACE_MIB / 2}`);
    // Threads of V8's own that clear away beside this program's wait for a core more than they help.
    setFlagsFromString('--no-parallel-scavenge');
  }
  // How much the main thread's may grow can only be said before it exists; that none is to grow any more, at any time.
  const looking = setInterval(() => {
    if (newSpaceSize() < NEW_SPACE_MIB * 2 ** 20) return;
    clearInterval(looking);
    growNoMore();
    setInterval(growNoMore, AGAIN_MS).unref();
  }, LOOK_MS).unref();
}

function growNoMore(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

function newSpaceSize(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
}
