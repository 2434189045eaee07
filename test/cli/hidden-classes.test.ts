import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/cli.ts';
import { TestProgramme } from '../support/programme.ts';

/*
 * V8 gives objects that are made in one way one hidden class. Some ways of making one cost a new class each time (new members
 * behind a spread) or a table (a getter of an object's own). Each takes microseconds, and what such an object can reach may live
 * until the whole heap is cleared. V8 says at which place of the code it made one.
 */
const ROWS = 700;
/** Some are made at one place when a program begins, and for what the libraries look at. */
const SOME = 600;

async function placesThatMakeMany(programme: TestProgramme, ...args: readonly string[]): Promise<readonly string[]> {
  const log = join(temporaryFolder(), 'maps.log');
  const node = ['--log-maps', '--no-log-maps-details', '--no-logfile-per-isolate', `--logfile=${log}`];
  const run = await programme.runWith({ node }, ...args);
  expect(run.code, run.err).toBe(0);
  const counts = new Map<string, number>();
  for (const line of readFileSync(log, 'latin1').split('\n')) {
    const [kind, how, _at, _from, _to, _code, row, column, why] = line.split(',');
    if (kind !== 'map' || (how !== 'Transition' && why !== 'AccessorsOverwritingNonAccessors')) continue;
    // At one place, under whatever names.
    const place = `${row}:${column}`;
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  // Every program makes some.
  expect(counts.size).toBeGreaterThan(100);
  return [...counts].filter(([, count]) => count > SOME).map(([place, count]) => `${place}: ${count}`);
}

test('no hidden class is made for each badge that is issued or verified', async () => {
  const programme = await TestProgramme.make();
  programme.writeRoster(ROWS);
  const verify = ['verify', 'credentials', '--offline', '--jobs', '1'];
  const found = [
    await placesThatMakeMany(programme, 'issue', 'r.csv', '--jobs', '1', '--check-sample', '1000000'),
    await placesThatMakeMany(programme, ...verify),
    await placesThatMakeMany(programme, ...verify, '--json'),
  ];
  expect(found).toEqual([[], [], []]);
});
