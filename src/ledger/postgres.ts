import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { BadgekitError, type ErrorCode } from '../errors.ts';
import type { Engine, Hold, WaitedFor } from './engine.ts';
import { persistently } from './persistence.ts';
import type { LedgerTables } from './tables.ts';

/** Names badgekit's own lock among those that other programs may hold in the same database. */
const WRITER_LOCK = 0x62_61_64_67;
/** The same for the locks by which runs show that they live. */
const RUN_LOCK = WRITER_LOCK + 1;
/** After this a transaction gives up its place in the queue, so that the user can be told what it waits for. */
const LOCK_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 10_000;
/** How long a server may take to be restarted; and one that was never reached is hardly about to come back. */
const PATIENCE_MS = { restarted: 30_000, unreached: 1_000 };

const RETAKE_MS = 200;

/** The engine for teams and fleets: PostgreSQL, reached by a postgres:// address. */
export function openPostgres(url: string, onLongWait?: (waitedFor: WaitedFor) => void): Engine {
  const name = ledgerName(url);
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    application_name: 'badgekit',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    types: { getTypeParser },
  });
  // A connection that is cut while nobody uses it is replaced at the next use.
  pool.on('error', () => undefined);
  // One that is cut while it is in use says so here, besides failing what it was asked.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<LedgerTables>({ dialect: new PostgresDialect({ pool }) });
  let wasReached = false;
  return {
    dialect: 'postgres',
    db,
    name,
    version: schemaVersion,
    setVersion: async (tx, version) => {
      await sql`create table if not exists schema_version (version integer not null)`.execute(tx);
      await sql`delete from schema_version`.execute(tx);
      await sql`insert into schema_version (version) values (${version})`.execute(tx);
    },
    // The server guards its own files.
    isSound: () => Promise.resolve(true),
    faults: () => Promise.resolve([]),
    // Only VACUUM FULL would, which keeps everybody else waiting: that is for the owner of the server.
    scrub: () => Promise.resolve('in pages of the server, until VACUUM FULL award, status_change'),
    exclusive: (run) =>
      db.transaction().execute(async (tx) => {
        await sql.raw(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`).execute(tx);
        await sql`select pg_advisory_xact_lock(${WRITER_LOCK})`.execute(tx);
        return await run(tx);
      }),
    guard: async (run) => {
      const result = await persistently(run, {
        isPassing: (error) => isCut(error) || codeOf(error) === LOCK_NOT_AVAILABLE,
        patience: wasReached ? PATIENCE_MS.restarted : PATIENCE_MS.unreached,
        translate: (cause) => translate(name, cause),
        onLongWait: (error) => onLongWait?.(codeOf(error) === LOCK_NOT_AVAILABLE ? 'others' : 'server'),
      });
      wasReached = true;
      return result;
    },
    hold: async (run) => {
      const lock = new RunLock(url, run);
      await lock.take();
      return lock;
    },
    strays: () => Promise.resolve([]),
    held: async (runs) => {
      if (runs.length === 0) return new Set();
      const { rows } = await sql<{ lock: number }>`
        select objid::bigint as lock from pg_locks
        where locktype = 'advisory' and classid = ${RUN_LOCK} and granted
          and database = (select oid from pg_database where datname = current_database())`.execute(db);
      const locks = new Set(rows.map(({ lock }) => lock));
      return new Set(runs.filter((run) => locks.has(lockNumber(run))));
    },
  };
}

/** `postgres://host:port/database`: what can be shown, without user, password and options. */
function ledgerName(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    // The parser's own error would repeat the address, and the password in it.
    throw new BadgekitError('CONFIG_INVALID', 'the address of the ledger cannot be read', {
      hint: 'write postgres://user@host:port/database, with special characters percent-encoded',
    });
  }
}

function lockNumber(run: string): number {
  return createHash('sha256').update(run).digest().readUInt32BE(0) & 0x7fff_ffff;
}

/**
 * A run shows that it lives by a lock of a connection that does nothing else. Where the connection is cut, another one
 * takes the lock again as soon as the server is back.
 */
class RunLock implements Hold {
  readonly #url: string;
  readonly #run: string;
  #isReleased = false;
  #client: pg.Client | undefined;

  constructor(url: string, run: string) {
    this.#url = url;
    this.#run = run;
  }

  async take(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url, application_name: 'badgekit', keepAlive: true });
    client.on('error', () => undefined);
    this.#client = client;
    try {
      await client.connect();
      await client.query('select pg_advisory_lock($1, $2)', [RUN_LOCK, lockNumber(this.#run)]);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    client.once('end', () => void this.#retake());
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    await this.#client?.end().catch(() => undefined);
  }

  async #retake(): Promise<void> {
    while (!this.#isReleased) {
      const isTaken = await this.take().then(
        () => true,
        () => false,
      );
      if (isTaken) {
        // The run may have ended while the server was asked.
        if (this.#isReleased) await this.#client?.end().catch(() => undefined);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, RETAKE_MS).unref());
    }
  }
}

const INT8 = pg.types.builtins.INT8;

/** Counts and instants are far below 2^53; pg gives them as text for the sake of those that are not. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
  return oid === INT8 ? Number : pg.types.getTypeParser(oid, format);
}

async function schemaVersion(db: Kysely<LedgerTables>): Promise<number> {
  // Not by to_regclass: that may answer from a cache, and another process has just made the table.
  const { rows } = await sql<{ found: boolean }>`
    select count(*) > 0 as found from pg_catalog.pg_class
    where relname = 'schema_version' and relnamespace = current_schema()::regnamespace`.execute(db);
  if (rows[0]?.found !== true) return 0;
  const { rows: versions } = await sql<{ version: number }>`select version from schema_version`.execute(db);
  return versions[0]?.version ?? 0;
}

const LOCK_NOT_AVAILABLE = '55P03';
const CUT = /^(?:08|57P0[123])/;

function isCut(error: unknown): boolean {
  const code = codeOf(error);
  return (
    CUT.test(code) ||
    ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', '40001', '40P01'].includes(code) ||
    (error instanceof Error && /Connection terminated|not queryable/i.test(error.message))
  );
}

function translate(name: string, cause: unknown): unknown {
  if (cause instanceof BadgekitError) return cause;
  const code = codeOf(cause);
  const fault = (kind: ErrorCode, what: string, hint: string): BadgekitError =>
    new BadgekitError(kind, `the ledger ${name} ${what}`, { hint });
  if (code === LOCK_NOT_AVAILABLE)
    return new BadgekitError('LEDGER_LOCKED', `another badgekit is working with the ledger ${name}`, {
      hint: 'wait until it has finished, then run the same command again',
    });
  if (code === '53100')
    return fault('DISK_FULL', 'has no room left', 'make room on its server, then run the same command again');
  if (code.startsWith('28'))
    return fault('LEDGER_UNREACHABLE', 'does not let this user in', 'check user and password in its address');
  if (code === '3D000')
    return fault('LEDGER_UNREACHABLE', 'does not exist on its server', 'make it there with: createdb <name>');
  if (code === '42501')
    return fault('FILE_NOT_WRITABLE', 'may not be written by this user', 'let the user create tables in its schema');
  return isConnectionFault(cause) ? unreachable(name, cause) : cause;
}

/** What the driver says in its own words of a server that it cannot talk to. */
function isConnectionFault(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  const code = codeOf(cause);
  if (code !== '') return /^E[A-Z_]+$/.test(code) || isCut(cause);
  return cause.name === 'Error' && /connect|SSL|SASL|timeout|queryable/i.test(cause.message);
}

function unreachable(name: string, cause: unknown): BadgekitError {
  return new BadgekitError(
    'LEDGER_UNREACHABLE',
    `the ledger ${name} cannot be reached (${codeOf(cause) || 'no answer'})`,
    {
      hint: 'see whether the server runs and its address is right, then run the same command again: nothing is issued twice',
    },
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
