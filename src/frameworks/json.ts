import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';

/** The objects in a list, or the one that stands there alone. */
export function objectsIn(value: Json | undefined): readonly JsonObject[] {
  if (Array.isArray(value)) return value.filter(isJsonObject);
  return isJsonObject(value) ? [value] : [];
}

/** A text, however it is wrapped: as it stands, in a list, by language (English first), or as a JSON-LD value. */
export function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  if (Array.isArray(value)) return textOf(value[0] as Json | undefined);
  if (!isJsonObject(value)) return undefined;
  const english = Object.keys(value).find((key) => key === 'en' || key.startsWith('en-'));
  return textOf(value['@value'] ?? value[english ?? Object.keys(value)[0] ?? '']);
}

/** A member under any of several names. */
export function memberOf(object: JsonObject, ...names: readonly string[]): Json | undefined {
  for (const name of names) if (object[name] !== undefined) return object[name];
  return undefined;
}
