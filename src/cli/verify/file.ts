import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { kindOf } from '../../bake/bake.ts';
import { BadgekitError } from '../../errors.ts';
import type { World } from '../../ports.ts';
import { ahead } from '../../issue/ahead.ts';
import { MAX_IMAGE_BYTES } from '../../programme/definitions.ts';
import { readBounded } from '../../programme/files.ts';
import type { Trust } from '../../verify/context.ts';
import { type Copy, explain } from '../../verify/explain.ts';
import { type Report, reportOf } from '../../verify/report.ts';
import { MAX_CREDENTIAL_LENGTH } from '../../verify/subject.ts';
import { failed, undetermined } from '../../verify/verdict.ts';
import { verify } from '../../verify/verify.ts';
import type { VerifySettings } from './settings.ts';

/** What a verifying thread works with. */
export interface Verifier {
  readonly settings: VerifySettings;
  readonly world: World;
  readonly trust: Trust | undefined;
  readonly cwd: string;
  readonly explains: boolean;
  /** A copy that a bundle kept, by the credential's id. */
  readonly copyOf: (id: string) => Promise<Copy | undefined>;
}

const MAX_SIBLINGS = 200;
const MAX_SIBLING_BYTES = 4 * 1024 * 1024;
const MAX_SIBLINGS_BYTES = 64 * 1024 * 1024;

/** How many files are read while those before them are verified: images are large. */
const READ_AHEAD = 8;
/** So many small files are verified side by side, step by step: each step is quicker for what the one before it left at hand. */
export const TOGETHER = 6;
const MAX_TOGETHER_BYTES = 256 * 1024;

/** A file's report, or why there is none: it could not be read. */
export type FileAnswer = Report | BadgekitError;

/** A file that is to be read and verified; what was read already; or why it could not be read. */
export type Source =
  | string
  | { readonly name: string; readonly bytes: Uint8Array }
  | { readonly name: string; readonly message: string; readonly hint: string | undefined };

interface ReadFile {
  readonly file: string;
  readonly bytes: Uint8Array | BadgekitError;
  /** Whether it is a file of its own, beside which others may lie. */
  readonly isOwnFile: boolean;
}

/** Verifies files, in their order, and reads the next ones meanwhile. */
export async function* verifyFiles(
  sources: AsyncIterable<Source> | Iterable<Source>,
  verifier: Verifier,
): AsyncGenerator<FileAnswer> {
  const read = ahead(sources, READ_AHEAD, async (source): Promise<ReadFile> => {
    if (typeof source !== 'string') return readAlready(source);
    const bytes = await readBounded(resolve(verifier.cwd, source), MAX_IMAGE_BYTES, source).catch(onlyBadgekitError);
    return { file: source, bytes, isOwnFile: true };
  });
  for await (const group of grouped(read))
    yield* await Promise.all(
      group.map(async ({ file, bytes, isOwnFile }) =>
        bytes instanceof BadgekitError
          ? bytes
          : await verifyBytes(bytes, file, verifier, isOwnFile).catch(onlyBadgekitError),
      ),
    );
}

function readAlready(source: Exclude<Source, string>): ReadFile {
  const { name: file } = source;
  const isOwnFile = false;
  if ('bytes' in source) return { file, bytes: source.bytes, isOwnFile };
  return {
    file,
    isOwnFile,
    bytes: new BadgekitError('FILE_UNREADABLE', source.message, { where: { file }, hint: source.hint }),
  };
}

async function* grouped(files: AsyncIterable<ReadFile>): AsyncGenerator<readonly ReadFile[]> {
  let [group, size]: [ReadFile[], number] = [[], 0];
  for await (const file of files) {
    group.push(file);
    size += file.bytes instanceof BadgekitError ? 0 : file.bytes.length;
    if (group.length < TOGETHER && size < MAX_TOGETHER_BYTES) continue;
    yield group;
    [group, size] = [[], 0];
  }
  yield group;
}

function onlyBadgekitError(error: unknown): BadgekitError {
  if (error instanceof BadgekitError) return error;
  throw error;
}

/**
 * Verifies bytes, wherever they came from.
 * @param isOwnFile whether the name is that of a file, beside which copies may lie; an archive may say any name
 */
export async function verifyBytes(
  bytes: Uint8Array,
  name: string,
  verifier: Verifier,
  isOwnFile = true,
): Promise<Report> {
  const kind = kindOf(bytes);
  if (kind !== 'png' && kind !== 'svg' && bytes.length > MAX_CREDENTIAL_LENGTH)
    return reportOf(
      [failed('file', [{ code: 'FILE_UNUSABLE', message: 'it is larger than 1 MiB, which no badge is' }])],
      undefined,
    );
  const { settings, world, trust, explains } = verifier;
  const options = { world, trust, ...settings };
  try {
    const report = await verify(bytes, options);
    if (!explains || report.verdict !== 'rejected') return report;
    // Why a file is refused may remain unknown; that it is refused does not.
    return await explain(
      bytes,
      report,
      options,
      await copiesNear(isOwnFile ? name : undefined, report, verifier),
    ).catch(() => report);
  } catch (error) {
    // A fault of badgekit's own must not keep it from the other files, nor look like an answer.
    if (error instanceof BadgekitError) throw error;
    return reportOf(
      [
        undetermined('file', [
          {
            code: 'FILE_UNUSABLE',
            message: `badgekit met a fault of its own on this file: ${error instanceof Error ? error.message : 'unknown'}`,
            advice: 'report it, with the file',
          },
        ]),
      ],
      undefined,
    );
  }
}

/** Other files of the same folder, those of the same name first, and what a bundle kept. */
async function copiesNear(
  name: string | undefined,
  report: Report,
  { cwd, copyOf }: Verifier,
): Promise<readonly Copy[]> {
  const id = report.claims?.id;
  const kept = id === undefined ? undefined : await copyOf(id);
  return [...(kept === undefined ? [] : [kept]), ...(name === undefined ? [] : await siblings(name, cwd))];
}

async function siblings(name: string, cwd: string): Promise<readonly Copy[]> {
  const folder = dirname(name);
  const entries = await readdir(resolve(cwd, folder)).catch(() => []);
  const own = basename(name);
  const stem = own.replace(/\.[^.]*$/, '');
  const ranked = entries
    .filter((entry) => entry !== own && /\.(?:json|jwt|jws|png|svg)$/i.test(entry))
    .sort((a, b) => Number(b.startsWith(stem)) - Number(a.startsWith(stem)) || (a < b ? -1 : 1))
    .slice(0, MAX_SIBLINGS);
  const copies: Copy[] = [];
  let size = 0;
  for (const entry of ranked) {
    const limit = /\.(?:png|svg)$/i.test(entry) ? MAX_SIBLING_BYTES : MAX_CREDENTIAL_LENGTH;
    const bytes = await readBounded(resolve(cwd, folder, entry), limit).catch(() => undefined);
    size += bytes?.length ?? 0;
    if (size > MAX_SIBLINGS_BYTES) break;
    if (bytes !== undefined) copies.push({ name: join(folder, entry), bytes });
  }
  return copies;
}
