import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import { slotOf } from './skeleton.ts';

/** The structure that all documents of a shape have, to compare another document with. */
export type Pattern =
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'slot'; readonly type: 'string' | 'number' }
  | { readonly kind: 'list'; readonly entries: readonly Pattern[] }
  | { readonly kind: 'object'; readonly keys: readonly string[]; readonly members: readonly Pattern[] };

/** The pattern of a document that `skeletonOf` has split. */
export function patternOf(document: JsonObject): Pattern {
  return objectPattern(document, false);
}

function objectPattern(object: JsonObject, isContext: boolean): Pattern {
  const entries = Object.entries(object);
  return {
    kind: 'object',
    keys: entries.map(([key]) => key),
    members: entries.map(([key, value]) => pattern(value, key, isContext || key === '@context')),
  };
}

function pattern(value: Json, member: string, isContext: boolean): Pattern {
  if (Array.isArray(value))
    return { kind: 'list', entries: value.map((entry: Json) => pattern(entry, member, isContext)) };
  if (isJsonObject(value)) return objectPattern(value, isContext);
  const slot = isContext ? 'constant' : slotOf(value, member);
  if (typeof slot === 'string') return { kind: 'constant', value };
  return { kind: 'slot', type: typeof slot.value === 'number' ? 'number' : 'string' };
}

/**
 * Collects the values of a document's slots, in the order in which `skeletonOf` gives them, without asking of what kind they
 * are.
 * @returns whether the document has the structure and the constants
 */
export function collect(expected: Pattern, value: Json | undefined, values: (string | number)[]): boolean {
  switch (expected.kind) {
    case 'constant':
      return value === expected.value;
    case 'slot':
      if (typeof value !== expected.type || (typeof value !== 'string' && typeof value !== 'number')) return false;
      values.push(value);
      return true;
    case 'list': {
      const { entries } = expected;
      if (!Array.isArray(value) || value.length !== entries.length) return false;
      for (const [index, entry] of entries.entries()) if (!collect(entry, value[index] as Json, values)) return false;
      return true;
    }
    case 'object':
      return collectMembers(expected.keys, expected.members, value, values);
  }
}

function collectMembers(
  keys: readonly string[],
  members: readonly Pattern[],
  value: Json | undefined,
  values: (string | number)[],
): boolean {
  if (value === undefined || !isJsonObject(value)) return false;
  let at = 0;
  for (const key in value) {
    const member = members[at];
    if (member === undefined || keys[at] !== key || !collect(member, value[key], values)) return false;
    at++;
  }
  return at === keys.length;
}
