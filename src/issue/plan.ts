import type { Clock, Ledger } from '../ports.ts';
import type { RosterRow } from '../roster/layout.ts';
import { detached } from '../syntax/text.ts';
import { ahead, inBatches } from './ahead.ts';
import type { Award, RowFault, RowRules } from './award.ts';
import { AwardLines } from './award-lines.ts';
import { changedColumns, firstCredentialId } from './identity.ts';
import { type AwardPlanning, type IdentifiedAward, PlannedAward } from './planned-award.ts';
import { unknownAward } from './rebuild.ts';
import { isInShard, isLineInShard, type Shard } from './shard.ts';
import type { ReadRow, Workshop } from './workshop.ts';

const BATCH = 100;

/** A row that was issued before and says something else now. */
export interface ChangedRow {
  readonly line: number;
  readonly credentialId: string;
  /** The columns that changed. */
  readonly columns: readonly string[];
}

export interface RefusedRow {
  readonly line: number;
  readonly cells: readonly string[];
  readonly faults: readonly RowFault[];
  /** Which badge it is about, where that can be said. */
  readonly badge: string | undefined;
}

/** How many rows are refused, and the first of them: what is wrong with more is told when these are mended. */
export interface RefusedRows {
  readonly rows: number;
  readonly first: readonly RefusedRow[];
}

const REFUSED_KEPT = 10_000;

/** How many rows of people there are who have not earned their badge, and the first of them. */
export interface UnearnedRows {
  readonly rows: number;
  readonly first: readonly UnearnedRow[];
}

export interface UnearnedRow {
  readonly line: number;
  readonly reason: string;
}

/** Such a row as its list tells it. */
export interface UnearnedCells extends UnearnedRow {
  readonly cells: readonly string[];
  readonly badge: string | undefined;
}

const UNEARNED_KEPT = 20;

/** What a roster would lead to. */
export interface RosterPlan {
  /** How many people have to approve it, and for which badge. */
  readonly approvals: { readonly needed: number; readonly badge: string };
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
  readonly refused: RefusedRows;
  /** Rows of people who have not earned the badge, by what its definition asks for. */
  readonly unearned: UnearnedRows;
  /** The first award that would be issued. */
  readonly sample: IdentifiedAward | undefined;
  /** When the last of the unchanged awards was issued. */
  readonly lastIssuedAt: number | undefined;
  /** The line on which each award stands first. */
  readonly lines: Pick<AwardLines, 'get'>;
}

export interface Planning extends AwardPlanning {
  readonly rules: RowRules;
  readonly workshop: Workshop;
  readonly clock: Clock;
  /** Undefined where there is none yet: then nothing was issued. */
  readonly ledger: Pick<Ledger, 'find'> | undefined;
  /** Whether the ledger was made again: then it may know credentials whose awards it does not know. */
  readonly isRemade: boolean;
  /** Badges that are issued only by a plan that people approved, and how many have to, by their definitions. */
  readonly approvals: ReadonlyMap<string, number>;
  /** Whether a plan is being made, or carried out: otherwise rows of such badges are refused. */
  readonly isByPlan: boolean;
  /** The part of the roster that this run issues, where several share it. */
  readonly shard?: Shard | undefined;
}

