import { dirname, relative, resolve } from 'node:path';
import { BadgekitError } from '../../errors.ts';
import { plannedAwards, type RosterPlan } from '../../issue/plan.ts';
import { isStillPlanned, type PlanDifference, planDifferences, type PlanRow, planRowOf } from '../../issue/plan-row.ts';
import { readApprovals } from '../../programme/approvals.ts';
import { openPlanFile, type PlanFile, type PlanInputs } from '../../programme/plan-file.ts';
import { visible } from '../../syntax/text.ts';
import type { Session } from '../session.ts';
import { count } from '../style.ts';
import type { IssueOptions, Run } from './open-run.ts';
import { inputsOf, planOptionsOf } from './plan-inputs.ts';

const SHOWN = 20;
/** Of more rows than these, it is not told one by one what changed: they would all be in memory. */
const MOST_COMPARED = 200_000;

/** The plan that is to be carried out. */
export interface GivenPlan {
  readonly file: PlanFile;
  readonly path: string;
  readonly shownAs: string;
  /** As this run would name them: the first says who is in the roster. */
  readonly rosters: readonly string[];
  /** The options of this run, with those that the plan was made with. */
  readonly options: IssueOptions;
}

/**
 * Opens the plan that a run is to carry out.
 * @throws BadgekitError PLAN_INVALID; USAGE where the command line says otherwise than the plan
 */
export async function openGivenPlan(
  shownAs: string,
  rosters: readonly string[],
  options: IssueOptions,
  issuer: string,
  session: Session,
): Promise<GivenPlan> {
  const path = resolve(session.cwd, shownAs);
  const file = await openPlanFile(path, shownAs);
  if (file.head.issuer !== issuer)
    throw new BadgekitError('PLAN_CHANGED', `the plan is for the issuer ${visible(file.head.issuer, 200)}`, {
      where: { file: shownAs },
      hint: 'plan again in this programme',
    });
  const other = Object.keys(planOptionsOf(options))[0];
  if (other !== undefined)
    throw new BadgekitError('USAGE', 'a plan is carried out as it was made, with no other options', {
      hint: 'plan again with the option, or leave it out',
    });
  const planned = file.head.inputs.rosters.map((roster) => resolve(dirname(path), roster.file));
  const isOther = rosters.some((roster, index) => resolve(session.cwd, roster) !== planned[index]);
  if (rosters.length > 0 && (isOther || rosters.length !== planned.length))
    throw new BadgekitError(
      'USAGE',
      `the plan is not for ${visible(rosters.join(' and '), 200)}, but for ${visible(file.head.inputs.rosters.map((roster) => roster.file).join(' and '), 200)}`,
      { hint: `leave the roster out: badgekit issue --plan ${visible(shownAs, 200)}` },
    );
  const named = planned.map((roster) => relative(session.cwd, roster));
  return { file, path, shownAs, rosters: named, options: { ...options, ...file.head.options } };
}

/**
 * Sees that what is to be issued is what the plan says.
 * @throws BadgekitError PLAN_CHANGED, naming each difference
 */
export async function requireAsPlanned(given: GivenPlan, plan: RosterPlan, run: Run): Promise<void> {
  const { file, path } = given;
  const { roster, planning } = run;
  if (!file.isSealedBy(run.keyring.awardSecret))
    throw new BadgekitError(
      'PLAN_INVALID',
      'it is not as this programme wrote it: it was edited, or written elsewhere',
      {
        where: { file: given.shownAs },
        hint: `make it again: ${commandOf(given)}`,
      },
    );
  const inputs = changedInputs(file.head.inputs, await inputsOf(run, dirname(path)), run);
  async function* now(): AsyncGenerator<PlanRow> {
    for await (const award of plannedAwards(roster.rows(), planning, plan)) yield planRowOf(award);
  }
  if (inputs.length === 0 && (await isStillPlanned(file.rows(), now()))) return;
  const rows: string[] = [];
  let all = 0;
  const isLong = file.head.counts.rows > MOST_COMPARED;
  for await (const difference of isLong ? noDifferences() : planDifferences(file.rows(), now())) {
    all++;
    if (rows.length < SHOWN) rows.push(differenceLine(difference, run.rosterFile));
  }
  throw new BadgekitError('PLAN_CHANGED', 'things are no longer as the plan says', {
    where: { file: given.shownAs },
    hint: `look at what changed, and plan again: ${commandOf(given)}`,
    more: [
      ...inputs,
      ...(isLong ? ['the roster is too long to name each row: badgekit roster diff compares two versions of it'] : []),
      ...rows,
      ...(all > SHOWN ? [`and ${count(all - SHOWN)} rows more`] : []),
    ],
  });
}

