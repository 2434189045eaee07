import { createHash } from 'node:crypto';
import { readdir, realpath, rmdir } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { BadgekitError } from '../errors.ts';
import { type AwardedEvidence, digestMultibase, evidenceFolder } from '../issue/evidence.ts';
import type { ColumnMap } from '../roster/columns.ts';
import type { AttachedFile, RosterRow } from '../roster/layout.ts';
import { Recent } from '../syntax/recent.ts';
import { detached, quoted } from '../syntax/text.ts';
import { listFiles, readBounded } from './files.ts';
import type { Programme } from './programme.ts';

const MAX_EVIDENCE_BYTES = 64 * 1024 * 1024;
/** One file is often the evidence of many. */
const MAX_REMEMBERED = 1000;
const PRIVATE_MODE = 0o600;

/** Where evidence may lie. */
export interface EvidencePlace {
  /** The folder of the roster. */
  readonly folder: string;
  /** The programme's, if there is one. */
  readonly root: string | undefined;
  /** Whether what lies there will be hosted: then only what somebody put into the programme is taken. */
  readonly isPublic: boolean;
}

/**
 * Rows with the digests of the files that they name as evidence. Those lie beside the roster, or below it: a roster may come
 * from anybody, and nothing else is ever copied.
 */
export function withAttached(
  rows: AsyncIterable<RosterRow>,
  { indices, evidence }: ColumnMap,
  place: EvidencePlace,
): AsyncIterable<RosterRow> {
  const columns = [indices.get('evidence_file'), ...evidence.values()].filter((at) => at !== undefined);
  return columns.length === 0 ? rows : attaching(rows, columns, place);
}

async function* attaching(
  rows: AsyncIterable<RosterRow>,
  columns: readonly number[],
  place: EvidencePlace,
): AsyncGenerator<RosterRow> {
  const known = new Recent<string, AttachedFile>(MAX_REMEMBERED);
  for await (const row of rows) {
    const attached = new Map<string, AttachedFile>();
    for (const at of columns) {
      const path = (row.cells[at] ?? '').trim().normalize('NFC');
      if (path === '') continue;
      const before = known.get(path);
      const file = before ?? (await attach(place, path));
      if (before === undefined) known.set(detached(path), file);
      attached.set(path, file);
    }
    yield { ...row, attached };
  }
}

