import { resolve } from 'node:path';
import { type RosterPlan, unearnedRows } from '../../issue/plan.ts';
import { writeWhole } from '../../programme/files.ts';
import {
  besideRoster,
  refuseForeignList,
  rejectedCsv,
  removeStaleList,
  writeUnearned,
} from '../../programme/row-lists.ts';
import type { IssueOutcome } from '../render-issue.ts';
import type { Run } from './open-run.ts';

/** What of the roster is not issued: rows to mend, and rows of people who have not earned the badge. */
export async function writeRowLists(
  plan: RosterPlan,
  { roster, rosterFile, planning, session }: Run,
): Promise<Pick<IssueOutcome, 'rejectedFile' | 'unearnedFile'>> {
  const [rejected, unearned] = (['rejected', 'not-awarded'] as const).map((list) => {
    const shownAs = besideRoster(rosterFile, planning.shard, list);
    return { list, shownAs, path: resolve(session.cwd, shownAs) };
  });
  if (rejected === undefined || unearned === undefined) throw new Error('there are two lists');
  if (plan.refused.rows === 0) await removeStaleList(rejected.path, rejected.list);
  else {
    await refuseForeignList(rejected.path, rejected.shownAs, rejected.list);
    await writeWhole(rejected.path, Buffer.from(rejectedCsv(roster.header, plan.refused.first), 'utf8'), {
      replace: true,
      mode: 0o600,
      shownAs: rejected.shownAs,
    });
  }
  if (plan.unearned.rows === 0) await removeStaleList(unearned.path, unearned.list);
  else {
    await refuseForeignList(unearned.path, unearned.shownAs, unearned.list);
    await writeUnearned(unearned.path, unearned.shownAs, roster.header, unearnedRows(roster.rows(), planning, plan));
  }
  return {
    rejectedFile: plan.refused.rows === 0 ? undefined : rejected.shownAs,
    unearnedFile: plan.unearned.rows === 0 ? undefined : unearned.shownAs,
  };
}
