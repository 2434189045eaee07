import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** How much the heap grows, in percent of what is in use, before what is not is cleared away. */
const GROWTH_PERCENT = 50;
/** So much memory is enough for what is soon forgotten: with four times of it a long run is no quicker. */
const NEW_SPACE_BYTES = 8 * 1024 * 1024;
const LOOK_MS = 50;

/**
 * Keeps the memory of a long run small. Left to itself, V8 lets a small heap grow to several times of what is in use; that
 * saves little where the same work is done again and again.
 */
export function keepHeapLean(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  // How much it may grow can only be said before it exists, that it is to grow no more at any time; each new thread makes V8
  // forget that again.
  setInterval(() => {
    if (newSpaceSize() >= NEW_SPACE_BYTES) setFlagsFromString('--semi-space-growth-factor=1');
  }, LOOK_MS).unref();
}

function newSpaceSize(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
}
