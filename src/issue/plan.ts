import type { Ledger, LedgerAward } from '../ports.ts';
import type { CsvRecord } from '../syntax/csv.ts';
import { type Award, readAward, type RowFault, type RowRules } from './award.ts';
import { type AwardIdentity, identify } from './identity.ts';

const BATCH = 200;

export interface IdentifiedAward extends AwardIdentity {
  readonly award: string;
  readonly row: Award;
  /** What the ledger has of it already. */
  readonly known: LedgerAward | undefined;
}

/** A row that was issued before and says something else now. */
export interface ChangedRow {
  readonly line: number;
  readonly credentialId: string;
}

export interface RefusedRow {
  readonly cells: readonly string[];
  readonly faults: readonly RowFault[];
}

/** What a roster would lead to. */
export interface RosterPlan {
  readonly rows: number;
  readonly toIssue: number;
  readonly unchanged: number;
  readonly changed: readonly ChangedRow[];
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
}

/** Reads a whole roster, row by row, and says what issuing it would do. Changes nothing. */
export async function planRoster(records: AsyncIterable<CsvRecord>, planning: Planning): Promise<RosterPlan> {
  const lines = new Map<string, number>();
  const refused: RefusedRow[] = [];
  const changed: ChangedRow[] = [];
  let [rows, toIssue, unchanged, lastIssuedAt] = [0, 0, 0, 0];
  let sample: IdentifiedAward | undefined;
  for await (const batch of inBatches(records)) {
    rows += batch.length;
    const accepted = batch.flatMap((record) => accept(record, planning, lines, refused));
    for (const award of await withLedger(accepted, planning)) {
      const { known, row } = award;
      if (known?.state !== 'issued') {
        toIssue++;
        sample ??= award;
      } else {
        if (known.content === award.content) unchanged++;
        else changed.push({ line: row.line, credentialId: known.credentialId });
        lastIssuedAt = Math.max(lastIssuedAt, known.issuedAt ?? 0);
      }
    }
  }
  return {
    rows,
    toIssue,
    unchanged,
    changed,
    refused,
    sample,
    lastIssuedAt: lastIssuedAt === 0 ? undefined : lastIssuedAt,
    lines,
  };
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
      return outcome.ok ? [{ row: outcome.award, ...identify(planning.secret, planning.issuer, outcome.award) }] : [];
    });
    const planned = accepted.filter(({ award, row }) => plan.lines.get(award) === row.line);
    for (const award of await withLedger(planned, planning)) if (award.known?.state !== 'issued') yield award;
  }
}

type Unlooked = Omit<IdentifiedAward, 'known'>;

function accept(record: CsvRecord, planning: Planning, lines: Map<string, number>, refused: RefusedRow[]): Unlooked[] {
  const outcome = readAward(record, planning.rules);
  if (!outcome.ok) {
    refused.push({ cells: record.cells, faults: outcome.faults });
    return [];
  }
  const identity = identify(planning.secret, planning.issuer, outcome.award);
  const earlier = lines.get(identity.award);
  const fault = planning.check?.(outcome.award, identity.credentialId);
  if (fault !== undefined) {
    refused.push({ cells: record.cells, faults: [fault] });
    return [];
  }
  if (earlier === undefined) {
    lines.set(identity.award, outcome.award.line);
    return [{ row: outcome.award, ...identity }];
  }
  const column = planning.rules.columns.indices.get('email') ?? planning.rules.columns.indices.get('id');
  refused.push({
    cells: record.cells,
    faults: [
      {
        line: record.line,
        column: column === undefined ? undefined : column + 1,
        message: `the row awards the same badge to the same person as line ${earlier}`,
        hint: 'remove it, or tell the two apart in a column "award" (such as 2025 and 2026)',
      },
    ],
  });
  return [];
}

async function withLedger(awards: readonly Unlooked[], { ledger }: Planning): Promise<readonly IdentifiedAward[]> {
  const known = awards.length === 0 ? undefined : await ledger?.find(awards.map(({ award }) => award));
  return awards.map((award) => ({ ...award, known: known?.get(award.award) }));
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
