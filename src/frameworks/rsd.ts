import { isWebUrl } from '../syntax/iri.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import { memberOf, objectsIn, textOf } from './json.ts';
import type { FrameworkSkill, ReadFramework } from './skill.ts';

/** Whether JSON is a collection of Rich Skill Descriptors, a list of them, or one. */
export function isRsd(value: Json): boolean {
  return descriptorsIn(value).some(
    ({ skillName, skillStatement }) => skillName !== undefined && skillStatement !== undefined,
  );
}

/** Rich Skill Descriptors (Open Skills Network, JSON-LD), by the ends of their addresses. */
export function readRsd(value: Json): ReadFramework {
  const collection: JsonObject = isJsonObject(value) ? value : {};
  const skills = descriptorsIn(value).flatMap((skill): readonly FrameworkSkill[] => {
    const [url, name] = [textOf(memberOf(skill, 'id', '@id')), textOf(skill['skillName'])];
    if (url === undefined || name === undefined || !isWebUrl(url)) return [];
    const description = textOf(skill['skillStatement']);
    const words = Array.isArray(skill['keywords']) ? skill['keywords'] : [];
    const also = words.flatMap(
      (word) => textOf(isJsonObject(word) ? memberOf(word, 'skillName', 'name') : (word as Json)) ?? [],
    );
    const isArchived = skill['archiveDate'] !== undefined && skill['archiveDate'] !== null;
    const status = textOf(skill['status']) ?? '';
    return [
      {
        code: textOf(skill['uuid']) ?? url.split('/').at(-1) ?? url,
        url,
        name,
        ...(description === undefined ? {} : { description }),
        ...(also.length === 0 ? {} : { also }),
        ...(isArchived || /archived|deleted/i.test(status) ? { deprecated: true } : {}),
      },
    ];
  });
  return {
    title: textOf(collection['name']) ?? 'Rich Skill Descriptors',
    version: textOf(collection['updateDate'])?.slice(0, 'yyyy-mm-dd'.length),
    targetType: 'ext:RichSkillDescriptor',
    skills,
  };
}

function descriptorsIn(value: Json): readonly JsonObject[] {
  if (Array.isArray(value)) return value.filter(isJsonObject);
  if (!isJsonObject(value)) return [];
  return value['skills'] === undefined ? objectsIn(value['@graph'] ?? value) : objectsIn(value['skills']);
}
