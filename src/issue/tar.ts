import { pack } from 'tar-stream';
import type { WholeFile } from '../ports.ts';
import type { Instant } from '../syntax/datetime.ts';

const MODE = 0o644;

/** A tar archive of files, in memory of its own, so that it can be given to another thread. */
export async function tarOf(
  all: readonly { readonly files: readonly WholeFile[]; readonly created: Instant }[],
): Promise<Uint8Array<ArrayBuffer>> {
  const archive = pack();
  for (const { files, created } of all)
    for (const { path, content } of files)
      archive.entry({ name: path, mode: MODE, mtime: new Date(created) }, Buffer.concat(content));
  archive.finalize();
  const blocks: Uint8Array[] = [];
  for await (const block of archive) blocks.push(block);
  const whole = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}
