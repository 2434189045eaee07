import { isJsonObject, type Json, type JsonObject, pointer } from '../syntax/json.ts';
import { quoted } from '../syntax/text.ts';

/** One thing that is described in two places of a document. */
export interface RepeatedNode {
  readonly code: 'NODE_TWICE';
  readonly path: string;
  readonly message: string;
}

interface Description {
  readonly value: JsonObject;
  readonly body: string;
  readonly isRoot: boolean;
}

/**
 * Finds nodes that are described twice: a member can be moved from one description to the other under the same
 * signature, out of a reader's sight. Endorsements inside are looked into as well. Harmless are only
 * descriptions between which nothing can move, because each has just the members that its place allows.
 * The search stops at the first fault.
 */
export function nodeFaults(document: JsonObject): readonly RepeatedNode[] {
  const described = new Map<string, Description>();
  // The issuer comes first, so that of several descriptions of it the issuer's own is the complete one.
  const { issuer } = document;
  if (isJsonObject(issuer) && typeof issuer['id'] === 'string')
    described.set(issuer['id'], { value: issuer, body: JSON.stringify(issuer), isRoot: false });
  const fault = visit(document, '', described, true);
  return fault === undefined ? [] : [fault];
}

function visit(
  value: Json,
  path: string,
  described: Map<string, Description>,
  isRoot = false,
): RepeatedNode | undefined {
  if (Array.isArray(value))
    return first(
      repeatedIn(value, path),
      ...value.map((entry, index) => () => visit(entry, pointer(path, index), described)),
    );
  if (!isJsonObject(value)) return undefined;
  return first(
    check(value, path, described, isRoot),
    ...Object.entries(value)
      .filter(([key]) => key !== 'proof')
      .map(
        ([key, member]) =>
          () =>
            visit(member, pointer(path, key), described),
      ),
  );
}

/** The first fault: one that is known, else one that a further search finds. */
function first(
  known: RepeatedNode | undefined,
  ...searches: readonly (() => RepeatedNode | undefined)[]
): RepeatedNode | undefined {
  if (known !== undefined) return known;
  for (const search of searches) {
    const found = search();
    if (found !== undefined) return found;
  }
  return undefined;
}

function check(
  value: JsonObject,
  path: string,
  described: Map<string, Description>,
  isRoot: boolean,
): RepeatedNode | undefined {
  const { id } = value;
  if (typeof id !== 'string' || Object.keys(value).length === 1) return undefined;
  const here: Description = { value, body: JSON.stringify(value), isRoot };
  const earlier = described.get(id);
  if (earlier === undefined) {
    described.set(id, here);
    return undefined;
  }
  if (earlier.value === value || earlier.body === here.body || areHarmless(earlier, here, path)) return undefined;
  return { code: 'NODE_TWICE', path, message: `${quoted(id)} is described a second time, and differently` };
}

/** The same id twice in one list says that there are two things where one is signed. */
function repeatedIn(list: readonly Json[], path: string): RepeatedNode | undefined {
  const ids = list
    .filter(isJsonObject)
    .map(({ id }) => id)
    .filter((id) => typeof id === 'string');
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  return twice === undefined
    ? undefined
    : { code: 'NODE_TWICE', path, message: `${quoted(twice)} stands twice in one list` };
}

/** Members that a description may have beside `id` and `type` where another one of the same node is the main one. */
const SIDE_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  EndorsementSubject: ['endorsementComment'],
  Image: ['caption'],
};

function areHarmless(main: Description, side: Description, path: string): boolean {
  const members = Object.keys(side.value).filter((key) => key !== 'id' && key !== 'type');
  const sideType = onlyType(side.value);
  const mainType = onlyType(main.value);
  if (path.endsWith('/criteria') && side.value['type'] === undefined)
    return !main.isRoot && members.every((key) => key === 'narrative');
  if (sideType !== undefined && Object.hasOwn(SIDE_MEMBERS, sideType) && sideType !== mainType)
    return members.every((key) => SIDE_MEMBERS[sideType]?.includes(key) === true);
  const isSame = (key: string): boolean => JSON.stringify(main.value[key]) === JSON.stringify(side.value[key]);
  if (sideType === mainType && (sideType === 'Profile' || sideType === 'Image')) return members.every(isSame);
  // A recipient who is also the issuer: two classes, each with terms that the other does not define.
  return (
    !main.isRoot &&
    !side.isRoot &&
    new Set([mainType, sideType]).size === 2 &&
    [mainType, sideType].every((type) => type === 'Profile' || type === 'AchievementSubject')
  );
}

function onlyType({ type }: JsonObject): string | undefined {
  const types = Array.isArray(type) ? type : [type];
  const [only] = types;
  return types.length === 1 && typeof only === 'string' ? only : undefined;
}
