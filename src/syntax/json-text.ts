import { isConstant } from './constant.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';

/** How JSON is laid out: on one line, or indented by two spaces, as people read it. */
export type Layout = 'line' | 'indented';

/** Members of an object; those that are undefined are left out. */
type Members = Readonly<Record<string, Json | undefined>>;

/** A key that stands for itself between its quotes. */
const PLAIN_KEY = /^[\w@-]+$/;
/** The depth of what stands on one line. */
const LINE = -1;

/**
 * The text of an object, as `JSON.stringify` writes it. What a constant in it comes to is written once and kept.
 * @param last members that come behind its own, none of which it has
 */
export function jsonText(object: JsonObject, layout: Layout, last: Members = {}): string {
  return membersText([object, last], layout === 'line' ? LINE : 0);
}

/** @param depth how far it is indented */
function textAt(value: Json, depth: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isConstant(value)) return constantText(value, depth);
  return isJsonObject(value) ? membersText([value], depth) : wholeText(value, depth);
}

function wholeText(value: Json, depth: number): string {
  if (depth === LINE) return JSON.stringify(value);
  // A line break within a string is escaped.
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${'  '.repeat(depth)}`);
}

function membersText(objects: readonly Members[], depth: number): string {
  const isLine = depth === LINE;
  const inner = isLine ? LINE : depth + 1;
  const begin = isLine ? '' : `\n${'  '.repeat(inner)}`;
  const colon = isLine ? ':' : ': ';
  let text = '';
  for (const object of objects)
    for (const key of Object.keys(object)) {
      const member = object[key];
      if (member === undefined) continue;
      const name = PLAIN_KEY.test(key) ? `"${key}"` : JSON.stringify(key);
      text += `${text === '' ? '' : ','}${begin}${name}${colon}${textAt(member, inner)}`;
    }
  if (text === '') return '{}';
  return isLine ? `{${text}}` : `{${text}\n${'  '.repeat(depth)}}`;
}

/** The texts of constants, by how far they are indented; first of what stands on one line. */
const texts = new WeakMap<object, (string | undefined)[]>();

function constantText(value: Json & object, depth: number): string {
  const own = texts.get(value) ?? [];
  const known = own[depth + 1];
  if (known !== undefined) return known;
  const text = wholeText(value, depth);
  own[depth + 1] = text;
  texts.set(value, own);
  return text;
}
