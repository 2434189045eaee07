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
    if (thing !== undefined && name !== this.#newest) this.set(name, thing);
    return thing;
  }

  set(name: Name, thing: Thing): void {
    this.#things.delete(name);
    this.#things.set(name, thing);
    this.#newest = name;
    const [oldest] = this.#things.keys();
    if (this.#things.size > this.#most && oldest !== undefined) this.#things.delete(oldest);
  }
}
