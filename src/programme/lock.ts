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
  const path = join(programme.root, LOCK_FILE);
  await makeFolder(dirname(path), programme.shown(dirname(LOCK_FILE)), 0o700);
  const lock = await persistently(
    () => {
      const taken = FileLock.tryTake(path);
      return taken === undefined ? Promise.reject(new Held()) : Promise.resolve(taken);
    },
    {
      isPassing: (error) => error instanceof Held,
      patience: PATIENCE_MS,
      onLongWait,
      translate: (error) => (error instanceof Held ? lockedFor(programme) : unwritable(programme, error)),
    },
  );
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function lockedFor(programme: Programme): BadgekitError {
  return new BadgekitError('LEDGER_LOCKED', `another badgekit is bringing ${programme.shown('public')} up to date`, {
    hint: 'wait until it has finished, then run the same command again',
  });
}

function unwritable(programme: Programme, cause: unknown): BadgekitError {
  return new BadgekitError('FILE_NOT_WRITABLE', 'the lock file cannot be made', {
    where: { file: programme.shown(LOCK_FILE) },
    hint: 'check the permissions of the folder .badgekit',
    cause,
  });
}
