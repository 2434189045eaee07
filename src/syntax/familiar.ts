import { constant, isConstant } from './constant.ts';

/** Shorter parts are read as quickly as they are found again. */
const MIN_LENGTH = 120;
/** A part keeps the whole text alive in which it stood. */
const MAX_TEXT_LENGTH = 64 * 1024;
const MAX_MEMBERS = 64;
/** A member whose value has been another so many times is noted only once in so many times. */
const PATIENCE = 8;

interface Part<Value extends object> {
  readonly text: string;
  readonly value: Value;
  /** How often something else stood there since it was noted or met. */
  misses: number;
}

/**
 * The values that members had in texts which were read lately. One that stands in several texts, letter by letter, becomes one
 * constant, which need be read and looked at only once.
 */
export class Familiar<Value extends object> {
  readonly #parts = new Map<string, Part<Value>>();

  /** The value of a member, where it begins at a place in a text and was read before. */
  at(member: string, text: string, place: number): Part<Value> | undefined {
    const part = this.#parts.get(member);
    if (part === undefined) return undefined;
    // Comparing a slice is far quicker than startsWith. Until it is met again a part is nothing that others share.
    const isSame = text.slice(place, place + part.text.length) === part.text;
    if (!isSame || !(isConstant(part.value) || isConstant(constant(part.value)))) {
      part.misses++;
      return undefined;
    }
    part.misses = 0;
    return part;
  }

  /** Notes a member's value, read from one place in a text to another. */
  note(member: string, text: string, from: number, to: number, value: Value): void {
    const before = this.#parts.get(member);
    const isWaiting = before === undefined ? this.#parts.size >= MAX_MEMBERS : isPatient(before.misses);
    if (isWaiting || to - from < MIN_LENGTH || text.length > MAX_TEXT_LENGTH) return;
    this.#parts.set(member, { text: text.slice(from, to), value, misses: before?.misses ?? 0 });
  }
}

function isPatient(misses: number): boolean {
  return misses > PATIENCE && misses % PATIENCE !== 0;
}
