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
    const own = batch.flatMap((record) => read(record, planning, refused));
    rows += own.length + refused.length - before;
    for (const award of await withLedger(own, planning)) {
      const { known, row, step } = award;
      const fault = faultOf(award, planning, lines);
      if (fault !== undefined) {
        refused.push({ cells: award.cells, faults: [fault] });
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
    refused: refused.sort((a, b) => lineOf(a) - lineOf(b)),
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
    const own = batch.flatMap((record) => read(record, planning, []));
    const planned = own.filter(({ identity, row }) => plan.lines.get(identity.award) === row.line);
    for (const award of await withLedger(planned, planning)) if (award.step === 'issue') yield award;
  }
}

function lineOf({ faults: [fault] }: RefusedRow): number {
  return fault?.line ?? 0;
}

interface ReadRow {
  readonly cells: readonly string[];
  readonly row: Award;
  readonly identity: AwardIdentity;
}

/** A row of this shard as an award; nothing where it cannot be read. */
function read(record: CsvRecord, planning: Planning, refused: RefusedRow[]): readonly ReadRow[] {
  const { shard } = planning;
  const { cells, line } = record;
  const outcome = readAward(record, planning.rules);
  if (!outcome.ok) {
    if (shard === undefined || isLineInShard(line, shard)) refused.push({ cells, faults: outcome.faults });
    return [];
  }
  const identity = identify(planning.secret, planning.issuer, outcome.award);
  return shard === undefined || isInShard(identity.award, shard) ? [{ cells, row: outcome.award, identity }] : [];
}

/** Why a row cannot be issued, if it cannot. What was issued already and stays as it is needs no proof again. */
function faultOf(
  { award, row, step, firstId }: RosterAward,
  { check, rules }: Planning,
  lines: ReadonlyMap<string, number>,
): RowFault | undefined {
  const earlier = lines.get(award);
  const fault = step === 'keep' ? undefined : check?.(row, firstId);
  return fault ?? (earlier === undefined ? undefined : repeated(row, earlier, rules));
}

function repeated({ line }: Award, earlier: number, { columns }: RowRules): RowFault {
  const column = columns.indices.get('email') ?? columns.indices.get('id');
  return {
    line,
    column: column === undefined ? undefined : column + 1,
    message: `the row awards the same badge to the same person as line ${earlier}`,
    hint: 'remove it, or tell the two apart in a column "award" (such as 2025 and 2026)',
  };
}

/** An award with the row that it stands in. */
interface RosterAward extends IdentifiedAward {
  readonly cells: readonly string[];
  /** The id of its first edition. */
  readonly firstId: string;
}

async function withLedger(rows: readonly ReadRow[], { ledger, supersedes }: Planning): Promise<readonly RosterAward[]> {
  // A ledger that was made again may know the credential and not the award.
  const names = rows.flatMap(({ identity }) => [identity.award, unknownAward(identity.credentialId(1))]);
  const known = rows.length === 0 ? undefined : await ledger?.find(names);
  return rows.map(({ cells, row, identity }) => {
    const firstId = identity.credentialId(1);
    const present = known?.get(identity.award) ?? known?.get(unknownAward(firstId));
    return { ...decide(row, identity, present, supersedes), cells, firstId };
  });
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
