import type { Ledger } from '../ports.ts';
import { describeRun } from './open-ledger.ts';
import type { Session } from './session.ts';
import { counted } from './style.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3000;
const INTERRUPT_CHECK_MS = 50;

/** Awards of this roster that other runs have in hand: they are waited for, so that the roster is whole at the end. */
export class HeldAwards {
  readonly #ledger: Ledger;
  readonly #session: Session;
  readonly #counts = new Map<string, number>();
  readonly #told = new Set<string>();
  #pause = FIRST_PAUSE_MS;

  constructor(ledger: Ledger, session: Session) {
    this.#ledger = ledger;
    this.#session = session;
  }

  /** Notes an award that a run has in hand. */
  readonly note = (run: string): void => {
    this.#counts.set(run, (this.#counts.get(run) ?? 0) + 1);
  };

  /**
   * Waits a while where others had something in hand since the last time.
   * @returns whether to look again
   */
  async wait(): Promise<boolean> {
    if (this.#counts.size === 0) return false;
    await this.#tell();
    this.#counts.clear();
    for (let waited = 0; waited < this.#pause && !this.#session.isInterrupted(); waited += INTERRUPT_CHECK_MS)
      await new Promise((resolve) => setTimeout(resolve, INTERRUPT_CHECK_MS));
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    return !this.#session.isInterrupted();
  }

  async #tell(): Promise<void> {
    const unknown = [...this.#counts].filter(([run]) => !this.#told.has(run));
    if (unknown.length === 0 || this.#pause === FIRST_PAUSE_MS) return;
    const others = await this.#ledger.livingRuns();
    for (const [run, count] of unknown) {
      const note = others.find((other) => other.run === run);
      if (note === undefined) continue;
      this.#told.add(run);
      this.#session.err(
        `Waiting for ${describeRun(note)}: it has ${counted(count, 'badge')} of this roster in hand.\n`,
      );
    }
  }
}
