import { fstatSync, fsync } from 'node:fs';
import { promisify } from 'node:util';
import { codeOf, readerGone, within } from '../programme/file-faults.ts';

/** Standard output, as bytes. */
export interface ByteOutput {
  readonly kind: 'terminal' | 'pipe' | 'file';
  /**
   * Resolves once the bytes are taken; in a file, once they are safe.
   * @throws BadgekitError FILE_NOT_WRITABLE | DISK_FULL
   */
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

const synced = promisify(fsync);

/** Standard output, as it is in this process. */
export function openByteOutput(): ByteOutput {
  // A fault is told to who wrote.
  const stdout = process.stdout.on('error', () => undefined);
  const kind = stdout.isTTY ? 'terminal' : fstatSync(stdout.fd).isFile() ? 'file' : 'pipe';
  return {
    kind,
    write: (bytes) =>
      within('standard output', async () => {
        await new Promise<void>((resolve, reject) => {
          stdout.write(bytes, (error) =>
            error == null
              ? resolve()
              : reject(codeOf(error) === 'EPIPE' ? readerGone('standard output', error) : error),
          );
        });
        if (kind === 'file') await synced(stdout.fd);
      }),
  };
}
