import { BadgekitError } from '../errors.ts';
import { changedColumns } from './identity.ts';
import type { IdentifiedAward, PlannedStep } from './planned-award.ts';

/** An award as a plan file holds it, and what the plan is to do about it. */
export interface PlanRow {
  readonly line: number;
  readonly badge: string;
  readonly recipient: string;
  readonly step: PlannedStep;
  /** The award's name in the ledger. */
  readonly award: string;
  /** The id of the credential that is, or is to be, issued. */
  readonly id: string;
  /** The id of the credential that it replaces. */
  readonly replaces?: string;
  /** A digest of each thing that the row says, as JSON. */
  readonly content: string;
}

export function planRowOf({ row, step, award, credentialId, supersedes, content }: IdentifiedAward): PlanRow {
  return {
    line: row.line,
    badge: row.badge,
    recipient: row.recipient.label,
    step,
    award,
    id: credentialId,
    ...(supersedes === undefined ? {} : { replaces: supersedes }),
    content,
  };
}

/** What a roster would do now that its plan does not say, or the other way round. */
export interface PlanDifference {
  readonly line: number;
  readonly recipient: string;
  readonly badge: string;
  readonly kind: 'added' | 'removed' | 'changed' | 'other step';
  /** The columns that changed, where the row did. */
  readonly columns: readonly string[];
}

/**
 * What differs between a plan and the same plan made now. What was issued since is no difference: nothing is left to do
 * about it.
 */
export async function* planDifferences(
  planned: AsyncIterable<PlanRow>,
  now: AsyncIterable<PlanRow>,
): AsyncGenerator<PlanDifference> {
  const before = new Map<string, PlanRow>();
  for await (const row of planned) before.set(row.award, row);
  for await (const row of now) {
    const old = before.get(row.award);
    before.delete(row.award);
    const { line, recipient, badge } = row;
    if (old === undefined) yield { line, recipient, badge, kind: 'added', columns: [] };
    else if (old.content !== row.content)
      yield { line, recipient, badge, kind: 'changed', columns: changedColumns(old.content, row.content) };
    else if (!isAsPlanned(old, row)) yield { line, recipient, badge, kind: 'other step', columns: [] };
  }
  for (const { line, recipient, badge } of before.values())
    yield { line, recipient, badge, kind: 'removed', columns: [] };
}

/** Whether what is to be done now is what was planned, or was done since, or is not to be done for somebody who was erased. */
function isAsPlanned(planned: PlanRow, now: PlanRow): boolean {
  if (!MEMBERS.every((member) => planned[member] === now[member])) return false;
  if (now.step === 'issue') return planned.step === 'issue';
  return planned.step === now.step || (planned.step === 'issue' && (now.step === 'keep' || now.step === 'erased'));
}

const MEMBERS = ['line', 'badge', 'recipient', 'award', 'id', 'replaces', 'content'] as const;

/** Whether a plan and the same plan made now are row by row alike. */
export async function isStillPlanned(planned: AsyncIterable<PlanRow>, now: AsyncIterable<PlanRow>): Promise<boolean> {
  const rows = planned[Symbol.asyncIterator]();
  try {
    for await (const row of now) {
      const { value, done } = await rows.next();
      if (done === true || !isAsPlanned(value, row)) return false;
    }
    return (await rows.next()).done === true;
  } finally {
    await rows.return?.();
  }
}

/**
 * Passes on awards that are to be issued, as long as each is the next one that the plan issues.
 * @throws BadgekitError PLAN_CHANGED at the first that is not
 */
export async function* asPlanned(
  awards: AsyncIterable<IdentifiedAward>,
  planned: AsyncIterable<PlanRow>,
): AsyncGenerator<IdentifiedAward> {
  const rows = planned[Symbol.asyncIterator]();
  try {
    for await (const award of awards) {
      const now = planRowOf(award);
      for (;;) {
        const { value: row, done } = await rows.next();
        if (done === true) throw changedSince(now.line);
        if (row.award !== now.award) continue;
        if (!isAsPlanned(row, now)) throw changedSince(now.line);
        break;
      }
      yield award;
    }
  } finally {
    await rows.return?.();
  }
}

function changedSince(line: number): BadgekitError {
  return new BadgekitError('PLAN_CHANGED', 'the row is not what the plan says', {
    where: { line },
    hint: 'plan again: what was issued so far was as planned',
  });
}
