import { BadgekitError, EXIT, type ExitCode } from '../../errors.ts';
import { searchSkills } from '../../frameworks/search.ts';
import type { FrameworkSkill } from '../../frameworks/skill.ts';
import { frameworksIn, readDefinition } from '../../openbadges/definition.ts';
import { badgeOfFile, BADGES_FOLDER } from '../../programme/definitions.ts';
import { Frameworks, frameworkNames, readSnapshot } from '../../programme/frameworks.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { isJsonObject } from '../../syntax/json.ts';
import { decodeUtf8, visible } from '../../syntax/text.ts';
import { parseYaml, withListed, type YamlSource } from '../../syntax/yaml.ts';
import { choose } from '../choice.ts';
import type { CommonOptions } from '../commands/shared.ts';
import type { Session } from '../session.ts';
import { styles } from '../style.ts';

const OFFERED = 10;
const MAX_DEFINITION_BYTES = 1024 * 1024;

interface AlignOptions extends CommonOptions {
  readonly search?: string;
  readonly framework?: string;
  readonly add?: readonly string[];
}

/** A skill that may be what a badge shows. */
interface Offer {
  readonly reference: string;
  readonly framework: string;
  readonly skill: FrameworkSkill;
}

/** `align`: offers skills of the programme's frameworks for a badge, or writes references to them into its definition. */
export async function runAlign(file: string, options: AlignOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const badge = badgeOfFile(file, programme, session.cwd);
  const path = `${BADGES_FOLDER}/${badge}.yaml`;
  const text = decodeUtf8(await programme.files.read(path, MAX_DEFINITION_BYTES));
  if (options.add !== undefined) return await add(options.add, { badge, path, text }, programme, options, session);
  const names = await frameworkNames(programme);
  if (names.length === 0)
    throw new BadgekitError('FRAMEWORK_UNKNOWN', 'the programme holds no frameworks of skills yet', {
      hint: 'badgekit frameworks import FILE --as NAME, with a file of ESCO, CASE, CTDL, Rich Skill Descriptors or O*NET',
    });
  const query = options.search ?? wordsOf(parseYaml(text));
  const wanted = choose('--framework', options.framework, names);
  const offers: Offer[] = [];
  for (const name of wanted === undefined ? names : [wanted]) {
    const { skills, title, version } = await readSnapshot(programme, name);
    const framework = version === undefined ? title : `${title} ${version}`;
    for (const { skill } of searchSkills(skills, query, OFFERED))
      offers.push({ reference: `${name}:${skill.code}`, framework, skill });
  }
  if (options.json === true)
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'align', definition: programme.shown(path), search: query, offers: offers.map(({ reference, framework, skill: { name, url, description } }) => ({ reference, framework, name, url, description: description ?? null })), added: [] })}\n`,
    );
  else session.out(offersAsText(offers, query, programme.shown(path), session));
  return offers.length > 0 ? EXIT.yes : EXIT.no;
}

/** What a definition says of itself: words to search by. */
function wordsOf({ value }: YamlSource): string {
  if (!isJsonObject(value)) return '';
  const { name, tag } = value;
  return [name, ...(Array.isArray(tag) ? tag : [])].filter((word) => typeof word === 'string').join(' ');
}

/** The references that a definition has already. */
function listedIn({ value }: YamlSource): readonly string[] {
  const list = isJsonObject(value) ? value['alignment'] : undefined;
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : [];
}

function offersAsText(offers: readonly Offer[], query: string, shown: string, session: Session): string {
  if (offers.length === 0) return `Nothing fits ${visible(query, 200)}. Try other words: --search "…"\n`;
  const { out } = styles(session);
  const lines = offers.map(({ reference, framework, skill: { name, description } }) => {
    const about = description === undefined ? '' : `\n    ${visible(description.replace(/\s+/g, ' '), 160)}`;
    return `${out.bold(visible(reference, 120))}  ${visible(name, 120)} (${visible(framework, 80)})${about}\n`;
  });
  return `${lines.join('')}To take one: badgekit align ${shown} --add ${visible(offers[0]?.reference ?? '', 120)}\n`;
}

/** References go into the file as they are; what they stand for is looked up each time it is read. */
async function add(
  references: readonly string[],
  { badge, path, text }: { readonly badge: string; readonly path: string; readonly text: string },
  programme: Programme,
  options: AlignOptions,
  session: Session,
): Promise<ExitCode> {
  const frameworks = new Frameworks(programme);
  let edited = text;
  const has = new Set(listedIn(parseYaml(text)));
  const added = [...new Set(references)].filter((reference) => !has.has(reference));
  for (const reference of added) edited = withListed(edited, 'alignment', reference);
  const yaml = parseYaml(edited);
  await frameworks.load(frameworksIn(yaml));
  for (const reference of references) {
    const resolved = frameworks.resolve(reference);
    if (!resolved.ok) throw new BadgekitError('FRAMEWORK_UNKNOWN', resolved.message, { hint: resolved.hint });
  }
  const outcome = readDefinition(badge, programme.shown(path), yaml, (reference) => frameworks.resolve(reference));
  const [fault] = outcome.ok ? [] : outcome.faults;
  if (fault !== undefined)
    throw new BadgekitError('DEFINITION_INVALID', fault.message, { where: fault.where, hint: fault.hint });
  if (options.dryRun !== true) await programme.files.write(path, edited, { replace: true });
  const shown = programme.shown(path);
  if (options.json === true)
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'align', definition: shown, search: null, offers: [], added })}\n`,
    );
  else
    session.out(
      `${options.dryRun === true ? 'Would add' : 'Added'} ${added.length === 0 ? 'nothing' : added.map((reference) => visible(reference, 120)).join(', ')} to ${shown}\n`,
    );
  return EXIT.yes;
}
