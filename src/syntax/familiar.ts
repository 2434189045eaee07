import { constant, isConstant } from './constant.ts';
import { detached } from './text.ts';

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

/** Objects with more members than this are none that many texts have. */
const MAX_NAMES = 32;
/** What stands for itself between the quotes of a JSON string. */
const PLAIN = /^[^"\\\p{Cc}]{0,64}$/u;

/** The names of an object's members, in their order, each of them plain. */
interface Layout {
  readonly names: readonly string[];
  /** How often an object had others there. */
  misses: number;
}

/**
 * The values that members had in texts which were read lately. One that stands in several texts, letter by letter, becomes one
 * constant, which need be read and looked at only once.
 */
export class Familiar<Value extends object> {
  readonly #parts = new Map<string, Part<Value>>();
  readonly #layouts = new Map<string, Layout>();

  /** The names that an object at a member, itself or in a list there, may be expected to have: no two alike, each as it stands in a text. */
  namesAt(member: string): readonly string[] | undefined {
    return this.#layouts.get(member)?.names;
  }

  /** An object stood there that had others. */
  noteNames(member: string, object: Value): void {
    const before = this.#layouts.get(member);
    if (before !== undefined) before.misses++;
    if (before === undefined ? this.#layouts.size >= MAX_MEMBERS : isPatient(before.misses)) return;
    const names = Object.keys(object);
    if (names.length > MAX_NAMES || !names.every((name) => PLAIN.test(name))) return;
    // A member's name may be a part of the text until an object has it, and keep the whole text in memory.
    this.#layouts.set(detached(member), { names, misses: before?.misses ?? 0 });
  }

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
