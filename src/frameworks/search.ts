import type { FrameworkSkill } from './skill.ts';

const [IN_NAME, BEGINS_IN_NAME, IN_OTHER_NAME, IN_DESCRIPTION, WHOLE_NAME] = [6, 4, 4, 1, 10];

/** Words as they are compared: without case, accents and endings of plurals. */
function wordsIn(text: string): readonly string[] {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1)
    .map((word) => (word.length > 3 ? word.replace(/(?<!s)s$/, '') : word));
}

/**
 * The skills that fit words best, the best first. Deprecated ones are left out.
 * @param most how many are wanted
 */
export function searchSkills(
  skills: Iterable<FrameworkSkill>,
  query: string,
  most: number,
): readonly { readonly skill: FrameworkSkill; readonly score: number }[] {
  const wanted = [...new Set(wordsIn(query))];
  const found: { readonly skill: FrameworkSkill; readonly score: number }[] = [];
  for (const skill of skills) {
    if (skill.deprecated === true) continue;
    const score = scoreOf(skill, wanted);
    if (score > 0) found.push({ skill, score });
  }
  return found
    .toSorted(
      (a, b) =>
        b.score - a.score || a.skill.name.length - b.skill.name.length || (a.skill.code < b.skill.code ? -1 : 1),
    )
    .slice(0, most);
}

function scoreOf({ name, also = [], description = '' }: FrameworkSkill, wanted: readonly string[]): number {
  const [names, others, described] = [wordsIn(name), wordsIn(also.join(' ')), new Set(wordsIn(description))];
  let score = 0;
  for (const word of wanted) {
    if (names.includes(word)) score += IN_NAME;
    else if (names.some((other) => other.startsWith(word))) score += BEGINS_IN_NAME;
    else if (others.includes(word)) score += IN_OTHER_NAME;
    else if (described.has(word)) score += IN_DESCRIPTION;
  }
  const isWhole = wanted.length > 0 && names.length === wanted.length && wanted.every((word) => names.includes(word));
  return isWhole ? score + WHOLE_NAME : score;
}