async function attach(place: EvidencePlace, path: string): Promise<AttachedFile> {
  try {
    return { ok: true, sha256: digestOf(await readBeside(place, path)) };
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    return { ok: false, message: `cannot be taken: ${error.message}`, hint: error.nextStep };
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What badgekit keeps in a programme: none of it is anybody's evidence. */
const OWN: ReadonlySet<string> = new Set([
  'keys',
  'credentials',
  'evidence',
  'erasures',
  'public',
  'badges',
  'frameworks',
  'images',
]);
const TABLES = /\.(?:csv|tsv|json|jsonl|jwe|jwt)$/i;
/** How plans' pages and evidence records begin, and rosters by another ending. */
const OTHERS =
  /<title>(?:Plan: |Evidence record of )|^[^\r\n]*\be-?mail\b[^\r\n]*[,;\t]|^[^\r\n]*[,;\t][^\r\n]*e-?mail/i;
const LONGEST_BEGINNING = 2048;

async function readBeside({ folder, root, isPublic }: EvidencePlace, path: string): Promise<Uint8Array> {
  const forms = [path, path.normalize('NFD')].map((form) => join(folder, form));
  const [first, second] = await Promise.all(forms.map((file) => realpath(file).catch(() => undefined)));
  const real = first ?? second;
  if (real === undefined)
    throw new BadgekitError('FILE_NOT_FOUND', 'there is no such file', {
      hint: 'name it as it lies beside the roster, such as evidence/ana.pdf',
    });
  const inFolder = insideOf(await realpath(folder), real);
  if (inFolder === undefined)
    throw new BadgekitError('PATH_OUTSIDE', 'it does not lie below the folder of the roster', {
      hint: 'put it there, and name it from there',
    });
  const inProgramme = root === undefined ? undefined : insideOf(await realpath(root), real);
  if (isPublic && inProgramme === undefined)
    throw new BadgekitError('PATH_OUTSIDE', 'it does not lie in the programme, and would be hosted', {
      hint: 'put it into the folder of the programme, such as rosters/films/',
    });
  const isOwn = inProgramme !== undefined && (inProgramme.length === 1 || OWN.has(inProgramme[0] ?? ''));
  if (isOwn || TABLES.test(real) || [...inFolder, ...(inProgramme ?? [])].some((part) => part.startsWith('.')))
    throw new BadgekitError('PATH_OUTSIDE', "it is a hidden file, a roster, or one of the programme's own", {
      hint: 'put evidence into a folder of its own, such as rosters/evidence/',
    });
  const bytes = await readBounded(real, MAX_EVIDENCE_BYTES, path);
  if (!OTHERS.test(Buffer.from(bytes.subarray(0, LONGEST_BEGINNING)).toString('utf8'))) return bytes;
  throw new BadgekitError('PATH_OUTSIDE', 'it looks like a roster, or like a page that badgekit wrote', {
    hint: 'name a file that is evidence of this award',
  });
}

/** The parts of a path below a folder; undefined for one that leads elsewhere. */
function insideOf(folder: string, path: string): readonly string[] | undefined {
  const within = relative(folder, path);
  if (within === '' || within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within)) return undefined;
  return within.split(sep);
}

/**
 * Copies the evidence of a credential into the programme: below public/ where it is hosted.
 * @throws BadgekitError PLAN_CHANGED where a file is not the one that was planned with; FILE_*
 */
export async function copyEvidence(
  { files }: Pick<Programme, 'files'>,
  place: EvidencePlace,
  credentialId: string,
  evidence: readonly AwardedEvidence[],
): Promise<void> {
  for (const { url, file } of evidence) {
    if (file === undefined) continue;
    const bytes = await readBeside(place, file.path);
    if (digestOf(bytes) !== file.sha256)
      throw new BadgekitError(
        'PLAN_CHANGED',
        `the evidence file ${quoted(file.path)} changed while badges were issued`,
        { hint: 'run the same command again when nobody writes it' },
      );
    // What is known by an address of its own is not hosted here, too.
    const isHosted = place.isPublic && url === undefined;
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
  const own = credentialIds.filter((id) => CREDENTIAL_ID.test(id));
  const found = await Promise.all(
    own.flatMap((id) => [false, true].map((isPublic) => listFiles(root, evidenceFolder(id, isPublic)))),
  );
  return found.flat();
}

/** The digest of such a copy, as credentials write it. */
export async function evidenceDigest({ files }: Pick<Programme, 'files'>, path: string): Promise<string> {
  return digestMultibase(digestOf(await files.read(path, MAX_EVIDENCE_BYTES)));
}

const CREDENTIAL_ID = /^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Takes such copies away, and the folders that held nothing else. */
export async function removeEvidence(
  { root, files }: Pick<Programme, 'root' | 'files'>,
  paths: readonly string[],
): Promise<void> {
  for (const path of paths) await files.remove(path);
  for (const folder of new Set(paths.map((path) => dirname(path))))
    await rmdir(join(root, folder)).catch(() => undefined);
}

/** The folders of evidence in a programme, by the names of the credentials that they are of. */
export async function evidenceFolders({
  root,
}: Pick<Programme, 'root'>): Promise<readonly { readonly path: string; readonly name: string }[]> {
  const found = await Promise.all(
    ['evidence', 'public/evidence'].map(async (folder) => {
      const names = await readdir(join(root, folder)).catch(() => []);
      return names.map((name) => ({ path: `${folder}/${name}`, name }));
    }),
  );
  return found.flat();
}
