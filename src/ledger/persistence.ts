/** What to do about work that fails for a while, such as a lock that is held or a server that is restarted. */
export interface Persistence {
  /** Whether trying again may help. */
  readonly isPassing: (error: unknown) => boolean;
  /** Milliseconds for which it is worth trying. */
  readonly patience: number;
  /** What to throw at the end. */
  readonly translate: (error: unknown) => unknown;
  /** Told once, with what failed last, when it takes so long that a person wonders. */
  readonly onLongWait?: ((error: unknown) => void) | undefined;
}

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;
const LONG_WAIT_MS = 1000;

/** Runs work that may be done over again, with growing pauses, until it succeeds or fails for good. */
export async function persistently<T>(
  run: () => Promise<T>,
  { isPassing, patience, translate, onLongWait }: Persistence,
): Promise<T> {
  let [pause, waited] = [FIRST_PAUSE_MS, 0];
  for (;;) {
    let fault: unknown;
    try {
      return await run();
    } catch (error) {
      if (waited >= patience || !isPassing(error)) throw translate(error);
      fault = error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (waited < LONG_WAIT_MS && waited + pause >= LONG_WAIT_MS) onLongWait?.(fault);
    waited += pause;
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}
