import { existsSync, rmSync } from 'node:fs';
import Database from 'libsql';
import { isBusy } from './connection.ts';

/**
 * A lock on a file that is there for nothing else. It is the operating system's own, by way of SQLite: it ends with the
 * process at the latest, and means the same to another container that shares the folder, where a process number would
 * not.
 */
export class FileLock {
  readonly #path: string;
  readonly #database: Database.Database;

  private constructor(path: string, database: Database.Database) {
    this.#path = path;
    this.#database = database;
  }

  /**
   * Takes the lock, if nobody has it.
   * @throws what the database says where the file cannot be made
   */
  static tryTake(path: string): FileLock | undefined {
    const database = new Database(path, { timeout: 0 });
    try {
      database.exec('begin exclusive');
      return new FileLock(path, database);
    } catch (error) {
      database.close();
      if (isBusy(error)) return undefined;
      throw error;
    }
  }

  /** Whether anybody has the lock. A file that is there and that nobody holds is taken away: its process died. */
  static isHeld(path: string): boolean {
    if (!existsSync(path)) return false;
    const lock = FileLock.tryTake(path);
    lock?.remove();
    return lock === undefined;
  }

  /** Gives the lock back and leaves the file for the next. */
  release(): void {
    this.#database.close();
  }

  /** Takes the file away, then gives the lock back: nobody may wait for a lock that is removed. */
  remove(): void {
    rmSync(this.#path, { force: true });
    this.#database.close();
  }
}
