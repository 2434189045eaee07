import { closeSync, constants, existsSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { BadgekitError } from '../errors.ts';
import { codeOf, explain, within } from './file-faults.ts';
import { openFolder, refuseEscape, syncFolder } from './folders.ts';
import type { Files, WholeFile } from '../ports.ts';
import { isThere, writeWholeFile, type WriteOptions } from './whole-file.ts';

const PLAIN_MODE = 0o644;
/** How much is read at a time of a file that is longer than it says. */
const MORE = 64 * 1024;
/** So much is read at once: to have another thread read it takes longer, mostly, than to read it. */
const AT_HAND = 1024 * 1024;
const readElsewhere = promisify(read);

/** The files below a folder. */
export function createFiles(root: string): Files {
  return {
    read: (path, maxBytes) => readBounded(resolvePath(root, path), maxBytes, path),
    exists: (path) => Promise.resolve(isThere(resolvePath(root, path))),
    remove: (path) => remove(root, path),
    write: async (path, content, { replace = false, mode = PLAIN_MODE, isSole = false } = {}) => {
      const target = resolvePath(root, path);
      await within(path, async () => openFolder(root, dirname(target), path));
      return await writeWhole(target, typeof content === 'string' ? Buffer.from(content, 'utf8') : content, {
        replace,
        mode,
        isSole,
        shownAs: path,
      });
    },
    writeAll: (files) => writeAll(root, files),
  };
}

/** How many files are on their way to the disk at one time: it takes most of its time to say that it is done. */
const AT_ONCE = 10;

async function writeAll(root: string, files: AsyncIterable<readonly WholeFile[]>): Promise<void> {
  const folders = new Map<string, string>();
  try {
    for await (const some of files) {
      const targets = some.map(({ path, content }) => ({ path, content, target: resolvePath(root, path) }));
      for (const { path, target } of targets) {
        const folder = dirname(target);
        if (!folders.has(folder)) await within(path, async () => openFolder(root, folder, path));
        folders.set(folder, path);
      }
      for (let at = 0; at < targets.length; at += AT_ONCE) await writeBeside(targets.slice(at, at + AT_ONCE));
    }
  } catch (error) {
    // The fault that came first is the one to tell.
    for (const folder of folders.keys()) await syncFolder(folder).catch(() => undefined);
    throw error;
  }
  for (const [folder, path] of folders) await within(path, () => syncFolder(folder));
}

async function writeBeside(targets: readonly (WholeFile & { readonly target: string })[]): Promise<void> {
  const options = { replace: true, mode: PLAIN_MODE, isSole: true, isNew: true };
  const outcomes = await Promise.allSettled(
    targets.map(({ path, content, target }) =>
      within(path, () => writeWholeFile(target, content, { shownAs: path, ...options })),
    ),
  );
  // Nothing is left in the making when a fault is told.
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

async function remove(root: string, path: string): Promise<void> {
  const target = resolvePath(root, path);
  await within(path, async () => {
    refuseEscape(root, dirname(target), path);
    await rm(target, { force: true });
    // In a folder that is not there nothing was removed.
    if (isThere(dirname(target))) await syncFolder(dirname(target));
  });
}

/** The files in a folder below the root and in those inside it, as paths from the root, sorted; none where it is missing. */
export async function listFiles(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return [];
      throw explain(error, folder, { reading: true });
    },
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/**
 * Reads at most `maxBytes` of a regular file, whatever its size says.
 * @throws BadgekitError FILE_NOT_FOUND | FILE_UNREADABLE | FILE_TOO_LARGE
 */
export async function readBounded(path: string, maxBytes: number, shownAs = path): Promise<Uint8Array> {
  const file = openToReadNow(path, shownAs);
  try {
    const about = fstatSync(file);
    if (!about.isFile())
      throw new BadgekitError('FILE_UNREADABLE', 'it is a folder or a device, not a file', {
        where: { file: shownAs },
      });
    const pieces: Uint8Array[] = [];
    let size = 0;
    // A byte more than it should have tells that there is no more.
    for (let room = Math.min(about.size, maxBytes) + 1; ; room = MORE) {
      const piece = new Uint8Array(room);
      const bytesRead =
        room <= AT_HAND
          ? readSync(file, piece, 0, room, null)
          : (await readElsewhere(file, piece, 0, room, null)).bytesRead;
      size += bytesRead;
      if (size > maxBytes)
        throw new BadgekitError('FILE_TOO_LARGE', `the file is larger than ${Math.round(maxBytes / 1024)} KiB`, {
          where: { file: shownAs },
        });
      pieces.push(piece.subarray(0, bytesRead));
      if (bytesRead === 0 || (size === about.size && bytesRead < room)) break;
    }
    const [only = new Uint8Array(), ...others] = pieces;
    return others.length === 0 ? only : new Uint8Array(Buffer.concat(pieces));
  } catch (error) {
    throw explain(error, shownAs, { reading: true });
  } finally {
    closeSync(file);
  }
}

/**
 * Refuses to write in place of a file that somebody else wrote: what badgekit writes there has a mark in its beginning.
 * @param what it is not, such as `no plan`
 * @throws BadgekitError FILE_EXISTS | FILE_*
 */
export async function refuseForeign(
  path: string,
  shownAs: string,
  { mark, within: length, what, hint }: OwnMark & { readonly what: string; readonly hint: string },
): Promise<void> {
  const beginning = await beginningOfFile(path, length);
  if (beginning === undefined || beginning.includes(mark)) return;
  throw new BadgekitError('FILE_EXISTS', `it is there, and is ${what}`, { where: { file: shownAs }, hint });
}

/** What stands in the first bytes of a file that badgekit wrote. */
export interface OwnMark {
  readonly mark: string;
  readonly within: number;
}

/** The beginning of a file as text; undefined where there is none. */
export async function beginningOfFile(path: string, length: number): Promise<string | undefined> {
  // A link that leads nowhere is nobody's file.
  if (!existsSync(path)) return undefined;
  const handle = await openToRead(path, path);
  try {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, 0);
    return Buffer.from(buffer.subarray(0, bytesRead)).toString('utf8');
  } catch (error) {
    throw explain(error, path, { reading: true });
  } finally {
    await handle.close();
  }
}

/** Makes a folder and those above it. */
export async function makeFolder(path: string, shownAs: string, mode = 0o755): Promise<void> {
  await within(shownAs, async () => {
    await mkdir(path, { recursive: true, mode });
  });
}

/** How many bytes a file has. */
export async function fileSize(path: string, shownAs = path): Promise<number> {
  return await within(shownAs, async () => (await stat(path)).size);
}

/** The bytes of a file as a stream. */
export async function* streamFile(path: string, shownAs = path): AsyncGenerator<Uint8Array> {
  const handle = await openToRead(path, shownAs);
  try {
    for await (const chunk of handle.createReadStream({ autoClose: false })) yield chunk;
  } catch (error) {
    throw explain(error, shownAs, { reading: true });
  } finally {
    await handle.close();
  }
}

/** Writes a file anywhere, whole or not at all. */
export async function writeWhole(
  target: string,
  bytes: Uint8Array,
  { replace, mode, shownAs, isSole = false }: WriteOptions,
): Promise<'written' | 'unchanged'> {
  return await within(shownAs, async () => {
    const outcome = await writeWholeFile(target, [bytes], { replace, mode, shownAs, isSole });
    if (outcome === 'written') await syncFolder(dirname(target));
    return outcome;
  });
}

/** Nobody waits for who might write into a pipe. */
const TO_READ = constants.O_RDONLY | constants.O_NONBLOCK;

function openToReadNow(path: string, shownAs: string): number {
  try {
    return openSync(path, TO_READ);
  } catch (error) {
    throw explain(error, shownAs, { reading: true });
  }
}

async function openToRead(path: string, shownAs: string): Promise<FileHandle> {
  try {
    return await open(path, TO_READ);
  } catch (error) {
    throw explain(error, shownAs, { reading: true });
  }
}

function resolvePath(root: string, path: string): string {
  const segments = path.split('/');
  if (
    path === '' ||
    segments.some((segment) => segment === '' || segment === '.' || segment === '..' || /[\\\0:]/.test(segment))
  ) {
    throw new BadgekitError('PATH_OUTSIDE', 'the path leads out of the programme folder', { where: { file: path } });
  }
  return join(root, ...segments);
}
