import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BadgekitError, formatWhere, inFile } from '../../errors.ts';
import { readPublicKeys } from '../../keys/public-key-file.ts';
import { readBounded } from '../../programme/files.ts';
import { openProgramme } from '../../programme/programme.ts';
import { findProgrammeRoot } from '../../programme/places.ts';
import { addDuration, isDuration, parseDateOrStamp } from '../../syntax/datetime.ts';
import { decodeUtf8, quoted, suggestion } from '../../syntax/text.ts';
import type { EvidenceFile, GivenKey } from '../../verify/context.ts';
import { readTrust, type TrustSource } from '../../verify/trust-list.ts';
import { CHECKS, type CheckName, DEFAULT_NEEDS, type Needs } from '../../verify/verdict.ts';
import { type Bundle, readBundle } from '../../world/bundle.ts';
import { readHttps } from '../../world/https.ts';
import type { Hosting } from '../../world/world.ts';
import type { CommonOptions } from '../commands/shared.ts';
import type { Session } from '../session.ts';

export interface VerifyCommandOptions extends CommonOptions {
  readonly recipient?: string;
  readonly at?: string;
  readonly key?: readonly string[];
  readonly hosting?: readonly string[];
  readonly offline?: boolean;
  readonly jsonl?: boolean;
  readonly trust?: readonly string[];
  readonly require?: readonly string[];
  readonly allowUnknownStatus?: boolean;
  readonly allowWithheld?: boolean;
  readonly maxStatusAge?: string;
  readonly bundle?: string;
  readonly saveBundle?: string;
  readonly evidence?: string;
  readonly refresh?: boolean;
  readonly domain?: string;
  readonly challenge?: string;
  readonly explain?: boolean;
  readonly report?: string;
  readonly force?: boolean;
  readonly all?: boolean;
  readonly jobs?: string;
  readonly allowLoopback?: boolean;
}

/** What a verification is asked for, as plain values that can be handed to a worker thread. */
export interface VerifySettings {
  readonly at: number;
  readonly recipient: string | undefined;
  readonly keys: readonly GivenKey[];
  readonly needs: Needs;
  readonly evidence: readonly EvidenceFile[] | undefined;
  readonly refresh: boolean;
  readonly domain: string | undefined;
  readonly challenge: string | undefined;
  readonly allowsWithheld: boolean;
  readonly maxStatusAgeMs: number | undefined;
}

/** Where the run may look things up. */
export interface Sources {
  readonly offline: boolean;
  readonly hosting: readonly Hosting[];
  readonly bundle: Bundle | undefined;
  readonly trust: readonly TrustSource[] | undefined;
  readonly allowLoopback: boolean;
}

const DAY_MS = 86_400_000;
const MAX_KEY_BYTES = 256 * 1024;
const MAX_LIST_BYTES = 16 * 1024 * 1024;
const MAX_BUNDLE_BYTES = 256 * 1024 * 1024;
const MAX_EVIDENCE_BYTES = 1024 * 1024 * 1024;
const MAX_EVIDENCE_FILES = 10_000;
/** Multihash names of the digests that evidence is known by. */
const DIGESTS = [
  ['12', 'sha256'],
  ['20', 'sha384'],
  ['13', 'sha512'],
] as const;

export interface Asked {
  readonly settings: VerifySettings;
  readonly sources: Sources;
}

/** @throws BadgekitError USAGE | FILE_* | KEY_INVALID | TRUST_INVALID | BUNDLE_INVALID */
export async function readSettings(options: VerifyCommandOptions, session: Session): Promise<Asked> {
  const at = options.at === undefined ? session.clock() : readMoment(options.at, session);
  if (at === undefined)
    throw new BadgekitError('USAGE', `--at ${quoted(options.at ?? '')} is no date`, {
      hint: 'write 2026-05-04 or 2026-05-04T09:00:00Z',
    });
  if (options.recipient?.trim() === '')
    throw new BadgekitError('USAGE', '--recipient is empty', {
      hint: 'write the e-mail address or identifier of the person',
    });
  const offline = options.offline === true;
  const allowLoopback = options.allowLoopback === true;
  const trust =
    options.trust === undefined
      ? undefined
      : (
          await Promise.all(options.trust.map((name) => readTrustFrom(name, { offline, allowLoopback }, session)))
        ).flat();
  const keys = (await Promise.all((options.key ?? []).map((file) => readKeys(file, session)))).flat();
  const pinned = (trust ?? []).flatMap((source) => (source.kind === 'list' ? source.keys : []));
  const settings = {
    at,
    keys: [...keys, ...pinned],
    recipient: options.recipient?.trim().replace(/^mailto:/i, ''),
    needs: readNeeds(options),
    evidence: options.evidence === undefined ? undefined : await readEvidence(options.evidence, session),
    refresh: options.refresh === true,
    domain: options.domain,
    challenge: options.challenge,
    allowsWithheld: options.allowWithheld === true,
    maxStatusAgeMs: options.maxStatusAge === undefined ? undefined : readAge(options.maxStatusAge, at),
  };
  const sources = {
    offline,
    allowLoopback,
    trust,
    hosting: [
      ...(options.hosting ?? []).map((entry) => parseHosting(entry, session)),
      ...(await ownHosting(options, session)),
    ],
    bundle: options.bundle === undefined ? undefined : await readBundleFrom(options.bundle, session),
  };
  return { settings, sources };
}

