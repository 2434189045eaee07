import { type AlignmentDefinition, NEVER } from '../openbadges/definition.ts';
import { plainImageCaption } from '../openbadges/plain-image.ts';
import { ACHIEVEMENT_TYPES, isExtensibleWord, TIERS, type Tier } from '../openbadges/vocabulary.ts';
import { BadgekitError } from '../errors.ts';
import { isDuration } from '../syntax/datetime.ts';
import { isWebUrl } from '../syntax/iri.ts';
import { quoted, suggestion } from '../syntax/text.ts';
import { answerMissing, choose } from './choice.ts';
import type { Session } from './session.ts';

export interface DefinitionFlags {
  readonly name?: string;
  readonly description?: string;
  readonly tier?: string;
  readonly criteria?: string;
  readonly criteriaUrl?: string;
  readonly image?: readonly string[];
  readonly caption?: string;
  readonly type?: string;
  readonly validFor?: string;
  readonly language?: string;
  readonly tag?: readonly string[];
  readonly alignment?: readonly string[];
}

/** What a new definition says. */
export interface DefinitionAnswers {
  readonly name: string;
  readonly description: string;
  readonly tier: Tier;
  readonly criteria: string | undefined;
  readonly criteriaUrl: string | undefined;
  readonly images: readonly string[];
  readonly caption: string;
  readonly achievementType: string | undefined;
  readonly validFor: string | undefined;
  readonly inLanguage: string | undefined;
  readonly tags: readonly string[];
  readonly alignments: readonly AlignmentDefinition[];
}

/** Takes the answers from flags; on a terminal, asks for what no flag gave. */
export async function askDefinition(flags: DefinitionFlags, session: Session): Promise<DefinitionAnswers> {
  const tier = choose('--tier', flags.tier, TIERS);
  check(flags);
  return session.isInteractive ? await interview(flags, tier) : fromFlags(flags, tier);
}

function check({ type, validFor }: DefinitionFlags): void {
  if (type !== undefined && !isExtensibleWord(ACHIEVEMENT_TYPES, type)) {
    throw new BadgekitError('USAGE', `--type ${quoted(type)} is not one of the standard's types`, {
      hint: suggestion(type, ACHIEVEMENT_TYPES),
    });
  }
  if (validFor !== undefined && validFor !== NEVER && !isDuration(validFor))
    throw new BadgekitError('USAGE', `--valid-for ${quoted(validFor)} is not a duration`, {
      hint: 'write P2Y for two years, P18M for eighteen months, or never',
    });
}

function fromFlags(flags: DefinitionFlags, tier: Tier | undefined): DefinitionAnswers {
  const { name, description, criteria, criteriaUrl, image = [], caption, tag = [] } = flags;
  if (name === undefined) throw answerMissing('what the badge is called', '--name');
  if (description === undefined) throw answerMissing('what its holder has done or can do', '--description');
  if (tier === undefined) throw answerMissing('the tier', '--tier participation, skill or qualification');
  if (criteria === undefined && criteriaUrl === undefined)
    throw answerMissing('what one must do to earn it', '--criteria or --criteria-url');
  if (image.length > 0 && caption === undefined) throw answerMissing('what the image shows', '--caption');
  return {
    name,
    description,
    tier,
    criteria,
    criteriaUrl,
    images: image,
    caption: caption ?? plainImageCaption(tier),
    achievementType: flags.type,
    validFor: flags.validFor,
    inLanguage: flags.language,
    tags: tag,
    alignments: alignmentsOf(flags),
  };
}

/** `--alignment "Welders=https://…"`: what it is called, and where it is described. */
function alignmentsOf({ alignment = [] }: DefinitionFlags): readonly AlignmentDefinition[] {
  return alignment.map((text) => {
    const [, targetName = '', targetUrl = ''] = /^(.+?)=(https?:.+)$/s.exec(text) ?? [];
    if (isWebUrl(targetUrl)) return { targetName: targetName.trim(), targetUrl };
    throw new BadgekitError('USAGE', `--alignment ${quoted(text)} is not a name and a web address`, {
      hint: 'write --alignment "Critical thinking=https://…", or let badgekit align find it',
    });
  });
}

function filled(text: string): true | string {
  return text.trim() !== '' || 'write something';
}

async function interview(flags: DefinitionFlags, tierFlag: Tier | undefined): Promise<DefinitionAnswers> {
  const { input, select } = await import('@inquirer/prompts');
  const context = { output: process.stderr };
  const name = flags.name ?? (await input({ message: 'What is the badge called?', validate: filled }, context));
  const description =
    flags.description ??
    (await input(
      { message: 'What has its holder done, or what can they do? (a sentence or two)', validate: filled },
      context,
    ));
  const tier =
    tierFlag ??
    (await select<Tier>(
      {
        message: 'How much does it claim?',
        choices: [
          { value: 'participation', name: 'participation: was there' },
          { value: 'skill', name: 'skill: can do something, as was seen' },
          { value: 'qualification', name: 'qualification: was examined and passed' },
        ],
      },
      context,
    ));
  const criteria =
    flags.criteria ??
    (flags.criteriaUrl === undefined
      ? await input({ message: 'What must one do to earn it? (Markdown)', validate: filled }, context)
      : undefined);
  const file =
    flags.image === undefined
      ? await input({ message: 'Its image, a PNG or SVG file (empty: badgekit draws a plain one)' }, context)
      : '';
  const images = flags.image ?? (file.trim() === '' ? [] : [file.trim()]);
  const caption =
    flags.caption ??
    (images.length === 0
      ? plainImageCaption(tier)
      : await input(
          { message: 'What does the image show? (one sentence, for screen readers)', validate: filled },
          context,
        ));
  const validFor =
    flags.validFor ??
    (await input(
      {
        message: 'How long is an award valid? (P2Y is two years; never: it does not expire)',
        validate: (text) => text === '' || text === NEVER || isDuration(text) || 'write it like P2Y or P18M, or never',
      },
      context,
    ));
  return {
    name,
    description,
    tier,
    criteria,
    criteriaUrl: flags.criteriaUrl,
    images,
    caption,
    achievementType: flags.type,
    validFor: validFor === '' ? undefined : validFor,
    inLanguage: flags.language,
    tags: flags.tag ?? [],
    alignments: alignmentsOf(flags),
  };
}
