import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BadgekitError } from '../errors.ts';
import { type ArchiveForm, TAR_END } from '../issue/packing.ts';
import type { Outlet } from '../issue/pipeline.ts';
import type { FileLock } from '../ledger/file-lock.ts';
import type { Ledger } from '../ports.ts';
import { BEGINNINGS, LOOKED_AT, readTail } from './archive-tail.ts';
import { codeOf, readerGone, within } from './file-faults.ts';
import { syncFolder } from './folders.ts';
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
  // A pipe is opened to write only: a process that could read it would be its own reader.
  const present = await stat(path).catch(() => undefined);
  if (present !== undefined && !present.isFile() && !present.isDirectory())
    return pipeTo(await within(shownAs, () => open(path, constants.O_WRONLY)), file);
  const handle = await within(shownAs, () => open(path, constants.O_RDWR | constants.O_CREAT, MODE));
  let lock: FileLock | undefined;
  try {
    lock = await lockFor(file.programme, await lockOf(handle), `is writing to ${shownAs}`, file.onLongWait);
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

/** Named by the file itself, which may have several names; left where it is: others may be waiting for it. */
async function lockOf(handle: FileHandle): Promise<string> {
  const { dev, ino } = await handle.stat({ bigint: true });
  return `.badgekit/archive-${dev}-${ino}.lock`;
}

function pipeTo(handle: FileHandle, { form, shownAs }: ArchiveFile): Archive {
  const write = (piece: Uint8Array): Promise<void> =>
    within(shownAs, () =>
      handle.writeFile(piece).catch((error: unknown) => {
        throw codeOf(error) === 'EPIPE' ? readerGone(shownAs, error) : error;
      }),
    );
  return {
    isPipe: true,
    write,
    end: async () => {
      try {
        if (form === 'tar') await write(TAR_END);
      } finally {
        await handle.close();
      }
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
  /** Whether somebody else writes to it: then nothing of it is ours to change. */
  #isDisturbed = false;

  constructor(handle: FileHandle, at: number, lock: FileLock, file: ArchiveFile) {
    this.#handle = handle;
    this.#at = at;
    this.#lock = lock;
    this.#file = file;
  }

  async write(piece: Uint8Array): Promise<void> {
    const { size } = await this.#handle.stat();
    this.#isDisturbed ||= size !== this.#at;
    if (this.#isDisturbed)
      throw new BadgekitError('FILE_NOT_WRITABLE', 'another program writes to the file at the same time', {
        where: { file: this.#file.shownAs },
        hint: 'let it finish, then run the same command again with another file',
      });
    await this.#put(piece);
    this.#at += piece.length;
  }

  async end(): Promise<void> {
    try {
      if (this.#isDisturbed) return;
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

/** Behind the last credential that the ledger knows to be issued into an archive. */
async function startOf(handle: FileHandle, { form, shownAs, ledger }: ArchiveFile): Promise<number> {
  const { last, end, rest } = await within(shownAs, () =>
    readTail(form, handle.createReadStream({ autoClose: false, start: 0 })),
  );
  const ids = [...last, ...(rest === undefined ? [] : [rest])].map(({ credentialId }) => credentialId);
  const states = await ledger.statesOf(ids.flatMap((id) => id ?? []));
  const stateOf = (id: string | undefined): ReturnType<typeof states.get> =>
    id === undefined ? undefined : states.get(id);
  const kept = last.findLastIndex(({ credentialId }) => {
    const known = stateOf(credentialId);
    return known?.state === 'issued' && !known.hasFiles;
  });
  // Only what a killed run did not come to mark is cut off: not what was issued otherwise since, nor what is not known.
  const isOurs =
    last.every(({ credentialId }) => stateOf(credentialId) !== undefined) &&
    last.slice(kept + 1).every(({ credentialId }) => stateOf(credentialId)?.state === 'reserved') &&
    (kept !== -1 || last.length < LOOKED_AT);
  const isRestOurs =
    rest === undefined ||
    ((await beginsLikeOurs(handle, form, end)) &&
      (rest.credentialId === undefined ? last.length > 0 : stateOf(rest.credentialId)?.state === 'reserved'));
  if (!isOurs || !isRestOurs)
    throw new BadgekitError('FILE_EXISTS', `it holds something else than ${form} of what this programme issued`, {
      where: { file: shownAs },
      hint: 'give another name, or move it away',
    });
  return last[kept + 1]?.start ?? end;
}

/** Whether what stands there is how a credential in an archive begins, or how an archive ends. */
async function beginsLikeOurs(handle: FileHandle, form: ArchiveForm, at: number): Promise<boolean> {
  const beginning = BEGINNINGS[form];
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(beginning.length), 0, beginning.length, at);
  const bytes = buffer.subarray(0, bytesRead);
  return beginning.startsWith(bytes.toString('latin1')) || (form === 'tar' && bytes.every((byte) => byte === 0));
}
