import { BadgekitError } from '../errors.ts';

/** Runs work on a file, and tells what goes wrong in it in words of ours. */
export async function within<T>(shownAs: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw explain(error, shownAs);
  }
}

/** What went wrong with a file: its code, where, and what to do. Anything else is given back as it is. */
export function explain(error: unknown, file: string, { reading = false } = {}): unknown {
  if (error instanceof BadgekitError) return error;
  const where = { file };
  switch (codeOf(error)) {
    case 'ENOENT':
      return new BadgekitError('FILE_NOT_FOUND', 'there is no such file', {
        where,
        hint: 'check the name and the folder that you are in',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return reading
        ? new BadgekitError('FILE_UNREADABLE', 'you may not read the file', {
            where,
            hint: 'check the permissions of the file and its folder',
            cause: error,
          })
        : new BadgekitError('FILE_NOT_WRITABLE', 'you may not write the file or its folder', {
            where,
            hint: 'check the permissions of the folder',
            cause: error,
          });
    case 'ENOSPC':
    case 'EDQUOT':
      return new BadgekitError('DISK_FULL', 'there is no room left on the disk', {
        where,
        hint: 'make room, then run the same command again',
        cause: error,
      });
    case 'EEXIST':
      return new BadgekitError('FILE_EXISTS', 'a file of that name is in the way of a folder', {
        where,
        hint: 'choose another name',
        cause: error,
      });
    case 'EISDIR':
      return new BadgekitError('FILE_UNREADABLE', 'it is a folder, not a file', { where, cause: error });
    case 'ENOTDIR':
      return new BadgekitError('FILE_NOT_FOUND', 'a part of the path is a file, not a folder', { where, cause: error });
    case '':
      return error;
    default:
      return new BadgekitError('FILE_UNREADABLE', `the file could not be read or written (${codeOf(error)})`, {
        where,
        cause: error,
      });
  }
}

/** Who read from a pipe has ended. */
export function readerGone(shownAs: string, cause: unknown): BadgekitError {
  return new BadgekitError('FILE_NOT_WRITABLE', 'what reads it has ended', {
    where: { file: shownAs },
    hint: 'run the same command again: it goes on behind what was taken',
    cause,
  });
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
