import { isWebUrl } from '../syntax/iri.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import { memberOf, objectsIn, textOf } from './json.ts';
import type { FrameworkSkill, ReadFramework } from './skill.ts';

/** Whether JSON is a framework of Credential Engine's CTDL-ASN. */
export function isCtdl(value: Json): value is JsonObject {
  return isJsonObject(value) && nodesOf(value).some((node) => isOf(node, 'Competency'));
}

/** A graph of CTDL-ASN (JSON-LD): its competencies by their coded notations, or by their CTIDs. */
export function readCtdl(value: JsonObject): ReadFramework {
  const nodes = nodesOf(value);
  const framework = nodes.find((node) => isOf(node, 'CompetencyFramework') || isOf(node, 'Collection')) ?? {};
  const isDeprecated = saysEnded(framework);
  const skills = nodes
    .filter((node) => isOf(node, 'Competency'))
    .flatMap((node): readonly FrameworkSkill[] => {
      const url = textOf(memberOf(node, '@id', 'id'));
      const text = textOf(memberOf(node, 'ceasn:competencyText', 'competencyText'));
      const label = textOf(memberOf(node, 'ceasn:competencyLabel', 'competencyLabel'));
      const ctid = textOf(memberOf(node, 'ceterms:ctid', 'ctid'));
      const code = textOf(memberOf(node, 'ceasn:codedNotation', 'codedNotation'))?.replace(/\s+/g, '') ?? ctid;
      const name = label ?? text;
      if (url === undefined || name === undefined || code === undefined || !isWebUrl(url)) return [];
      const description = label === undefined ? textOf(memberOf(node, 'ceasn:comment', 'comment')) : text;
      const isEnded = isDeprecated || saysEnded(node);
      return [
        {
          code,
          url,
          name,
          ...(description === undefined ? {} : { description }),
          ...(isEnded ? { deprecated: true } : {}),
        },
      ];
    });
  return {
    title: textOf(memberOf(framework, 'ceasn:name', 'name')) ?? 'CTDL',
    version: textOf(memberOf(framework, 'ceterms:versionCode', 'schema:version')),
    targetType: 'ceasn:Competency',
    skills,
  };
}

/** Whether a node's status is one of what is no longer used, as a name or as an object that points to one. */
function saysEnded(node: JsonObject): boolean {
  const status = memberOf(node, 'ceterms:lifeCycleStatusType', 'ceasn:publicationStatusType', 'publicationStatusType');
  return status !== undefined && /(?:Deprecated|Ceased)\b/.test(JSON.stringify(status));
}

function nodesOf(value: JsonObject): readonly JsonObject[] {
  return value['@graph'] === undefined ? [value] : objectsIn(value['@graph']);
}

function isOf(node: JsonObject, type: string): boolean {
  const types = memberOf(node, '@type', 'type');
  return (Array.isArray(types) ? types : [types]).some(
    (name) => name === `ceasn:${type}` || name === `ceterms:${type}` || name === type,
  );
}
