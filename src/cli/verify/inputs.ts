import { open, readdir, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { kindOf } from '../../bake/bake.ts';
import { BadgekitError } from '../../errors.ts';
import type { ArchiveForm } from '../../issue/packing.ts';

/** Something that the reader named to be verified. */
export type Input =
  | {
      readonly kind: 'file' | 'standard input' | 'url';
      /** As the report calls it. */
      readonly name: string;
    }
  | { readonly kind: 'archive'; readonly name: string; readonly form: ArchiveForm };

const ARCHIVES: Readonly<Partial<Record<string, ArchiveForm>>> = {
  '.tar': 'tar',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
};
const CREDENTIAL_FILE = /\.(?:json|jsonld|jwt|jws|png|svg|1ob)$/i;
const GLOB = /[*?[\]{}]/;
const SNIFFED_BYTES = 4096;

/**
 * Files, folders with all below them, patterns, `-` for standard input, and https addresses, in a steady order.
 * @throws BadgekitError FILE_NOT_FOUND where nothing at all is found
 */
export async function readInputs(
  named: readonly string[],
  cwd: string,
): Promise<{ readonly inputs: readonly Input[]; readonly passedOver: readonly string[] }> {
  const found = await Promise.all(named.map((name) => expand(name, cwd)));
  const inputs = found.flatMap((each) => each.inputs);
  const seen = new Set<string>();
  const unique = inputs.filter(({ name }) => !seen.has(name) && seen.add(name));
  if (unique.length === 0)
    throw new BadgekitError('FILE_NOT_FOUND', 'there is no credential or image in what you named', {
      hint: 'badgekit looks for .json, .jwt, .png and .svg files, and for others that hold a credential',
    });
  return { inputs: unique, passedOver: found.flatMap((each) => each.passedOver) };
}

interface Expanded {
  readonly inputs: readonly Input[];
  readonly passedOver: readonly string[];
}

async function expand(name: string, cwd: string): Promise<Expanded> {
  if (name === '-') return { inputs: [{ kind: 'standard input', name: '-' }], passedOver: [] };
  if (/^https?:\/\//i.test(name)) return { inputs: [{ kind: 'url', name }], passedOver: [] };
  const info = await stat(resolve(cwd, name)).catch(() => undefined);
  if (info?.isDirectory() === true) {
    const { files, passedOver } = await below(name, cwd);
    return { inputs: files.map(inputOf), passedOver };
  }
  if (info !== undefined || !GLOB.test(name)) return { inputs: [inputOf(name)], passedOver: [] };
  const { glob } = await import('tinyglobby');
  const found = await glob(name.replaceAll('\\', '/'), { cwd, dot: false, followSymbolicLinks: false });
  if (found.length === 0)
    throw new BadgekitError('FILE_NOT_FOUND', `no file fits the pattern ${name}`, { where: { file: name } });
  return { inputs: found.sort().map(inputOf), passedOver: [] };
}

/** What a file is by its name. */
function inputOf(name: string): Input {
  const form = ARCHIVES[extname(name).toLowerCase()];
  return form === undefined ? { kind: 'file', name } : { kind: 'archive', name, form };
}

/** Whether a file may hold a credential, by its name. */
export function isCredentialName(name: string): boolean {
  return CREDENTIAL_FILE.test(name);
}

interface Below {
  readonly files: readonly string[];
  /** Links, hidden files, folders that cannot be read, and files that hold no credential by their look. */
  readonly passedOver: readonly string[];
}

/** The files below a folder that may hold credentials: by their names, or else by how they begin. */
async function below(folder: string, cwd: string): Promise<Below> {
  const files: string[] = [];
  const passedOver: string[] = [];
  const entries = await readdir(resolve(cwd, folder), { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return { files, passedOver: [folder] };
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = join(folder, entry.name);
    if (entry.name.startsWith('.')) passedOver.push(name);
    else if (entry.isDirectory()) {
      const inner = await below(name, cwd);
      files.push(...inner.files);
      passedOver.push(...inner.passedOver);
    } else if (!entry.isFile()) passedOver.push(name);
    else if (isCredentialName(name) || (await mayHoldCredentials(resolve(cwd, name)))) files.push(name);
    else passedOver.push(name);
  }
  return { files, passedOver };
}

/** Whether the beginning of a file is that of a credential, or of an image. */
export function looksLikeCredential(head: Uint8Array): boolean {
  // A token longer than what was read has no second dot yet.
  const text = Buffer.from(head.subarray(0, SNIFFED_BYTES)).toString('latin1');
  return kindOf(head) !== 'unknown' || /^\s*eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?$/.test(text);
}

const BEGINS_ARCHIVE = /^(?:\u00ef\u00bb\u00bf)?\s*\{[^\n]*"@context"|^[^]{257}ustar/;

async function mayHoldCredentials(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(SNIFFED_BYTES), 0, SNIFFED_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    // Of the files in a folder, archives are those that begin with a credential.
    if (inputOf(file).kind === 'archive') return BEGINS_ARCHIVE.test(head.toString('latin1'));
    return looksLikeCredential(head);
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
  // Not by the file's number: where nothing has come in yet, reading that fails.
  for await (const piece of process.stdin) {
    const bytes = Buffer.from(piece);
    size += bytes.length;
    if (size > maxBytes)
      throw new BadgekitError('FILE_TOO_LARGE', `what came in is larger than ${Math.round(maxBytes / 1024)} KiB`, {
        where: { file: '-' },
      });
    pieces.push(bytes);
  }
  return new Uint8Array(Buffer.concat(pieces));
}
