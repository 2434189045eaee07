import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'bin/badgekit.js');
export const PASSPHRASE = 'tide turns at dawn';

/** The arguments that define a badge, as small as one can be. */
export const DEFINE_KNOTS = [
  'define',
  'knots',
  '--name',
  'Knots',
  '--description',
  'Ties knots.',
  '--tier',
  'participation',
  '--criteria',
  'Tie them.',
] as const;

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Runs as this user, where the test runs as root. */
  readonly uid?: number;
  /** What Node itself is told. */
  readonly node?: readonly string[];
}

/** Runs the built command line as a child process, without a terminal. */
export function badgekit(
  args: readonly string[],
  { cwd, env = {}, input = '', uid, node = [] }: RunOptions,
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = start(args, { cwd, env, node, ...(uid === undefined ? {} : { uid }) });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });
}

/** Starts the built command line as a child process, without a terminal. */
export function start(
  args: readonly string[],
  { cwd, env = {}, uid, node = [] }: Omit<RunOptions, 'input'>,
): ChildProcessWithoutNullStreams {
  const { CI: _, ...inherited } = process.env;
  return spawn(process.execPath, [...node, BIN, ...args], {
    cwd,
    env: { ...inherited, BADGEKIT_PASSPHRASE: PASSPHRASE, ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'badgekit-test-'));
}

/** A hosted programme with one badge, knots. */
export async function knotsProgramme(): Promise<string> {
  const cwd = temporaryFolder();
  await badgekit(['init-issuer', '--name', 'T', '--hosting', 'https://badges.example.org'], { cwd });
  await badgekit(DEFINE_KNOTS, { cwd });
  return cwd;
}

/** A fresh copy of a programme. */
export function copyOf(programme: string): string {
  const cwd = temporaryFolder();
  cpSync(programme, cwd, { recursive: true });
  return cwd;
}

/** A copy of the sample programme, without keys. */
export function sampleProgramme(): string {
  const folder = join(temporaryFolder(), 'tidewater');
  cpSync(join(ROOT, 'fixtures/tidewater'), folder, { recursive: true });
  return folder;
}

/** Every file below a folder, with forward slashes, sorted. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(folder, file)).isFile())
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
}

/** What a run printed with --json. */
export function printed(run: Run): Record<string, unknown> {
  return JSON.parse(run.out) as Record<string, unknown>;
}
