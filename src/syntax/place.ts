import { isJsonObject, type Json, pointer } from './json.ts';

/** Where a walk through a document is. It becomes a JSON Pointer only where there is something to say about it. */
export interface Place {
  /** Undefined at the root. */
  readonly within: Place | undefined;
  readonly key: string | number;
}

/** The JSON Pointer (RFC 6901) of a place; of the root where there is none. */
export function pointerTo(place: Place | undefined): string {
  return place === undefined ? '' : pointer(pointerTo(place.within), place.key);
}

/** Told of a member of an object, wherever it stands; says whether to go on into it. */
export type Visit = (key: string, member: Json, place: Place) => boolean;

/** Visits every member of every object in a value, those of an object before what is in the next. */
export function visitMembers(value: Json, visit: Visit, within?: Place): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [key, entry] of value.entries()) visitMembers(entry, visit, { within, key });
    return;
  }
  if (!isJsonObject(value)) return;
  for (const key of Object.keys(value)) {
    const member = value[key] ?? null;
    const place = { within, key };
    if (visit(key, member, place)) visitMembers(member, visit, place);
  }
}
