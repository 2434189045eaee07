import { parentPort, workerData } from 'node:worker_threads';
import { type Destination, OwnWorkshop } from '../../issue/workshop.ts';
import { privateKeyOf } from '../../keys/private-key.ts';
import { createFiles } from '../../programme/files.ts';
import type { RosterRow } from '../../roster/layout.ts';
import type { Instant } from '../../syntax/datetime.ts';
import { countOne } from '../answer-count.ts';
import { type Answered, type Asked, type IssueWorkerStart, sentFault } from './messages.ts';
import { receivedOrders, sentCredentials } from './sent-orders.ts';
import { receivedRows, type RowLook, sentLooks } from './sent-rows.ts';

/** A worker thread of `issue`: rows and orders come in; awards, faults and signed credentials go out. */
const { issuer, key, rules, into, count }: IssueWorkerStart = workerData;
const destination: Destination =
  'form' in into ? { kind: 'archive', form: into.form } : { kind: 'files', files: createFiles(into.root) };
const workshop = new OwnWorkshop({ ...issuer, key: privateKeyOf(key) }, destination, rules);
countOne(count);

// One piece of work after the other: the order of the answers is that of the questions.
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (asked: Asked) => {
  last = last.then(async () => {
    const answered = await answer(asked).catch((error: unknown): Answered => ({
      kind: 'failed',
      fault: sentFault(error),
    }));
    // Counted before it is said: who hears it finds it counted.
    countOne(count);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
    parentPort?.postMessage(answered, handedOver(answered));
  });
});

/** What is handed over, not copied: a piece of an archive, or texts. */
function handedOver(answered: Answered): readonly ArrayBuffer[] {
  if (answered.kind === 'sign') return [answered.signed.texts.bytes.buffer];
  return answered.kind === 'make' && answered.made.piece !== undefined ? [answered.made.piece.buffer] : [];
}

async function answer(asked: Asked): Promise<Answered> {
  switch (asked.kind) {
    case 'look':
      return { kind: 'look', looks: sentLooks(await look(receivedRows(asked.records), asked.at)) };
    case 'make':
      return { kind: 'make', made: await workshop.make(receivedOrders(asked.orders)) };
    case 'sign':
      return { kind: 'sign', signed: await sentCredentials(workshop.sign(receivedOrders(asked.orders))) };
  }
}

async function look(records: readonly RosterRow[], at: Instant): Promise<readonly RowLook[]> {
  const readings = await workshop.read(records);
  const rows = readings.filter((reading) => reading.ok);
  const faults = await workshop.check(rows, at);
  let next = 0;
  return readings.map((reading) => (reading.ok ? { ok: true, award: reading.award, fault: faults[next++] } : reading));
}
