import { parentPort, workerData } from 'node:worker_threads';
import { BadgekitError } from '../../errors.ts';
import { publicKeyFromJwk } from '../../keys/public-key.ts';
import type { Lookup, Reach, World } from '../../ports.ts';
import type { Trust, TrustAnswer } from '../../verify/context.ts';
import type { Copy } from '../../verify/explain.ts';
import { type Verifier, verifyFile } from './file.ts';
import type { FromWorker, ToWorker, WorkerStart } from './pool.ts';

/** A worker thread of `verify`: files come in, reports go out, and every question about the outside goes to the main thread. */
const start = workerData as WorkerStart;
const questions = new Map<number, (value: unknown) => void>();
let asked = 0;

function send(message: FromWorker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
  parentPort?.postMessage(message);
}

/** The value is what the main thread answers to a question of this kind. */
function ask<T>(question: (id: number) => FromWorker): Promise<T> {
  const id = asked++;
  return new Promise((resolve) => {
    questions.set(id, (value) => resolve(value as T));
    send(question(id));
  });
}

const known = new Map<string, Promise<Lookup<Uint8Array>>>();

function read(url: string, maxBytes: number, reach: Reach, isLocal: boolean): Promise<Lookup<Uint8Array>> {
  const name = `${String(isLocal)} ${reach} ${maxBytes} ${url}`;
  const answer =
    known.get(name) ?? ask<Lookup<Uint8Array>>((id) => ({ kind: 'read', id, url, maxBytes, reach, isLocal }));
  known.set(name, answer);
  return answer;
}

const local: World = {
  read: (url, maxBytes, reach = 'anywhere') => read(url, maxBytes, reach, true),
  get local() {
    return local;
  },
};
const world: World = { read: (url, maxBytes, reach = 'anywhere') => read(url, maxBytes, reach, false), local };
const trust: Trust = { lookUp: (issuer, at) => ask<TrustAnswer>((id) => ({ kind: 'trust', id, issuer, at })) };

const verifier: Verifier = {
  settings: {
    ...start.settings,
    keys: start.settings.keys.map(({ jwk, ...about }) => ({ key: publicKeyFromJwk(jwk), ...about })),
  },
  world,
  trust: start.hasTrust ? trust : undefined,
  cwd: start.cwd,
  explains: start.explains,
  copyOf: (credential) => ask<Copy | undefined>((id) => ({ kind: 'copy', id, credential })),
};

// One file after the other: the order of the answers is that of the files.
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'answer') {
    questions.get(message.id)?.(message.value);
    questions.delete(message.id);
    return;
  }
  last = last.then(async () => {
    try {
      send({ kind: 'report', report: await verifyFile(message.file, verifier) });
    } catch (error) {
      if (!(error instanceof BadgekitError)) throw error;
      send({ kind: 'failed', error: { message: error.message, hint: error.hint } });
    }
  });
});
