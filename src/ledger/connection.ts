import Database from 'libsql';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { Recent } from '../syntax/recent.ts';

/** The library waits without letting anything else of this process run, so it waits shortly and is asked again. */
const BUSY_TIMEOUT_MS = 50;
const MAX_STATEMENTS = 64;

/**
 * A connection to an SQLite file that is made anew after every failure: libsql leaves a statement that failed
 * unfinished (as when it met a lock), and whatever the connection writes after that is never committed.
 */
export class Connection implements SqliteDatabase {
  readonly #path: string;
  #database: Database.Database;
  /** Statements of this connection that may be wanted again, by their text. */
  #statements = new Recent<string, Database.Statement>(MAX_STATEMENTS);

  constructor(path: string) {
    this.#path = path;
    this.#database = open(path);
  }

  prepare(sql: string): SqliteStatement {
    const statement = this.#statements.orMake(sql, () => this.#database.prepare(sql));
    const careful = <T>(run: () => T): T => {
      try {
        return run();
      } catch (error) {
        this.#reopen();
        throw error;
      }
    };
    return {
      reader: statement.reader,
      all: (parameters) => careful(() => statement.all(...parameters)),
      run: (parameters) => careful(() => statement.run(...parameters)),
      // One of its own: what is read step by step stays unfinished for a while.
      iterate: (parameters) => this.#database.prepare(sql).iterate(...parameters),
    };
  }

  /** Runs statements that give nothing back; this way leaves nothing unfinished. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  close(): void {
    this.#statements = new Recent(MAX_STATEMENTS);
    this.#database.close();
  }

  #reopen(): void {
    // While a statement is unfinished, closing would leave the lock with a connection that nobody reaches any more.
    try {
      this.#database.exec('rollback');
    } catch {
      // There was no transaction.
    }
    this.#database.close();
    this.#statements = new Recent(MAX_STATEMENTS);
    this.#database = open(this.#path);
  }
}

/** Whether an error says that another connection holds a lock. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /BUSY|LOCKED/.test(String(error.code));
}

function open(path: string): Database.Database {
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  database.exec('pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on');
  return database;
}
