import { isJsonObject, type Json, type JsonObject } from '../../src/syntax/json.ts';

export type Path = readonly (string | number)[];

/** Every place in a document, of objects and lists as well. */
export function placesIn(value: Json, path: Path = []): readonly Path[] {
  const members: readonly (readonly [string | number, Json])[] = Array.isArray(value)
    ? value.map((entry, index) => [index, entry])
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  return members.flatMap(([key, member]) => [[...path, key], ...placesIn(member, [...path, key])]);
}

/** The places that hold nothing else: texts, numbers, booleans, null. */
export function leavesIn(document: JsonObject): readonly Path[] {
  return placesIn(document).filter((path) => {
    const value = valueAt(document, path);
    return typeof value !== 'object' || value === null;
  });
}

export function valueAt(value: Json, path: Path): Json {
  return path.reduce<Json>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)] ?? null;
    return isJsonObject(at) ? (at[key] ?? null) : null;
  }, value);
}

/** A copy in which one place was edited, or a member added; the place is gone where the edit leaves nothing. */
export function edited(document: JsonObject, path: Path, edit: (value: Json) => Json | undefined): JsonObject {
  const step = (value: Json, [key, ...rest]: Path): Json | undefined => {
    if (key === undefined) return edit(value);
    if (Array.isArray(value))
      return value.flatMap((entry, index) => {
        const member = index === key ? step(entry, rest) : entry;
        return member === undefined ? [] : [member];
      });
    if (!isJsonObject(value)) return value;
    const changed = step(value[key] ?? null, rest);
    if (changed !== undefined) return { ...value, [key]: changed };
    return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  };
  const result = step(document, path);
  return isJsonObject(result) ? result : {};
}
