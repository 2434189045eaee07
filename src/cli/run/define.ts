import { basename, resolve } from 'node:path';
import { stringify } from 'yaml';
import { BadgekitError, EXIT, formatWhere } from '../../errors.ts';
import type { DefinitionFault } from '../../openbadges/definition.ts';
import {
  badgeOfFile,
  BADGES_FOLDER,
  formatOf,
  isBadgeName,
  listDefinitions,
  MAX_IMAGE_BYTES,
} from '../../programme/definitions.ts';
import { readBounded } from '../../programme/files.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { checkDefinitions } from '../../programme/sound-definitions.ts';
import { decodeUtf8, quoted, visible } from '../../syntax/text.ts';
import { parseYaml } from '../../syntax/yaml.ts';
import { readDefinition } from '../../openbadges/definition.ts';
import { tierFaults, tierPolicyOf } from '../../openbadges/tier-policy.ts';
import { plainImage } from '../../openbadges/plain-image.ts';
import { askDefinition, type DefinitionAnswers, type DefinitionFlags } from '../ask-definition.ts';
import { answerMissing } from '../choice.ts';
import type { CommonOptions } from '../commands/shared.ts';
import type { Session } from '../session.ts';
import { count, counted, styles } from '../style.ts';

export interface DefineOptions extends CommonOptions, DefinitionFlags {
  readonly check?: boolean;
  readonly force?: boolean;
}

/** `define`: writes one definition, or checks them. */
export async function runDefine(names: readonly string[], options: DefineOptions, session: Session): Promise<number> {
  const programme = await openProgramme(session.cwd, options.programme);
  return options.check === true
    ? await checkAll(names, programme, options, session)
    : await writeOne(names, programme, options, session);
}

async function checkAll(
  names: readonly string[],
  programme: Programme,
  options: DefineOptions,
  session: Session,
): Promise<number> {
  const named = names.length === 0 ? undefined : names.map((name) => badgeOfFile(name, programme, session.cwd));
  const badges = named ?? (await listDefinitions(programme));
  const { definitions, faults } = await checkDefinitions(programme, named);
  const files = new Set(faults.map(({ where }) => where.file));
  const bad = files.size;
  if (options.json === true) {
    const findings = faults.map(({ where, message, hint }) => ({ ...where, message, hint: hint ?? null }));
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'define --check', checked: badges.length, faulty: bad, faults: findings })}\n`,
    );
  } else {
    session.out(
      `${await faultsWithSource(faults, session)}${checkSummary(Math.max(badges.length, definitions.length + bad), bad)}\n`,
    );
  }
  if (badges.length === 0 && bad === 0) return EXIT.unusable;
  return bad === 0 ? EXIT.yes : EXIT.no;
}

function checkSummary(checked: number, bad: number): string {
  if (checked === 0) return 'There are no definitions in badges/ yet: badgekit define <name>';
  if (bad === 0)
    return checked === 1 ? 'The definition is in order.' : `All ${count(checked)} definitions are in order.`;
  return `${count(bad)} of ${counted(checked, 'definition')} ${bad === 1 ? 'needs' : 'need'} work.`;
}

/** Each fault with the line that it stands in and a caret under the place. */
async function faultsWithSource(faults: readonly DefinitionFault[], session: Session): Promise<string> {
  const { out } = styles(session);
  const sources = new Map<string, readonly string[]>();
  const blocks = await Promise.all(
    faults.map(async ({ where, message, hint }) => {
      const { file = '', line, column = 1 } = where;
      const lines = sources.get(file) ?? (await readLines(file, session));
      sources.set(file, lines);
      const head = `${out.bold(formatWhere(where))} ${message}\n`;
      const text = line === undefined ? undefined : lines[line - 1];
      if (text === undefined) return `${head}${hint === undefined ? '' : `      ${hint}\n`}`;
      const gutter = String(line).padStart(5);
      return `${head}${gutter} | ${visible(text, 120)}\n      | ${' '.repeat(Math.min(column - 1, 120))}${out.yellow(`^${hint === undefined ? '' : ` ${hint}`}`)}\n`;
    }),
  );
  return blocks.join('');
}

async function readLines(file: string, session: Session): Promise<readonly string[]> {
  try {
    return decodeUtf8(await readBounded(resolve(session.cwd, file), 1024 * 1024)).split(/\r\n|\n|\r/);
  } catch {
    return [];
  }
}

async function writeOne(
  names: readonly string[],
  programme: Programme,
  options: DefineOptions,
  session: Session,
): Promise<number> {
  const [named, ...others] = names;
  if (others.length > 0)
    throw new BadgekitError('USAGE', 'one definition is written at a time', {
      hint: 'to check several: badgekit define --check',
    });
  const badge = named ?? (await askName(session));
  if (!isBadgeName(badge))
    throw new BadgekitError('USAGE', `${quoted(badge)} cannot be a badge's name`, {
      hint: 'use lower-case letters, digits and hyphens, such as first-aid: it becomes a file name and a part of web addresses',
    });
  const path = `${BADGES_FOLDER}/${badge}.yaml`;
  if (options.force !== true && (await programme.files.exists(path)))
    throw new BadgekitError('DEFINITION_EXISTS', 'there is a definition of that name already', {
      where: { file: programme.shown(path) },
      hint: 'edit it, or give --force to replace it',
    });
  const answers = await askDefinition(options, session);
  const images = await planImages(badge, answers, session);
  const text = definitionText(
    answers,
    images.map(({ path: image }) => basename(image)),
  );
  refuseFaulty(badge, text);
  const planned = [...images, { path, content: text }];
  if (options.dryRun === true)
    session.out(
      options.json === true
        ? `${JSON.stringify({ badgekit: 1, command: 'define', dryRun: true, files: planned.map((file) => file.path) })}\n`
        : planned
            .map(
              (file) =>
                `--- ${programme.shown(file.path)}\n${typeof file.content === 'string' ? file.content : `(${file.content.length} bytes)\n`}`,
            )
            .join(''),
    );
  else
    for (const file of planned)
      await programme.files.write(file.path, file.content, { replace: options.force === true });
  if (options.dryRun !== true)
    reportWritten(
      planned.map((file) => programme.shown(file.path)),
      lackingOf(badge, text, programme),
      options,
      session,
    );
  return EXIT.yes;
}

