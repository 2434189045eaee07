import Database from 'libsql';
import { Kysely, sql, SqliteDialect } from 'kysely';
import { BadgekitError } from '../errors.ts';
import type { Engine } from './engine.ts';
import { persistently } from './persistence.ts';
import type { LedgerTables } from './tables.ts';

/** The library waits without letting anything else of this process run, so it waits shortly and is asked again. */
const BUSY_TIMEOUT_MS = 50;
const PATIENCE_MS = 60_000;

/** The embedded engine: SQLite in write-ahead mode, synced on every commit. */
export async function openSqlite(path: string): Promise<Engine> {
  return await translated(path, async () => {
    const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    const db = new Kysely<LedgerTables>({ dialect: new SqliteDialect({ database }) });
    try {
      await sql`pragma journal_mode = wal`.execute(db);
      await sql`pragma synchronous = full`.execute(db);
      await sql`pragma foreign_keys = on`.execute(db);
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
      isSound: async () => {
        const { rows } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db);
        return rows[0]?.quick_check === 'ok';
      },
      exclusive: (run) => immediate(db, run),
      guard: (run) => translated(path, run),
    };
  });
}

/** Takes the write lock at once, where a plain transaction would take it at its first write. */
async function immediate<T>(db: Kysely<LedgerTables>, run: (tx: Kysely<LedgerTables>) => Promise<T>): Promise<T> {
  return await db.connection().execute(async (connection) => {
    await sql`begin immediate`.execute(connection);
    try {
      const result = await run(connection);
      await sql`commit`.execute(connection);
      return result;
    } catch (error) {
      await sql`rollback`.execute(connection);
      throw error;
    }
  });
}

async function userVersion(db: Kysely<LedgerTables>): Promise<number> {
  const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(db);
  return rows[0]?.user_version ?? 0;
}

function translated<T>(path: string, run: () => Promise<T>): Promise<T> {
  return persistently(run, { isPassing: isBusy, patience: PATIENCE_MS, translate: (cause) => translate(path, cause) });
}

function isBusy(error: unknown): boolean {
  return /BUSY|LOCKED/.test(errorCode(error));
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
  if (!(error instanceof Error) || error instanceof BadgekitError) return '';
  return `${'code' in error ? String(error.code) : ''} ${error.message.includes('not a database') ? 'NOTADB' : ''} ${error.message.includes('unable to open') ? 'CANTOPEN' : ''}`;
}
