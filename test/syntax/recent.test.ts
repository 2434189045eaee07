import { describe, expect, test } from 'vitest';
import { Recent } from '../../src/syntax/recent.ts';

describe('what was made lately', () => {
  test('is kept up to a number, and what was wanted longest ago is forgotten first', () => {
    const recent = new Recent<string, number>(4);
    for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) recent.set(name, index);
    expect(recent.get('a')).toBe(0);
    recent.set('e', 4);
    expect(['a', 'b', 'c', 'd', 'e'].map((name) => recent.get(name))).toEqual([0, undefined, 2, 3, 4]);
  });

  test('stays within its bound whatever is asked of it', () => {
    const recent = new Recent<number, number>(8);
    for (let turn = 0; turn < 1000; turn++) {
      recent.set(turn % 37, turn);
      recent.get((turn * 7) % 37);
      const kept = Array.from({ length: 37 }, (_, name) => recent.get(name)).filter((thing) => thing !== undefined);
      expect(kept.length).toBeLessThanOrEqual(8);
      expect(recent.get(turn % 37)).toBe(turn);
    }
  });

  test('stays within it whatever its name is', () => {
    const recent = new Recent<string | undefined, number>(4);
    recent.set(undefined, 0);
    for (const name of ['a', 'b', 'c', 'd', 'e']) recent.set(name, 1);
    expect([undefined, 'a', 'b', 'c', 'd', 'e'].map((name) => recent.get(name))).toEqual([
      undefined,
      undefined,
      1,
      1,
      1,
      1,
    ]);
  });

  test('is replaced where something else takes its name', () => {
    const recent = new Recent<string, number>(4);
    recent.set('a', 1);
    recent.set('a', 2);
    expect(recent.get('a')).toBe(2);
  });
});
