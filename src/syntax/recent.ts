/** What was made lately, by its name: beyond so many things the one that was wanted longest ago is forgotten. */
export class Recent<Name, Thing> {
  readonly #most: number;
  readonly #entries = new Map<Name, Entry<Name, Thing>>();
  #newest: Entry<Name, Thing> | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  get(name: Name): Thing | undefined {
    const entry = this.#entries.get(name);
    // Nothing is forgotten for a while where there is much room, and then the order need not be kept.
    const isCrowded = this.#entries.size * 2 > this.#most;
    if (entry !== undefined && isCrowded && entry !== this.#newest) this.#put(entry);
    return entry?.thing;
  }

  /** What has the name, or else is made for it now. */
  orMake(name: Name, make: () => Thing): Thing {
    const known = this.get(name);
    if (known !== undefined) return known;
    const thing = make();
    this.set(name, thing);
    return thing;
  }

  set(name: Name, thing: Thing): void {
    this.#put({ name, thing });
    if (this.#entries.size <= this.#most) return;
    const oldest = this.#entries.keys().next();
    if (oldest.done !== true) this.#entries.delete(oldest.value);
  }

  #put(entry: Entry<Name, Thing>): void {
    this.#entries.delete(entry.name);
    this.#entries.set(entry.name, entry);
    this.#newest = entry;
  }
}

/** A thing under the name with which it was made: one with which it is wanted may be a part of a long text. */
interface Entry<Name, Thing> {
  readonly name: Name;
  readonly thing: Thing;
}
