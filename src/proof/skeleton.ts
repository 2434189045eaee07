import { isAbsoluteIri } from '../syntax/iri.ts';
import { isFaithful } from '../syntax/json-number.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';

/**
 * A place in a document whose value may be another in a document of the same shape. What stands there decides of what kind
 * it is, and the kind belongs to the shape.
 */
export type Slot =
  | { readonly kind: 'text'; readonly value: string }
  /** `prefix` is the scheme, with `//` where that follows: it decides whether JSON-LD takes the value for a compact IRI. */
  | { readonly kind: 'iri'; readonly value: string; readonly prefix: string }
  | { readonly kind: 'integer' | 'double'; readonly value: number };

/** What documents of one shape have in common, and what this one has of its own. */
export interface Skeleton {
  readonly shape: string;
  readonly slots: readonly Slot[];
}

/** Beyond this a document is not worth a template. */
const MAX_SHAPE_LENGTH = 200_000;
const MAX_DEPTH = 60;

/**
 * Splits a document into its shape and the values in it. The shape has the contexts verbatim, the order of the keys, the
 * lengths of arrays, types, booleans and nulls, and for every other value of what kind it is.
 * @returns undefined where a value must not be put into a template
 */
export function skeletonOf(document: JsonObject): Skeleton | undefined {
  const slots: Slot[] = [];
  const shape = shapeOf(document, '', 0, slots);
  return shape === undefined || shape.length > MAX_SHAPE_LENGTH ? undefined : { shape, slots };
}

/** The same document with another value in each slot, in the order in which `skeletonOf` gives them. */
export function withSlots(document: JsonObject, valueOf: (slot: Slot, index: number) => string | number): JsonObject {
  let index = 0;
  const replaced = (value: Json, member: string): Json => {
    if (Array.isArray(value)) return value.map((entry) => replaced(entry, member));
    if (isJsonObject(value)) return replacedObject(value);
    const slot = slotOf(value, member);
    return typeof slot === 'object' ? valueOf(slot, index++) : value;
  };
  const replacedObject = (object: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(object).map(([key, value]) => [key, key === '@context' ? value : replaced(value, key)]),
    );
  return replacedObject(document);
}

/** The shape of a value, told without ambiguity: constants are quoted. */
function shapeOf(value: Json, member: string, depth: number, slots: Slot[]): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) {
    let shape = '[';
    for (const entry of value) {
      const inner = shapeOf(entry, member, depth + 1, slots);
      if (inner === undefined) return undefined;
      shape += `${inner},`;
    }
    return `${shape}]`;
  }
  if (isJsonObject(value)) return shapeOfObject(value, depth, slots);
  const slot = slotOf(value, member);
  if (slot === 'refused') return undefined;
  if (slot === 'constant') return JSON.stringify(value);
  slots.push(slot);
  return slot.kind === 'iri' ? `iri<${slot.prefix}>` : slot.kind;
}

function shapeOfObject(object: JsonObject, depth: number, slots: Slot[]): string | undefined {
  let shape = '{';
  for (const key of Object.keys(object)) {
    // Such keys would need quoting, and no context has them.
    if (key.includes('"') || key.includes('\\')) return undefined;
    const isContext = key === '@context';
    // With keywords, two values that make the same statement may count as two. Verification refuses them all.
    if (key.startsWith('@') && !isContext) return undefined;
    const value = object[key] ?? null;
    const inner = isContext ? JSON.stringify(value) : shapeOf(value, key, depth + 1, slots);
    if (inner === undefined) return undefined;
    shape += `${key}":${inner},`;
  }
  return `${shape}}`;
}

/** Members whose values decide what other values mean. */
function isConstant(member: string): boolean {
  return member === 'type' || member === 'proofPurpose' || member.startsWith('@');
}

/** What a value at a member of this name is. */
export function slotOf(value: Json, member: string): Slot | 'constant' | 'refused' {
  if (typeof value === 'string') return isConstant(member) ? 'constant' : slotFor(value);
  if (typeof value === 'number') return isConstant(member) ? 'refused' : slotFor(value);
  return 'constant';
}

/** What a value is where values may differ. */
export function slotFor(value: string | number): Slot | 'constant' | 'refused' {
  return typeof value === 'string' ? textSlot(value) : numberSlot(value);
}

function textSlot(value: string): Slot | 'constant' | 'refused' {
  // What begins like a keyword is none of the contexts' business.
  if (value === '' || value.startsWith('@')) return 'constant';
  if (value.startsWith('_:') || !value.isWellFormed()) return 'refused';
  const colon = value.indexOf(':');
  if (colon < 1 || !isAbsoluteIri(value)) return { kind: 'text', value };
  return { kind: 'iri', value, prefix: value.slice(0, value.startsWith('//', colon + 1) ? colon + 3 : colon + 1) };
}

function numberSlot(value: number): Slot | 'refused' {
  if (!isFaithful(String(value), value)) return 'refused';
  return { kind: Number.isInteger(value) ? 'integer' : 'double', value };
}
