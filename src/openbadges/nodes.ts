import { isConstant } from '../syntax/constant.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import { isSamePlace, type Place, pointerTo } from '../syntax/place.ts';
import { quoted } from '../syntax/text.ts';

/** Members whose value is itself a signed document with contexts of its own. */
export const EMBEDDED_DOCUMENTS: ReadonlySet<string> = new Set(['endorsement', 'verifiableCredential']);

/** One thing that is described in two places of a document. */
export interface RepeatedNode {
  readonly code: 'NODE_TWICE';
  readonly path: string;
  readonly message: string;
}

/** A place that names a node: with members of its own, as a bare `{ id }`, or, for the issuer, as a string. */
interface Occurrence {
  readonly place: Place | undefined;
  readonly value: JsonObject;
  readonly role: 'root' | 'issuer' | 'criteria' | 'other';
  readonly id: string;
}

/** What is named in a constant where it was met last. */
interface ConstantNamings {
  readonly place: Place | undefined;
  readonly role: Occurrence['role'];
  readonly occurrences: readonly Occurrence[];
}

const constantNamings = new WeakMap<JsonObject, ConstantNamings>();

/**
 * Finds nodes that are described twice: a member can be moved from one description to the other under the same
 * signature, out of a reader's sight. Endorsements inside are looked into as well. Harmless are only descriptions
 * between which nothing can move, because each has just the members that its place alone allows.
 */
export function nodeFaults(document: JsonObject): readonly RepeatedNode[] {
  const all: Occurrence[] = [];
  const twice = collect(document, undefined, 'root', all) ?? rootInside(document);
  if (twice !== undefined) return [twice];
  // Mostly nothing is named twice.
  if (new Set(all.map(({ id }) => id)).size === all.length) return [];
  for (const [id, places] of grouped(all)) {
    const [, second] = places;
    if (second !== undefined && !areHarmless(places)) {
      return [
        {
          code: 'NODE_TWICE',
          path: pointerTo(second.place),
          message: `${quoted(id)} is described a second time, and differently`,
        },
      ];
    }
  }
  return [];
}

function grouped(all: readonly Occurrence[]): ReadonlyMap<string, readonly Occurrence[]> {
  const byId = new Map<string, Occurrence[]>();
  for (const occurrence of all) {
    const known = byId.get(occurrence.id);
    if (known === undefined) byId.set(occurrence.id, [occurrence]);
    else known.push(occurrence);
  }
  return byId;
}

/** A record described once more inside a credential that it wraps: its members could move there. */
function rootInside(document: JsonObject): RepeatedNode | undefined {
  const { id, credentialSubject: subject } = document;
  if (typeof id !== 'string') return undefined;
  const wrapped = [
    ['/verifiableCredential', document['verifiableCredential']],
    ['/credentialSubject/verifiableCredential', isJsonObject(subject) ? subject['verifiableCredential'] : undefined],
  ] as const;
  const found = wrapped.find(([, value]) => value !== undefined && names(value, id));
  return found === undefined
    ? undefined
    : { code: 'NODE_TWICE', path: found[0], message: `${quoted(id)} is described a second time, inside itself` };
}

function names(value: Json, id: string): boolean {
  if (Array.isArray(value)) return value.some((entry) => names(entry, id));
  if (!isJsonObject(value)) return false;
  return value['id'] === id || Object.values(value).some((member) => names(member, id));
}

/** Gathers every naming of every node; reports an id that stands twice in one list. */
function collect(
  value: Json,
  place: Place | undefined,
  role: Occurrence['role'],
  all: Occurrence[],
): RepeatedNode | undefined {
  if (typeof value !== 'object') return undefined;
  if (Array.isArray(value)) return collectList(value, place, all);
  if (!isJsonObject(value)) return undefined;
  if (!isConstant(value)) return collectObject(value, place, role, all);
  const known = constantNamings.get(value);
  if (known?.role === role && isSamePlace(known.place, place)) {
    all.push(...known.occurrences);
    return undefined;
  }
  const before = all.length;
  const found = collectObject(value, place, role, all);
  if (found === undefined) constantNamings.set(value, { place, role, occurrences: all.slice(before) });
  return found;
}

function collectObject(
  value: JsonObject,
  place: Place | undefined,
  role: Occurrence['role'],
  all: Occurrence[],
): RepeatedNode | undefined {
  note(value, place, role, all);
  for (const key in value) {
    // Credentials that a record wraps have signatures of their own, under which nothing of theirs can move.
    if (key === 'proof' || key === 'verifiableCredential') continue;
    const member = value[key] ?? null;
    const named = role === 'root' && key === 'issuer' && typeof member === 'string' ? { id: member } : member;
    const found = collect(named, { within: place, key }, own(ROLES, key) ?? 'other', all);
    if (found !== undefined) return found;
  }
  return undefined;
}

