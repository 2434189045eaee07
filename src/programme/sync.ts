import { fsync, fsyncSync } from 'node:fs';

/** A disk that takes no longer for a sync has it done at once: another thread would take as long to be asked. */
const QUICK_MS = 0.2;
/** How much the last sync counts among those before it, and how long it counts at most: one hiccup says nothing. */
const SHARE = 0.1;
const MOST_MS = 1;
let usualMs = 0;

/** Resolves once what an open file or folder holds is safe on the disk. */
export async function sync(file: number): Promise<void> {
  // It is the disk that is quick or slow, and stays so.
  if (usualMs > QUICK_MS) return await syncElsewhere(file);
  const begin = process.hrtime.bigint();
  fsyncSync(file);
  const ms = Number(process.hrtime.bigint() - begin) / 1e6;
  usualMs += (Math.min(ms, MOST_MS) - usualMs) * SHARE;
}

function syncElsewhere(file: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(file, (error) => (error === null ? resolve() : reject(error)));
  });
}
