import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inTurn, medianOf, quotient, summary } from '../bench/lib/measure.ts';
import { DISK, PLACE } from '../bench/lib/programme.ts';

const ROOT = join(import.meta.dirname, '..');

/** What the bench leaves behind, where anything. */
function left(): readonly string[] {
  return [PLACE, DISK].flatMap((place) => readdirSync(place)).filter((name) => name.startsWith('badgekit-bench-'));
}

test('a ratio is what the rounds say, however the machine slowed down between them', () => {
  const measured = new Map([
    ['slow', summary('slow', [30, 33, 300, 36, 290])],
    ['quick', summary('quick', [10, 10, 100, 12, 100])],
  ]);
  expect(quotient(measured, 'slow', 'quick')).toEqual({ value: 3, least: 2.9, most: 3.3 });
  for (const [first, second] of [
    ['slow', 'forgotten'],
    ['forgotten', 'quick'],
  ] as const)
    expect(() => quotient(measured, first, second)).toThrow('forgotten was not measured');
});

test('a median is the middle, or between the two middles, and never hides what is missing', () => {
  expect([medianOf([3, 1, 2]), medianOf([4, 1, 2, 3])]).toEqual([2, 2.5]);
  for (const all of [[], [3, Number.NaN, 1, 5, 2]]) expect(() => medianOf(all)).toThrow('a number is missing');
});

test('no work is always the first or the last of a round', () => {
  const rounds = [0, 1, 2, 3, 4, 5].map((round) => inTurn(['a', 'b', 'c'], round).join(''));
  expect(new Set(rounds)).toEqual(new Set(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']));
  expect(inTurn(['a', 'b', 'c'], -1).toSorted()).toEqual(['a', 'b', 'c']);
});

test('the bench runs from end to end, judges no times, and leaves nothing behind', () => {
  const before = left();
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/bench.js', '--quick'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('## Ratios\n\nA quick run: these say that it runs, and nothing of how fast.');
  for (const work of [
    'issue JSON, beside @digitalbazaar/vc',
    'issue JSON, beside a raw Ed25519 signature',
    'verify in bulk, beside @digitalbazaar/vc',
    'verify odd documents, beside @digitalbazaar/vc',
    'issue VC-JWT, beside jose',
    'bake a PNG of 50 KB, beside writing it',
    '--help, beside an empty module',
    'first credential, whole process',
  ])
    expect(stdout).toMatch(new RegExp(`\\| ${work.replaceAll(/[/.-]/g, '\\$&')}[^|]*\\| +[\\d.]+x \\|`));
  expect(stdout).toContain('## To the disk, ms each\n\nNo floor is asked of these');
  expect(left().filter((name) => !before.includes(name))).toEqual([]);
}, 600_000);
