import { expect, test } from 'vitest';
import type { Lookup } from '../../src/ports.ts';
import { Answers } from '../../src/world/answers.ts';

/** Answers of which each that is found has so many bytes, and the names that were asked for. */
function asking(answers: Answers) {
  const asked: string[] = [];
  const read = (name: string, size: number | undefined): Promise<Lookup<Uint8Array>> =>
    answers.orAsk(name, () => {
      asked.push(name);
      return Promise.resolve(
        size === undefined
          ? { found: false, reason: 'unreachable', message: 'nobody there' }
          : { found: true, value: new Uint8Array(size), source: { kind: 'network', url: name } },
      );
    });
  return { asked, read };
}

test('what is asked for at the same time and later is asked once', async () => {
  const { asked, read } = asking(new Answers());
  const both = await Promise.all([read('a', 5), read('a', 5)]);
  expect(both[0]).toBe(both[1]);
  expect(await read('a', 7)).toBe(both[0]);
  expect(asked).toEqual(['a']);
});

test('of much that was read the oldest is forgotten, and what could not be read stays known', async () => {
  const { asked, read } = asking(new Answers(100));
  await read('nothing', undefined);
  for (const name of ['a', 'b', 'c']) await read(name, 40);
  expect(asked.splice(0)).toEqual(['nothing', 'a', 'b', 'c']);
  for (const name of ['b', 'c', 'nothing']) await read(name, 40);
  expect(asked).toEqual([]);
  await read('a', 40);
  expect(asked).toEqual(['a']);
});

test('what is larger than all that may be kept is given, and not kept', async () => {
  const { asked, read } = asking(new Answers(100));
  expect(await read('large', 101)).toMatchObject({ found: true });
  await read('large', 101);
  expect(asked).toEqual(['large', 'large']);
});
