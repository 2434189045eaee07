import { BadgekitError } from '../errors.ts';
import { quoted } from '../syntax/text.ts';

/** One part of a roster that several machines issue together: the `index`-th of `count`, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

const SHARD = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/;
const DIGITS = 12;

/**
 * Reads `3/16`.
 * @throws BadgekitError USAGE
 */
export function parseShard(text: string): Shard {
  const [, index = '', count = ''] = SHARD.exec(text) ?? [];
  if (index !== '' && Number(index) <= Number(count)) return { index: Number(index), count: Number(count) };
  throw new BadgekitError('USAGE', `--shard ${quoted(text)} names no part of a roster`, {
    hint: 'write which part of how many, such as --shard 3/16, from 1/16 to 16/16',
  });
}

/** Whether an award belongs to a shard: by its identity, so that it does wherever and however its roster stands. */
export function isInShard(award: string, { index, count }: Shard): boolean {
  return Number.parseInt(award.slice(0, DIGITS), 16) % count === index - 1;
}

/** The same for a row that names no award, since it is refused: by its line, so that one shard alone tells of it. */
export function isLineInShard(line: number, { index, count }: Shard): boolean {
  return line % count === index - 1;
}
