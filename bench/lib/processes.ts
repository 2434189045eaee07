import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import {
  badgekit,
  badgekitTwice,
  type ChildRun,
  DISK,
  inCopy,
  makeProgramme,
  PLACE,
  runNode,
  temporaryFolder,
  writeRoster,
} from './programme.ts';
import { inTurn, type Measured, medianOf, quotient, summary } from './measure.ts';
import type { Ratio } from './table.ts';

const ROOT = join(dirname(process.env['BADGEKIT_BENCH_BIN'] ?? ''), '..');

/** Runs programs in turn, so many times each, and gives their times in milliseconds. */
function runInTurn(programs: Readonly<Record<string, () => ChildRun>>, rounds: number): ReadonlyMap<string, Measured> {
  const taken = new Map<string, number[]>(Object.keys(programs).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++)
    for (const [name, run] of inTurn(Object.entries(programs), round)) {
      const { ms } = run();
      if (round >= 0) taken.get(name)?.push(ms);
    }
  return new Map([...taken].map(([name, all]) => [name, summary(name, all)]));
}

export interface Processes {
  readonly measured: ReadonlyMap<string, Measured>;
  readonly ratios: readonly Ratio[];
}

/** How soon a run is under way. */
export function startUp(rounds: number): Processes {
  const base = makeProgramme();
  writeRoster(base, 1);
  const place = temporaryFolder();
  const empty = join(place, 'empty.mjs');
  writeFileSync(empty, 'export {};\n');
  // Beside the dependencies, so that they are found.
  const all = join(ROOT, 'node_modules', `.badgekit-bench-${process.pid}.mjs`);
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: object };
  writeFileSync(
    all,
    Object.keys(dependencies)
      .map((name) => `await import(${JSON.stringify(name)});\n`)
      .join(''),
  );
  try {
    const measured = runInTurn(
      {
        'an empty module': () => runNode([empty], place),
        'badgekit --help': () => badgekit(place, ['--help']),
        'all dependencies, unbundled': () => runNode([all], place),
        'badgekit issue, one row': () => inCopy(base, (cwd) => badgekit(cwd, ['issue', 'r.csv'])),
      },
      rounds,
    );
    return {
      measured,
      ratios: [
        {
          work: '--help, beside an empty module',
          ...quotient(measured, 'badgekit --help', 'an empty module'),
          floor: 1.25,
          aim: 1.15,
          isCeiling: true,
        },
        {
          work: 'first credential, whole process, beside importing all dependencies',
          ...quotient(measured, 'badgekit issue, one row', 'all dependencies, unbundled'),
          floor: 0.6,
          aim: 0.4,
          isCeiling: true,
        },
      ],
    };
  } finally {
    rmSync(all, { force: true });
  }
}

/**
 * A whole run on one core and on two, ledger and files included; and two runs of half of it that know nothing of each other,
 * each on a core of its own, which is what this machine gives at most.
 */
export function twoCores(rows: number, rounds: number): Processes {
  if (availableParallelism() < 2) return { measured: new Map(), ratios: [] };
  const base = makeProgramme();
  writeRoster(base, rows);
  const half = makeProgramme();
  writeRoster(half, rows / 2);
  const [one, two] = [`issue ${rows} rows on one core`, `issue ${rows} rows on two cores`];
  const measured = runInTurn(
    {
      [one]: () => inCopy(base, (cwd) => badgekit(cwd, ['issue', 'r.csv', '--jobs', '1'], { oneCore: true })),
      [two]: () => inCopy(base, (cwd) => badgekit(cwd, ['issue', 'r.csv', '--jobs', '2'])),
      [`two separate runs of ${rows / 2} rows, a core each`]: () =>
        inCopy(half, (first) =>
          inCopy(half, (second) => badgekitTwice([first, second], ['issue', 'r.csv', '--jobs', '1'])),
        ),
    },
    rounds,
  );
  return {
    measured,
    ratios: [{ work: `two cores, beside one, ${rows} rows`, ...quotient(measured, one, two), floor: 1.7, aim: 1.85 }],
  };
}

