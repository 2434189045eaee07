import { ahead, inBatches } from '../../issue/ahead.ts';
import type { Lookup, Reach } from '../../ports.ts';
import type { GivenKey, TrustAnswer } from '../../verify/context.ts';
import type { Copy } from '../../verify/explain.ts';
import type { Report } from '../../verify/report.ts';
import { type AnswerCount, newAnswerCount } from '../answer-count.ts';
import { Lane, leastBusy } from '../lane.ts';
import type { Source, Verifier } from './file.ts';
import type { VerifySettings } from './settings.ts';

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly count: AnswerCount;
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
  | { readonly kind: 'verify'; readonly sources: readonly Source[] }
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
 * what they need from the web they ask of this one, which keeps what it fetched.
 */
export async function* verifyOnWorkers(
  sources: AsyncIterable<Source> | Iterable<Source>,
  verifier: Verifier,
  workers: number,
): AsyncGenerator<Answer> {
  const start = startOf(verifier);
  const pool = Array.from({ length: workers }, () => openLane({ ...start, count: newAnswerCount() }, verifier));
  const asked = ahead(inBatches(sources, BATCH), workers * AHEAD, (batch) =>
    leastBusy(pool).ask({ kind: 'verify', sources: batch }),
  );
  try {
    for await (const answers of asked) yield* answers;
  } finally {
    await Promise.all(pool.map((lane) => lane.end()));
  }
}

function startOf({ settings: { keys, ...settings }, cwd, explains, trust }: Verifier): Omit<WorkerStart, 'count'> {
  return {
    settings: { ...settings, keys: keys.map(({ key, ...about }) => ({ jwk: key.jwk, ...about })) },
    cwd,
    explains,
    hasTrust: trust !== undefined,
  };
}

type VerifyLane = Lane<ToWorker, FromWorker, readonly Answer[]>;

/** A thread whose questions about the outside are answered here. */
function openLane(start: WorkerStart, outside: Outside): VerifyLane {
  const lane: VerifyLane = new Lane({
    entry: 'verify-worker',
    start,
    answerIn: (message: FromWorker) => {
      if (message.kind === 'answers') return message.answers;
      void answerTo(message, outside).then((answer) => {
        if (answer !== undefined) lane.say(answer);
      });
      return undefined;
    },
  });
  return lane;
}

async function answerTo(
  question: Exclude<FromWorker, { kind: 'answers' }>,
  { world, trust, copyOf }: Outside,
): Promise<ToWorker | undefined> {
  const { id } = question;
  switch (question.kind) {
    case 'read': {
      const from = question.isLocal ? world.local : world;
      return { kind: 'read', id, value: await from.read(question.url, question.maxBytes, question.reach) };
    }
    case 'trust':
      // Asked only by a worker that was started with lists.
      return trust === undefined
        ? undefined
        : { kind: 'trust', id, value: await trust.lookUp(question.issuer, question.at) };
    case 'copy':
      return { kind: 'copy', id, value: await copyOf(question.credential) };
  }
}
