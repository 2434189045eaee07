import type { Kysely } from 'kysely';
import type { RunNote } from '../ports.ts';
import type { Engine } from './engine.ts';
import type { LedgerTables, RunTable } from './tables.ts';

/** Runs that have not said that they ended, in the order in which they began. */
async function openRuns({ db }: Engine): Promise<readonly RunTable[]> {
  return await db.selectFrom('run').selectAll().where('ended_at', 'is', null).orderBy('started_at').execute();
}

/** The runs of others that live at this moment. */
export async function livingRuns(engine: Engine, own: string | undefined): Promise<readonly RunNote[]> {
  const living: RunNote[] = [];
  for (const { run, command, host, pid, started_at } of await openRuns(engine))
    if (run !== own && (await engine.isHeld(run))) living.push({ run, command, host, pid, startedAt: started_at });
  return living;
}

/** Runs whose process ended before they did. */
export async function deadRuns(engine: Engine): Promise<readonly string[]> {
  const dead: string[] = [];
  for (const { run } of await openRuns(engine)) if (!(await engine.isHeld(run))) dead.push(run);
  return dead;
}

export async function endRuns(tx: Kysely<LedgerTables>, runs: readonly string[], at: number): Promise<void> {
  await tx.updateTable('run').set({ ended_at: at }).where('run', 'in', runs).where('ended_at', 'is', null).execute();
}
