import { Worker } from 'node:worker_threads';
import type { RowFault, RowRules } from '../../issue/award.ts';
import type { Issuer } from '../../issue/issuer.ts';
import type { MadeCredential, Order, ReadRow, RowReading, Workshop } from '../../issue/workshop.ts';
import type { PrivateKey } from '../../keys/private-key.ts';
import type { CsvRecord } from '../../syntax/csv.ts';
import type { Instant } from '../../syntax/datetime.ts';
import { workerEntry } from '../worker-entry.ts';
import { type Answered, type Asked, errorOf, type IssueWorkerStart } from './messages.ts';

/** So much is in hand for each thread: one piece that it works on, one that waits. */
const IN_HAND = 2;
/** Memory for what is soon forgotten: more makes a thread no quicker. */
const YOUNG_MB = 16;

/** The work done on threads, so many at a time. */
export class ThreadedWorkshop implements Workshop {
  readonly batch = 200;
  readonly #lanes: readonly Lane[];

  /** @param root the programme's folder */
  constructor(issuer: Issuer, key: PrivateKey, rules: RowRules, root: string, threads: number) {
    const { key: _key, ...rest } = issuer;
    const definitions = new Map([...rules.definitions].map(([name, { badge, source }]) => [name, { badge, source }]));
    const start: IssueWorkerStart = { issuer: rest, root, key: key.object, rules: { ...rules, definitions } };
    this.#lanes = Array.from({ length: threads }, () => new Lane(start));
  }

  get width(): number {
    return this.#lanes.length * IN_HAND;
  }

  async read(records: readonly CsvRecord[], checkedAt?: Instant): Promise<readonly RowReading[]> {
    const answered = await this.#ask({ kind: 'read', records, checkedAt });
    return answered.kind === 'read' ? answered.readings : misanswered(answered);
  }

  async check(rows: readonly ReadRow[], now: Instant): Promise<readonly (RowFault | undefined)[]> {
    if (rows.length === 0) return [];
    const answered = await this.#ask({ kind: 'check', rows, now });
    return answered.kind === 'check' ? answered.faults : misanswered(answered);
  }

  async make(orders: readonly Order[]): Promise<readonly MadeCredential[]> {
    if (orders.length === 0) return [];
    const answered = await this.#ask({ kind: 'make', orders });
    return answered.kind === 'make' ? answered.made : misanswered(answered);
  }

  async end(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.end()));
  }

  #ask(asked: Asked): Promise<Answered> {
    return this.#lanes.reduce((a, b) => (b.waiting < a.waiting ? b : a)).ask(asked);
  }
}

function misanswered(answered: Answered): never {
  throw answered.kind === 'failed' ? errorOf(answered.fault) : new Error(`a thread answered ${answered.kind} instead`);
}

/** One thread, and who waits for its answers, in order. */
class Lane {
  readonly #worker: Worker;
  readonly #waiting: { resolve: (answered: Answered) => void; reject: (error: Error) => void }[] = [];
  /** Why the thread answers no more. */
  #end: Error | undefined;

  constructor(start: IssueWorkerStart) {
    this.#worker = new Worker(workerEntry('issue-worker'), {
      workerData: start,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#worker.on('message', (answered: Answered) => this.#waiting.shift()?.resolve(answered));
    for (const event of ['error', 'messageerror'] as const)
      this.#worker.on(event, (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#fail(new Error('a thread ended before its work did')));
  }

  /** A thread that has ended is not one that has nothing to do. */
  get waiting(): number {
    return this.#end === undefined ? this.#waiting.length : Infinity;
  }

  ask(asked: Asked): Promise<Answered> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const answer = new Promise<Answered>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
    this.#worker.postMessage(asked);
    return answer;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: Error): void {
    this.#end ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#end);
  }
}
