import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BadgekitError } from '../errors.ts';
import { type ArchiveForm, TAR_END } from '../issue/packing.ts';
import type { Outlet } from '../issue/pipeline.ts';
import type { FileLock } from '../ledger/file-lock.ts';
import type { Ledger } from '../ports.ts';
import { LOOKED_AT, readTail } from './archive-tail.ts';
import { within } from './file-faults.ts';
import { syncFolder } from './files.ts';
import { lockFor } from './lock.ts';
import type { Programme } from './programme.ts';

/** An archive that is being written. */
export interface Archive extends Outlet {
  /** Ends it, as it must end, and closes it. */
  end(): Promise<void>;
}

export interface ArchiveFile {
  readonly path: string;
  /** How messages name it. */
  readonly shownAs: string;
  readonly form: ArchiveForm;
  readonly programme: Pick<Programme, 'root' | 'shown'>;
  readonly ledger: Pick<Ledger, 'statesOf'>;
  readonly onLongWait: () => void;
}

const MODE = 0o644;

/**
 * Opens a file for credentials, to go on behind those that are in it. What a killed run wrote and did not come to mark as
 * issued is cut off: it is issued again. Each piece is on the disk when its write resolves. A pipe or a device is written
 * to as it is.
 * @throws BadgekitError FILE_EXISTS where it holds something else; LEDGER_LOCKED where another process writes to it;
 *   FILE_NOT_WRITABLE | DISK_FULL
 */
export async function openArchive(file: ArchiveFile): Promise<Archive> {
  const { path, shownAs } = file;
  const handle = await within(shownAs, () => open(path, constants.O_RDWR | constants.O_CREAT, MODE));
  if (!(await handle.stat()).isFile()) return pipeTo(handle, file);
  let lock: FileLock | undefined;
  try {
    lock = await lockFor(file.programme, lockOf(path), `is writing to ${shownAs}`, file.onLongWait);
    const start = await startOf(handle, file);
    await within(shownAs, async () => {
      await handle.truncate(start);
      await syncFolder(dirname(path));
    });
    return new FileArchive(handle, start, lock, file);
  } catch (error) {
    await handle.close();
    lock?.release();
    throw error;
  }
}

/** Left where it is: others may be waiting for it. */
function lockOf(path: string): string {
  return `.badgekit/archive-${createHash('sha256').update(path).digest('hex').slice(0, 16)}.lock`;
}

function pipeTo(handle: FileHandle, { form, shownAs }: ArchiveFile): Archive {
  const write = (piece: Uint8Array): Promise<void> => within(shownAs, () => handle.writeFile(piece));
  return {
    isPipe: true,
    write,
    end: async () => {
      if (form === 'tar') await write(TAR_END);
      await handle.close();
    },
  };
}

class FileArchive implements Archive {
  readonly isPipe = false;
  readonly #handle: FileHandle;
  readonly #lock: FileLock;
  readonly #file: ArchiveFile;
  /** Where the last whole piece ends. */
  #at: number;

  constructor(handle: FileHandle, at: number, lock: FileLock, file: ArchiveFile) {
    this.#handle = handle;
    this.#at = at;
    this.#lock = lock;
    this.#file = file;
  }

  async write(piece: Uint8Array): Promise<void> {
    await this.#put(piece);
    this.#at += piece.length;
  }

  async end(): Promise<void> {
    try {
      // A piece that the disk did not take as a whole is no part of it.
      await this.#handle.truncate(this.#at);
      if (this.#file.form === 'tar') await this.#put(TAR_END);
    } finally {
      await this.#handle.close();
      this.#lock.release();
    }
  }

  async #put(piece: Uint8Array): Promise<void> {
    await within(this.#file.shownAs, async () => {
      for (let written = 0; written < piece.length;) {
        const { bytesWritten } = await this.#handle.write(piece, written, piece.length - written, this.#at + written);
        written += bytesWritten;
      }
      await this.#handle.datasync();
    });
  }
}

/** Behind the last credential that the ledger has as issued. */
async function startOf(handle: FileHandle, { form, shownAs, ledger }: ArchiveFile): Promise<number> {
  const { last, end, rest } = await within(shownAs, () =>
    readTail(form, handle.createReadStream({ autoClose: false, start: 0 })),
  );
  const ids = [...last, ...(rest === undefined ? [] : [rest])].map(({ credentialId }) => credentialId);
  const states = await ledger.statesOf(ids.flatMap((id) => id ?? []));
  const kept = last.findLastIndex(({ credentialId }) => states.get(credentialId ?? '') === 'issued');
  // Of what was torn soon after its beginning nobody can tell what it was; but behind what is known it is ours.
  const isForeign = (id: string | undefined, index: number): boolean =>
    id === undefined ? index === 0 || index < last.length : !states.has(id);
  if (ids.some(isForeign) || (kept === -1 && last.length >= LOOKED_AT))
    throw new BadgekitError('FILE_EXISTS', `it holds something else than ${form} of what this programme issued`, {
      where: { file: shownAs },
      hint: 'give another name, or move it away',
    });
  return last[kept + 1]?.start ?? end;
}
