import type { RowFault, RowRules } from '../../issue/award.ts';
import type { Issuer } from '../../issue/issuer.ts';
import type { Made, Order, ReadRow, RowReading, Workshop } from '../../issue/workshop.ts';
import type { PrivateKey } from '../../keys/private-key.ts';
import type { CsvRecord } from '../../syntax/csv.ts';
import type { Instant } from '../../syntax/datetime.ts';
import { Lane, leastBusy } from '../lane.ts';
import { type Answered, type Asked, errorOf, type IssueWorkerStart } from './messages.ts';

/** So much is in hand for each thread: one piece that it works on, one that waits. */
const IN_HAND = 2;
/** Credentials in a piece of work: enough that handing it over is free. */
const BATCH = 200;
/** Fewer where all their images travel, too. */
const BATCH_WITH_IMAGES = 50;
/** Memory for what is soon forgotten: more makes a thread no quicker. */
const YOUNG_MB = 16;

/** The work done on threads, so many at a time. */
export class ThreadedWorkshop implements Workshop {
  readonly batch: number;
  readonly #lanes: readonly Lane<Asked, Answered, Answered>[];

  constructor(issuer: Issuer, key: PrivateKey, rules: RowRules, into: IssueWorkerStart['into'], threads: number) {
    this.batch = 'form' in into && into.form === 'tar' ? BATCH_WITH_IMAGES : BATCH;
    const { key: _key, ...rest } = issuer;
    const definitions = new Map([...rules.definitions].map(([name, { badge, source }]) => [name, { badge, source }]));
    const start: IssueWorkerStart = { issuer: rest, into, key: key.object, rules: { ...rules, definitions } };
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
    const options = { entry: 'issue-worker', start, resourceLimits, answerIn: itself } as const;
    this.#lanes = Array.from({ length: threads }, () => new Lane(options));
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

  async make(orders: readonly Order[]): Promise<Made> {
    if (orders.length === 0) return { credentials: [] };
    const answered = await this.#ask({ kind: 'make', orders });
    return answered.kind === 'make' ? answered.made : misanswered(answered);
  }

  async end(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.end()));
  }

  #ask(asked: Asked): Promise<Answered> {
    return leastBusy(this.#lanes).ask(asked);
  }
}

/** Everything that such a thread says is an answer. */
function itself(answered: Answered): Answered {
  return answered;
}

function misanswered(answered: Answered): never {
  throw answered.kind === 'failed' ? errorOf(answered.fault) : new Error(`a thread answered ${answered.kind} instead`);
}