/**
 * Sees that as many people approved the plan as its badges need.
 * @returns who did
 * @throws BadgekitError APPROVAL_MISSING, saying why approvals that are there do not count
 */
export async function requireApprovals(given: GivenPlan, plan: RosterPlan, run: Run): Promise<readonly string[]> {
  const { file, path, shownAs } = given;
  const { by, not } = await readApprovals(path, file.digest, run.programme.config);
  const { needed: approvals, badge } = plan.approvals;
  if (by.length >= approvals) return by;
  throw new BadgekitError(
    'APPROVAL_MISSING',
    `${badge} needs ${approvals === 1 ? 'an approval' : `${approvals} approvals`} before it is issued, and ${by.length === 0 ? 'nobody' : `only ${by.join(', ')}`} approved this plan`,
    {
      where: { file: shownAs },
      hint: `whoever badgekit.yaml names as an approver: badgekit approve ${visible(shownAs, 200)} --as NAME`,
      more: not.map((line) => `does not count: ${visible(line, 300)}`),
    },
  );
}

async function* noDifferences(): AsyncGenerator<PlanDifference> {
  // None is named.
}

/** The command that plans anew as this plan was made. */
function commandOf({ file, rosters, shownAs }: GivenPlan): string {
  const options = Object.entries(file.head.options).flatMap(([name, value]: readonly [string, unknown]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === true) return [flag];
    return (Array.isArray(value) ? value : [value]).map((one) => `${flag} ${asArgument(String(one))}`);
  });
  return ['badgekit issue', ...rosters.map(asArgument), ...options, '--plan-out', asArgument(shownAs)].join(' ');
}

function asArgument(text: string): string {
  return /^[\w./=@:+-]+$/.test(text) ? text : `'${visible(text, 200).replaceAll("'", `'"'"'`)}'`;
}

function changedInputs(planned: PlanInputs, now: PlanInputs, { programme }: Run): readonly string[] {
  const rosters = planned.rosters.filter(({ file, sha256 }) =>
    now.rosters.every((other) => other.file !== file || other.sha256 !== sha256),
  );
  const badges = [...new Set([...Object.keys(planned.definitions), ...Object.keys(now.definitions)])]
    .filter((badge) => planned.definitions[badge] !== now.definitions[badge])
    .toSorted();
  const shown = (badge: string): string => visible(programme.shown(`badges/${badge}.yaml`), 200);
  return [
    ...rosters.map(({ file }) => `${visible(file, 200)} changed`),
    ...(planned.programme === now.programme ? [] : [`${programme.shown('badgekit.yaml')} changed`]),
    ...badges.map((badge) => {
      if (planned.definitions[badge] === undefined) return `${shown(badge)} is new`;
      return now.definitions[badge] === undefined
        ? `${shown(badge)} is gone`
        : `${shown(badge)}, or a file that it names, changed`;
    }),
  ];
}

const WHAT: Readonly<Record<PlanDifference['kind'], string>> = {
  added: 'is not in the plan',
  removed: 'is in the plan, and not in the roster any more, or refused now',
  changed: 'changed',
  'other step': 'would be issued otherwise than planned, by what the ledger says now',
};

function differenceLine({ line, recipient, badge, kind, columns }: PlanDifference, rosterFile: string): string {
  const what = kind === 'changed' && columns.length > 0 ? `${columns.join(', ')} changed` : WHAT[kind];
  return visible(`${rosterFile}:${line}  ${recipient}, ${badge}: ${what}`, 400);
}
