import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { BadgekitError } from '../errors.ts';
import { type AwardedEvidence, evidenceFolder } from '../issue/evidence.ts';
import type { ColumnMap } from '../roster/columns.ts';
import type { AttachedFile, RosterRow } from '../roster/layout.ts';
import { Recent } from '../syntax/recent.ts';
import { quoted } from '../syntax/text.ts';
import { listFiles, readBounded } from './files.ts';
import type { Programme } from './programme.ts';

const MAX_EVIDENCE_BYTES = 64 * 1024 * 1024;
/** One file is often the evidence of many. */
const MAX_REMEMBERED = 1000;
const PRIVATE_MODE = 0o600;

/**
 * Rows with the digests of the files that they name as evidence. Those lie beside the roster, or below it: a roster may come
 * from anybody, and nothing else is ever copied.
 */
export async function* withAttached(
  rows: AsyncIterable<RosterRow>,
  { indices, evidence }: ColumnMap,
  folder: string,
): AsyncGenerator<RosterRow> {
  const columns = [indices.get('evidence_file'), ...evidence.values()].filter((at) => at !== undefined);
  if (columns.length === 0) {
    yield* rows;
    return;
  }
  const known = new Recent<string, AttachedFile>(MAX_REMEMBERED);
  for await (const row of rows) {
    const attached = new Map<string, AttachedFile>();
    for (const at of columns) {
      const path = (row.cells[at] ?? '').trim().normalize('NFC');
      if (path === '') continue;
      const file = known.get(path) ?? (await attach(folder, path));
      known.set(path, file);
      attached.set(path, file);
    }
    yield { ...row, attached };
  }
}

async function attach(folder: string, path: string): Promise<AttachedFile> {
  try {
    return { ok: true, sha256: digestOf(await readBeside(folder, path)) };
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    return { ok: false, message: `cannot be taken: ${error.message}`, hint: error.nextStep };
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function readBeside(folder: string, path: string): Promise<Uint8Array> {
  const file = join(folder, path);
  const real = await realpath(file).catch(() => undefined);
  if (real === undefined)
    throw new BadgekitError('FILE_NOT_FOUND', 'there is no such file', {
      hint: 'name it as it lies beside the roster, such as evidence/ana.pdf',
    });
  const within = relative(await realpath(folder), real);
  if (within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within) || within === '')
    throw new BadgekitError('PATH_OUTSIDE', 'it does not lie below the folder of the roster', {
      hint: 'put it there, and name it from there',
    });
  return await readBounded(real, MAX_EVIDENCE_BYTES, path);
}

/**
 * Copies the evidence of a credential into the programme: below public/ where it is hosted.
 * @throws BadgekitError PLAN_CHANGED where a file is not the one that was planned with; FILE_*
 */
export async function copyEvidence(
  { files }: Pick<Programme, 'files'>,
  folder: string,
  credentialId: string,
  evidence: readonly AwardedEvidence[],
  isPublic: boolean,
): Promise<void> {
  for (const { url, file } of evidence) {
    if (file === undefined) continue;
    const bytes = await readBeside(folder, file.path);
    if (digestOf(bytes) !== file.sha256)
      throw new BadgekitError(
        'PLAN_CHANGED',
        `the evidence file ${quoted(file.path)} changed while badges were issued`,
        {
          hint: 'run the same command again when nobody writes it',
        },
      );
    // What is known by an address of its own is not hosted here, too.
    const isHosted = isPublic && url === undefined;
    await files.write(`${evidenceFolder(credentialId, isHosted)}/${file.storedAs}`, bytes, {
      replace: true,
      ...(isHosted ? {} : { mode: PRIVATE_MODE }),
    });
  }
}

/** The copies of credentials' evidence that are there. What names them may come from anywhere: no other folder is looked into. */
export async function evidenceCopies(
  { root }: Pick<Programme, 'root'>,
  credentialIds: readonly string[],
): Promise<readonly string[]> {
  const own = credentialIds.filter((id) => /^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id));
  const found = await Promise.all(
    own.flatMap((id) => [false, true].map((isPublic) => listFiles(root, evidenceFolder(id, isPublic)))),
  );
  return found.flat();
}
