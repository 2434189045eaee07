import type { Clock, Ledger, LedgerAward } from '../ports.ts';
import type { RosterRow } from '../roster/layout.ts';
import { ahead, inBatches } from './ahead.ts';
import type { Award, RowFault, RowRules } from './award.ts';
import { AwardLines } from './award-lines.ts';
import { type AwardIdentity, changedColumns, credentialIdOf } from './identity.ts';
import { unknownAward } from './rebuild.ts';
import { isInShard, isLineInShard, type Shard } from './shard.ts';
import { changeOf } from './standing.ts';
import type { ReadRow, Workshop } from './workshop.ts';

const BATCH = 100;

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
  readonly line: number;
  readonly cells: readonly string[];
  readonly faults: readonly RowFault[];
}

/** How many rows of people there are who have not earned their badge, and the first of them. */
export interface UnearnedRows {
  readonly rows: number;
  readonly first: readonly UnearnedRow[];
}

export interface UnearnedRow {
  readonly line: number;
  readonly reason: string;
}

const UNEARNED_KEPT = 20;

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
  /** Rows of people who have not earned the badge, by what its definition asks for. */
  readonly unearned: UnearnedRows;
  /** The first award that would be issued. */
  readonly sample: IdentifiedAward | undefined;
  /** When the last of the unchanged awards was issued. */
  readonly lastIssuedAt: number | undefined;
  /** The line on which each award stands first. */
  readonly lines: Pick<AwardLines, 'get'>;
}

