import { closeSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { BadgekitError } from '../errors.ts';
import { codeOf } from './file-faults.ts';
import { sync } from './sync.ts';
import { isThere } from './whole-file.ts';

/**
 * Makes a folder below the root, if need be, and sees that no link leads out of it. It waits for nothing: what a folder takes is
 * done sooner than another thread could be asked.
 * @param shownAs how messages name what is to lie in it
 * @throws BadgekitError PATH_OUTSIDE; what the system says
 */
export function openFolder(root: string, folder: string, shownAs: string): void {
  refuseEscape(root, folder, shownAs);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
}

/**
 * Sees that no link leads out of the root, on the way to a folder that may not be there yet.
 * @throws BadgekitError PATH_OUTSIDE; what the system says
 */
export function refuseEscape(root: string, folder: string, shownAs: string): void {
  if (nearestFolder(root) !== root) return;
  const between = relative(realpathSync.native(root), realpathSync.native(nearestFolder(folder)));
  if (between === '..' || between.startsWith(`..${sep}`))
    throw new BadgekitError('PATH_OUTSIDE', 'a link leads out of the programme folder', { where: { file: shownAs } });
}

/** The folder itself, or the nearest one above it that exists. */
function nearestFolder(folder: string): string {
  return dirname(folder) === folder || isThere(folder) ? folder : nearestFolder(dirname(folder));
}

/** What a system says that opens no folders, and a file system that syncs none: there a rename is as safe as it gets. */
const OPENS_NONE = new Set(['EISDIR', 'EPERM', 'EACCES']);
const SYNCS_NONE = new Set(['EINVAL', 'ENOTSUP', 'EPERM', 'EBADF']);

/**
 * Sees that the names in a folder are safe on the disk, where that can be seen to.
 * @throws what the system says, such as EIO
 */
export async function syncFolder(path: string): Promise<void> {
  let folder: number;
  try {
    folder = openSync(path, 'r');
  } catch (error) {
    if (OPENS_NONE.has(codeOf(error))) return;
    throw error;
  }
  try {
    await sync(folder);
  } catch (error) {
    if (!SYNCS_NONE.has(codeOf(error))) throw error;
  } finally {
    closeSync(folder);
  }
}
