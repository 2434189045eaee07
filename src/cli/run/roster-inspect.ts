import { basename, resolve } from 'node:path';
import { EXIT, type ExitCode } from '../../errors.ts';
import { readAward, type RowFault, type RowRules } from '../../issue/award.ts';
import { rosterConfig } from '../../programme/config.ts';
import type { UnearnedRow } from '../../issue/plan.ts';
import { findProgrammeRoot, openProgramme } from '../../programme/programme.ts';
import { openRoster, type Roster } from '../../programme/roster.ts';
import { requireDefinitions } from '../../programme/sound-definitions.ts';
import type { RosterRow } from '../../roster/layout.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { type Inspection, inspectionAsJson, inspectionAsText } from '../render-roster.ts';
import { readRosterHints, type RosterOptions } from '../roster-options.ts';
import { rowRulesOf } from '../row-rules.ts';
import type { Session } from '../session.ts';

const ROWS_SHOWN = 3;
const FAULTS_SHOWN = 5;

interface InspectOptions extends CommonOptions, RosterOptions {
  readonly badge?: string;
}

/** `roster inspect`: how a file is read. */
export async function runRosterInspect(
  rosterFile: string,
  options: InspectOptions,
  session: Session,
): Promise<ExitCode> {
  const isInProgramme = options.programme !== undefined || findProgrammeRoot(session.cwd, undefined) !== undefined;
  const programme = isInProgramme ? await openProgramme(session.cwd, options.programme) : undefined;
  const hints = readRosterHints(options, rosterConfig(programme?.config ?? {}, basename(rosterFile)));
  const roster = await openRoster(resolve(session.cwd, rosterFile), rosterFile, hints);
  const rules =
    programme === undefined
      ? undefined
      : rowRulesOf(programme, roster, await requireDefinitions(programme), options.badge);
  const inspection = await inspect(roster, rosterFile, rules);
  session.out(options.json === true ? inspectionAsJson(inspection) : inspectionAsText(inspection, session));
  return EXIT.yes;
}

async function inspect(roster: Roster, rosterFile: string, rules: RowRules | undefined): Promise<Inspection> {
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
    rosterFile,
    rows,
    first,
    compared:
      rules === undefined
        ? undefined
        : { refused: { rows: refused, faults }, unearned: { rows: unearnedCount, first: unearned } },
  };
}