/** A bare day means its end, or now if it is today. */
function readMoment(text: string, { clock }: Session): number | undefined {
  const instant = parseDateOrStamp(text.trim().replace(' ', 'T'));
  if (instant === undefined || !/^\d{4}-\d\d-\d\d$/.test(text.trim())) return instant;
  const end = instant + DAY_MS - 1;
  const now = clock();
  return instant <= now && now <= end ? now : end;
}

function readNeeds({ require: required = [], allowUnknownStatus, trust, recipient }: VerifyCommandOptions): Needs {
  const names = required.flatMap((list) => list.split(',')).map((name) => name.trim());
  for (const name of names)
    if (!isCheck(name))
      throw new BadgekitError('USAGE', `--require ${quoted(name)} is not the name of a check`, {
        hint: suggestion(name, CHECKS),
      });
  if (names.includes('recipient') && recipient === undefined)
    throw new BadgekitError('USAGE', '--require recipient needs to know whom you mean', {
      hint: 'name the person with --recipient',
    });
  if (names.includes('trust') && trust === undefined)
    throw new BadgekitError('USAGE', '--require trust needs to know whom you trust', {
      hint: 'name your list with --trust FILE',
    });
  const checks = names.filter(isCheck);
  const possible = new Set([...DEFAULT_NEEDS.possible, ...checks]);
  if (allowUnknownStatus === true) possible.delete('status');
  return { possible, made: new Set([...DEFAULT_NEEDS.made, ...checks]) };
}

function isCheck(name: string): name is CheckName {
  return CHECKS.some((check) => check === name);
}

function readAge(text: string, at: number): number {
  if (!isDuration(text))
    throw new BadgekitError('USAGE', `--max-status-age ${quoted(text)} is no duration`, {
      hint: 'write P7D for seven days, or PT12H for twelve hours',
    });
  return addDuration(at, text) - at;
}

async function readKeys(file: string, session: Session): Promise<readonly GivenKey[]> {
  const bytes = await readBounded(resolve(session.cwd, file), MAX_KEY_BYTES, file);
  return inFile(file, () => readPublicKeys(decodeUtf8(bytes)));
}

async function readTrustFrom(
  name: string,
  { offline, allowLoopback }: { readonly offline: boolean; readonly allowLoopback: boolean },
  session: Session,
): Promise<readonly TrustSource[]> {
  if (!/^https?:\/\//i.test(name)) {
    const bytes = await readBounded(resolve(session.cwd, name), MAX_LIST_BYTES, name);
    return inFile(name, () => readTrust(decodeUtf8(bytes), name));
  }
  if (offline)
    throw new BadgekitError('USAGE', `--offline opens no connection, so --trust ${quoted(name)} cannot be read`, {
      hint: 'save the list as a file and name that',
    });
  const found = await readHttps(name, MAX_LIST_BYTES, { allowLoopback });
  if (!found.found)
    throw new BadgekitError('TRUST_UNREACHABLE', `the trust list could not be read: ${found.message}`, {
      where: { file: name },
    });
  return inFile(name, () => readTrust(decodeUtf8(found.value), name));
}

async function readBundleFrom(file: string, session: Session): Promise<Bundle> {
  return readBundle(await readBounded(resolve(session.cwd, file), MAX_BUNDLE_BYTES, file), file);
}

/** The digests of every file below a folder. */
async function readEvidence(folder: string, session: Session): Promise<readonly EvidenceFile[]> {
  const base = resolve(session.cwd, folder);
  if (!existsSync(base))
    throw new BadgekitError('FILE_NOT_FOUND', 'there is no such folder', { where: { file: folder } });
  const entries = (await readdir(base, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  if (entries.length > MAX_EVIDENCE_FILES)
    throw new BadgekitError('USAGE', `--evidence ${quoted(folder)} holds more than ${MAX_EVIDENCE_FILES} files`, {
      hint: "name a folder with the badge's evidence alone",
    });
  const files: EvidenceFile[] = [];
  for (const { name, parentPath } of entries) {
    const bytes = await readBounded(join(parentPath, name), MAX_EVIDENCE_BYTES, name);
    files.push({
      name,
      digests: DIGESTS.map(([code, hash]) => `${code}:${createHash(hash).update(bytes).digest('hex')}`),
    });
  }
  return files;
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
