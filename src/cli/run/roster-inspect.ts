import { EXIT, type ExitCode } from '../../errors.ts';
import { readAward, type RowFault, type RowRules } from '../../issue/award.ts';
import type { UnearnedRow } from '../../issue/plan.ts';
import { openProgramme } from '../../programme/programme.ts';
import { findProgrammeRoot } from '../../programme/places.ts';
import type { NamedRoster } from '../../programme/joined-roster.ts';
import type { Roster } from '../../programme/roster.ts';
import { requireDefinitions } from '../../programme/sound-definitions.ts';
import type { RosterRow } from '../../roster/layout.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { type Inspection, inspectionAsJson, inspectionAsText } from '../render-roster.ts';
import { type JoinOptions, openRosters } from '../open-rosters.ts';
import { rowRulesOf } from '../row-rules.ts';
import { namesJudged } from '../roster-options.ts';
import type { Session } from '../session.ts';

const ROWS_SHOWN = 3;
const FAULTS_SHOWN = 5;

interface InspectOptions extends CommonOptions, JoinOptions {
  readonly badge?: string;
}

/** `roster inspect`: how a file is read. */
export async function runRosterInspect(
  names: readonly string[],
  options: InspectOptions,
  session: Session,
): Promise<ExitCode> {
  const isInProgramme = options.programme !== undefined || findProgrammeRoot(session.cwd, undefined) !== undefined;
  const programme = isInProgramme ? await openProgramme(session.cwd, options.programme) : undefined;
  const { roster, files } = await openRosters(names, options, programme ?? {}, session);
  const rules =
    programme === undefined
      ? undefined
      : rowRulesOf(programme, roster, await requireDefinitions(programme), options.badge);
  const inspection = await inspect(roster, files, rules);
  session.out(options.json === true ? inspectionAsJson(inspection) : inspectionAsText(inspection, session));
  return EXIT.yes;
}

async function inspect(
  roster: Roster,
  files: readonly NamedRoster[],
  rules: RowRules | undefined,
): Promise<Inspection> {
  const first: RosterRow[] = [];
  const faults: RowFault[] = [];
  const unearned: UnearnedRow[] = [];
  let [rows, refused, unearnedCount] = [0, 0, 0];
  for await (const row of roster.rows()) {
    rows++;
    if (first.length < ROWS_SHOWN) first.push(row);
    const outcome = rules === undefined ? undefined : readAward(row, rules);
    if (outcome === undefined || outcome.ok) continue;
    if (outcome.unearned !== undefined) {
      unearnedCount++;
      if (unearned.length < FAULTS_SHOWN) unearned.push({ line: row.line, reason: outcome.unearned });
      continue;
    }
    refused++;
    if (faults.length < FAULTS_SHOWN) faults.push(...outcome.faults.slice(0, FAULTS_SHOWN - faults.length));
  }
  return {
    roster,
    files,
    rosterFile: files[0]?.shownAs ?? '',
    judged: namesJudged([...(rules?.definitions.values() ?? [])]),
    rows,
    first,
    compared:
      rules === undefined
        ? undefined
        : { refused: { rows: refused, faults }, unearned: { rows: unearnedCount, first: unearned } },
  };
}
