import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BadgekitError, ifUsable, placedIn } from '../errors.ts';
import { type FoundFramework, frameworkInJson, frameworkInTable } from '../frameworks/formats.ts';
import { alignmentWith, type FrameworkSkill, type FrameworkTitle } from '../frameworks/skill.ts';
import type { ResolvedAlignment } from '../openbadges/definition.ts';
import { findDelimiter, readCsv } from '../syntax/csv.ts';
import { isWebUrl } from '../syntax/iri.ts';
import { utf8Lines } from '../syntax/lines.ts';
import { isJsonObject, type Json, parseJson } from '../syntax/json.ts';
import { decodeUtf8, nearest, quoted } from '../syntax/text.ts';
import { readBounded, streamFile } from './files.ts';
import type { Programme } from './programme.ts';

export const FRAMEWORKS_FOLDER = 'frameworks';
const LONGEST_HEADER = 64 * 1024;
const MAX_SOURCE_BYTES = 256 * 1024 * 1024;
const NAME = /^[a-z][a-z0-9-]{0,30}$/;

/** A framework as a programme holds it: a snapshot, with what it was made of. */
export interface Snapshot extends FrameworkTitle {
  readonly name: string;
  readonly kind: string;
  /** When it was imported. */
  readonly imported: string;
  readonly sources: readonly { readonly file: string; readonly sha256: string }[];
  readonly skills: readonly FrameworkSkill[];
}

/** Whether a text can be the name of a framework: what stands before the colon in a definition. */
export function isFrameworkName(name: string): boolean {
  return NAME.test(name) && !/^(?:https?|urn|did|data|mailto)$/.test(name);
}

/**
 * Reads a framework from a file as it is published.
 * @param now today, `2026-11-28`
 * @throws BadgekitError FRAMEWORK_INVALID | JSON_* | CSV_SYNTAX | NOT_UTF8 | FILE_*, naming the file
 */
