/** Parts that stand in many documents, each as one object that nobody can change. */
const constants = new WeakSet<object>();

/** So many levels a constant has at most. */
export const MAX_CONSTANT_DEPTH = 16;

/**
 * Freezes a value throughout, so that what is found out about it once need not be looked for again. One with too many levels
 * is left as it is.
 */
export function constant<T extends object>(value: T): T {
  if (!isDeep(value, MAX_CONSTANT_DEPTH)) freeze(value);
  return value;
}

function isDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeep(member, levels - 1));
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || constants.has(value)) return;
  for (const member of Object.values(value)) freeze(member);
  constants.add(Object.freeze(value));
}

export function isConstant(value: object): boolean {
  return constants.has(value);
}

/** The constants in which a check found nothing. What may change is not remembered. */
export class Cleared {
  readonly #constants = new WeakSet<object>();

  has(value: object): boolean {
    return this.#constants.has(value);
  }

  add(value: object): void {
    if (isConstant(value)) this.#constants.add(value);
  }
}
