import { parentPort, workerData } from 'node:worker_threads';
import { BadgekitError } from '../../errors.ts';
import { countOne } from '../answer-count.ts';
import { publicKeyFromJwk } from '../../keys/public-key.ts';
import type { Lookup, Reach, World } from '../../ports.ts';
import type { Trust, TrustAnswer } from '../../verify/context.ts';
import type { Copy } from '../../verify/explain.ts';
import type { Report } from '../../verify/report.ts';
import { Answers } from '../../world/answers.ts';
import { type Source, type Verifier, verifyFiles } from './file.ts';
import type { FailedFile, FromWorker, ToWorker, WorkerStart } from './pool.ts';

/** A worker thread of `verify`: files come in, reports go out, and every question about the outside goes to the main thread. */
const start: WorkerStart = workerData;

function send(message: FromWorker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
  parentPort?.postMessage(message);
}

/** The questions of one kind that the main thread has not answered yet. */
class Questions<T> {
  readonly #open = new Map<number, (value: T) => void>();
  #asked = 0;

  ask(question: (id: number) => FromWorker): Promise<T> {
    const id = this.#asked++;
    return new Promise((resolve) => {
      this.#open.set(id, resolve);
      send(question(id));
    });
  }

  answer(id: number, value: T): void {
    this.#open.get(id)?.(value);
    this.#open.delete(id);
  }
}

const lookups = new Questions<Lookup<Uint8Array>>();
const trustQuestions = new Questions<TrustAnswer>();
const copies = new Questions<Copy | undefined>();
/** The main thread keeps more. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;
const known = new Answers(MAX_KEPT_BYTES);

function read(url: string, maxBytes: number, reach: Reach, isLocal: boolean): Promise<Lookup<Uint8Array>> {
  return known.orAsk(`${String(isLocal)} ${reach} ${maxBytes} ${url}`, () =>
    lookups.ask((id) => ({ kind: 'read', id, url, maxBytes, reach, isLocal })),
  );
}

const local: World = {
  read: (url, maxBytes, reach = 'anywhere') => read(url, maxBytes, reach, true),
  get local() {
    return local;
  },
};
const world: World = { read: (url, maxBytes, reach = 'anywhere') => read(url, maxBytes, reach, false), local };
const trust: Trust = { lookUp: (issuer, at) => trustQuestions.ask((id) => ({ kind: 'trust', id, issuer, at })) };

const verifier: Verifier = {
  settings: {
    ...start.settings,
    keys: start.settings.keys.map(({ jwk, ...about }) => ({ key: publicKeyFromJwk(jwk), ...about })),
  },
  world,
  trust: start.hasTrust ? trust : undefined,
  cwd: start.cwd,
  explains: start.explains,
  copyOf: (credential) => copies.ask((id) => ({ kind: 'copy', id, credential })),
};

countOne(start.count);

// One file after the other: the order of the answers is that of the files.
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'verify':
      last = last.then(() => verifyNext(message.sources));
      return;
    case 'read':
      lookups.answer(message.id, message.value);
      return;
    case 'trust':
      trustQuestions.answer(message.id, message.value);
      return;
    case 'copy':
      copies.answer(message.id, message.value);
  }
});

async function verifyNext(sources: readonly Source[]): Promise<void> {
  const answers: (Report | FailedFile)[] = [];
  for await (const answer of verifyFiles(sources, verifier))
    answers.push(answer instanceof BadgekitError ? { message: answer.message, hint: answer.hint } : answer);
  // Before it is said: who hears it finds it counted.
  countOne(start.count);
  send({ kind: 'answers', answers });
}
