import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ahead, inBatches } from '../../src/issue/ahead.ts';
import { AwardLines } from '../../src/issue/award-lines.ts';
import { keyedDigest } from '../../src/openbadges/identifiers.ts';

async function* upTo(count: number): AsyncGenerator<number> {
  for (let index = 0; index < count; index++) yield index;
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const later = (turns: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, turns));

describe('work that is done ahead', () => {
  test('gives results in the order of the items, however long each takes, and no more at a time than it may', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 3 }), { maxLength: 20 }),
        fc.integer({ min: 1, max: 6 }),
        async (turns, width) => {
          let [present, most] = [0, 0];
          const results = await all(
            ahead(upTo(turns.length), width, async (index) => {
              most = Math.max(most, ++present);
              await later(turns[index] ?? 0);
              present--;
              return index;
            }),
          );
          expect(results).toEqual(turns.map((_, index) => index));
          expect(most).toBeLessThanOrEqual(width);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('tells the first failure in the order of the items, once all that was begun has ended', async () => {
    const ended: number[] = [];
    const given: number[] = [];
    const run = async (): Promise<void> => {
      for await (const index of ahead(upTo(10), 4, async (item) => {
        await later(item === 3 ? 1 : 5);
        ended.push(item);
        if (item === 2 || item === 3) throw new Error(`item ${item}`);
        return item;
      }))
        given.push(index);
    };
    await expect(run()).rejects.toThrow('item 2');
    expect(given).toEqual([0, 1]);
    expect(ended.toSorted()).toEqual(Array.from({ length: ended.length }, (_, index) => index));
    expect(ended.length).toBeGreaterThan(3);
  });

  test('is not begun by who does not ask, and ended when nobody asks any more', async () => {
    let [begun, ended] = [0, 0];
    const results = ahead(upTo(100), 3, async (index) => {
      begun++;
      await later(1);
      ended++;
      return index;
    });
    expect(begun).toBe(0);
    await results.next();
    await results.return(undefined);
    expect(begun).toBeLessThanOrEqual(4);
    expect(ended).toBe(begun);
  });

  test('batches hold every item once, in order, each but the last full', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 50 }), fc.integer({ min: 1, max: 9 }), async (count, size) => {
        const batches = await all(inBatches(upTo(count), size));
        expect(batches.flat()).toEqual(Array.from({ length: count }, (_, index) => index));
        expect(batches.slice(0, -1).every(({ length }) => length === size)).toBe(true);
        expect(batches.every(({ length }) => length > 0)).toBe(true);
      }),
    );
  });
});

describe('the lines on which awards stand first', () => {
  test('are kept for any number of them', () => {
    const [lines, known] = [new AwardLines(), new Map<string, number>()];
    for (let index = 1; index <= 20_000; index++) {
      const award = keyedDigest(new Uint8Array(32), String(index));
      lines.set(award, index + 1);
      known.set(award, index + 1);
    }
    for (const [award, line] of known) expect(lines.get(award)).toBe(line);
    for (let index = 0; index < 1000; index++)
      expect(lines.get(keyedDigest(new Uint8Array(32).fill(1), String(index)))).toBe(undefined);
  });
});
