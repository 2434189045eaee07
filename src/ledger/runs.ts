import type { Kysely } from 'kysely';
import type { RunNote } from '../ports.ts';
import type { Engine } from './engine.ts';
import { MAX_PARAMETERS, pieces } from './pieces.ts';
import type { LedgerTables, RunTable } from './tables.ts';

/** Runs that have not said that they ended, in the order in which they began. */
async function openRuns({ db }: Engine): Promise<readonly RunTable[]> {
  return await db.selectFrom('run').selectAll().where('ended_at', 'is', null).orderBy('started_at').execute();
}

export async function openRunNames(db: Kysely<LedgerTables>): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('run').select('run').where('ended_at', 'is', null).execute();
  return new Set(rows.map(({ run }) => run));
}

/** The runs of others that live at this moment. */
export async function livingRuns(engine: Engine, own: string | undefined): Promise<readonly RunNote[]> {
  const others = (await openRuns(engine)).filter(({ run }) => run !== own);
  const held = await engine.held(others.map(({ run }) => run));
  return others
    .filter(({ run }) => held.has(run))
    .map(({ run, command, host, pid, started_at }) => ({ run, command, host, pid, startedAt: started_at }));
}

/** Whether a run lives, in whatever process. */
export async function isHeld({ held }: Engine, run: string): Promise<boolean> {
  return (await held([run])).has(run);
}

/** A run whose process ended before it did, as far as can be seen. */
export interface DeadRun {
  readonly run: string;
  readonly startedAt: number;
}

export async function deadRuns(engine: Engine): Promise<readonly DeadRun[]> {
  const open = await openRuns(engine);
  const held = await engine.held(open.map(({ run }) => run));
  return open.filter(({ run }) => !held.has(run)).map(({ run, started_at }) => ({ run, startedAt: started_at }));
}

export async function endRuns(tx: Kysely<LedgerTables>, runs: readonly string[], at: number): Promise<void> {
  for (const some of pieces(runs, MAX_PARAMETERS))
    await tx.updateTable('run').set({ ended_at: at }).where('run', 'in', some).where('ended_at', 'is', null).execute();
}