/** Reads a whole roster, row by row, and says what issuing it would do. Changes nothing. */
export async function planRoster(records: AsyncIterable<RosterRow>, planning: Planning): Promise<RosterPlan> {
  const lines = new AwardLines();
  const refused: RefusedRow[] = [];
  const changed: ChangedRow[] = [];
  const revoked: number[] = [];
  const erased: number[] = [];
  const unearned: UnearnedRow[] = [];
  let [rows, all, toIssue, unchanged, lastIssuedAt, unearnedCount, refusedCount] = [0, 0, 0, 0, 0, 0, 0];
  const refuse = (row: RefusedRow): void => {
    refusedCount++;
    if (refused.length < REFUSED_KEPT) refused.push(kept(row));
  };
  let sample: IdentifiedAward | undefined;
  let approvals = { needed: 0, badge: '' };
  const batches = readBatches(records, planning, true);
  for await (const batch of ahead(batches, planning.workshop.width, (read) => judged(read, planning))) {
    all += batch.all;
    rows += batch.awards.length + batch.refused.length + batch.unearned.length;
    unearnedCount += batch.unearned.length;
    unearned.push(...batch.unearned.slice(0, UNEARNED_KEPT - unearned.length));
    for (const row of batch.refused) refuse(row);
    for (const { award, cells, fault: ownFault } of batch.awards) {
      const { known, line, step } = award;
      const earlier = lines.get(award.award);
      if (ownFault === undefined && earlier !== undefined && planning.rules.namesEveryone) {
        unearnedCount++;
        if (unearned.length < UNEARNED_KEPT) unearned.push({ line, reason: earnedBefore(earlier) });
        continue;
      }
      const fault = ownFault ?? (earlier === undefined ? undefined : repeated(line, earlier, planning.rules));
      if (fault !== undefined) {
        refuse({ line, cells, faults: [fault], badge: award.row.badge });
        continue;
      }
      lines.set(award.award, line);
      if (step === 'issue') {
        toIssue++;
        sample ??= award;
        const needed = approvalsFor(award, planning);
        if (needed > approvals.needed) approvals = { needed, badge: award.row.badge };
      }
      if (step === 'keep') unchanged++;
      if (step === 'revoked') revoked.push(line);
      if (step === 'erased') erased.push(line);
      if (isChanged(award))
        changed.push({
          line,
          credentialId: award.supersedes ?? award.credentialId,
          columns: changedColumns(known?.content ?? '', award.content),
        });
      if (step !== 'issue') lastIssuedAt = Math.max(lastIssuedAt, known?.issuedAt ?? 0);
    }
  }
  return {
    approvals,
    rows,
    elsewhere: all - rows,
    toIssue,
    unchanged,
    changed,
    revoked,
    erased,
    refused: { rows: refusedCount, first: refused.sort((a, b) => a.line - b.line) },
    unearned: { rows: unearnedCount, first: unearned },
    sample,
    lastIssuedAt: lastIssuedAt === 0 ? undefined : lastIssuedAt,
    lines,
  };
}

/** A refused row that does not keep the part of the file that it stands in. */
function kept({ line, badge, cells, faults }: RefusedRow): RefusedRow {
  return {
    line,
    badge,
    cells: cells.map(detached),
    faults: faults.map((fault) => ({ ...fault, message: detached(fault.message) })),
  };
}

/** Whether the row says something else than the credential that was issued. */
function isChanged(award: IdentifiedAward): boolean {
  const { known, step } = award;
  return step === 'changed' || (step === 'issue' && known?.state === 'issued' && known.content !== award.content);
}

/** The awards of a planned roster, read from the roster again: each where it stands first, without what was refused. */
export async function* plannedAwards(
  records: AsyncIterable<RosterRow>,
  planning: Planning,
  plan: Pick<RosterPlan, 'lines'>,
): AsyncGenerator<IdentifiedAward> {
  for await (const { rows } of readBatches(records, planning, false)) {
    const planned = rows.filter(({ line, read }) => plan.lines.get(read.award) === line);
    yield* await withLedger(planned, planning);
  }
}

/** Those of them that are still to be issued. */
export async function* awardsToIssue(
  records: AsyncIterable<RosterRow>,
  planning: Planning,
  plan: Pick<RosterPlan, 'lines'>,
): AsyncGenerator<IdentifiedAward> {
  for await (const award of plannedAwards(records, planning, plan)) if (award.step === 'issue') yield award;
}

/** The rows of people who have not earned the badge, or not once more, read from the roster again. */
export async function* unearnedRows(
  records: AsyncIterable<RosterRow>,
  planning: Planning,
  plan: Pick<RosterPlan, 'lines'>,
): AsyncGenerator<UnearnedCells> {
  for await (const { unearned, rows } of readBatches(records, planning, false)) {
    const again = rows.flatMap(({ line, cells, read }) => {
      const earlier = plan.lines.get(read.award);
      const isAgain = planning.rules.namesEveryone && earlier !== undefined && earlier < line;
      return isAgain ? [{ line, cells, badge: read.row.badge, reason: earnedBefore(earlier) }] : [];
    });
    yield* [...unearned, ...again].toSorted((a, b) => a.line - b.line);
  }
}

/** A system that names everyone may name one of them twice. */
function earnedBefore(line: number): string {
  return `its person earned the badge on line ${line} already`;
}

interface CellRow {
  readonly line: number;
  /** Reading it once more may take time: where a worker looked at it, the row itself is not here. */
  readonly read: ReadRow;
  readonly cells: readonly string[];
  readonly checked: { readonly fault: RowFault | undefined } | undefined;
}

/** Rows of this shard, as awards and as faults. */
interface ReadBatch {
  /** How many rows there were, of all shards. */
  readonly all: number;
  readonly rows: readonly CellRow[];
  readonly refused: readonly RefusedRow[];
  readonly unearned: readonly UnearnedCells[];
}

