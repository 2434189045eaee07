import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const PASSPHRASE = 'only for measuring';
const SCHOOL = 'https://school.example';

/** Where files are written to a disk. */
export const DISK = tmpdir();
/** Where files are written: memory, where there is a file system in it. */
export const PLACE = existsSync('/dev/shm') ? '/dev/shm' : DISK;

const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone when this program is. */
export function temporaryFolder(place = PLACE): string {
  const folder = mkdtempSync(join(place, 'badgekit-bench-'));
  folders.push(folder);
  return folder;
}

const CONFIG = `issuer:
  id: did:web:school.example
  name: Test School
  url: ${SCHOOL}
hosting: ${SCHOOL}
key: key-1
recipients: hashed-email
`;

const KNOTS = `name: Knots
description: Ties twelve knots, each for its purpose, in front of an instructor.
tier: skill
image:
  file: knots.svg
  caption: A knot
criteria:
  narrative: Tie them within a minute each, and say what each is for.
alignment:
  - targetName: Ropework
    targetUrl: https://frameworks.example/ropework
  - targetName: Seamanship
    targetUrl: https://frameworks.example/seamanship
resultDescription:
  - name: Score
    resultType: RawScore
    valueMin: "0"
    valueMax: "100"
`;

/** A picture as small as one can be: what is measured is not the picture. */
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M1 1h6v6z"/></svg>\n';

export const HEADER = ['email', 'name', 'badge', 'issued_on', 'score', 'evidence_url', 'evidence_name', 'narrative'];

/** A realistic row: with the badge's two alignments it makes a credential of 3 KB, with a result, evidence and a status. */
export function row(index: number): readonly string[] {
  return [
    `p${index}@example.org`,
    `Person ${index}`,
    'knots',
    '2026-05-04',
    String(index % 101),
    `${SCHOOL}/evidence/${index}`,
    'A photograph',
    `Tied ${index % 13} of them.`,
  ];
}

export function writeRoster(cwd: string, rows: number): void {
  const lines = [HEADER, ...Array.from({ length: rows }, (_, index) => row(index))];
  writeFileSync(join(cwd, 'r.csv'), lines.map((cells) => `${cells.join(',')}\n`).join(''));
}

/** A programme with one badge and a key. */
export function makeProgramme(): string {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'badges'));
  writeFileSync(join(cwd, 'badgekit.yaml'), CONFIG);
  writeFileSync(join(cwd, 'badges/knots.yaml'), KNOTS);
  writeFileSync(join(cwd, 'badges/knots.svg'), SVG);
  badgekit(cwd, ['init-issuer', '--key-only']);
  return cwd;
}

/** Runs something in a copy of a programme, which is gone afterwards: files in memory take memory. */
export function inCopy<Result>(cwd: string, run: (folder: string) => Result, place = PLACE): Result {
  const folder = temporaryFolder(place);
  try {
    cpSync(cwd, folder, { recursive: true });
    return run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface ChildRun {
  readonly ms: number;
  /** The most memory that it had at a time, in MiB; not a number where it was not told. */
  readonly peak: number;
  readonly out: string;
}

/**
 * Tells the most memory that a process had, in KiB, as the last line of its standard error. Where the system tells it of the
 * program alone it is taken from there: `maxRSS` is never less than what the process had that started it.
 */
const TELL_MEMORY = `
  import { existsSync, readFileSync } from 'node:fs';
  process.on('exit', () => {
    const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'latin1') : '';
    const peak = /^VmHWM:\\s+(\\d+) kB/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
    process.stderr.write('\\n' + peak);
  });`;

export interface RunOptions {
  readonly oneCore?: boolean;
  /** Whether the memory is told: what tells it takes a fifth of the time that a program takes to begin. */
  readonly tellsMemory?: boolean;
}

/** Runs the built badgekit as a child process. */
export function badgekit(cwd: string, args: readonly string[], options: RunOptions = {}): ChildRun {
  const bin = process.env['BADGEKIT_BENCH_BIN'] ?? '';
  return runNode([bin, ...args], cwd, options);
}

/** Runs it at the same time in two folders, on a core each. */
export function badgekitTwice(places: readonly [string, string], args: readonly string[]): ChildRun {
  const bin = process.env['BADGEKIT_BENCH_BIN'] ?? '';
  const runs = places.map((folder, core) => ({
    folder,
    command: ['taskset', '-c', String(core), process.execPath, bin, ...args],
  }));
  const both = `
    import { spawn } from 'node:child_process';
    import { once } from 'node:events';
    const runs = ${JSON.stringify(runs)}.map(({ folder, command: [program, ...rest] }) =>
      once(spawn(program, rest, { cwd: folder, stdio: 'ignore' }), 'exit'));
    for (const [code] of await Promise.all(runs)) if (code !== 0) process.exitCode = 1;`;
  return runNode(['--input-type=module', '-e', both], places[0]);
}

export function runNode(
  args: readonly string[],
  cwd: string,
  { oneCore = false, tellsMemory = false }: RunOptions = {},
): ChildRun {
  const preload = tellsMemory ? ['--import', `data:text/javascript,${encodeURIComponent(TELL_MEMORY)}`] : [];
  const command = [...(oneCore ? ['taskset', '-c', '0'] : []), process.execPath, ...preload, ...args];
  const [program = '', ...rest] = command;
  const start = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(program, rest, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    env: { ...process.env, BADGEKIT_PASSPHRASE: PASSPHRASE },
  });
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${String(status)}: ${stderr}`);
  return { ms, peak: tellsMemory ? Number(stderr.split('\n').at(-1)) / 1024 : Number.NaN, out: stdout };
}
