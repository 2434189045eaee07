import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesBelow, printed } from '../support/cli.ts';
import { TestProgramme } from '../support/programme.ts';

const ROWS = 900;
/** Stops the clock: when a credential was signed is the one thing that two runs do not share. */
const STOPPED = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent('Date.now=()=>1795860000000')}` };

async function programmeWithRows(rows: number): Promise<TestProgramme> {
  const programme = await TestProgramme.make();
  programme.writeRoster(rows);
  return programme;
}

/** Every file that is handed on, with all that stands in it. */
function issued({ cwd }: TestProgramme): ReadonlyMap<string, string> {
  return new Map(
    ['credentials', 'public'].flatMap((folder) =>
      filesBelow(join(cwd, folder)).map((file) => [
        `${folder}/${file}`,
        readFileSync(join(cwd, folder, file), 'latin1'),
      ]),
    ),
  );
}

describe('issue on several threads', () => {
  test('makes the same files as on one, byte for byte', async () => {
    const base = await programmeWithRows(ROWS);
    const [one, two, three] = await Promise.all(['1', '2', '3'].map(() => TestProgramme.copy(base)));
    const results = [one, two, three].map(async (programme, index) => {
      const run = await programme?.runOnThreads({ env: STOPPED }, 'issue', 'r.csv', '--jobs', String(index + 1));
      expect(run?.asked).toEqual(index === 0 ? [] : ['look', 'make', 'sign']);
      expect([run?.code, run?.err]).toEqual([0, `Plan  ${ROWS} rows: ${ROWS} to issue\n`]);
      return programme === undefined ? new Map() : issued(programme);
    });
    const [first, ...others] = await Promise.all(results);
    expect(first?.size).toBeGreaterThan(2 * ROWS);
    for (const other of others) expect(other).toEqual(first);
  });

  test('of a long roster, for which Node is set otherwise, makes them, too, and says nothing else', async () => {
    const base = await programmeWithRows(1);
    const narrative = 'Tied all of them one after the other. '.repeat(50).trim();
    const rows = Array.from({ length: 320 }, (_, index) => `p${index}@example.org,${narrative}\n`);
    base.write('r.csv', `email,narrative\n${rows.join('')}`);
    const [one, several] = [await TestProgramme.copy(base), await TestProgramme.copy(base)];
    const alone = await one.runWith({ env: STOPPED }, 'issue', 'r.csv', '--jobs', '1');
    const together = await several.runWith({ env: STOPPED }, 'issue', 'r.csv', '--jobs', '2');
    for (const { code, err } of [alone, together]) expect([code, err]).toEqual([0, 'Plan  320 rows: 320 to issue\n']);
    expect(together.out).toBe(alone.out);
    expect(issued(several)).toEqual(issued(one));
  });

  test('names the same faults in the same order, and issues the same good rows', async () => {
    const base = await programmeWithRows(1);
    const rows = Array.from({ length: 700 }, (_, index) =>
      index % 70 === 69 ? `nobody ${index}` : index === 350 ? 'p0@example.org' : `p${index}@example.org`,
    );
    base.write('r.csv', `email\n${rows.join('\n')}\n`);
    const [one, two] = [await TestProgramme.copy(base), await TestProgramme.copy(base)];
    const runs = [
      await one.runOnThreads({}, 'issue', 'r.csv', '--json', '--jobs', '1'),
      await two.runOnThreads({}, 'issue', 'r.csv', '--json', '--jobs', '2'),
    ];
    expect(runs.map(({ asked }) => asked)).toEqual([[], ['look', 'make', 'sign']]);
    const outcomes = runs.map((run) => printed(run));
    expect(outcomes[0]).toMatchObject({ rows: 700, toIssue: 689, refused: expect.objectContaining({ length: 11 }) });
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(two.read('r.rejected.csv')).toBe(one.read('r.rejected.csv'));
  });

  test('killed with -9 and run again: every badge once, and nothing half done', async () => {
    const programme = await programmeWithRows(ROWS);
    const { signal } = await programme.killedWhen(() => programme.count() > 60, 'issue', 'r.csv', '--jobs', '2');
    expect(signal).toBe('SIGKILL');
    expect(programme.count()).toBeLessThan(ROWS);
    const kept = new Map(programme.credentials().map(({ id, text }) => [id, text]));
    expect((await programme.run('issue', 'r.csv', '--jobs', '2')).code).toBe(0);
    const all = programme.credentials();
    expect(all).toHaveLength(ROWS);
    expect(new Set(all.map(({ place }) => place)).size).toBe(ROWS);
    for (const { id, text } of all) expect(kept.get(id) ?? text).toBe(text);
    expect(readdirSync(join(programme.cwd, 'credentials/knots')).filter((file) => file.endsWith('.tmp'))).toEqual([]);
    expect(await programme.json('ledger', 'check')).toMatchObject({ awards: ROWS, differences: [] });
    const checked = await programme.run('verify', 'credentials', '--offline', '--jobs', '2');
    expect(checked.out).toContain(`${2 * ROWS}`.replace(/(\d)(\d{3})$/, '$1,$2'));
    expect(checked.code).toBe(0);
  });

  test('a fault of a thread is told as one of this program is', async () => {
    const programme = await programmeWithRows(1);
    await programme.run('issue', 'r.csv');
    renameSync(join(programme.cwd, 'credentials/knots'), join(programme.cwd, 'credentials/elsewhere'));
    writeFileSync(join(programme.cwd, 'credentials/knots'), 'in the way');
    programme.writeRoster(300);
    const [one, two] = [
      await programme.run('issue', 'r.csv', '--jobs', '1'),
      await programme.run('issue', 'r.csv', '--jobs', '2'),
    ];
    expect(one.code).toBe(2);
    expect(one.err).toMatch(/^credentials\/knots\/[^:]+: a file of that name is in the way of a folder$/m);
    expect([two.code, two.err.replace(/[0-9a-f-]{36}/g, 'ID')]).toEqual([
      one.code,
      one.err.replace(/[0-9a-f-]{36}/g, 'ID'),
    ]);
  });

  test('a file that cannot be put in its place is told alike, whoever writes it, and the next run finishes', async () => {
    const base = await programmeWithRows(1);
    await base.run('issue', 'r.csv');
    base.writeRoster(ROWS);
    const [known, one, two] = [
      await TestProgramme.copy(base),
      await TestProgramme.copy(base),
      await TestProgramme.copy(base),
    ];
    const { issued: all } = (await known.json('issue', 'r.csv')) as { issued: { line: number; files: string[] }[] };
    // One of those that are in hand when every thread has enough to do.
    const file = all.find(({ line }) => line === 650)?.files.find((each) => each.endsWith('.svg')) ?? '';
    for (const [index, programme] of [one, two].entries()) {
      const inTheWay = join(programme.cwd, file);
      mkdirSync(inTheWay, { recursive: true });
      const failed = await programme.run('issue', 'r.csv', '--jobs', String(index + 1));
      expect(failed.code).toBe(2);
      expect(failed.err).toContain(`\n${file}: it is a folder, not a file\n`);
      expect(failed.err).toMatch(/^\d+ badges had been issued when this happened; the next run goes on from there\.$/m);
      expect(programme.count()).toBeLessThan(ROWS);
      rmdirSync(inTheWay);
      expect((await programme.run('issue', 'r.csv', '--jobs', String(index + 1))).code).toBe(0);
      expect(programme.credentials()).toHaveLength(ROWS);
      expect(await programme.json('ledger', 'check')).toMatchObject({ awards: ROWS, differences: [] });
    }
  });

  test('a plan does not wait for a thread that takes long to be there', async () => {
    const programme = await programmeWithRows(3000);
    const late =
      "import {isMainThread} from 'node:worker_threads'; if (!isMainThread) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60000);";
    const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(late)}` };
    const begin = performance.now();
    const run = await programme.runWith({ env }, 'issue', 'r.csv', '--jobs', '2', '--dry-run');
    expect([run.code, run.out]).toEqual([0, expect.stringContaining('3,000 to issue')]);
    expect(performance.now() - begin).toBeLessThan(30_000);
  });

  test.each([
    ['while it is loaded', 'process.exit(1)'],
    ['at its work', 'setTimeout(() => process.exit(1), 900)'],
  ])('a thread that dies %s ends the run, with what is done kept and the rest for the next one', async (_when, end) => {
    const programme = await programmeWithRows(3000);
    const dying = `import {isMainThread} from 'node:worker_threads'; if (!isMainThread) ${end};`;
    const run = await programme.runWith(
      { env: { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(dying)}` } },
      'issue',
      'r.csv',
      '--jobs',
      '2',
      '--json',
    );
    expect([run.code, JSON.parse(run.out)]).toEqual([
      3,
      expect.objectContaining({ error: expect.objectContaining({ code: 'THREAD_ENDED' }) }),
    ]);
    expect((await programme.run('issue', 'r.csv', '--jobs', '2')).code).toBe(0);
    expect(programme.credentials()).toHaveLength(3000);
    expect(await programme.json('ledger', 'check')).toMatchObject({ awards: 3000, differences: [] });
  });

  test.each(['0', '-1', 'all', '65', ''])('--jobs %j is no number of threads', async (jobs) => {
    const programme = await programmeWithRows(1);
    const run = await programme.run('issue', 'r.csv', '--jobs', jobs);
    expect([run.code, run.err]).toEqual([2, expect.stringContaining('is not a number from 1 to 64')]);
  });
});