export async function readFrameworkFile(
  path: string,
  shownAs: string,
  now: string,
): Promise<FoundFramework & { readonly sha256: string }> {
  const bytes = await readBounded(path, MAX_SOURCE_BYTES, shownAs);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  try {
    const text = decodeUtf8(bytes).replace(/^\ufeff/, '');
    if (/^\s*[[{]/.test(text)) return { ...frameworkInJson(parseJson(text), now), sha256 };
    const [header = [], ...body] = await rowsOf(text);
    return { ...frameworkInTable({ header, rows: body }), sha256 };
  } catch (error) {
    throw placedIn(shownAs, error);
  }
}

/** The rows of a table: tabs separate cells that are never quoted, anything else is CSV. */
async function rowsOf(text: string): Promise<readonly (readonly string[])[]> {
  const [first = '', ...others] = text.split(/\r\n|\n/);
  if (first.includes('\t')) return [first, ...others].filter((line) => line !== '').map((line) => line.split('\t'));
  async function* whole(): AsyncGenerator<string> {
    yield text;
  }
  const rows: (readonly string[])[] = [];
  for await (const records of readCsv(whole(), findDelimiter(text.slice(0, LONGEST_HEADER))))
    for (const { cells } of records) rows.push(cells);
  return rows;
}

/** Writes a snapshot: what it is on a line, then a skill a line. */
export async function writeSnapshot({ files }: Programme, { skills, ...head }: Snapshot): Promise<string> {
  const path = `${FRAMEWORKS_FOLDER}/${head.name}.jsonl`;
  const lines = [JSON.stringify({ badgekit: 1, ...head }), ...skills.map((skill) => JSON.stringify(skill))];
  await files.write(path, `${lines.join('\n')}\n`, { replace: true });
  return path;
}

/** The names of the frameworks that a programme holds. */
export async function frameworkNames({ root }: Pick<Programme, 'root'>): Promise<readonly string[]> {
  const entries = await readdir(join(root, FRAMEWORKS_FOLDER)).catch(() => []);
  return entries
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => basename(file, '.jsonl'))
    .filter(isFrameworkName)
    .sort();
}

/**
 * Reads a snapshot.
 * @throws BadgekitError FRAMEWORK_INVALID, naming the line; FILE_*
 */
export async function readSnapshot(programme: Pick<Programme, 'root' | 'shown'>, name: string): Promise<Snapshot> {
  const path = `${FRAMEWORKS_FOLDER}/${name}.jsonl`;
  const shown = programme.shown(path);
  let head: Omit<Snapshot, 'skills'> | undefined;
  const skills: FrameworkSkill[] = [];
  let line = 0;
  for await (const text of utf8Lines(streamFile(join(programme.root, path), shown))) {
    line++;
    const value = ifUsable(() => parseJson(text));
    if (line === 1) {
      if (!isHead(value)) throw damaged(shown, line);
      head = value;
    } else if (isSkill(value)) skills.push(value);
    else throw damaged(shown, line);
  }
  if (head === undefined) throw damaged(shown, 1);
  return { ...head, skills };
}

function isText(text: unknown): boolean {
  return typeof text === 'string' && text !== '';
}

function isHead(value: unknown): value is Omit<Snapshot, 'skills'> {
  if (!isJsonObject(value)) return false;
  const { name, title, kind, imported, version, targetType, sources } = value;
  return (
    [name, title, kind, imported].every(isText) &&
    [version, targetType].every((text) => text === undefined || isText(text)) &&
    Array.isArray(sources) &&
    sources.every((source) => isJsonObject(source) && isText(source['file']) && isText(source['sha256']))
  );
}

/** An entry of a snapshot: what it gives a definition is what could be written there. */
function isSkill(value: unknown): value is FrameworkSkill & Record<string, Json> {
  if (!isJsonObject(value)) return false;
  const { code, url, name, description, also = [], deprecated, replacedBy } = value;
  return (
    [code, name].every(isText) &&
    typeof url === 'string' &&
    isWebUrl(url) &&
    [description, replacedBy].every((text) => text === undefined || isText(text)) &&
    (deprecated === undefined || deprecated === true) &&
    Array.isArray(also) &&
    also.every(isText)
  );
}

function damaged(file: string, line: number): BadgekitError {
  return new BadgekitError('FRAMEWORK_INVALID', 'this is no snapshot as badgekit frameworks import writes it', {
    where: { file, line },
    hint: 'import the framework again',
  });
}

/** The frameworks of a programme, read when they are wanted. */
export class Frameworks {
  readonly #programme: Programme;
  readonly #loaded = new Map<string, LoadedFramework>();

  constructor(programme: Programme) {
    this.#programme = programme;
  }

  /** Reads those that are named and not read yet. */
  async load(names: Iterable<string>): Promise<void> {
    const known = new Set(await frameworkNames(this.#programme));
    for (const name of names)
      if (known.has(name) && !this.#loaded.has(name))
        this.#loaded.set(name, new LoadedFramework(await readSnapshot(this.#programme, name)));
  }

  /** The alignment that a reference such as `esco:…` stands for. What it names must have been loaded, if it is there. */
  resolve(reference: string): ResolvedAlignment {
    const at = reference.indexOf(':');
    const [name, code] = [reference.slice(0, at), reference.slice(at + 1)];
    const framework = this.#loaded.get(name);
    if (framework === undefined)
      return {
        ok: false,
        message: `${quoted(reference)} is of a framework that is not in ${FRAMEWORKS_FOLDER}/`,
        hint: `import it: badgekit frameworks import FILE --as ${name}`,
      };
    return framework.resolve(reference, code);
  }
}

class LoadedFramework {
  readonly #snapshot: Snapshot;
  readonly #byCode: ReadonlyMap<string, FrameworkSkill>;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#byCode = new Map(
      snapshot.skills.flatMap((skill) => [[skill.url, skill] as const, [skill.code, skill] as const]),
    );
  }

  resolve(reference: string, code: string): ResolvedAlignment {
    const { name, title, version } = this.#snapshot;
    const skill = this.#byCode.get(code);
    const of = version === undefined ? title : `${title} ${version}`;
    if (skill === undefined) {
      const near = nearest(code, this.#byCode.keys());
      return {
        ok: false,
        message: `${of} has no ${quoted(code)}`,
        hint: near === undefined ? 'badgekit align finds what it has' : `did you mean ${name}:${near}?`,
      };
    }
    if (skill.deprecated !== true) return { ok: true, alignment: alignmentWith(skill, this.#snapshot) };
    const instead = skill.replacedBy === undefined ? undefined : this.#byCode.get(skill.replacedBy);
    return {
      ok: false,
      message: `${quoted(reference)} (${skill.name}) is no longer to be used, ${of} says`,
      hint:
        instead === undefined
          ? 'badgekit align finds others'
          : `write ${name}:${instead.code} (${instead.name}) instead`,
    };
  }
}
