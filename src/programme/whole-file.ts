import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
  writevSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BadgekitError } from '../errors.ts';
import { codeOf } from './file-faults.ts';
import { sync } from './sync.ts';

export interface WriteOptions {
  readonly replace: boolean;
  readonly mode: number;
  /** How messages name the file. */
  readonly shownAs: string;
  /** Whether nobody else can be writing the file. */
  readonly isSole?: boolean;
  /** Whether it is new in any case: then nobody looks whether the same stands there already. */
  readonly isNew?: boolean;
}

const NOTHING = new Uint8Array();

/**
 * Writes a whole file or nothing: under another name, synced, then moved into place. The file itself is safe on the disk
 * then; that it has its name, only once its folder is synced. At most the sync is waited for: what else it takes is done
 * sooner than another thread could be asked.
 */
export async function writeWholeFile(
  target: string,
  pieces: readonly Uint8Array[],
  { replace, mode, shownAs, isSole = false, isNew = false }: WriteOptions,
): Promise<'written' | 'unchanged'> {
  if (!isNew && isAlready(target, pieces)) return 'unchanged';
  const unique = isSole ? '' : `.${randomBytes(6).toString('hex')}`;
  const temporary = join(dirname(target), `.${basename(target).slice(0, 60)}${unique}.tmp`);
  try {
    await writeSynced(openNew(temporary, mode, isSole), pieces, mode);
    if (replace) renameSync(temporary, target);
    else moveNew(temporary, target, shownAs);
  } catch (error) {
    takeAway(temporary);
    throw error;
  }
  return 'written';
}

/** What a killed run left under the name of a file that is this run's alone is taken away. */
function openNew(path: string, mode: number, isSole: boolean): number {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY;
  try {
    return openSync(path, flags, mode);
  } catch (error) {
    if (!isSole || codeOf(error) !== 'EEXIST') throw error;
    rmSync(path, { force: true });
    return openSync(path, flags, mode);
  }
}

async function writeSynced(file: number, pieces: readonly Uint8Array[], mode: number): Promise<void> {
  try {
    fchmodSync(file, mode);
    const written = writevSync(file, [...pieces]);
    // A disk may take less at a time than it is given.
    for (
      let rest: Uint8Array = written < sizeOf(pieces) ? Buffer.concat(pieces).subarray(written) : NOTHING;
      rest.length > 0;
    )
      rest = rest.subarray(writeSync(file, rest));
    await sync(file);
  } finally {
    closeSync(file);
  }
}

/** Moves without replacing: a hard link fails where the name is taken, a rename would not. */
function moveNew(temporary: string, target: string, shownAs: string): void {
  try {
    linkSync(temporary, target);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw taken(shownAs);
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes(codeOf(error))) throw error;
    // A file system without hard links, such as a memory stick's.
    if (isThere(target)) throw taken(shownAs);
    renameSync(temporary, target);
    return;
  }
  rmSync(temporary);
}

function takeAway(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What went wrong before is the fault to tell.
  }
}

function taken(shownAs: string): BadgekitError {
  return new BadgekitError('FILE_EXISTS', 'the file exists already and says something else', {
    where: { file: shownAs },
    hint: 'move it away, or give --force where the command has it',
  });
}

/** Whether something has that name: a file, a folder, a link to nowhere. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function isAlready(target: string, pieces: readonly Uint8Array[]): boolean {
  try {
    const about = lstatSync(target, { throwIfNoEntry: false });
    if (about === undefined || about.size !== sizeOf(pieces)) return false;
    return about.isFile() && Buffer.compare(readFileSync(target), Buffer.concat(pieces)) === 0;
  } catch {
    return false;
  }
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((size, { length }) => size + length, 0);
}
