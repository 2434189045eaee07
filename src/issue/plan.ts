import type { Ledger, LedgerAward } from '../ports.ts';
import type { CsvRecord } from '../syntax/csv.ts';
import { type Award, readAward, type RowFault, type RowRules } from './award.ts';
import { changeOf } from './standing.ts';
import { unknownAward } from './rebuild.ts';
import { isInShard, isLineInShard, type Shard } from './shard.ts';
import { type AwardIdentity, changedColumns, identify } from './identity.ts';

const BATCH = 200;

/** An award and the credential of it that is, or is to be, issued. */
export interface IdentifiedAward {
  readonly award: string;
  readonly content: string;
  readonly row: Award;
  readonly credentialId: string;
  readonly edition: number;
  /** The credential that it replaces. */
  readonly supersedes: string | undefined;
  /** What the ledger has of the award already: its newest edition. */
  readonly known: LedgerAward | undefined;
  readonly step: PlannedStep;
}

export type PlannedStep =
  | 'issue'
  /** Issued, and the row says the same. */
  | 'keep'
  /** Issued, and the row says something else. */
  | 'changed'
  /** Issued and revoked since, and the row says something else. */
  | 'revoked'
  /** Issued, and its recipient was erased since. */
  | 'erased';

/** A row that was issued before and says something else now. */
export interface ChangedRow {
  readonly line: number;
  readonly credentialId: string;
  /** The columns that changed. */
  readonly columns: readonly string[];
}

export interface RefusedRow {
  readonly cells: readonly string[];
  readonly faults: readonly RowFault[];
}

/** What a roster would lead to. */
export interface RosterPlan {
  readonly rows: number;
  /** Rows of other shards. */
  readonly elsewhere: number;
  readonly toIssue: number;
  readonly unchanged: number;
  /** They are among those to issue where the issuer wants them superseded. */
  readonly changed: readonly ChangedRow[];
  /** Rows that say something else now, whose badge was revoked: nothing takes its place. */
  readonly revoked: readonly number[];
  /** Rows of people whose personal data was erased: nothing is issued for them. */
  readonly erased: readonly number[];
  readonly refused: readonly RefusedRow[];
  /** The first award that would be issued. */
  readonly sample: IdentifiedAward | undefined;
  /** When the last of the unchanged awards was issued. */
  readonly lastIssuedAt: number | undefined;
  /** The line on which each award stands first. */
  readonly lines: ReadonlyMap<string, number>;
}

export interface Planning {
  readonly rules: RowRules;
  readonly secret: Uint8Array;
  readonly issuer: string;
  /** Why an award could not become a badge, if it could not. */
  readonly check?: (award: Award, credentialId: string) => RowFault | undefined;
  /** Undefined where there is none yet: then nothing was issued. */
  readonly ledger: Pick<Ledger, 'find'> | undefined;
  /** Whether a row that changed since it was issued is issued anew, in place of what was issued. */
  readonly supersedes: boolean;
  /** The part of the roster that this run issues, where several share it. */
  readonly shard?: Shard | undefined;
}

/** Reads a whole roster, row by row, and says what issuing it would do. Changes nothing. */
export async function planRoster(records: AsyncIterable<CsvRecord>, planning: Planning): Promise<RosterPlan> {
  const lines = new Map<string, number>();
  const refused: RefusedRow[] = [];
  const changed: ChangedRow[] = [];
  const revoked: number[] = [];
  const erased: number[] = [];
  let [rows, all, toIssue, unchanged, lastIssuedAt] = [0, 0, 0, 0, 0];
  let sample: IdentifiedAward | undefined;
  for await (const batch of inBatches(records)) {
    all += batch.length;
    const before = refused.length;
    const accepted = batch.flatMap((record) => accept(record, planning, lines, refused));
    rows += accepted.length + refused.length - before;
    for (const award of await withLedger(accepted, planning)) {
      const { known, row, step } = award;
      if (step === 'issue') {
        toIssue++;
        sample ??= award;
      }
      if (step === 'keep') unchanged++;
      if (step === 'revoked') revoked.push(row.line);
      if (step === 'erased') erased.push(row.line);
      if (isChanged(award))
        changed.push({
          line: row.line,
          credentialId: award.supersedes ?? award.credentialId,
          columns: changedColumns(known?.content ?? '', award.content),
        });
      if (step !== 'issue') lastIssuedAt = Math.max(lastIssuedAt, known?.issuedAt ?? 0);
    }
  }
  return {
    rows,
    elsewhere: all - rows,
    toIssue,
    unchanged,
    changed,
    revoked,
    erased,
    refused,
    sample,
    lastIssuedAt: lastIssuedAt === 0 ? undefined : lastIssuedAt,
    lines,
  };
}

