import { isConstant } from '../syntax/constant.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import { slotOf } from './skeleton.ts';

/** The structure that all documents of a shape have. Slots and objects are counted from 0, in the order of the document. */
type Pattern =
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'slot'; readonly slot: number; readonly type: 'string' | 'number' }
  | { readonly kind: 'list'; readonly entries: readonly Pattern[] }
  | ObjectPattern;

interface ObjectPattern {
  readonly kind: 'object';
  readonly number: number;
  readonly keys: readonly string[];
  readonly members: readonly Pattern[];
}

/** In which slots a document has another value than the one before it. */
export interface Changes {
  readonly slots: readonly number[];
  /** For each of these slots. */
  readonly values: readonly (string | number)[];
  /** Objects that are another constant than in the document before, or one that is none any more. */
  readonly constants: readonly (readonly [number, JsonObject | undefined])[];
}

/** Compares documents with the structure of one, and with the values of the one before. */
export class Comparison {
  readonly #pattern: ObjectPattern;
  readonly #values: (string | number)[] = [];
  /** Which constant each object was, in the document before. */
  readonly #constants: (JsonObject | undefined)[] = [];

  /** @param document that `skeletonOf` has split: it is the one before the first */
  constructor(document: JsonObject) {
    this.#pattern = this.#objectPattern(document, false);
  }

  /**
   * Where a document differs from the one before it, without asking of what kind its values are.
   * @returns undefined where it has another structure, or another constant
   */
  changesIn(document: JsonObject): Changes | undefined {
    const changes = { slots: [], values: [], constants: [] };
    return this.#compareObject(this.#pattern, document, changes) ? changes : undefined;
  }

  /** The document in which these changes were found is from now on the one before. */
  accept({ slots, values, constants }: Changes): void {
    for (const [index, slot] of slots.entries()) this.#values[slot] = values[index] ?? '';
    for (const [number, constant] of constants) this.#constants[number] = constant;
  }

  #objectPattern(object: JsonObject, isContext: boolean): ObjectPattern {
    const number = this.#constants.push(undefined) - 1;
    const entries = Object.entries(object);
    return {
      kind: 'object',
      number,
      keys: entries.map(([key]) => key),
      members: entries.map(([key, value]) => this.#patternOf(value, key, isContext || key === '@context')),
    };
  }

  #patternOf(value: Json, member: string, isContext: boolean): Pattern {
    if (Array.isArray(value))
      return { kind: 'list', entries: value.map((entry: Json) => this.#patternOf(entry, member, isContext)) };
    if (isJsonObject(value)) return this.#objectPattern(value, isContext);
    const slot = isContext ? 'constant' : slotOf(value, member);
    if (typeof slot === 'string') return { kind: 'constant', value };
    const type = typeof slot.value === 'number' ? 'number' : 'string';
    return { kind: 'slot', slot: this.#values.push(slot.value) - 1, type };
  }

  #compare(expected: Pattern, value: Json | undefined, changes: Changing): boolean {
    switch (expected.kind) {
      case 'constant':
        return value === expected.value;
      case 'slot':
        if (typeof value !== expected.type || (typeof value !== 'string' && typeof value !== 'number')) return false;
        if (!Object.is(this.#values[expected.slot], value)) {
          changes.slots.push(expected.slot);
          changes.values.push(value);
        }
        return true;
      case 'list': {
        const { entries } = expected;
        if (!Array.isArray(value) || value.length !== entries.length) return false;
        let at = 0;
        for (const entry of entries) if (!this.#compare(entry, value[at++] as Json, changes)) return false;
        return true;
      }
      case 'object':
        return value !== undefined && isJsonObject(value) && this.#compareObject(expected, value, changes);
    }
  }

  #compareObject({ number, keys, members }: ObjectPattern, value: JsonObject, changes: Changing): boolean {
    if (this.#constants[number] === value) return true;
    let at = 0;
    for (const key in value) {
      const member = members[at];
      if (member === undefined || keys[at] !== key || !this.#compare(member, value[key], changes)) return false;
      at++;
    }
    // What stood here before must be forgotten too: its values are no longer those of the slots.
    const constant = isConstant(value) ? value : undefined;
    if (this.#constants[number] !== constant) changes.constants.push([number, constant]);
    return at === keys.length;
  }
}

interface Changing extends Changes {
  readonly slots: number[];
  readonly values: (string | number)[];
  readonly constants: (readonly [number, JsonObject | undefined])[];
}
