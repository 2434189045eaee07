import { basename, resolve } from 'node:path';
import { BadgekitError, EXIT, type ExitCode, unusable } from '../../errors.ts';
import type { FrameworkSkill } from '../../frameworks/skill.ts';
import {
  frameworkNames,
  FRAMEWORKS_FOLDER,
  isFrameworkName,
  readFrameworkFile,
  readSnapshot,
  type Snapshot,
  writeSnapshot,
} from '../../programme/frameworks.ts';
import { openProgramme } from '../../programme/programme.ts';
import { formatDay, formatStamp } from '../../syntax/datetime.ts';
import { quoted, visible } from '../../syntax/text.ts';
import type { CommonOptions } from '../commands/shared.ts';
import type { Session } from '../session.ts';
import { count, counted } from '../style.ts';

interface ImportOptions extends CommonOptions {
  readonly as: string;
  readonly title?: string;
  readonly release?: string;
}

/** `frameworks import`: a framework of skills, as it is published, becomes a snapshot of the programme's own. */
export async function runFrameworksImport(
  files: readonly string[],
  options: ImportOptions,
  session: Session,
): Promise<ExitCode> {
  const { as: name } = options;
  if (!isFrameworkName(name))
    throw new BadgekitError('USAGE', `--as ${quoted(name)} cannot be a framework's name`, {
      hint: 'use lower-case letters, digits and hyphens, such as esco: definitions refer to esco:…',
    });
  const programme = await openProgramme(session.cwd, options.programme);
  const now = session.clock();
  const byAddress = new Map<string, FrameworkSkill>();
  const sources: { file: string; sha256: string }[] = [];
  let first: Pick<Snapshot, 'kind' | 'title' | 'version' | 'targetType'> | undefined;
  for (const file of files) {
    const {
      skills: read,
      sha256,
      kind,
      title,
      version,
      targetType,
    } = await readFrameworkFile(resolve(session.cwd, file), file, formatDay(now));
    if (first !== undefined && first.kind !== kind)
      throw new BadgekitError('FRAMEWORK_INVALID', `it is ${kind}, and the file before it ${first.kind}`, {
        where: { file },
        hint: 'import each framework under a name of its own',
      });
    first ??= { kind, title, version, targetType };
    sources.push({ file: basename(file), sha256 });
    for (const skill of read) byAddress.set(skill.url, skill);
  }
  if (first === undefined) throw new Error('a file is named');
  const { skills, ambiguous } = withOwnCodes([...byAddress.values()]);
  const before = (await frameworkNames(programme)).includes(name)
    ? await readSnapshot(programme, name).catch(unusable)
    : undefined;
  const version = options.release ?? first.version;
  const snapshot = {
    ...first,
    ...(version === undefined ? {} : { version }),
    title: options.title ?? first.title,
    name,
    imported: formatStamp(now),
    sources,
    skills,
  };
  if (options.dryRun !== true) await writeSnapshot(programme, snapshot);
  const path = programme.shown(`${FRAMEWORKS_FOLDER}/${name}.jsonl`);
  const deprecated = snapshot.skills.filter((skill) => skill.deprecated === true).length;
  if (options.json === true)
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'frameworks import', dryRun: options.dryRun === true, file: path, ...told(snapshot) })}\n`,
    );
  else
    session.out(
      `${options.dryRun === true ? 'Would write' : 'Wrote'} ${path}: ${visible(titleOf(snapshot))}, ${counted(snapshot.skills.length, 'entry', 'entries')}${deprecated === 0 ? '' : `, ${count(deprecated)} of them no longer to be used`}\n${ambiguous === 0 ? '' : `${counted(ambiguous, 'entry', 'entries')} share their codes with others: they go by their addresses.\n`}${before === undefined ? '' : `It takes the place of ${visible(titleOf(before))}, ${counted(before.skills.length, 'entry', 'entries')}.\n`}${version === undefined ? 'Its files do not say which release it is: give --release, so that badges do.\n' : ''}Definitions refer to it as ${name}:CODE. Find what fits: badgekit align badges/NAME.yaml --search "…"\n`,
    );
  return EXIT.yes;
}

/** Codes that several entries have stand for none of them: those go by their addresses. */
function withOwnCodes(all: readonly FrameworkSkill[]): {
  readonly skills: readonly FrameworkSkill[];
  readonly ambiguous: number;
} {
  const counts = new Map<string, number>();
  for (const { code } of all) counts.set(code, (counts.get(code) ?? 0) + 1);
  const isShared = ({ code }: FrameworkSkill): boolean => (counts.get(code) ?? 0) > 1;
  const skills = all.map((skill) => (isShared(skill) ? { ...skill, code: skill.url } : skill));
  return { skills, ambiguous: all.filter(isShared).length };
}

/** `frameworks list`: the frameworks that a programme holds. */
export async function runFrameworksList(options: CommonOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const snapshots: Snapshot[] = [];
  for (const name of await frameworkNames(programme)) snapshots.push(await readSnapshot(programme, name));
  if (options.json === true)
    session.out(`${JSON.stringify({ badgekit: 1, command: 'frameworks list', frameworks: snapshots.map(told) })}\n`);
  else if (snapshots.length === 0)
    session.out('There are no frameworks yet: badgekit frameworks import FILE --as NAME\n');
  else
    for (const snapshot of snapshots)
      session.out(
        `${snapshot.name}  ${visible(titleOf(snapshot))}, ${counted(snapshot.skills.length, 'entry', 'entries')}, imported ${snapshot.imported.slice(0, 'yyyy-mm-dd'.length)}\n`,
      );
  return EXIT.yes;
}

function titleOf({ title, version }: Pick<Snapshot, 'title' | 'version'>): string {
  return version === undefined ? title : `${title} ${version}`;
}

function told({ name, kind, title, version, imported, sources, skills }: Snapshot): object {
  const deprecated = skills.filter((skill) => skill.deprecated === true).length;
  return { name, kind, title, version: version ?? null, imported, sources, entries: skills.length, deprecated };
}
