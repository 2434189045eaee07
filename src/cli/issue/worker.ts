import { parentPort, workerData } from 'node:worker_threads';
import { type Destination, OwnWorkshop, type RowReading } from '../../issue/workshop.ts';
import { privateKeyOf } from '../../keys/private-key.ts';
import { createFiles } from '../../programme/files.ts';
import type { RosterRow } from '../../roster/layout.ts';
import type { Instant } from '../../syntax/datetime.ts';
import { type Answered, type Asked, type IssueWorkerStart, sentFault } from './messages.ts';

/** A worker thread of `issue`: rows and orders come in; awards, faults and signed credentials go out. */
const { issuer, key, rules, into }: IssueWorkerStart = workerData;
const destination: Destination =
  'form' in into ? { kind: 'archive', form: into.form } : { kind: 'files', files: createFiles(into.root) };
const workshop = new OwnWorkshop({ ...issuer, key: privateKeyOf(key) }, destination, rules);

// One piece of work after the other: the order of the answers is that of the questions.
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (asked: Asked) => {
  last = last.then(async () => {
    const answered = await answer(asked).catch((error: unknown): Answered => ({
      kind: 'failed',
      fault: sentFault(error),
    }));
    // A piece of an archive is handed over, not copied.
    const handedOver =
      answered.kind === 'make' && answered.made.piece !== undefined ? [answered.made.piece.buffer] : [];
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
    parentPort?.postMessage(answered, handedOver);
  });
});

async function answer(asked: Asked): Promise<Answered> {
  switch (asked.kind) {
    case 'read':
      return { kind: 'read', readings: await read(asked.records, asked.checkedAt) };
    case 'check':
      return { kind: 'check', faults: await workshop.check(asked.rows, asked.now) };
    case 'make':
      return { kind: 'make', made: await workshop.make(asked.orders) };
  }
}

/** Rows that will be checked are checked while they are here: the way to another thread costs as much. */
async function read(records: readonly RosterRow[], checkedAt: Instant | undefined): Promise<readonly RowReading[]> {
  const readings = await workshop.read(records);
  if (checkedAt === undefined) return readings;
  const rows = readings.filter((reading) => reading.ok);
  const faults = await workshop.check(rows, checkedAt);
  const faultOf = new Map(rows.map(({ row }, index) => [row, faults[index]]));
  return readings.map((reading) =>
    reading.ok ? { ...reading, checked: { fault: faultOf.get(reading.row) } } : reading,
  );
}
