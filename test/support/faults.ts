import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Run, filesBelow } from './cli.ts';
import type { TestProgramme } from './programme.ts';

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'fault-preload.js')).href;

/** What goes wrong, and at which step of the run: see fault-preload.js. */
export interface Fault {
  readonly kind?: 'kill' | 'ENOSPC' | 'EACCES' | 'EIO' | 'short';
  /** Counted from 1, once armed. */
  readonly at?: number;
  /** Armed when this run has moved so many credentials into place. */
  readonly after?: number;
  /** Armed at the first step of this phase. */
  readonly afterLabel?: string;
  /** Milliseconds by which the clock is set back. */
  readonly backwards?: number;
}

export interface FaultyRun extends Run {
  /** The phase in which the fault came; undefined where the run passed untouched. */
  readonly hit: string | undefined;
}

/** Runs badgekit with a fault. */
export async function faulty(programme: TestProgramme, fault: Fault, ...args: readonly string[]): Promise<FaultyRun> {
  const log = join(programme.cwd, '..', `${programme.cwd.split('/').at(-1) ?? ''}.log`);
  rmSync(log, { force: true });
  const run = await programme.runWith(
    { env: { NODE_OPTIONS: `--import ${PRELOAD}`, BADGEKIT_FAULT: JSON.stringify({ ...fault, log }) } },
    ...args,
  );
  const [line = ''] = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
  const { hit } = line === '' ? { hit: undefined } : (JSON.parse(line) as { hit: string | null });
  return { ...run, hit: hit ?? undefined };
}

/** Counts what was tried, by phase, for the summary that a test prints. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(phase: string): void {
    this.#counts.set(phase, (this.#counts.get(phase) ?? 0) + 1);
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  get phases(): readonly string[] {
    return [...this.#counts.keys()].sort();
  }

  toString(): string {
    return [...this.#counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([phase, count]) => `${phase} ${count}`)
      .join(', ');
  }
}

/** Files that an interrupted write leaves: hidden, and named for it. */
export function temporaryFiles({ cwd }: TestProgramme): readonly string[] {
  return filesBelow(cwd).filter((file) => file.endsWith('.tmp'));
}
