import { type ResourceLimits, Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { BadgekitError } from '../errors.ts';
import { visible } from '../syntax/text.ts';
import { type AnswerCount, answersBy, isThereBy } from './answer-count.ts';

export interface LaneOptions<Heard, Answer> {
  /** The program of the thread. */
  readonly entry: 'issue-worker' | 'verify-worker';
  /** What it is started with. */
  readonly start: { readonly count: AnswerCount };
  readonly resourceLimits?: ResourceLimits;
  /** What a message answers; undefined where it is no answer. */
  readonly answerIn: (message: Heard) => Answer | undefined;
}

/** A worker thread, and who waits for its answers, in the order in which they asked. */
export class Lane<Said, Heard, Answer> {
  readonly #worker: Worker;
  readonly #waiting: { resolve: (answer: Answer) => void; reject: (error: BadgekitError) => void }[] = [];
  readonly #count: AnswerCount;
  #asked = 0;
  /** Why the thread answers no more. */
  #end: BadgekitError | undefined;

  constructor({ entry, start, resourceLimits = {}, answerIn }: LaneOptions<Heard, Answer>) {
    this.#count = start.count;
    // Traces from there name the lines of the source where those from here do.
    const mapped = process.sourceMapsEnabled ? { execArgv: ['--enable-source-maps'] } : {};
    this.#worker = new Worker(pathOf(entry), { workerData: start, resourceLimits, ...mapped });
    this.#worker.on('message', (message: Heard) => {
      const answer = answerIn(message);
      if (answer !== undefined) this.#waiting.shift()?.resolve(answer);
    });
    for (const event of ['error', 'messageerror'] as const) this.#worker.on(event, (cause) => this.#fail(cause));
    this.#worker.on('exit', () => this.#fail());
  }

  /** How many questions the thread has not answered. One that has ended is not one that has nothing to do. */
  get waiting(): number {
    return this.#end === undefined ? this.#asked - answersBy(this.#count) : Infinity;
  }

  /** Whether the thread has begun to work: to load what it needs takes longer than many an answer. */
  get isThere(): boolean {
    return isThereBy(this.#count);
  }

  /**
   * @param handedOver what of it is given away, and not copied
   * @throws BadgekitError THREAD_ENDED
   */
  ask(question: Said, handedOver: readonly ArrayBuffer[] = []): Promise<Answer> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    this.#asked++;
    const answer = new Promise<Answer>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    // A failure is met when its turn comes.
    answer.catch(() => undefined);
    this.say(question, handedOver);
    return answer;
  }

  /** Says something to which there is no answer. */
  say(message: Said, handedOver: readonly ArrayBuffer[] = []): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
    this.#worker.postMessage(message, handedOver);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(cause?: unknown): void {
    const why = cause instanceof Error ? ` (${visible(cause.message, 200)})` : '';
    this.#end ??= new BadgekitError('THREAD_ENDED', `a thread ended before its work did${why}`, { cause });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#end);
  }
}

/** The lane for which the fewest wait. */
export function leastBusy<Each extends { readonly waiting: number }>(lanes: readonly Each[]): Each {
  return lanes.reduce((a, b) => (b.waiting < a.waiting ? b : a));
}

function pathOf(entry: string): string {
  // Built, this file lies in dist/ or in a folder of shared pieces below it; the entries lie in dist/ itself.
  const folder = /\/chunks\/[^/]+$/.test(import.meta.url) ? '..' : '.';
  return fileURLToPath(new URL(`${folder}/${entry}.js`, import.meta.url));
}
