/** What was made lately, by its name: beyond so many things the one that was wanted longest ago is forgotten. */
export class Recent<Name, Thing> {
  readonly #most: number;
  readonly #things = new Map<Name, Thing>();
  #newest: Name | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  get(name: Name): Thing | undefined {
    const thing = this.#things.get(name);
    // Nothing is forgotten for a while where there is much room, and then the order need not be kept.
    const isCrowded = this.#things.size * 2 > this.#most;
    if (thing !== undefined && isCrowded && name !== this.#newest) this.set(name, thing);
    return thing;
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
    this.#things.delete(name);
    this.#things.set(name, thing);
    this.#newest = name;
    if (this.#things.size <= this.#most) return;
    const oldest = this.#things.keys().next();
    if (oldest.done !== true) this.#things.delete(oldest.value);
  }
}
