import { pack } from 'tar-stream';
import type { WholeFile } from '../ports.ts';
import { envelopeOf } from '../proof/jwt.ts';
import type { Instant } from '../syntax/datetime.ts';
import type { SecuredText } from './secure.ts';

/** How many credentials can be written one after the other: a line for each, or the files of each. */
export const ARCHIVE_FORMS = ['jsonl', 'tar'] as const;
export type ArchiveForm = (typeof ARCHIVE_FORMS)[number];

/** A credential with its files, and when it was made. */
export interface Packable {
  readonly secured: Pick<SecuredText, 'text' | 'extension'>;
  readonly files: readonly WholeFile[];
  readonly created: Instant;
}

/** What ends a tar archive: two empty blocks. */
export const TAR_END = new Uint8Array(1024);
const MODE = 0o644;

/**
 * Credentials as a piece of an archive; pieces one after the other make the whole, a tar archive with `TAR_END` behind
 * them. The same credentials make the same bytes.
 */
export function packed(form: ArchiveForm, credentials: readonly Packable[]): Promise<Uint8Array<ArrayBuffer>> {
  if (form === 'tar') return tarPiece(credentials);
  const lines = credentials.map(({ secured }) => `${lineOf(secured)}\n`).join('');
  return Promise.resolve(new TextEncoder().encode(lines));
}

/** A credential as one line of JSON; a token in its envelope. */
function lineOf({ text, extension }: Packable['secured']): string {
  return extension === 'json' ? text : JSON.stringify(envelopeOf(text));
}

async function tarPiece(credentials: readonly Packable[]): Promise<Uint8Array<ArrayBuffer>> {
  const archive = pack();
  for (const { files, created } of credentials)
    for (const { path, content } of files)
      archive.entry({ name: path, mode: MODE, mtime: new Date(created) }, Buffer.concat(content));
  archive.finalize();
  const blocks: Uint8Array[] = [];
  for await (const block of archive) blocks.push(block);
  const size = blocks.reduce((sum, { length }) => sum + length, 0) - TAR_END.length;
  // Its own memory, so that it can be given to another thread.
  const piece = new Uint8Array(size);
  let at = 0;
  for (const block of blocks) {
    const rest = block.subarray(0, size - at);
    piece.set(rest, at);
    at += rest.length;
  }
  return piece;
}
