import { randomBytes } from 'node:crypto';
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { explain } from './file-faults.ts';
import { syncFolder } from './folders.ts';

const BUFFERED = 64 * 1024;
const PRIVATE_MODE = 0o600;

/**
 * Writes a text piece by piece, whole or not at all, in place of what was there. For what names people: nobody else may read it.
 * @throws BadgekitError DISK_FULL | FILE_NOT_WRITABLE
 */
export async function writeWholeStream(path: string, shownAs: string, pieces: AsyncIterable<string>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 60)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', PRIVATE_MODE);
    try {
      let text = '';
      for await (const piece of pieces) {
        text += piece;
        if (text.length < BUFFERED) continue;
        await file.appendFile(text);
        text = '';
      }
      await file.appendFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw explain(error, shownAs);
  }
}
