import { isWebUrl } from '../syntax/iri.ts';
import type { FrameworkSkill, ReadFramework } from './skill.ts';
import { type Table, textIn } from './table.ts';

/** Whether a table is one of ESCO's: skills, occupations or groups, in any language. */
export function isEsco({ header }: Table): boolean {
  return header.includes('conceptUri') && header.includes('preferredLabel');
}

/** ESCO's tables (CSV, one of each language): their concepts, by the end of their addresses, or by the code of a group. */
export function readEsco(table: Table): ReadFramework {
  const skills = table.rows.flatMap((row): readonly FrameworkSkill[] => {
    const cell = (name: string): string | undefined => textIn(table, row, name);
    const [url, name, status] = [cell('conceptUri'), cell('preferredLabel'), cell('status')];
    if (url === undefined || name === undefined || !isWebUrl(url)) return [];
    const description = cell('description') ?? cell('definition');
    const also = (cell('altLabels') ?? '').split(/\r?\n/).filter((label) => label.trim() !== '');
    return [
      {
        code: cell('code') ?? url.split('/').at(-1) ?? url,
        url,
        name,
        ...(description === undefined ? {} : { description }),
        ...(also.length === 0 ? {} : { also }),
        ...(status === undefined || status === 'released' ? {} : { deprecated: true }),
      },
    ];
  });
  return { title: 'ESCO', version: undefined, targetType: undefined, skills };
}
