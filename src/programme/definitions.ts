import { readdir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { imageFormat, type ImageFormat } from '../bake/bake.ts';
import { BadgekitError, formatWhere, inFile, placedIn, type Where } from '../errors.ts';
import { type Definition, type DefinitionFault, frameworksIn, readDefinition } from '../openbadges/definition.ts';
import { tierFaults, tierPolicyOf } from '../openbadges/tier-policy.ts';
import { looksLikeJwt } from '../proof/jwt.ts';
import { isJsonObject, type JsonObject, parseJson, pointer } from '../syntax/json.ts';
import { scanSvg } from '../syntax/svg.ts';
import { dotted } from '../syntax/schema.ts';
import { decodeUtf8, quoted } from '../syntax/text.ts';
import { parseYaml, type YamlSource } from '../syntax/yaml.ts';
import { Frameworks } from './frameworks.ts';
import type { Programme } from './programme.ts';

export const BADGES_FOLDER = 'badges';
export const MAX_IMAGE_BYTES = 16 * 1024 * 1024;
const MAX_DEFINITION_BYTES = 1024 * 1024;
const MAX_ENDORSEMENT_BYTES = 1024 * 1024;
// A badge's name becomes a folder and a part of web addresses on every system.
const BADGE_NAME = /^[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z]{2,3}(?:-[a-z0-9]{2,8})?)?$/;
const RESERVED_NAMES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;

