import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Kysely, sql, SqliteDialect } from 'kysely';
import { BadgekitError } from '../errors.ts';
import type { Engine, Hold } from './engine.ts';
import { Connection, isBusy } from './connection.ts';
import { FileLock } from './file-lock.ts';
import { persistently } from './persistence.ts';
import type { LedgerTables } from './tables.ts';

const PATIENCE_MS = 60_000;
/** Up to this size a ledger is read from end to end whenever it is opened: a fraction of a second. */
const READ_WHOLE_BYTES = 64 * 1024 * 1024;
const SMALL_TABLES = ['fact', 'signing_key', 'run', 'status_list'] as const;

/** The embedded engine: SQLite in write-ahead mode, synced on every commit. */
export async function openSqlite(path: string, onLongWait?: () => void): Promise<Engine> {
  return await translated(path, async () => {
    const connection = new Connection(path);
    const db = new Kysely<LedgerTables>({ dialect: new SqliteDialect({ database: connection }) });
    try {
      connection.exec('pragma journal_mode = wal');
    } catch (error) {
      await db.destroy();
      throw error;
    }
    return {
      dialect: 'sqlite',
      db,
      name: path,
      version: userVersion,
      setVersion: async (tx, version) => {
        await sql.raw(`pragma user_version = ${version}`).execute(tx);
      },
      isSound: (isSuspect) => isSound(db, isSuspect),
      faults: async () => {
        const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check(20)`.execute(db);
        const { rows: dangling } = await sql<{ table: string }>`pragma foreign_key_check`.execute(db);
        return [
          ...rows.map(({ integrity_check }) => integrity_check).filter((fault) => fault !== 'ok'),
          ...dangling.map(({ table }) => `a row of the table ${table} refers to one that is not there`),
        ];
      },
      scrub: async () => {
        // The file itself is overwritten at once (secure_delete); the write-ahead log holds older pages.
        const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(db);
        return rows[0]?.busy === 0
          ? undefined
          : `in ${path}-wal, until the program closes it that is reading the ledger`;
      },
      exclusive: (run) => immediate(db, connection, run),
      guard: (run) => translated(path, run, onLongWait),
      hold: (run) => Promise.resolve(holdRun(path, run)),
      strays: (runs) => Promise.resolve(runsWithFile(path).filter((run) => !runs.has(run))),
      held: (runs) => Promise.resolve(new Set(runs.filter((run) => FileLock.isHeld(runFile(path, run))))),
    };
  });
}

/**
 * Reads a ledger of ordinary size from end to end. A huge one is read so only after a run that did not end well; else its
 * small tables are, and the rest by `ledger check`.
 */
async function isSound(db: Kysely<LedgerTables>, isSuspect: boolean): Promise<boolean> {
  const { rows: sizes } = await sql<{ bytes: number }>`
    select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`.execute(db);
  const bytes = sizes[0]?.bytes ?? 0;
  const tables = isSuspect || bytes <= READ_WHOLE_BYTES ? [undefined] : SMALL_TABLES;
  for (const table of tables) {
    const { rows } = await sql<{ quick_check: string }>`pragma quick_check(${sql.raw(table ?? '1')})`.execute(db);
    if (rows[0]?.quick_check !== 'ok') return false;
  }
  return true;
}

/** A run shows that it lives by a lock on a file of its own, beside the ledger. */
function runFile(ledger: string, run: string): string {
  return join(dirname(ledger), `${run}.lock`);
}

/** The runs that have such a file, whether they live or not. */
function runsWithFile(ledger: string): readonly string[] {
  return readdirSync(dirname(ledger)).flatMap((file) => /^(\d{8}-[0-9a-f]+)\.lock$/.exec(file)?.[1] ?? []);
}

function holdRun(ledger: string, run: string): Hold {
  const lock = FileLock.tryTake(runFile(ledger, run));
  return {
    release: () => {
      lock?.remove();
      return Promise.resolve();
    },
  };
}

/** Takes the write lock at once, where a plain transaction would take it at its first write. */
async function immediate<T>(
  db: Kysely<LedgerTables>,
  connection: Connection,
  run: (tx: Kysely<LedgerTables>) => Promise<T>,
): Promise<T> {
  return await db.connection().execute(async (tx) => {
    connection.exec('begin immediate');
    try {
      const result = await run(tx);
      connection.exec('commit');
      return result;
    } catch (error) {
      rollBack(connection);
      throw error;
    }
  });
}

/** A transaction that the database itself has ended cannot be rolled back, and need not be. */
function rollBack(connection: Connection): void {
  try {
    connection.exec('rollback');
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('no transaction is active'))) throw error;
  }
}

async function userVersion(db: Kysely<LedgerTables>): Promise<number> {
  const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(db);
  return rows[0]?.user_version ?? 0;
}

function translated<T>(path: string, run: () => Promise<T>, onLongWait?: () => void): Promise<T> {
  return persistently(run, {
    isPassing: isBusy,
    patience: PATIENCE_MS,
    translate: (cause) => translate(path, cause),
    onLongWait,
  });
}

function translate(path: string, cause: unknown): unknown {
  if (cause instanceof BadgekitError) return cause;
  const code = errorCode(cause);
  if (isBusy(cause))
    return new BadgekitError('LEDGER_LOCKED', `another badgekit is working with the ledger ${path}`, {
      hint: 'wait until it has finished, then run the same command again',
      cause,
    });
  if (/CORRUPT|NOTADB/.test(code)) return damagedLedger(path, cause);
  if (/FULL/.test(code))
    return new BadgekitError('DISK_FULL', `there is no room left for the ledger ${path}`, {
      hint: 'make room, then run the same command again: nothing is issued twice',
      cause,
    });
  if (/READONLY|CANTOPEN|PERM/.test(code))
    return new BadgekitError('FILE_NOT_WRITABLE', `the ledger ${path} cannot be written`, {
      hint: 'check the permissions of the folder .badgekit',
      cause,
    });
  return cause;
}

export function damagedLedger(name: string, cause?: unknown): BadgekitError {
  return new BadgekitError('LEDGER_DAMAGED', `the ledger ${name} is damaged`, {
    hint: 'put back a copy of it from your backup',
    cause,
  });
}

function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return `${'code' in error ? String(error.code) : ''} ${error.message.includes('not a database') ? 'NOTADB' : ''} ${error.message.includes('unable to open') ? 'CANTOPEN' : ''}`;
}
