import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Measured, ownWork, serve } from './lib/measure.ts';
import { oneCore, someOfOneCore, works } from './lib/one-core.ts';
import { growth, onDisk, planning, sizes, type Size, startUp, twoCores } from './lib/processes.ts';
import { DISK, PLACE } from './lib/programme.ts';
import { type Ratio, ratioTable, shown, table } from './lib/table.ts';

/*
 * Everything that badgekit promises of its speed, beside the programs that it is measured against and the limits that
 * nothing can pass, in one run. Ratios come first: times are this machine's, ratios travel.
 *
 *   npm run bench                  all, with rosters of 100 to 100,000 rows, and a plan of a million
 *   npm run bench -- --million     with a roster of a million issued, too
 *   npm run bench -- --quick       a minute; says whether it runs, not how fast it is
 *   npm run bench -- --only verify: what one core takes for the works of that name, for whoever makes them quicker
 *   npm run bench -- --write       the results go to bench/RESULTS.md, too
 */

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    million: { type: 'boolean' },
    write: { type: 'boolean' },
    only: { type: 'string' },
  },
});
const isQuick = options.quick === true;
const say = (text: string): void => void process.stdout.write(text);
/** The closer a floor, the more of them. */
const ROUNDS = isQuick
  ? { oneCore: 1, startUp: 1, twoCores: 1, planning: 1, disk: 1 }
  : { oneCore: 16, startUp: 32, twoCores: 12, planning: 5, disk: 5 };
/** How to read what is said. */
const HOW = [
  'One run; rounds are interleaved, each work in a process of its own.',
  'A ratio is the median of what each round says, with the least and the most that one said, and not the quotient of the',
  'medians below; memory, and the growing rosters at the end, are compared as they are.',
  `Rounds: ${ROUNDS.oneCore} on one core, ${ROUNDS.startUp} of starts, ${ROUNDS.twoCores} on two cores, ${ROUNDS.planning} of plans.`,
  'The credential has two alignments, a result, evidence, a status and a hashed identifier: about 3 KB of JSON, some 80',
  'statements.',
].join(' ');
const TIMES = ['work', 'median', 'least', 'most'];
const ROOT = join(dirname(process.env['BADGEKIT_BENCH_BIN'] ?? ''), '..');

if (ownWork !== undefined) await serve(works(isQuick ? 0.05 : 1), ownWork);

if (options.only !== undefined) {
  const some = await someOfOneCore(options.only, 9);
  say(some.size === 0 ? `No work is called so: ${options.only}\n` : timesTable(some, TIMES));
  process.exit(some.size === 0 ? 2 : 0);
}

const single = await oneCore(ROUNDS.oneCore, isQuick ? 0.05 : 1);
const starts = startUp(ROUNDS.startUp);
const cores = twoCores(isQuick ? 1000 : 20_000, ROUNDS.twoCores);
const planned = planning(isQuick ? 2000 : 1_000_000, ROUNDS.planning);
const grown = sizes(
  [100, 1000, ...(isQuick ? [] : [10_000, 100_000]), ...(options.million === true ? [1_000_000] : [])],
  isQuick,
);
const disk = onDisk(isQuick ? 20 : 2000, ROUNDS.disk);
const [from, to] = [grown.find(({ rows }) => rows === 10_000), grown.at(-1)];
const ratios = [
  ...single.ratios,
  ...cores.ratios,
  ...planned.ratios,
  ...starts.ratios,
  ...(from === undefined || to === from ? [] : growth(from, to)),
];

const text = report(ratios);
say(text);
if (options.write === true) writeFileSync(join(ROOT, 'bench/RESULTS.md'), text);

function report(found: readonly Ratio[]): string {
  return [
    '# What badgekit takes, beside others\n',
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, files in ${PLACE}. ${versions()}\n`,
    `${HOW}\n`,
    `## Ratios\n\n${isQuick ? 'A quick run: these say that it runs, and nothing of how fast.\n\n' : ''}${ratioTable(found)}`,
    `## One core, µs each\n\n${timesTable(single.measured, TIMES)}`,
    `## Whole processes, ms each\n\n${timesTable(new Map([...starts.measured, ...cores.measured, ...planned.measured]), ['process', 'median', 'least', 'most'])}`,
    `## Rosters of growing size, whole processes, ledger and files included\n\n${sizesTable(grown)}`,
    `## To the disk, ms each\n\nNo floor is asked of these: a disk has its moods. Files in ${DISK}, medians of ${ROUNDS.disk} rounds.\n\n${timesTable(disk.measured, ['process', 'median', 'least', 'most'])}`,
  ].join('\n');
}

function timesTable(measured: ReadonlyMap<string, Measured>, header: readonly string[]): string {
  return table(
    header,
    [...measured.values()].map(({ name, median, least, most }) => [name, shown(median), shown(least), shown(most)]),
  );
}

function sizesTable(all: readonly Size[]): string {
  return table(
    ['rows', 'runs', 'seconds', 'least', 'most', 'credentials a second', 'most memory, MiB'],
    all.map(({ rows, ms, peak }) => [
      rows.toLocaleString('en'),
      String(ms.rounds.length),
      ...[ms.median, ms.least, ms.most].map((each) => shown(each / 1000)),
      ((rows / ms.median) * 1000).toFixed(0),
      peak.toFixed(0),
    ]),
  );
}

function versions(): string {
  const names = [
    '@digitalbazaar/vc',
    '@digitalcredentials/vc',
    '@digitalcredentials/verifier-core',
    'jose',
    'csv-parse',
  ];
  const said = names.map((name) => {
    const about = JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as {
      version: string;
    };
    return `${name} ${about.version}`;
  });
  return `Peers: ${said.join(', ')}.`;
}
