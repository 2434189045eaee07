/*
 * Runs before badgekit: whoever starts a thread waits until it is there, so that it takes its part of the work however little
 * there is. What it was asked goes into the file that BADGEKIT_ASKED names, as JSON.
 */
import { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import threads, { isMainThread } from 'node:worker_threads';

const file = process.env.BADGEKIT_ASKED;
if (isMainThread && file !== undefined) {
  const { Worker } = threads;
  const asked = new Set();
  const moment = new Int32Array(new SharedArrayBuffer(4));
  threads.Worker = class extends Worker {
    constructor(entry, options) {
      super(entry, options);
      const { count } = options.workerData;
      for (let waits = 0; Atomics.load(count, 0) === 0 && waits < 1000; waits++) Atomics.wait(moment, 0, 0, 20);
    }

    postMessage(message, handedOver) {
      asked.add(message.kind);
      super.postMessage(message, handedOver);
    }
  };
  syncBuiltinESMExports();
  process.on('exit', () => writeFileSync(file, JSON.stringify([...asked])));
}
