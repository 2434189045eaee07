/** How many values one statement may name: both databases allow more. */
export const MAX_PARAMETERS = 500;

/** How many rows are written by one statement. */
export const ROWS_AT_ONCE = 100;

/** Consecutive parts of a list, each with at most so many items. */
export function* pieces<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
