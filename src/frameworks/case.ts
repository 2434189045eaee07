import { isWebUrl } from '../syntax/iri.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import { objectsIn, textOf } from './json.ts';
import type { FrameworkSkill, ReadFramework } from './skill.ts';

/** Whether JSON is a package of 1EdTech's CASE. */
export function isCase(value: Json): value is JsonObject {
  return isJsonObject(value) && isJsonObject(value['CFDocument']) && Array.isArray(value['CFItems']);
}

/**
 * A CFPackage (1EdTech CASE 1.1): its items by their human coding schemes, or by their identifiers. An item whose status has
 * ended, or that an association says is replaced, is deprecated.
 * @param now `2026-11-28`
 */
export function readCase(value: JsonObject, now: string): ReadFramework {
  const [document = {}] = objectsIn(value['CFDocument']);
  const replacements = new Map(
    objectsIn(value['CFAssociations'])
      .filter(({ associationType }) => associationType === 'replacedBy')
      .map((association) => [endOf(association, 'originNodeURI'), endOf(association, 'destinationNodeURI')]),
  );
  const isDeprecated = textOf(document['adoptionStatus']) === 'Deprecated';
  const items = objectsIn(value['CFItems']);
  const codes = new Map(items.map((item) => [textOf(item['identifier']), codeOf(item)]));
  const skills = items.flatMap((item): readonly FrameworkSkill[] => {
    const [code, url, statement] = [codeOf(item), textOf(item['uri']), textOf(item['fullStatement'])];
    if (code === undefined || url === undefined || statement === undefined || !isWebUrl(url)) return [];
    const short = textOf(item['abbreviatedStatement']);
    const ended = textOf(item['statusEndDate']);
    const instead = replacements.get(textOf(item['identifier']));
    const isEnded = isDeprecated || (ended !== undefined && ended < now) || instead !== undefined;
    const replacedBy = instead === undefined ? undefined : (codes.get(instead) ?? instead);
    return [
      {
        code,
        url,
        name: short ?? statement,
        ...(short === undefined ? {} : { description: statement }),
        ...(isEnded ? { deprecated: true } : {}),
        ...(replacedBy === undefined ? {} : { replacedBy }),
      },
    ];
  });
  const title = textOf(document['title']) ?? 'CASE';
  return { title, version: textOf(document['version']), targetType: 'CFItem', skills };
}

function codeOf(item: JsonObject): string | undefined {
  return textOf(item['humanCodingScheme'])?.replace(/\s+/g, '') ?? textOf(item['identifier']);
}

function endOf(association: JsonObject, member: string): string | undefined {
  const [node = {}] = objectsIn(association[member]);
  return textOf(node['identifier']);
}
