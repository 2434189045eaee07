import { Worker } from 'node:worker_threads';
import type { Lookup, Reach } from '../../ports.ts';
import type { GivenKey, TrustAnswer } from '../../verify/context.ts';
import type { Copy } from '../../verify/explain.ts';
import type { Report } from '../../verify/report.ts';
import { workerEntry } from '../worker-entry.ts';
import type { Verifier } from './file.ts';
import type { VerifySettings } from './settings.ts';

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly settings: Omit<VerifySettings, 'keys'> & { readonly keys: readonly WorkerKey[] };
  readonly cwd: string;
  readonly explains: boolean;
  readonly hasTrust: boolean;
}

/** A key as it travels between threads. */
export interface WorkerKey extends Omit<GivenKey, 'key'> {
  readonly jwk: object;
}

/** From the main thread: work, or the answer to a question, under its number. */
export type ToWorker =
  | { readonly kind: 'verify'; readonly files: readonly string[] }
  | { readonly kind: 'read'; readonly id: number; readonly value: Lookup<Uint8Array> }
  | { readonly kind: 'trust'; readonly id: number; readonly value: TrustAnswer }
  | { readonly kind: 'copy'; readonly id: number; readonly value: Copy | undefined };

/** From a worker: a question about the outside, which only the main thread asks, or the result. */
export type FromWorker =
  | {
      readonly kind: 'read';
      readonly id: number;
      readonly url: string;
      readonly maxBytes: number;
      readonly reach: Reach;
      readonly isLocal: boolean;
    }
  | { readonly kind: 'trust'; readonly id: number; readonly issuer: string; readonly at: number }
  | { readonly kind: 'copy'; readonly id: number; readonly credential: string }
  | { readonly kind: 'answers'; readonly answers: readonly Answer[] };

/** About one file. */
export type Answer = Report | FailedFile;

/** Why a file could not be read, as it travels between threads. */
export interface FailedFile {
  readonly message: string;
  readonly hint: string | undefined;
}

/** What only the main thread can reach. */
type Outside = Pick<Verifier, 'world' | 'trust' | 'copyOf'>;

/** So many files go to a thread at a time: enough that the way there and back costs little. */
const BATCH = 16;
/** How many batches a thread may run ahead of what was printed. */
const AHEAD = 3;

/**
 * Verifies files on worker threads and yields the answers in the order of the files. The threads have no way out:
 * what they need from the web they ask of this one, which fetches each address once.
 */
export async function* verifyOnWorkers(
  files: readonly string[],
  verifier: Verifier,
  workers: number,
): AsyncGenerator<Answer> {
  const start = startOf(verifier);
  const pool = Array.from({ length: workers }, () => new Lane(start, verifier));
  const pending: Promise<readonly Answer[]>[] = [];
  let next = 0;
  try {
    while (next < files.length || pending.length > 0) {
      while (next < files.length && pending.length < workers * AHEAD) {
        const lane = pool.reduce((a, b) => (b.waiting < a.waiting ? b : a));
        pending.push(lane.verify(files.slice(next, next + BATCH)));
        next += BATCH;
      }
      yield* (await pending.shift()) ?? [];
    }
  } finally {
    await Promise.all(pool.map((lane) => lane.end()));
  }
}

function startOf({ settings: { keys, ...settings }, cwd, explains, trust }: Verifier): WorkerStart {
  return {
    settings: { ...settings, keys: keys.map(({ key, ...about }) => ({ jwk: key.jwk, ...about })) },
    cwd,
    explains,
    hasTrust: trust !== undefined,
  };
}

/** One worker thread and the batches that wait for it, in order. */
class Lane {
  readonly #worker: Worker;
  readonly #outside: Outside;
  /** Why the thread answers no more. */
  #end: Error | undefined;
  readonly #waiting: { resolve: (answers: readonly Answer[]) => void; reject: (error: Error) => void }[] = [];

  constructor(start: WorkerStart, outside: Outside) {
    this.#outside = outside;
    this.#worker = new Worker(workerEntry('verify-worker'), { workerData: start });
    this.#worker.on('message', (message: FromWorker) => void this.#take(message));
    for (const event of ['error', 'messageerror'] as const)
      this.#worker.on(event, (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#fail(new Error('a thread ended before its work did')));
  }

  /** A thread that has ended is not one that has nothing to do. */
  get waiting(): number {
    return this.#end === undefined ? this.#waiting.length : Infinity;
  }

  verify(files: readonly string[]): Promise<readonly Answer[]> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const result = new Promise<readonly Answer[]>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    // A rejection is met when its turn comes.
    result.catch(() => undefined);
    this.#post({ kind: 'verify', files });
    return result;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  async #take(message: FromWorker): Promise<void> {
    const { world, trust, copyOf } = this.#outside;
    switch (message.kind) {
      case 'answers':
        this.#waiting.shift()?.resolve(message.answers);
        return;
      case 'read': {
        const from = message.isLocal ? world.local : world;
        const value = await from.read(message.url, message.maxBytes, message.reach);
        this.#post({ kind: 'read', id: message.id, value });
        return;
      }
      case 'trust': {
        // Asked only by a worker that was started with lists.
        if (trust === undefined) return;
        this.#post({ kind: 'trust', id: message.id, value: await trust.lookUp(message.issuer, message.at) });
        return;
      }
      case 'copy':
        this.#post({ kind: 'copy', id: message.id, value: await copyOf(message.credential) });
    }
  }

  #post(message: ToWorker): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
    this.#worker.postMessage(message);
  }

  #fail(error: Error): void {
    this.#end ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#end);
  }
}
