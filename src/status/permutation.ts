import { createHmac } from 'node:crypto';

const ROUNDS = 6;

/**
 * A keyed permutation of 0 … size-1: a Feistel network over the next even power of two, walked until it lands inside.
 * Counting through it hands out every index once, in an order that tells nothing about when each was handed out.
 */
export function permute(secret: Uint8Array, label: string, size: number, counter: number): number {
  const half = Math.max(1, Math.ceil(Math.log2(size) / 2));
  const mask = 2 ** half - 1;
  let value = counter;
  do {
    let left = Math.floor(value / 2 ** half);
    let right = value & mask;
    for (let round = 0; round < ROUNDS; round++) {
      const mixed = createHmac('sha256', secret).update(`${label}:${round}:${right}`).digest().readUInt32BE(0) & mask;
      [left, right] = [right, left ^ mixed];
    }
    value = left * 2 ** half + right;
  } while (value >= size);
  return value;
}
