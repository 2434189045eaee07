import Database from 'libsql';
import { Kysely, sql, SqliteDialect } from 'kysely';
import { BadgekitError } from '../errors.ts';
import type { Ledger } from '../ports.ts';
import { type PlaceChooser, SqlLedger } from './sql-ledger.ts';
import { CREATE_LEDGER, LEDGER_VERSION, type LedgerTables } from './tables.ts';

const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens the embedded ledger, making it where there is none: SQLite in write-ahead mode, synced on every commit.
 * @param secretFingerprint a fingerprint of the secret that award identities are made with: another secret would issue
 * everything again
 * @throws BadgekitError LEDGER_DAMAGED | LEDGER_LOCKED | FILE_NOT_WRITABLE | KEY_MISMATCH
 */
export async function openLedger(path: string, choosePlace: PlaceChooser, secretFingerprint: string): Promise<Ledger> {
  return await translated(path, async () => {
    const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    const db = new Kysely<LedgerTables>({ dialect: new SqliteDialect({ database }) });
    try {
      await prepare(db, path);
      await refuseOtherSecret(db, secretFingerprint);
    } catch (error) {
      await db.destroy();
      throw error;
    }
    return new SqlLedger(db, choosePlace, (run) => translated(path, run));
  });
}

async function prepare(db: Kysely<LedgerTables>, path: string): Promise<void> {
  await sql`pragma journal_mode = wal`.execute(db);
  await sql`pragma synchronous = full`.execute(db);
  await sql`pragma foreign_keys = on`.execute(db);
  const version = await userVersion(db);
  if (version > LEDGER_VERSION)
    throw new BadgekitError('LEDGER_DAMAGED', `the ledger ${path} was written by a newer badgekit`, {
      hint: 'update badgekit',
    });
  if (version === 0) await create(db);
  const health = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db);
  if (health.rows[0]?.quick_check !== 'ok') throw damaged(path);
}

async function refuseOtherSecret(db: Kysely<LedgerTables>, secretFingerprint: string): Promise<void> {
  await db
    .insertInto('fact')
    .values({ name: 'award_secret', value: secretFingerprint })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { value } = await db
    .selectFrom('fact')
    .select('value')
    .where('name', '=', 'award_secret')
    .executeTakeFirstOrThrow();
  if (value === secretFingerprint) return;
  throw new BadgekitError('KEY_MISMATCH', 'keys/award-ids.jwe is not the secret that this programme issued with', {
    hint: 'with another one every award would be issued a second time: put the right file back from your backup',
  });
}

async function create(db: Kysely<LedgerTables>): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`begin immediate`.execute(connection);
    try {
      if ((await userVersion(connection)) === 0)
        for (const statement of CREATE_LEDGER) await sql.raw(statement).execute(connection);
      await sql`commit`.execute(connection);
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

/** Runs a piece of work; what the database says in its own words becomes an error that a user can act on. */
async function translated<T>(path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof BadgekitError) throw cause;
    const code = errorCode(cause);
    if (/BUSY|LOCKED/.test(code))
      throw new BadgekitError('LEDGER_LOCKED', `another badgekit is working with the ledger ${path}`, {
        hint: 'wait until it has finished, then run the same command again',
        cause,
      });
    if (/CORRUPT|NOTADB/.test(code)) throw damaged(path, cause);
    if (/FULL/.test(code))
      throw new BadgekitError('DISK_FULL', `there is no room left for the ledger ${path}`, {
        hint: 'make room, then run the same command again: nothing is issued twice',
        cause,
      });
    if (/READONLY|CANTOPEN|PERM/.test(code))
      throw new BadgekitError('FILE_NOT_WRITABLE', `the ledger ${path} cannot be written`, {
        hint: 'check the permissions of the folder .badgekit',
        cause,
      });
    throw cause;
  }
}

function damaged(path: string, cause?: unknown): BadgekitError {
  return new BadgekitError('LEDGER_DAMAGED', `the ledger ${path} is damaged`, {
    hint: 'put back a copy of it from your backup',
    cause,
  });
}

function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return `${'code' in error ? String(error.code) : ''} ${error.message.includes('not a database') ? 'NOTADB' : ''} ${error.message.includes('unable to open') ? 'CANTOPEN' : ''}`;
}