export interface Planning {
  readonly rules: RowRules;
  readonly workshop: Workshop;
  readonly secret: Uint8Array;
  readonly clock: Clock;
  /** Undefined where there is none yet: then nothing was issued. */
  readonly ledger: Pick<Ledger, 'find'> | undefined;
  /** Whether the ledger was made again: then it may know credentials whose awards it does not know. */
  readonly isRemade: boolean;
  /** Whether a row that changed since it was issued is issued anew, in place of what was issued. */
  readonly supersedes: boolean;
  /** Badges that are issued only by a plan that people approved, and how many have to; none where one is being made or carried out. */
  readonly unapproved: ReadonlyMap<string, number>;
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
  let [rows, all, toIssue, unchanged, lastIssuedAt, unearnedCount] = [0, 0, 0, 0, 0, 0];
  let sample: IdentifiedAward | undefined;
  const batches = readBatches(records, planning, true);
  for await (const batch of ahead(batches, planning.workshop.width, (read) => judged(read, planning))) {
    all += batch.all;
    rows += batch.awards.length + batch.refused.length + batch.unearned.length;
    unearnedCount += batch.unearned.length;
    unearned.push(...batch.unearned.slice(0, UNEARNED_KEPT - unearned.length));
    refused.push(...batch.refused);
    for (const { award, cells, fault: ownFault } of batch.awards) {
      const { known, row, step } = award;
      const earlier = lines.get(award.award);
      const fault = ownFault ?? (earlier === undefined ? undefined : repeated(row, earlier, planning.rules));
      if (fault !== undefined) {
        refused.push({ line: row.line, cells, faults: [fault] });
        continue;
      }
      lines.set(award.award, row.line);
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
    refused: refused.sort((a, b) => a.line - b.line),
    unearned: { rows: unearnedCount, first: unearned },
    sample,
    lastIssuedAt: lastIssuedAt === 0 ? undefined : lastIssuedAt,
    lines,
  };
}

/** Whether the row says something else than the credential that was issued. */
function isChanged({ known, content, step }: IdentifiedAward): boolean {
  return step === 'changed' || (step === 'issue' && known?.state === 'issued' && known.content !== content);
}

/** The awards of a planned roster, read from the roster again: each where it stands first, without what was refused. */
export async function* plannedAwards(
  records: AsyncIterable<RosterRow>,
  planning: Planning,
  plan: Pick<RosterPlan, 'lines'>,
): AsyncGenerator<IdentifiedAward> {
  for await (const { rows } of readBatches(records, planning, false)) {
    const planned = rows.filter(({ identity, row }) => plan.lines.get(identity.award) === row.line);
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

/** The rows of people who have not earned the badge, read from the roster again. */
export async function* unearnedRows(
  records: AsyncIterable<RosterRow>,
  planning: Planning,
): AsyncGenerator<UnearnedRow & { readonly cells: readonly string[] }> {
  for await (const { unearned } of readBatches(records, planning, false)) yield* unearned;
}

interface CellRow extends ReadRow {
  readonly cells: readonly string[];
  readonly checked: { readonly fault: RowFault | undefined } | undefined;
}

/** Rows of this shard, as awards and as faults. */
interface ReadBatch {
  /** How many rows there were, of all shards. */
  readonly all: number;
  readonly rows: readonly CellRow[];
  readonly refused: readonly RefusedRow[];
  readonly unearned: readonly (UnearnedRow & { readonly cells: readonly string[] })[];
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
  const unearned: (UnearnedRow & { readonly cells: readonly string[] })[] = [];
  for (const [index, { cells: own, original: cells = own, line }] of batch.entries()) {
    const reading = readings[index];
    if (reading === undefined) continue;
    if (!reading.ok) {
      if (shard !== undefined && !isLineInShard(line, shard)) continue;
      if (reading.unearned === undefined) refused.push({ line, cells, faults: reading.faults });
      else unearned.push({ cells, line, reason: reading.unearned });
    } else if (shard === undefined || isInShard(reading.identity.award, shard))
      rows.push({ cells, row: reading.row, identity: reading.identity, checked: reading.checked });
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
  const open = rows.filter((_, index) => awards[index]?.step !== 'keep');
  const unchecked = open.filter(({ checked }) => checked === undefined);
  const faults = await planning.workshop.check(
    unchecked.map(({ row, identity }) => ({ row, identity })),
    planning.clock(),
  );
  const faultOf = new Map(unchecked.map(({ row }, index) => [row, faults[index]]));
  for (const { row, checked } of open) if (checked !== undefined) faultOf.set(row, checked.fault);
  return {
    all,
    refused,
    unearned,
    awards: awards.map((award, index) => ({
      award,
      cells: rows[index]?.cells ?? [],
      fault: faultOf.get(award.row) ?? unapprovedFault(award, planning),
    })),
  };
}

function unapprovedFault({ row, step }: IdentifiedAward, { unapproved }: Planning): RowFault | undefined {
  const approvals = step === 'issue' ? unapproved.get(row.definition) : undefined;
  if (approvals === undefined) return undefined;
  return {
    line: row.line,
    column: undefined,
    message: `${row.badge} needs ${approvals === 1 ? 'an approval' : `${approvals} approvals`} before it is issued`,
    hint: 'write a plan with --plan-out plan.json, have it approved with badgekit approve, and issue it with --plan plan.json',
  };
}

function repeated({ line }: Award, earlier: number, { columns }: RowRules): RowFault {
  const index = columns.indices.get('email') ?? columns.indices.get('id');
  const column = index === undefined ? undefined : (columns.from?.[index] ?? index);
  return {
    line,
    column: column === undefined ? undefined : column + 1,
    message: `the row awards the same badge to the same person as line ${earlier}`,
    hint: 'remove it, or tell the two apart in a column "award" (such as 2025 and 2026)',
  };
}

async function withLedger(
  rows: readonly ReadRow[],
  { ledger, isRemade, supersedes, secret }: Planning,
): Promise<readonly IdentifiedAward[]> {
  const awards = rows.map(({ identity }) => identity.award);
  const names = isRemade ? [...awards, ...rows.map(({ identity }) => unknownAward(identity.firstId))] : awards;
  const known = rows.length === 0 ? undefined : await ledger?.find(names);
  return rows.map(({ row, identity }) => {
    const present = known?.get(identity.award) ?? known?.get(unknownAward(identity.firstId));
    return decide(row, identity, present, { supersedes, secret });
  });
}

function decide(
  row: Award,
  identity: AwardIdentity,
  known: LedgerAward | undefined,
  { supersedes, secret }: Pick<Planning, 'supersedes' | 'secret'>,
): IdentifiedAward {
  const { award, content, firstId } = identity;
  const same = { award, content, row, known };
  if (known === undefined) return { ...same, credentialId: firstId, edition: 1, supersedes: undefined, step: 'issue' };
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
    credentialId: credentialIdOf(secret, identity, edition + 1),
    edition: edition + 1,
    supersedes: known.credentialId,
    step: 'issue',
  };
}