/** A long roster planned, and its bare rows read by csv-parse: whole processes, beginnings included. */
export function planning(rows: number, rounds: number): Processes {
  const cwd = makeProgramme();
  writeRoster(cwd, rows);
  const alone = `
    import { createReadStream } from 'node:fs';
    import { parse } from ${JSON.stringify(import.meta.resolve('csv-parse'))};
    let rows = 0;
    for await (const row of createReadStream('r.csv').pipe(parse())) if (row.length > 0) rows++;
    if (rows !== ${rows + 1}) process.exitCode = 1;`;
  const counted = rows.toLocaleString('en');
  const [bare, plan] = [`csv-parse alone, ${counted} rows`, `plan ${counted} rows (issue --dry-run)`];
  let peak = 0;
  const measured = runInTurn(
    {
      [bare]: () => runNode(['--input-type=module', '-e', alone], cwd, { tellsMemory: true }),
      [plan]: () => {
        const run = badgekit(cwd, ['issue', 'r.csv', '--dry-run'], { tellsMemory: true });
        peak = Math.max(peak, run.peak);
        return run;
      },
    },
    rounds,
  );
  rmSync(cwd, { recursive: true, force: true });
  return {
    measured,
    ratios: [
      {
        work: `plan ${counted} rows, beside csv-parse alone`,
        ...quotient(measured, bare, plan),
        floor: 0.33,
        aim: 0.5,
      },
      {
        work: `memory, plan of ${counted} rows`,
        value: peak,
        floor: 300,
        aim: 200,
        isCeiling: true,
        unit: ' MiB',
      },
    ],
  };
}

/**
 * What a disk takes, which has its moods: a roster issued to it and to memory, and the same files written to it plainly, each
 * safe on the disk before the next. No floor is asked of it.
 */
export function onDisk(rows: number, rounds: number): Processes {
  const base = makeProgramme();
  writeRoster(base, rows);
  const issue = (place: string): ChildRun => inCopy(base, (cwd) => badgekit(cwd, ['issue', 'r.csv']), place);
  const plainly = `
    import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
    const bytes = new Uint8Array(3072);
    for (let file = 0; file < ${2 * rows}; file++) {
      const open = openSync('f' + file, 'wx');
      writeSync(open, bytes);
      fsyncSync(open);
      closeSync(open);
    }`;
  return {
    ratios: [],
    measured: runInTurn(
      {
        [`issue ${rows} rows, ${2 * rows} files, to the disk`]: () => issue(DISK),
        [`issue ${rows} rows, ${2 * rows} files, to memory`]: () => issue(PLACE),
        [`write ${2 * rows} files of 3 KiB to the disk, one after the other`]: () =>
          inCopy(temporaryFolder(), (cwd) => runNode(['--input-type=module', '-e', plainly], cwd), DISK),
      },
      rounds,
    ),
  };
}

export interface Size {
  readonly rows: number;
  readonly ms: Measured;
  readonly peak: number;
}

/** Rosters of at most so many rows are issued several times, in turn, and medians are taken: memory differs from run to run. */
const SMALL = 100_000;
const TIMES = 5;

/** Whole runs of rosters of growing sizes: time and memory. */
export function sizes(all: readonly number[], isQuick: boolean): readonly Size[] {
  const runs = new Map<number, ChildRun[]>(all.map((rows) => [rows, []]));
  const base = makeProgramme();
  const run = (rows: number): void => {
    writeRoster(base, rows);
    runs.get(rows)?.push(inCopy(base, (cwd) => badgekit(cwd, ['issue', 'r.csv'], { tellsMemory: true })));
  };
  for (let round = 0; round < (isQuick ? 1 : TIMES); round++)
    for (const rows of inTurn(
      all.filter((each) => each <= SMALL),
      round,
    ))
      run(rows);
  for (const rows of all) if (rows > SMALL) run(rows);
  return [...runs].map(([rows, own]) => ({
    rows,
    ms: summary(
      String(rows),
      own.map(({ ms }) => ms),
    ),
    peak: medianOf(own.map(({ peak }) => peak)),
  }));
}

/** What growing from the smaller to the larger roster costs each credential, and the memory. */
export function growth(small: Size | undefined, large: Size | undefined): readonly Ratio[] {
  if (small === undefined || large === undefined) return [];
  const [from, to] = [small.rows, large.rows].map((rows) => rows.toLocaleString('en'));
  return [
    {
      work: `time for each credential, ${to ?? ''} rows beside ${from ?? ''}`,
      value: large.ms.median / large.rows / (small.ms.median / small.rows),
      floor: 1.2,
      aim: 1.05,
      isCeiling: true,
    },
    {
      work: `memory, ${to ?? ''} rows beside ${from ?? ''}`,
      value: large.peak / small.peak,
      floor: 1.3,
      aim: 1,
      isCeiling: true,
    },
    { work: `memory, ${to ?? ''} rows`, value: large.peak, floor: 200, aim: 150, isCeiling: true, unit: ' MiB' },
  ];
}
