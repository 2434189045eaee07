import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { kindOf } from '../../bake/bake.ts';
import { BadgekitError, EXIT, formatWhere, inFile, placedIn } from '../../errors.ts';
import { readPublicKeys } from '../../keys/public-key-file.ts';
import { MAX_IMAGE_BYTES } from '../../programme/definitions.ts';
import { readBounded } from '../../programme/files.ts';
import { findProgrammeRoot, openProgramme } from '../../programme/programme.ts';
import { parseDateOrStamp } from '../../syntax/datetime.ts';
import { decodeUtf8, quoted } from '../../syntax/text.ts';
import type { GivenKey, VerifyOptions } from '../../verify/context.ts';
import type { Report } from '../../verify/report.ts';
import { failed, undetermined } from '../../verify/verdict.ts';
import { reportOf } from '../../verify/report.ts';
import { verify } from '../../verify/verify.ts';
import { createWorld, type Hosting } from '../../world/world.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { reportAsJson, reportAsText, summaryAsText } from '../render-report.ts';
import type { Session } from '../session.ts';

export interface VerifyCommandOptions extends CommonOptions {
  readonly recipient?: string;
  readonly at?: string;
  readonly key?: readonly string[];
  readonly hosting?: readonly string[];
  readonly offline?: boolean;
  readonly jsonl?: boolean;
}

const MAX_CREDENTIAL_BYTES = 1024 * 1024;
const MAX_KEY_BYTES = 256 * 1024;
const CREDENTIAL_FILE = /\.(?:json|jwt|jws|png|svg|1ob)$/i;

interface FileReport {
  readonly file: string;
  readonly report: Report;
}

/** `verify`: a report for each file, and an exit code for all. */
export async function runVerify(
  files: readonly string[],
  options: VerifyCommandOptions,
  session: Session,
): Promise<number> {
  const verifyOptions = await readOptions(options, session);
  const paths = (await Promise.all(files.map((file) => expand(file, session)))).flat();
  if (paths.length === 0)
    throw new BadgekitError('FILE_NOT_FOUND', 'there is no credential or image in what you named', {
      hint: 'badgekit looks for .json, .jwt, .png and .svg files',
    });
  const reports: FileReport[] = [];
  for (const file of paths) {
    const report = await verifyOne(file, verifyOptions, session).catch((error: unknown) =>
      unreadable(error, file, paths.length),
    );
    reports.push({ file, report });
    if (options.jsonl === true) session.out(`${JSON.stringify(reportAsJson(file, report))}\n`);
    else if (options.json !== true && paths.length === 1)
      session.out(reportAsText(report, verifyOptions.recipient, session));
  }
  if (options.json === true && options.jsonl !== true)
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'verify', results: reports.map(({ file, report }) => reportAsJson(file, report)) })}\n`,
    );
  else if (options.jsonl !== true && paths.length > 1) session.out(summaryAsText(reports, session));
  return exitCodeOf(reports);
}

/** Of several files, one that cannot be read keeps nobody from the others. */
function unreadable(error: unknown, file: string, total: number): Report {
  if (!(error instanceof BadgekitError) || total === 1) throw placedIn(file, error);
  return reportOf(
    [undetermined('file', [{ code: 'FILE_UNUSABLE', message: error.message, advice: error.hint }])],
    undefined,
  );
}

/** Rejected outweighs undetermined: a no is certain. */
function exitCodeOf(reports: readonly FileReport[]): number {
  if (reports.some(({ report }) => report.verdict === 'rejected')) return EXIT.no;
  return reports.every(({ report }) => report.verdict === 'verified') ? EXIT.yes : EXIT.undetermined;
}

async function verifyOne(file: string, options: VerifyOptions, session: Session): Promise<Report> {
  const bytes = await readBounded(resolve(session.cwd, file), MAX_IMAGE_BYTES, file);
  const kind = kindOf(bytes);
  if (kind !== 'png' && kind !== 'svg' && bytes.length > MAX_CREDENTIAL_BYTES)
    return reportOf(
      [failed('file', [{ code: 'FILE_UNUSABLE', message: 'it is larger than 1 MiB, which no badge is' }])],
      undefined,
    );
  try {
    return await verify(bytes, options);
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

async function readOptions(options: VerifyCommandOptions, session: Session): Promise<VerifyOptions> {
  const at = options.at === undefined ? session.clock() : parseDateOrStamp(options.at);
  if (at === undefined)
    throw new BadgekitError('USAGE', `--at ${quoted(options.at ?? '')} is no date`, {
      hint: 'write 2026-05-04 or 2026-05-04T09:00:00Z',
    });
  if (options.recipient?.trim() === '')
    throw new BadgekitError('USAGE', '--recipient is empty', {
      hint: 'write the e-mail address or identifier of the person',
    });
  const keys = (await Promise.all((options.key ?? []).map((file) => readKeys(file, session)))).flat();
  const hosting = [
    ...(options.hosting ?? []).map((entry) => parseHosting(entry, session)),
    ...(await ownHosting(options, session)),
  ];
  return { at, keys, recipient: options.recipient, world: createWorld({ offline: options.offline === true, hosting }) };
}

async function readKeys(file: string, session: Session): Promise<readonly GivenKey[]> {
  const bytes = await readBounded(resolve(session.cwd, file), MAX_KEY_BYTES, file);
  return inFile(file, () => readPublicKeys(decodeUtf8(bytes)));
}

function parseHosting(entry: string, session: Session): Hosting {
  const at = entry.lastIndexOf('=');
  const url = entry.slice(0, at).replace(/\/+$/, '');
  const folder = entry.slice(at + 1);
  if (at < 1 || !URL.canParse(url) || folder === '')
    throw new BadgekitError('USAGE', `--hosting ${quoted(entry)} is not an address and a folder`, {
      hint: 'write --hosting https://badges.example.org=public',
    });
  if (!existsSync(resolve(session.cwd, folder)))
    throw new BadgekitError('USAGE', `--hosting ${quoted(entry)}: there is no folder ${quoted(folder)}`, {
      hint: 'name the folder that is to be hosted, such as public',
    });
  return { url, folder: resolve(session.cwd, folder), shownAs: folder.replace(/\/+$/, '') };
}

/** What the programme around the working folder will host: its own badges can be verified before it is online. */
async function ownHosting(options: VerifyCommandOptions, session: Session): Promise<readonly Hosting[]> {
  const root = findProgrammeRoot(session.cwd, options.programme);
  if (root === undefined) return [];
  const programme = await openProgramme(session.cwd, root).catch((error: unknown) => {
    if (!(error instanceof BadgekitError) || options.programme !== undefined) throw error;
    session.err(`The programme around this folder was not looked at: ${formatWhere(error.where)} ${error.message}\n`);
    return undefined;
  });
  if (programme === undefined) return [];
  const { config, shown } = programme;
  return config.hosting === undefined
    ? []
    : [{ url: config.hosting, folder: join(root, 'public'), shownAs: shown('public') }];
}

async function expand(file: string, session: Session): Promise<readonly string[]> {
  const info = await stat(resolve(session.cwd, file)).catch(() => undefined);
  if (info?.isDirectory() !== true) return [file];
  const entries = await readdir(resolve(session.cwd, file), { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile() && CREDENTIAL_FILE.test(entry.name));
  const base = resolve(session.cwd, file);
  return found.map((entry) => join(file, join(entry.parentPath, entry.name).slice(base.length + 1))).sort();
}
