import type { FrameworkSkill, ReadFramework } from './skill.ts';
import { type Table, textIn } from './table.ts';

const SITE = 'https://www.onetonline.org';

/** Whether a table is one of O*NET's: occupations (Occupation Data), elements (Content Model Reference, Skills) or activities (DWA Reference). */
export function isOnet({ header }: Table): boolean {
  return (
    (header.includes('DWA ID') && header.includes('DWA Title')) ||
    (header.includes('O*NET-SOC Code') && header.includes('Title')) ||
    (header.includes('Element ID') && header.includes('Element Name'))
  );
}

/** O*NET's text files: occupations by their codes, and the elements of its content model by theirs. */
export function readOnet(table: Table): ReadFramework {
  const isOfActivities = table.header.includes('DWA ID');
  const isOfElements = table.header.includes('Element ID') && !isOfActivities;
  const [codeColumn, nameColumn] = isOfActivities
    ? ['DWA ID', 'DWA Title']
    : isOfElements
      ? ['Element ID', 'Element Name']
      : ['O*NET-SOC Code', 'Title'];
  const skills = new Map<string, FrameworkSkill>();
  for (const row of table.rows) {
    const [code, name] = [textIn(table, row, codeColumn), textIn(table, row, nameColumn)];
    if (code === undefined || name === undefined || skills.has(code)) continue;
    const description = textIn(table, row, 'Description');
    const path = isOfActivities || isOfElements ? `find/descriptor/result/${code}` : `link/summary/${code}`;
    skills.set(code, { code, url: `${SITE}/${path}`, name, ...(description === undefined ? {} : { description }) });
  }
  return {
    title: 'O*NET',
    version: undefined,
    targetType: undefined,
    skills: [...skills.values()],
  };
}
