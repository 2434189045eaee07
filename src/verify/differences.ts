import { isJsonObject, type Json, pointer } from '../syntax/json.ts';

/** A place where two JSON values differ, and what stands there in each; undefined where it stands in one alone. */
export interface Difference {
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** Where two JSON values differ, as deep as they can be followed together, in document order; at most `limit`. */
export function differences(before: Json, after: Json, limit = 20): readonly Difference[] {
  const found: Difference[] = [];
  collect(before, after, '', found, limit);
  return found;
}

/** The JSON Pointer of the first difference; undefined where there is none. */
export function firstDifference(before: Json, after: Json): string | undefined {
  return differences(before, after, 1)[0]?.path;
}

function collect(
  before: Json | undefined,
  after: Json | undefined,
  path: string,
  found: Difference[],
  limit: number,
): void {
  if (found.length >= limit) return;
  const areLists = Array.isArray(before) && Array.isArray(after);
  if (areLists || (isJsonObject(before) && isJsonObject(after))) {
    const [one, other] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
    for (const key of new Set([...one.keys(), ...other.keys()]))
      collect(one.get(key), other.get(key), pointer(path, key), found, limit);
    return;
  }
  if (JSON.stringify(before) !== JSON.stringify(after)) found.push({ path, before, after });
}
