import type { Cleared } from './constant.ts';
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

export function isSamePlace(one: Place | undefined, other: Place | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.key === other.key && isSamePlace(one.within, other.within);
}

/** Told of a member of an object, wherever it stands, and of the object's place; says whether to go on into it. */
export type Visit = (key: string, member: Json, within: Place | undefined) => boolean;

/**
 * Visits every member of every object in a value, those of an object before what is in the next.
 * @param cleared constants through which the same visit went on everywhere: they are passed over
 * @returns whether it went on everywhere
 */
export function visitMembers(value: Json, visit: Visit, cleared?: Cleared, place?: Place): boolean {
  if (typeof value !== 'object' || value === null) return true;
  let isThrough = true;
  if (Array.isArray(value)) {
    for (let key = 0; key < value.length; key++) {
      const entry: Json = value[key] ?? null;
      if (typeof entry === 'object' && !visitMembers(entry, visit, cleared, { within: place, key })) isThrough = false;
    }
    return isThrough;
  }
  if (!isJsonObject(value) || cleared?.has(value) === true) return true;
  for (const key in value) {
    const member = value[key] ?? null;
    if (!visit(key, member, place)) isThrough = false;
    else if (typeof member === 'object' && !visitMembers(member, visit, cleared, { within: place, key }))
      isThrough = false;
  }
  if (isThrough) cleared?.add(value);
  return isThrough;
}
