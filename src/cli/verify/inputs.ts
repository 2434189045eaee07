import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { kindOf } from '../../bake/bake.ts';
import { BadgekitError } from '../../errors.ts';

/** Something that the reader named to be verified. */
export interface Input {
  readonly kind: 'file' | 'standard input' | 'url';
  /** As the report calls it. */
  readonly name: string;
}

const CREDENTIAL_FILE = /\.(?:json|jsonld|jwt|jws|png|svg|1ob)$/i;
const GLOB = /[*?[\]{}]/;
const SNIFFED_BYTES = 4096;

/**
 * Files, folders with all below them, patterns, `-` for standard input, and https addresses, in a steady order.
 * @throws BadgekitError FILE_NOT_FOUND where nothing at all is found
 */
export async function readInputs(named: readonly string[], cwd: string): Promise<readonly Input[]> {
  const inputs = (await Promise.all(named.map((name) => expand(name, cwd)))).flat();
  const seen = new Set<string>();
  const unique = inputs.filter(({ name }) => !seen.has(name) && seen.add(name));
  if (unique.length === 0)
    throw new BadgekitError('FILE_NOT_FOUND', 'there is no credential or image in what you named', {
      hint: 'badgekit looks for .json, .jwt, .png and .svg files, and for others that hold a credential',
    });
  return unique;
}

async function expand(name: string, cwd: string): Promise<readonly Input[]> {
  if (name === '-') return [{ kind: 'standard input', name: '-' }];
  if (/^https?:\/\//i.test(name)) return [{ kind: 'url', name }];
  const info = await stat(resolve(cwd, name)).catch(() => undefined);
  if (info?.isDirectory() === true) return (await below(name, cwd)).map((file) => ({ kind: 'file', name: file }));
  if (info !== undefined || !GLOB.test(name)) return [{ kind: 'file', name }];
  const { glob } = await import('tinyglobby');
  const found = await glob(name.replaceAll('\\', '/'), { cwd, dot: false, followSymbolicLinks: false });
  if (found.length === 0)
    throw new BadgekitError('FILE_NOT_FOUND', `no file fits the pattern ${name}`, { where: { file: name } });
  return found.sort().map((file) => ({ kind: 'file', name: file }));
}

/** The files below a folder that may hold credentials: by their names, or else by how they begin. */
async function below(folder: string, cwd: string): Promise<readonly string[]> {
  const base = resolve(cwd, folder);
  const entries = await readdir(base, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (file) =>
        !file
          .slice(base.length)
          .split(/[\\/]/)
          .some((part) => part.startsWith('.')),
    )
    .sort();
  const found: string[] = [];
  for (const file of files)
    if (CREDENTIAL_FILE.test(file) || (await looksLikeCredential(file)))
      found.push(join(folder, file.slice(base.length + 1)));
  return found;
}

async function looksLikeCredential(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(SNIFFED_BYTES), 0, SNIFFED_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    // A token longer than what was read has no second dot yet.
    return kindOf(head) !== 'unknown' || /^\s*eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?$/.test(head.toString('latin1'));
  } finally {
    await handle.close();
  }
}

/**
 * Reads standard input to its end.
 * @throws BadgekitError FILE_TOO_LARGE
 */
export async function readStandardInput(maxBytes: number): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of createReadStream('', { fd: 0, autoClose: false })) {
    const bytes = Buffer.from(piece as Uint8Array);
    size += bytes.length;
    if (size > maxBytes)
      throw new BadgekitError('FILE_TOO_LARGE', `what came in is larger than ${Math.round(maxBytes / 1024)} KiB`, {
        where: { file: '-' },
      });
    pieces.push(bytes);
  }
  return new Uint8Array(Buffer.concat(pieces));
}