const ROLES: Readonly<Partial<Record<string, Occurrence['role']>>> = { issuer: 'issuer', criteria: 'criteria' };

function note(value: JsonObject, place: Place | undefined, role: Occurrence['role'], all: Occurrence[]): void {
  const { id } = value;
  if (typeof id !== 'string') return;
  // Only the badge's own issuer is one whose description the others may repeat a part of.
  const isOwn = role !== 'issuer' || place?.within === undefined;
  all.push({ id, place, value, role: isOwn ? role : 'other' });
}

/** The same id twice in one list says that there are two things where one is signed. */
function collectList(list: readonly Json[], within: Place | undefined, all: Occurrence[]): RepeatedNode | undefined {
  const seen = list.length > 1 ? new Set<string>() : undefined;
  for (let key = 0; key < list.length; key++) {
    const entry = list[key] ?? null;
    if (typeof entry !== 'object') continue;
    const id = isJsonObject(entry) ? entry['id'] : undefined;
    if (typeof id === 'string' && seen?.has(id) === true) {
      return { code: 'NODE_TWICE', path: pointerTo(within), message: `${quoted(id)} stands twice in one list` };
    }
    if (typeof id === 'string') seen?.add(id);
    const found = collect(entry, { within, key }, 'other', all);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Classes whose descriptions may stand beside another of the same node, with no members but these. */
const SIDE_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  EndorsementSubject: ['endorsementComment'],
  Image: ['caption'],
};
/** Members of a recipient who is also the issuer: no term of one class has a meaning in the other. */
const OWN_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  AchievementSubject: [
    'achievement',
    'narrative',
    'image',
    'identifier',
    'result',
    'creditsEarned',
    'role',
    'term',
    'licenseNumber',
    'activityStartDate',
    'activityEndDate',
  ],
  Profile: ['name', 'url', 'email', 'phone', 'official', 'address', 'otherIdentifier'],
};

function areHarmless(all: readonly Occurrence[]): boolean {
  const bodies = new Set(all.map(({ value }) => JSON.stringify(value)));
  if (bodies.size === 1 && all.every(({ role }) => role !== 'root')) return true;
  const criteria = all.filter(isCriteria);
  const main = all.filter((place) => !isCriteria(place) && !isSide(place));
  const criteriaBodies = new Set(criteria.map(({ value }) => JSON.stringify(value)));
  const areCriteriaAlone =
    criteriaBodies.size < 2 &&
    (criteria.length === 0 ||
      all.every((place) => isCriteria(place) || (place.role !== 'root' && !Object.hasOwn(place.value, 'narrative'))));
  if (!areCriteriaAlone) return false;
  if (main.length < 2) return true;
  const types = main.map(({ value }) => onlyType(value));
  const issuer = main.find(({ role }) => role === 'issuer');
  if (issuer === undefined || main.some(({ role }) => role === 'root')) return false;
  if (types.every((type) => type === 'Profile')) return main.every(({ value }) => isPartOf(value, issuer.value));
  return types.every((type) => type === 'Profile' || type === 'AchievementSubject') && main.every(hasOnlyOwnMembers);
}

function isCriteria({ role, value }: Occurrence): boolean {
  return role === 'criteria' && membersOf(value).every((key) => key === 'narrative') && value['type'] === undefined;
}

function isSide({ value, role }: Occurrence): boolean {
  const allowed = own(SIDE_MEMBERS, onlyType(value) ?? '');
  return role === 'other' && allowed !== undefined && membersOf(value).every((key) => allowed.includes(key));
}

function hasOnlyOwnMembers({ value }: Occurrence): boolean {
  const allowed = own(OWN_MEMBERS, onlyType(value) ?? '') ?? [];
  return membersOf(value).every((key) => allowed.includes(key));
}

/** What a table itself has under a name that a document gave. */
function own<T>(table: Readonly<Partial<Record<string, T>>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function isPartOf(part: JsonObject, whole: JsonObject): boolean {
  return Object.keys(part).every((key) => JSON.stringify(part[key]) === JSON.stringify(whole[key]));
}

function membersOf(value: JsonObject): readonly string[] {
  return Object.keys(value).filter((key) => key !== 'id' && key !== 'type');
}

function onlyType({ type }: JsonObject): string | undefined {
  const types = Array.isArray(type) ? type : [type];
  const [only] = types;
  return types.length === 1 && typeof only === 'string' ? only : undefined;
}
