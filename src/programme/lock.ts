import { dirname, join } from 'node:path';
import { BadgekitError } from '../errors.ts';
import { FileLock } from '../ledger/file-lock.ts';
import { persistently } from '../ledger/persistence.ts';
import { makeFolder } from './files.ts';
import type { Programme } from './programme.ts';

const LOCK_FILE = '.badgekit/public.lock';
const PATIENCE_MS = 60_000;

class Held extends Error {}

/**
 * Runs work on public/ while no other process does: lists that two runs sign at once must not overwrite each other, the
 * older the newer.
 * @throws BadgekitError LEDGER_LOCKED where another process has it for a minute
 */
export async function alone<T>(programme: Programme, work: () => Promise<T>, onLongWait?: () => void): Promise<T> {
  const doing = `is bringing ${programme.shown('public')} up to date`;
  const lock = await lockFor(programme, LOCK_FILE, doing, onLongWait);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/**
 * Waits for a lock of the programme's.
 * @param file below the programme's folder
 * @param doing what another process does that has it
 * @throws BadgekitError LEDGER_LOCKED where it has it for a minute
 */
export async function lockFor(
  programme: Pick<Programme, 'root' | 'shown'>,
  file: string,
  doing: string,
  onLongWait?: () => void,
): Promise<FileLock> {
  const path = join(programme.root, file);
  await makeFolder(dirname(path), programme.shown(dirname(file)), 0o700);
  return await persistently(
    () => {
      const taken = FileLock.tryTake(path);
      return taken === undefined ? Promise.reject(new Held()) : Promise.resolve(taken);
    },
    {
      isPassing: (error) => error instanceof Held,
      patience: PATIENCE_MS,
      onLongWait,
      translate: (error) => (error instanceof Held ? heldByOther(doing) : unwritable(programme, file, error)),
    },
  );
}

function heldByOther(doing: string): BadgekitError {
  return new BadgekitError('LEDGER_LOCKED', `another badgekit ${doing}`, {
    hint: 'wait until it has finished, then run the same command again',
  });
}

function unwritable(programme: Pick<Programme, 'shown'>, file: string, cause: unknown): BadgekitError {
  return new BadgekitError('FILE_NOT_WRITABLE', 'the lock file cannot be made', {
    where: { file: programme.shown(file) },
    hint: 'check the permissions of the folder .badgekit',
    cause,
  });
}