export interface BadgeImage {
  readonly format: ImageFormat;
  /** Its file name inside badges/. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A definition with the files that it names. */
export interface LoadedDefinition extends Definition {
  readonly images: readonly BadgeImage[];
  readonly endorsement: readonly JsonObject[];
  readonly endorsementJwt: readonly string[];
}

export interface DefinitionsOutcome {
  readonly definitions: readonly LoadedDefinition[];
  readonly faults: readonly DefinitionFault[];
}

/** Whether a text can be the name of a badge, and with it of its file and folder. */
export function isBadgeName(name: string): boolean {
  return BADGE_NAME.test(name) && !RESERVED_NAMES.test(name);
}

/**
 * The badge that a definition's file, or its bare name, is of.
 * @throws BadgekitError USAGE where the file is no definition of the programme
 */
export function badgeOfFile(name: string, { root }: Pick<Programme, 'root'>, workingFolder: string): string {
  if (!name.endsWith('.yaml') && !name.includes('/') && !name.includes(sep)) return name;
  const inside = relative(resolve(root, BADGES_FOLDER), resolve(workingFolder, name));
  if (inside.includes(sep) || !inside.endsWith('.yaml'))
    throw new BadgekitError('USAGE', `${quoted(name)} is not a definition of this programme`, {
      hint: `definitions are files named ${BADGES_FOLDER}/<name>.yaml`,
    });
  return inside.slice(0, -'.yaml'.length);
}

/** An image's format; the fault names the file. */
export function formatOf(bytes: Uint8Array, file: string): ImageFormat {
  return inFile(file, () => imageFormat(bytes));
}

/** The definition files of a programme, by badge name, sorted. */
export async function listDefinitions(programme: Programme): Promise<readonly string[]> {
  const entries = await readdir(join(programme.root, BADGES_FOLDER)).catch(() => []);
  return entries
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

/** Reads the definitions of the given badges, or of all, with their images and endorsements. Never throws on bad files. */
export async function loadDefinitions(programme: Programme, badges?: readonly string[]): Promise<DefinitionsOutcome> {
  const definitions: LoadedDefinition[] = [];
  const faults: DefinitionFault[] = [];
  if (badges === undefined) faults.push(...(await misnamedFiles(programme)));
  const frameworks = new Frameworks(programme);
  for (const badge of badges ?? (await listDefinitions(programme))) {
    const outcome = await loadOne(programme, badge, frameworks);
    if ('faults' in outcome) faults.push(...outcome.faults);
    else definitions.push(outcome);
  }
  return { definitions, faults };
}

async function misnamedFiles({ root, shown }: Programme): Promise<readonly DefinitionFault[]> {
  const entries = await readdir(join(root, BADGES_FOLDER)).catch(() => []);
  return entries
    .filter((name) => name.endsWith('.yml'))
    .map((name) => ({
      where: { file: shown(`${BADGES_FOLDER}/${name}`) },
      message: 'definitions end in .yaml',
      hint: `rename it to ${name.slice(0, -3)}yaml`,
    }));
}

/** One fault as an editor-friendly line. */
export function faultLine({ where, message, hint }: DefinitionFault): string {
  return `${formatWhere(where)} ${message}${hint === undefined ? '' : `; ${hint}`}`;
}

async function loadOne(
  programme: Programme,
  badge: string,
  frameworks: Frameworks,
): Promise<LoadedDefinition | { readonly faults: readonly DefinitionFault[] }> {
  const file = programme.shown(`${BADGES_FOLDER}/${badge}.yaml`);
  try {
    if (!isBadgeName(badge))
      return {
        faults: [
          {
            where: { file },
            message: 'the file name is not a badge name',
            hint: 'use lower-case letters, digits and hyphens, such as first-aid.yaml',
          },
        ],
      };
    const yaml = parseYaml(
      decodeUtf8(await programme.files.read(`${BADGES_FOLDER}/${badge}.yaml`, MAX_DEFINITION_BYTES)),
    );
    await frameworks.load(frameworksIn(yaml));
    const outcome = readDefinition(badge, file, yaml, (reference) => frameworks.resolve(reference));
    if (!outcome.ok) return { faults: outcome.faults };
    const lacking = lackingOf(programme, outcome.definition, file, yaml);
    const loaded = await withFiles(programme, outcome.definition, file, yaml);
    if (lacking.length === 0) return loaded;
    return { faults: [...lacking, ...('faults' in loaded ? loaded.faults : [])] };
  } catch (error) {
    return { faults: [asFault(placedIn(file, error))] };
  }
}

/** What a definition lacks of what its tier demands. */
function lackingOf(
  { config }: Programme,
  { source }: Definition,
  file: string,
  yaml: YamlSource,
): readonly DefinitionFault[] {
  const faults = tierFaults(source, tierPolicyOf(config.tiers), config.hosting !== undefined);
  return faults.map(({ path, message, hint }) => ({
    // What is not there stands where its tier does.
    where: { ...(yaml.written(path) === undefined ? yaml.at('/tier') : yaml.at(path)), file, path: dotted(path) },
    message,
    hint,
  }));
}

async function withFiles(
  programme: Programme,
  definition: Definition,
  file: string,
  yaml: YamlSource,
): Promise<LoadedDefinition | { readonly faults: readonly DefinitionFault[] }> {
  const faults: DefinitionFault[] = [];
  const attempt = async <T>(path: string, run: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await run();
    } catch (error) {
      const { message, hint } = asFault(error);
      faults.push({ where: { ...yaml.at(path), file, path: dotted(path) }, message, hint });
      return undefined;
    }
  };
  const { image, endorsement = [] } = definition.source;
  const names =
    typeof image.file === 'string'
      ? [['/image/file', image.file] as const]
      : image.file.map((name, index) => [pointer('/image/file', index), name] as const);
  const images = await Promise.all(names.map(([path, name]) => attempt(path, () => loadImage(programme, name))));
  const endorsements = await Promise.all(
    endorsement.map((name, index) => attempt(pointer('/endorsement', index), () => loadEndorsement(programme, name))),
  );
  if (faults.length > 0) return { faults };
  const loaded = endorsements.filter((entry) => entry !== undefined);
  return {
    ...definition,
    images: images.filter((entry) => entry !== undefined),
    endorsement: loaded.filter((entry) => typeof entry !== 'string'),
    endorsementJwt: loaded.filter((entry) => typeof entry === 'string'),
  };
}

async function loadImage(programme: Programme, name: string): Promise<BadgeImage> {
  const bytes = await readBeside(programme, name, MAX_IMAGE_BYTES, 'image');
  const format = imageFormat(bytes);
  if (format === 'png') (await import('../bake/pixels.ts')).decodePixels(bytes);
  else scanSvg(decodeUtf8(bytes));
  return { format, name, bytes };
}

async function loadEndorsement(programme: Programme, name: string): Promise<JsonObject | string> {
  const text = decodeUtf8(await readBeside(programme, name, MAX_ENDORSEMENT_BYTES, 'endorsement')).trim();
  if (looksLikeJwt(text)) return text;
  const value = parseJson(text);
  if (isJsonObject(value) && Array.isArray(value['type']) && value['type'].includes('EndorsementCredential'))
    return value;
  throw new BadgekitError('CREDENTIAL_INVALID', `${quoted(name)} is no EndorsementCredential`, {
    hint: 'name the signed endorsement as its issuer sent it',
  });
}

async function readBeside(programme: Programme, name: string, maxBytes: number, what: string): Promise<Uint8Array> {
  if (/[/\\]/.test(name))
    throw new BadgekitError('PATH_OUTSIDE', `${quoted(name)} does not lie beside the definition`, {
      hint: `copy the ${what} into ${programme.shown(BADGES_FOLDER)} and write its bare name`,
    });
  try {
    return await programme.files.read(`${BADGES_FOLDER}/${name}`, maxBytes);
  } catch (error) {
    if (!(error instanceof BadgekitError) || error.code !== 'FILE_NOT_FOUND') throw error;
    throw new BadgekitError('FILE_NOT_FOUND', `there is no file ${quoted(name)} in ${programme.shown(BADGES_FOLDER)}`, {
      hint: `put the ${what} beside the definition`,
    });
  }
}

function asFault(error: unknown): DefinitionFault {
  if (!(error instanceof BadgekitError)) throw error;
  const where: Where = error.where ?? {};
  return { where, message: error.message, hint: error.hint };
}
