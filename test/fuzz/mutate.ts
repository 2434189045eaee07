import { isJsonObject, type Json } from '../../src/syntax/json.ts';
import type { Chance } from './random.ts';

/** What a fuzzer puts where something else was. */
const VALUES: readonly [Json, ...Json[]] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  ' ',
  '\u0000',
  '\u202e',
  'null',
  [],
  {},
  [null],
  [[]],
  '2026-05-04T09:00:00Z',
  '9999-12-31T23:59:59Z',
  'https://w3id.org/security/v2',
  'did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2',
];
const KEYS: readonly [string, ...string[]] = [
  '@type',
  '@id',
  '@graph',
  '@included',
  '@index',
  '@context',
  '__proto__',
  'constructor',
  'type',
  'id',
  'proof',
  'validUntil',
  'credentialStatus',
  'verifiableCredential',
  'endorsement',
  'https://www.w3.org/2018/credentials#validUntil',
];
const FRAGMENTS: readonly [string, ...string[]] = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '.',
  '\\u0000',
  '\\ud800',
  '<![CDATA[',
  ']]>',
  '<!DOCTYPE x [',
  '&#0;',
  'IEND',
  'IHDR',
  'iTXt',
  '\u0000\u0000\u0000\u0000',
  '\uffff',
  '1e999',
];

/** Another file that is nearly the same: some bytes, or some part of its structure. */
export function mutateBytes(
  bytes: Uint8Array,
  others: readonly [Uint8Array, ...Uint8Array[]],
  chance: Chance,
): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = chance.below(copy.length + 1);
  const length = 1 + chance.below(chance.below(4) === 0 ? 200 : 8);
  switch (chance.below(8)) {
    case 0:
      return flipped(copy, at, chance);
    case 1:
      copy.fill(chance.below(256), at, at + length);
      return copy;
    case 2:
      return joined(copy.subarray(0, at), copy.subarray(at + length));
    case 3:
      return joined(copy.subarray(0, at), copy.subarray(at, at + length), copy.subarray(at));
    case 4:
      return joined(copy.subarray(0, at), new TextEncoder().encode(chance.pick(FRAGMENTS)), copy.subarray(at));
    case 5:
      return copy.subarray(0, at);
    case 6: {
      const other = chance.pick(others);
      const from = chance.below(other.length);
      return joined(copy.subarray(0, at), other.subarray(from, from + length * 8), copy.subarray(at));
    }
    default: {
      const to = chance.below(copy.length + 1);
      copy.copyWithin(to, at, at + length);
      return copy;
    }
  }
}

function flipped(bytes: Uint8Array, at: number, chance: Chance): Uint8Array {
  const index = Math.min(at, bytes.length - 1);
  bytes[index] = (bytes[index] ?? 0) ^ (1 << chance.below(8));
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** One change somewhere in a JSON value: a member renamed, moved, doubled, removed, or another value in its place. */
export function mutateJson(value: Json, other: Json, chance: Chance, depth = 0): Json {
  const isInner = Array.isArray(value) ? value.length > 0 : isJsonObject(value) && Object.keys(value).length > 0;
  if (isInner && chance.below(6) > 0 && depth < 12) return descend(value, other, chance, depth);
  switch (chance.below(7)) {
    case 0:
      return chance.pick(VALUES);
    case 1:
      return [value];
    case 2:
      return { '@value': value };
    case 3:
      return Array.isArray(value) ? [...value, ...value] : [value, value];
    case 4:
      return other;
    case 5:
      return isJsonObject(value) ? { ...value, [chance.pick(KEYS)]: chance.pick(VALUES) } : JSON.stringify(value);
    default:
      return typeof value === 'string'
        ? edited(value, chance)
        : typeof value === 'number'
          ? value + 1
          : chance.pick(VALUES);
  }
}

function descend(value: Json, other: Json, chance: Chance, depth: number): Json {
  if (Array.isArray(value)) {
    const index = chance.below(value.length);
    if (chance.below(8) === 0) return value.toSpliced(index, 1);
    return value.with(index, mutateJson(value[index] ?? null, partOf(other, chance), chance, depth + 1));
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value);
  const index = chance.below(entries.length);
  const [key, member] = entries[index] ?? ['', null];
  const rest = entries.filter((_, place) => place !== index);
  switch (chance.below(8)) {
    case 0:
      return Object.fromEntries(rest);
    case 1:
      return Object.fromEntries([...rest, [chance.pick(KEYS), member]]);
    default: {
      const changed = mutateJson(member, partOf(other, chance), chance, depth + 1);
      return Object.fromEntries(entries.with(index, [key, changed]));
    }
  }
}

function partOf(value: Json, chance: Chance): Json {
  const members: readonly Json[] = Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
  const [first, ...more] = members;
  return first === undefined ? value : chance.pick([first, ...more]);
}

function edited(text: string, chance: Chance): string {
  const at = chance.below(text.length + 1);
  return chance.below(2) === 0
    ? text.slice(0, at) + text.slice(at + 1)
    : text.slice(0, at) + String.fromCodePoint(33 + chance.below(0x3000)) + text.slice(at);
}
