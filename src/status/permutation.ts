import { createHmac } from 'node:crypto';
import { Recent } from '../syntax/recent.ts';

const ROUNDS = 6;

/**
 * A keyed permutation of 0 … size-1: a Feistel network over the next even power of two, walked until it lands inside.
 * Counting through it hands out every index once, in an order that tells nothing about when each was handed out.
 */
export function permute(secret: Uint8Array, label: string, size: number, counter: number): number {
  const half = Math.max(1, Math.ceil(Math.log2(size) / 2));
  const mask = 2 ** half - 1;
  const mixed = mixingOf(secret, label, mask);
  let value = counter;
  do {
    let left = Math.floor(value / 2 ** half);
    let right = value & mask;
    for (let round = 0; round < ROUNDS; round++) [left, right] = [right, left ^ mixed(round, right)];
    value = left * 2 ** half + right;
  } while (value >= size);
  return value;
}

type Mixing = (round: number, right: number) => number;

const MAX_TABLES = 8;
const tables = new Recent<string, Mixing>(MAX_TABLES);

/** The rounds' keyed function. */
function mixingOf(secret: Uint8Array, label: string, mask: number): Mixing {
  const name = `${Buffer.from(secret).toString('base64')} ${mask} ${label}`;
  return tables.orMake(name, () => newMixing(secret, label, mask));
}

/** A half has few values, and each is asked for many times: what was found is kept. */
function newMixing(secret: Uint8Array, label: string, mask: number): Mixing {
  const found = new Map<number, number>();
  return (round, right) => {
    const at = right * ROUNDS + round;
    const mixed =
      found.get(at) ??
      createHmac('sha256', secret).update(`${label}:${round}:${right}`).digest().readUInt32BE(0) & mask;
    found.set(at, mixed);
    return mixed;
  };
}