function readBatches(
  records: AsyncIterable<RosterRow>,
  planning: Planning,
  willCheck: boolean,
): AsyncGenerator<ReadBatch> {
  return ahead(inBatches(records, BATCH), planning.workshop.width, (batch) => readBatch(batch, planning, willCheck));
}

async function readBatch(
  batch: readonly RosterRow[],
  { workshop, shard, clock }: Planning,
  willCheck: boolean,
): Promise<ReadBatch> {
  const readings = await workshop.read(batch, willCheck ? clock() : undefined);
  const rows: CellRow[] = [];
  const refused: RefusedRow[] = [];
  const unearned: UnearnedCells[] = [];
  for (const [index, { cells: own, original: cells = own, line }] of batch.entries()) {
    const reading = readings[index];
    if (reading === undefined) continue;
    if (!reading.ok) {
      if (shard !== undefined && !isLineInShard(line, shard)) continue;
      const { badge } = reading;
      if (reading.unearned === undefined) refused.push({ line, cells, badge, faults: reading.faults });
      else unearned.push({ cells, line, badge, reason: reading.unearned });
    } else if (shard === undefined || isInShard(reading.award, shard))
      rows.push({ line, read: reading, cells, checked: reading.checked });
  }
  return { all: batch.length, rows, refused, unearned };
}

interface JudgedBatch extends Pick<ReadBatch, 'all' | 'refused' | 'unearned'> {
  readonly awards: readonly {
    readonly award: IdentifiedAward;
    readonly cells: readonly string[];
    readonly fault: RowFault | undefined;
  }[];
}

/** What the ledger knows of each row, and why it cannot be issued, if it cannot. */
async function judged({ all, rows, refused, unearned }: ReadBatch, planning: Planning): Promise<JudgedBatch> {
  const awards = await withLedger(rows, planning);
  // What was issued already and stays as it is needs no proof again.
  const unchecked = rows.filter(({ checked }, index) => checked === undefined && awards[index]?.step !== 'keep');
  const found = await planning.workshop.check(
    unchecked.map(({ read: { row, award } }) => ({ row, award })),
    planning.clock(),
  );
  const faults = new Map(unchecked.map((row, index) => [row, found[index]]));
  const faultOf = (row: CellRow | undefined, award: IdentifiedAward): RowFault | undefined => {
    if (row === undefined || award.step === 'keep') return undefined;
    return faults.get(row) ?? row.checked?.fault ?? unapprovedFault(award, planning);
  };
  return {
    all,
    refused,
    unearned,
    awards: awards.map((award, index) => ({
      award,
      cells: rows[index]?.cells ?? [],
      fault: faultOf(rows[index], award),
    })),
  };
}

/** How many people have to approve that an award is issued. */
function approvalsFor(award: IdentifiedAward, { approvals }: Planning): number {
  if (award.step !== 'issue' || approvals.size === 0) return 0;
  return approvals.get(award.row.definition) ?? 0;
}

function unapprovedFault(award: IdentifiedAward, planning: Planning): RowFault | undefined {
  const needed = planning.isByPlan ? 0 : approvalsFor(award, planning);
  if (needed === 0) return undefined;
  return {
    line: award.line,
    column: undefined,
    message: `${award.row.badge} needs ${needed === 1 ? 'an approval' : `${needed} approvals`} before it is issued`,
    hint: 'write a plan with --plan-out plan.json, have it approved with badgekit approve, and issue it with --plan plan.json',
  };
}

function repeated(line: number, earlier: number, { columns }: RowRules): RowFault {
  const index = columns.indices.get('email') ?? columns.indices.get('id');
  const column = index === undefined ? undefined : (columns.from?.[index] ?? index);
  return {
    line,
    column: column === undefined ? undefined : column + 1,
    message: `the row awards the same badge to the same person as line ${earlier}`,
    hint: 'remove it, or tell the two apart in a column "award" (such as 2025 and 2026)',
  };
}

async function withLedger(rows: readonly CellRow[], planning: Planning): Promise<readonly IdentifiedAward[]> {
  const { ledger, isRemade, issuerId, secret } = planning;
  const awards = rows.map(({ read }) => read.award);
  const firstOf = (row: Award): string => unknownAward(firstCredentialId(secret, issuerId, row));
  const names = isRemade ? [...awards, ...rows.map(({ read }) => firstOf(read.row))] : awards;
  const known = rows.length === 0 ? undefined : await ledger?.find(names);
  return rows.map(({ line, read }) => {
    const present = known?.get(read.award) ?? (isRemade ? known?.get(firstOf(read.row)) : undefined);
    return new PlannedAward(line, read, present, planning);
  });
}
