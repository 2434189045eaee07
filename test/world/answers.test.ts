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

test('of much that was asked for the oldest is forgotten, found or not', async () => {
  const { asked, read } = asking(new Answers(10_000));
  await read('nothing', undefined);
  for (const name of ['a', 'b']) await read(name, 4000);
  await Promise.all(['b', 'a', 'nothing'].map((name) => read(name, 4000)));
  expect(asked.splice(0)).toEqual(['nothing', 'a', 'b']);
  await read('c', 4000);
  for (const name of ['b', 'c', 'nothing', 'a']) await read(name, 4000);
  expect(asked).toEqual(['c', 'nothing', 'a']);
});

test('nothing that could not be read is kept without an end', async () => {
  const { asked, read } = asking(new Answers(10_000));
  for (let at = 0; at < 100; at++) await read(`no ${at}`, undefined);
  await read('no 99', undefined);
  await read('no 0', undefined);
  expect(asked.slice(100)).toEqual(['no 0']);
});

test('what is larger than all that may be kept is given, and not kept', async () => {
  const { asked, read } = asking(new Answers(1000));
  expect(await read('large', 1001)).toMatchObject({ found: true });
  await read('large', 1001);
  expect(asked).toEqual(['large', 'large']);
});
