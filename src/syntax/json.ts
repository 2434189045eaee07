import { BadgekitError, type ErrorCode } from '../errors.ts';
import { Cleared, MAX_CONSTANT_DEPTH } from './constant.ts';
import type { Familiar } from './familiar.ts';
import { isFaithful } from './json-number.ts';
import { positionAt } from './text.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

const MAX_JSON_DEPTH = 64;

/**
 * Strict JSON (RFC 8259, narrowed): no duplicate keys, no `__proto__`, no lone surrogates, no numbers that a double
 * cannot hold as written, no byte order mark, at most {@link MAX_JSON_DEPTH} levels. Objects have no prototype.
 * @throws BadgekitError JSON_SYNTAX | JSON_DUPLICATE_KEY | JSON_TOO_DEEP | JSON_UNSAFE_NUMBER | JSON_FORBIDDEN_KEY,
 * each with line and column
 * @param familiar objects that stood in other texts, too, and are then the same constants
 */
export function parseJson(text: string, familiar?: Familiar<JsonObject>): Json {
  return new JsonReader(text, familiar).document();
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as a message may show it: text as it is, anything else as JSON, cut short. */
export function shownJson(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}

/** A JSON Pointer (RFC 6901) to a member or element below another pointer. */
export function pointer(parent: string, key: string | number): string {
  return `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The value's own copy without prototypes or getters, or an error where it is not JSON at all. */
export function asJson(value: unknown): Json {
  const text = JSON.stringify(value);
  if (text === undefined) throw new BadgekitError('JSON_SYNTAX', 'the value is not JSON');
  return parseJson(text);
}

/**
 * Whether a value is JSON that strict reading of its text would give back as it is: {@link asJson} has nothing to change in it
 * and nothing against it.
 */
export function isStrictJson(value: unknown, depth = 0): value is Json {
  if (depth > MAX_JSON_DEPTH) return false;
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return isFaithful(String(value), value);
  if (typeof value !== 'object') return typeof value === 'boolean';
  if (value === null) return true;
  if (Array.isArray(value)) {
    for (const entry of value) if (!isStrictJson(entry, depth + 1)) return false;
    return true;
  }
  if (depth + MAX_CONSTANT_DEPTH <= MAX_JSON_DEPTH && clearedAsStrict.has(value)) return true;
  if (!isPlainObject(value) || !areStrictMembers(value, depth + 1)) return false;
  clearedAsStrict.add(value);
  return true;
}

const clearedAsStrict = new Cleared();

function isPlainObject(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || prototype === Members.prototype;
}

function areStrictMembers(members: Readonly<Record<string, unknown>>, depth: number): boolean {
  for (const key in members)
    if (key === '__proto__' || !key.isWellFormed() || !isStrictJson(members[key], depth)) return false;
  return true;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** UTF-16 codes of characters that mean something in JSON. */
const CODES = {
  brace: 0x7b,
  bracket: 0x5b,
  quote: 0x22,
  backslash: 0x5c,
  space: 0x20,
  t: 0x74,
  f: 0x66,
  n: 0x6e,
} as const;

/** What an object is read into: it inherits nothing, and is quicker to read than one that has no prototype at all. */
class Members {
  [key: string]: Json;
}
Reflect.deleteProperty(Members.prototype, 'constructor');
Object.freeze(Object.setPrototypeOf(Members.prototype, null));

const NONE: readonly string[] = [];

class JsonReader {
  readonly #text: string;
  readonly #familiar: Familiar<JsonObject> | undefined;
  #at = 0;

  constructor(text: string, familiar: Familiar<JsonObject> | undefined) {
    this.#text = text;
    this.#familiar = familiar;
  }

  document(): Json {
    if (this.#text.charCodeAt(0) === 0xfeff) {
      throw this.#error('JSON_SYNTAX', 'the text begins with a byte order mark', 'save it as UTF-8 without BOM');
    }
    const value = this.#value(0, '');
    this.#space();
    if (this.#at < this.#text.length) throw this.#error('JSON_SYNTAX', 'there is more text after the JSON value');
    return value;
  }

  /** @param member where it stands, itself or in a list */
  #value(depth: number, member: string): Json {
    if (depth > MAX_JSON_DEPTH) {
      throw this.#error('JSON_TOO_DEEP', `the JSON is nested deeper than ${MAX_JSON_DEPTH} levels`);
    }
    this.#space();
    switch (this.#text.charCodeAt(this.#at)) {
      case CODES.brace:
        return this.#object(depth, member);
      case CODES.bracket:
        return this.#array(depth, member);
      case CODES.quote:
        return this.#string();
      case CODES.t:
        return this.#word('true', true);
      case CODES.f:
        return this.#word('false', false);
      case CODES.n:
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  /** A member's value: where it is an object that others had, too, that very object. */
  #member(key: string, depth: number): Json {
    const familiar = this.#familiar;
    this.#space();
    const start = this.#at;
    const isDeep = depth + MAX_CONSTANT_DEPTH > MAX_JSON_DEPTH;
    if (familiar === undefined || isDeep || this.#text.charCodeAt(start) !== CODES.brace)
      return this.#value(depth, key);
    const known = familiar.at(key, this.#text, start);
    if (known !== undefined) {
      this.#at += known.text.length;
      return known.value;
    }
    const object = this.#object(depth, key);
    familiar.note(key, this.#text, start, this.#at, object);
    return object;
  }

  #object(depth: number, member: string): JsonObject {
    const object = new Members();
    this.#at++;
    this.#space();
    if (this.#take('}')) return object;
    const expected = this.#familiar?.namesAt(member) ?? NONE;
    let met = 0;
    let isUsual = true;
    do {
      this.#space();
      const usual: string | undefined = isUsual ? expected[met++] : undefined;
      isUsual = usual !== undefined && this.#takeName(usual);
      // Usual names are all different, and none of them is forbidden.
      const key = isUsual && usual !== undefined ? usual : this.#name(object);
      this.#space();
      if (!this.#take(':')) throw this.#error('JSON_SYNTAX', 'a colon was expected after the member name');
      object[key] = this.#member(key, depth + 1);
      this.#space();
    } while (this.#take(','));
    if (!this.#take('}')) throw this.#missing('a comma or "}" was expected');
    if (!isUsual) this.#familiar?.noteNames(member, object);
    return object;
  }

  /** Takes a name, if it stands there just so. */
  #takeName(name: string): boolean {
    const text = this.#text;
    const first = this.#at + 1;
    const end = first + name.length;
    if (text.charCodeAt(first - 1) !== CODES.quote || text.charCodeAt(end) !== CODES.quote) return false;
    for (let at = 0; at < name.length; at++) if (text.charCodeAt(first + at) !== name.charCodeAt(at)) return false;
    this.#at = end + 1;
    return true;
  }

  #name(object: JsonObject): string {
    const at = this.#at;
    if (this.#text[at] !== '"') throw this.#error('JSON_SYNTAX', 'a member name in double quotes was expected');
    const key = this.#string();
    this.#refuseKey(object, key, at);
    return key;
  }

  #refuseKey(object: JsonObject, key: string, at: number): void {
    if (key === '__proto__') throw this.#error('JSON_FORBIDDEN_KEY', 'a member is named "__proto__"', undefined, at);
    if (object[key] !== undefined) {
      throw this.#error('JSON_DUPLICATE_KEY', `the member ${JSON.stringify(key)} stands twice`, undefined, at);
    }
  }

  #array(depth: number, member: string): Json[] {
    const array: Json[] = [];
    this.#at++;
    this.#space();
    if (this.#take(']')) return array;
    do {
      array.push(this.#value(depth + 1, member));
      this.#space();
    } while (this.#take(','));
    if (!this.#take(']')) throw this.#missing('a comma or "]" was expected');
    return array;
  }

  #string(): string {
    const start = this.#at++;
    const end = this.#plainEnd();
    // Most strings are made of characters that stand for themselves.
    let value = this.#text.slice(this.#at, end);
    this.#at = end;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === CODES.quote) break;
      if (code !== CODES.backslash)
        throw this.#error('JSON_SYNTAX', 'the string is not closed, or holds a raw control character');
      value += this.#escape();
      const next = this.#plainEnd();
      value += this.#text.slice(this.#at, next);
      this.#at = next;
    }
    this.#at++;
    if (!value.isWellFormed()) {
      throw this.#error('JSON_SYNTAX', 'a string holds half of a surrogate pair', undefined, start);
    }
    return value;
  }

  /** Where the characters that stand for themselves end. */
  #plainEnd(): number {
    const text = this.#text;
    let at = this.#at;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === CODES.quote || code === CODES.backslash || code < CODES.space) return at;
    }
    return at;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    if (letter !== 'u') {
      const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
      if (plain === undefined) throw this.#error('JSON_SYNTAX', 'there is no such escape in JSON');
      this.#at += 2;
      return plain;
    }
    const hex = this.#text.slice(this.#at + 2, this.#at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.#error('JSON_SYNTAX', '\\u needs four hexadecimal digits');
    this.#at += 6;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #number(): number {
    NUMBER.lastIndex = this.#at;
    const lexeme = NUMBER.exec(this.#text)?.[0];
    if (lexeme === undefined) {
      const ended = this.#at >= this.#text.length;
      throw this.#error('JSON_SYNTAX', ended ? 'the JSON ends too early' : 'a JSON value was expected');
    }
    const value = Number(lexeme);
    if (!isFaithful(lexeme, value)) {
      throw this.#error(
        'JSON_UNSAFE_NUMBER',
        `the number ${lexeme.slice(0, 40)} cannot be kept or signed exactly as written`,
      );
    }
    this.#at += lexeme.length;
    return value;
  }

  #word<T extends Json>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#error('JSON_SYNTAX', 'a JSON value was expected');
    this.#at += word.length;
    return value;
  }

  #space(): void {
    const text = this.#text;
    let at = this.#at;
    for (let code = text.charCodeAt(at); code === 32 || code === 10 || code === 13 || code === 9;)
      code = text.charCodeAt(++at);
    this.#at = at;
  }

  #take(char: string): boolean {
    if (this.#text.charCodeAt(this.#at) !== char.charCodeAt(0)) return false;
    this.#at++;
    return true;
  }

  /** A text that simply stops was cut off on its way; that is more use to know than which sign is missing. */
  #missing(what: string): BadgekitError {
    const isCut = this.#text.slice(this.#at).trim() === '';
    return this.#error('JSON_SYNTAX', isCut ? 'the text ends too early: a part of it is missing' : what);
  }

  #error(code: ErrorCode, message: string, hint?: string, at = this.#at): BadgekitError {
    return new BadgekitError(code, message, { where: positionAt(this.#text, at), hint });
  }
}
