import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { writeCsvLine } from '../syntax/csv.ts';
import { explain } from './file-faults.ts';
import { syncFolder } from './files.ts';

const BUFFERED = 64 * 1024;

/**
 * Writes rows as CSV that spreadsheets open, one by one, whole or not at all, in place of what was there. They name people:
 * nobody else may read them.
 * @throws BadgekitError DISK_FULL | FILE_NOT_WRITABLE
 */
export async function writeRowList(
  path: string,
  shownAs: string,
  header: readonly string[],
  rows: AsyncIterable<readonly string[]>,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 60)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      let text = `\ufeff${writeCsvLine(header)}`;
      for await (const cells of rows) {
        text += writeCsvLine(cells);
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