/** Whether the row says something else than the credential that was issued. */
function isChanged({ known, content, step }: IdentifiedAward): boolean {
  return step === 'changed' || (step === 'issue' && known?.state === 'issued' && known.content !== content);
}

/** The awards of a planned roster that are still to be issued, read from the roster again. */
export async function* awardsToIssue(
  records: AsyncIterable<CsvRecord>,
  planning: Planning,
  plan: RosterPlan,
): AsyncGenerator<IdentifiedAward> {
  for await (const batch of inBatches(records)) {
    const accepted = batch.flatMap((record) => {
      const outcome = readAward(record, planning.rules);
      return outcome.ok
        ? [{ row: outcome.award, identity: identify(planning.secret, planning.issuer, outcome.award) }]
        : [];
    });
    const planned = accepted.filter(({ identity, row }) => plan.lines.get(identity.award) === row.line);
    for (const award of await withLedger(planned, planning)) if (award.step === 'issue') yield award;
  }
}

interface Unlooked {
  readonly row: Award;
  readonly identity: AwardIdentity;
}

function accept(record: CsvRecord, planning: Planning, lines: Map<string, number>, refused: RefusedRow[]): Unlooked[] {
  const { shard } = planning;
  const outcome = readAward(record, planning.rules);
  if (!outcome.ok) {
    if (shard === undefined || isLineInShard(record.line, shard))
      refused.push({ cells: record.cells, faults: outcome.faults });
    return [];
  }
  const { award: row } = outcome;
  const identity = identify(planning.secret, planning.issuer, row);
  if (shard !== undefined && !isInShard(identity.award, shard)) return [];
  const earlier = lines.get(identity.award);
  const fault =
    planning.check?.(row, identity.credentialId(1)) ??
    (earlier === undefined ? undefined : repeated(record, earlier, planning));
  if (fault !== undefined) {
    refused.push({ cells: record.cells, faults: [fault] });
    return [];
  }
  lines.set(identity.award, row.line);
  return [{ row, identity }];
}

function repeated({ line }: CsvRecord, earlier: number, { rules }: Planning): RowFault {
  const column = rules.columns.indices.get('email') ?? rules.columns.indices.get('id');
  return {
    line,
    column: column === undefined ? undefined : column + 1,
    message: `the row awards the same badge to the same person as line ${earlier}`,
    hint: 'remove it, or tell the two apart in a column "award" (such as 2025 and 2026)',
  };
}

async function withLedger(
  awards: readonly Unlooked[],
  { ledger, supersedes }: Planning,
): Promise<readonly IdentifiedAward[]> {
  // A ledger that was made again may know the credential and not the award.
  const names = awards.flatMap(({ identity }) => [identity.award, unknownAward(identity.credentialId(1))]);
  const known = awards.length === 0 ? undefined : await ledger?.find(names);
  return awards.map(({ row, identity }) =>
    decide(row, identity, known?.get(identity.award) ?? known?.get(unknownAward(identity.credentialId(1))), supersedes),
  );
}

function decide(
  row: Award,
  { award, content, credentialId }: AwardIdentity,
  known: LedgerAward | undefined,
  supersedes: boolean,
): IdentifiedAward {
  const same = { award, content, row, known };
  if (known === undefined)
    return { ...same, credentialId: credentialId(1), edition: 1, supersedes: undefined, step: 'issue' };
  const { edition } = known;
  const present = { ...same, credentialId: known.credentialId, edition, supersedes: known.supersedes };
  if (known.erasedAt !== undefined) return { ...present, step: 'erased' };
  // What was reserved in place of another badge, and whose row changed since, is a change like any other.
  const isOther = known.content !== content && known.content !== '';
  if (known.state === 'reserved')
    return { ...present, step: edition > 1 && isOther && !supersedes ? 'changed' : 'issue' };
  // What was issued before its row was kept cannot be compared.
  if (!isOther) return { ...present, step: 'keep' };
  if (changeOf(known, 'revocation')?.set === true) return { ...present, step: 'revoked' };
  if (!supersedes) return { ...present, supersedes: undefined, step: 'changed' };
  return {
    ...same,
    credentialId: credentialId(edition + 1),
    edition: edition + 1,
    supersedes: known.credentialId,
    step: 'issue',
  };
}

async function* inBatches<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
