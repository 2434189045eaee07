import { pack } from 'tar-stream';
import { type Packable, TAR_END } from './packing.ts';

const MODE = 0o644;

/** Credentials with their files as a piece of a tar archive. */
export async function tarPiece(credentials: readonly Packable[]): Promise<Uint8Array<ArrayBuffer>> {
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
