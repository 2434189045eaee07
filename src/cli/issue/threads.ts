import type { Award, RowFault, RowRules } from '../../issue/award.ts';
import type { Issuer } from '../../issue/issuer.ts';
import type { Made, Order, OwnWorkshop, ReadRow, RowReading, Workshop } from '../../issue/workshop.ts';
import type { PrivateKey } from '../../keys/private-key.ts';
import type { RosterRow } from '../../roster/layout.ts';
import type { Instant } from '../../syntax/datetime.ts';
import { newAnswerCount } from '../answer-count.ts';
import { Lane, leastBusy } from '../lane.ts';
import { THREAD_LIMITS } from '../lean-heap.ts';
import { type Answered, type Asked, errorOf, type IssueWorkerStart } from './messages.ts';
import { receivedCredentials, sentOrders } from './sent-orders.ts';
import { receivedLooks, type RowLook, sentRows } from './sent-rows.ts';

/** So much is in hand for each worker: one piece that it works on, and what waits while this thread is busy itself. */
const IN_HAND = 3;
/** Who has so much in hand is not idle before this thread has done another piece. */
const ENOUGH = 2;
/** Credentials in a piece of work: enough that handing it over is free. */
const BATCH = 100;
/** Fewer where all their images travel, too. */
const BATCH_WITH_IMAGES = 50;

/**
 * The work done on threads, so many at a time. This thread is one of them: where the workers have enough to go on with, or
 * are not there yet, it looks at rows, too, and writes the files of what they sign. It signs only what takes long, or has no
 * files: for the rest, to have that compiled for it as well takes longer than it could save.
 */
export class ThreadedWorkshop implements Workshop {
  readonly batch: number;
  readonly #own: OwnWorkshop;
  readonly #hasFiles: boolean;
  readonly #signsSlowly: boolean;
  #isMaking = false;
  readonly #lanes: readonly Lane<Asked, Answered, Answered>[];

  constructor(
    own: OwnWorkshop,
    issuer: Issuer,
    key: PrivateKey,
    rules: RowRules,
    into: IssueWorkerStart['into'],
    threads: number,
  ) {
    this.#own = own;
    this.#hasFiles = 'root' in into;
    this.#signsSlowly = key.publicKey.algorithm.signsSlowly;
    this.batch = 'form' in into && into.form === 'tar' ? BATCH_WITH_IMAGES : BATCH;
    const { key: _key, ...rest } = issuer;
    const definitions = new Map([...rules.definitions].map(([name, { badge, source }]) => [name, { badge, source }]));
    this.#lanes = Array.from({ length: threads - 1 }, () => {
      const start: IssueWorkerStart = {
        issuer: rest,
        into,
        count: newAnswerCount(),
        key: key.object,
        rules: { ...rules, definitions },
      };
      return new Lane({ entry: 'issue-worker', start, resourceLimits: THREAD_LIMITS, answerIn: itself });
    });
  }

  get width(): number {
    return this.#lanes.length * IN_HAND + 1;
  }

  async read(records: readonly RosterRow[], checkedAt?: Instant): Promise<readonly RowReading[]> {
    // To be told what others have read takes as long as to read it.
    if (checkedAt === undefined || this.#haveWorkersEnough()) return await this.#own.read(records);
    const answered = await this.#ask({ kind: 'look', records: sentRows(records), at: checkedAt });
    if (answered.kind !== 'look') return misanswered(answered);
    return receivedLooks(answered.looks).map((look, index) =>
      look.ok ? new LookedAtRow(look, records[index], this.#own) : look,
    );
  }

  async check(rows: readonly ReadRow[], now: Instant): Promise<readonly (RowFault | undefined)[]> {
    // Few are left that were not looked at before, and to send one takes longer than to check one of a shape that is known.
    return await this.#own.check(rows, now);
  }

  async make(orders: readonly Order[]): Promise<Made> {
    if (orders.length === 0) return { credentials: [] };
    const signsHere = !this.#hasFiles || this.#signsSlowly || orders.every(({ checks }) => checks === 'everything');
    const haveWorkersEnough = this.#haveWorkersEnough();
    if (signsHere && haveWorkersEnough && !this.#isMaking) return await this.#makeHere(orders);
    const kind = !signsHere && haveWorkersEnough ? 'sign' : 'make';
    const sent = sentOrders(orders);
    const answered = await this.#ask({ kind, orders: sent }, [sent.bytes.buffer]);
    if (answered.kind === 'sign') return await this.#own.deliver(orders, receivedCredentials(answered.signed));
    return answered.kind === 'make' ? answered.made : misanswered(answered);
  }

  async end(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.end()));
  }

  /** Whether every worker has enough to go on with, or none is there yet: the first pieces are done before one is loaded. */
  #haveWorkersEnough(): boolean {
    return !this.#lanes.some(({ isThere }) => isThere) || leastBusy(this.#lanes).waiting >= ENOUGH;
  }

  async #makeHere(orders: readonly Order[]): Promise<Made> {
    this.#isMaking = true;
    try {
      return await this.#own.make(orders);
    } finally {
      this.#isMaking = false;
    }
  }

  #ask(asked: Asked, handedOver: readonly ArrayBuffer[] = []): Promise<Answered> {
    return leastBusy(this.#lanes).ask(asked, handedOver);
  }
}

/** Everything that such a thread says is an answer. */
function itself(answered: Answered): Answered {
  return answered;
}

function misanswered(answered: Answered): never {
  throw answered.kind === 'failed' ? errorOf(answered.fault) : new Error(`a thread answered ${answered.kind} instead`);
}

/** A row that a worker has looked at. What it says is read here, where that is wanted. */
class LookedAtRow {
  readonly ok = true;
  readonly award: string;
  readonly checked: { readonly fault: RowFault | undefined };
  readonly #record: RosterRow | undefined;
  readonly #own: OwnWorkshop;
  #row: Award | undefined;

  constructor(
    { award, fault }: Extract<RowLook, { readonly ok: true }>,
    record: RosterRow | undefined,
    own: OwnWorkshop,
  ) {
    this.award = award;
    this.checked = { fault };
    this.#record = record;
    this.#own = own;
  }

  get row(): Award {
    return (this.#row ??= this.#read());
  }

  #read(): Award {
    const reading = this.#record === undefined ? undefined : this.#own.readRow(this.#record);
    if (reading?.ok !== true) throw new Error('a row reads as it read before');
    return reading.row;
  }
}