async function askName(session: Session): Promise<string> {
  if (!session.isInteractive) throw answerMissing("the badge's name", 'it: badgekit define <name>');
  const { input } = await import('@inquirer/prompts');
  return await input(
    {
      message: 'A short name for files and addresses, such as first-aid',
      validate: (text) => isBadgeName(text) || 'lower-case letters, digits and hyphens',
    },
    { output: process.stderr },
  );
}

async function planImages(
  badge: string,
  answers: DefinitionAnswers,
  session: Session,
): Promise<readonly { path: string; content: Uint8Array | string }[]> {
  if (answers.images.length === 0)
    return [{ path: `${BADGES_FOLDER}/${badge}.svg`, content: plainImage(answers.tier) }];
  return await Promise.all(
    answers.images.map(async (file) => {
      const content = await readBounded(resolve(session.cwd, file), MAX_IMAGE_BYTES, file);
      return { path: `${BADGES_FOLDER}/${badge}.${formatOf(content, file)}`, content };
    }),
  );
}

function definitionText(answers: DefinitionAnswers, images: readonly string[]): string {
  const { images: _, criteria, criteriaUrl, caption, tags, alignments, ...fields } = answers;
  const value = {
    name: fields.name,
    description: fields.description,
    tier: fields.tier,
    ...(fields.achievementType === undefined ? {} : { achievementType: fields.achievementType }),
    criteria: {
      ...(criteriaUrl === undefined ? {} : { id: criteriaUrl }),
      ...(criteria === undefined ? {} : { narrative: criteria }),
    },
    image: { file: images.length === 1 ? images[0] : images, caption },
    ...(fields.validFor === undefined ? {} : { validFor: fields.validFor }),
    ...(fields.inLanguage === undefined ? {} : { inLanguage: fields.inLanguage }),
    ...(tags.length === 0 ? {} : { tag: tags }),
    ...(alignments.length === 0 ? {} : { alignment: alignments }),
  };
  return stringify(value, { lineWidth: 100, defaultStringType: 'PLAIN', version: '1.2' });
}

function refuseFaulty(badge: string, text: string): void {
  const outcome = readDefinition(badge, `${badge}.yaml`, parseYaml(text));
  const fault = outcome.ok ? undefined : outcome.faults[0];
  if (fault !== undefined)
    throw new BadgekitError('DEFINITION_INVALID', `${fault.where.path ?? ''} ${fault.message}`.trim(), {
      hint: fault.hint,
    });
}

/** What the new definition still lacks of what its tier demands. */
function lackingOf(badge: string, text: string, { config }: Programme): readonly string[] {
  const outcome = readDefinition(badge, `${badge}.yaml`, parseYaml(text));
  if (!outcome.ok) return [];
  return tierFaults(outcome.definition.source, tierPolicyOf(config.tiers), config.hosting !== undefined).map(
    ({ message, hint }) => `${message}; ${hint}`,
  );
}

function reportWritten(
  files: readonly string[],
  lacking: readonly string[],
  options: DefineOptions,
  session: Session,
): void {
  if (options.json === true) session.out(`${JSON.stringify({ badgekit: 1, command: 'define', files, lacking })}\n`);
  else
    session.out(
      `Wrote ${files.join(' and ')}\n${lacking.map((fault) => `Before it can be issued: ${fault}\n`).join('')}Alignments, results with levels and more can be added there: badgekit define --check tells whether all is in order.\nNext: badgekit issue <roster.csv>\n`,
    );
}
