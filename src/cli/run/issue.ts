import { basename } from 'node:path';
import { BadgekitError, EXIT } from '../../errors.ts';
import { issuableFromRoster } from '../../issue/from-roster.ts';
import { issueAwards, type Outlet } from '../../issue/pipeline.ts';
import { awardsToIssue, planRoster, type RosterPlan } from '../../issue/plan.ts';
import { asPlanned } from '../../issue/plan-row.ts';
import type { Ledger } from '../../ports.ts';
import { copyEvidence } from '../../programme/evidence-files.ts';
import { loadProfileImage } from '../../programme/issuer.ts';
import { hostedFiles } from '../../site/hosted-files.ts';
import { HeldAwards } from '../held-awards.ts';
import { openWantedArchive, readArchiveOptions, sessionBeside } from '../issue/archive-output.ts';
import type { GivenPlan } from '../issue/given-plan.ts';
import { IssuedList } from '../issue/issued-list.ts';
import { type IssueOptions, isSuperseding, openRun, type Run } from '../issue/open-run.ts';
import type { Beginning } from '../issue/beginning.ts';
import { openBegun } from '../issue/opening.ts';
import { writeRowLists } from '../issue/row-lists.ts';
import { startRun } from '../open-ledger.ts';
import { startProgress } from '../progress.ts';
import { refreshPublic } from '../public-folder.ts';
import { faultLines, type IssueOutcome, issueAsJson, issueAsText, planAsText } from '../render-issue.ts';
import { tellPassedOver } from '../roster-options.ts';
import type { Session } from '../session.ts';
import { counted } from '../style.ts';

// What few runs need is loaded in those.
const givenPlans = () => import('../issue/given-plan.ts');
const writtenPlans = () => import('../issue/plan-out.ts');
const dryRuns = () => import('../issue/dry-run.ts');

/** `issue`: reads the roster to the end and plans, then issues what is good, or writes the plan down. */
export async function runIssue(
  rosters: readonly string[],
  wanted: IssueOptions,
  beginning: Beginning,
  own: Session,
): Promise<number> {
  const opening = await openBegun(beginning, wanted, own);
  if (wanted.planOut !== undefined) (await writtenPlans()).refuseBeside(wanted.planOut, wanted);
  const given =
    wanted.plan === undefined
      ? undefined
      : await (await givenPlans()).openGivenPlan(wanted.plan, rosters, wanted, opening.programme.config.issuer.id, own);
  const [[rosterFile, ...joined], options] = given === undefined ? [rosters, wanted] : [given.rosters, given.options];
  if (rosterFile === undefined)
    throw new BadgekitError('USAGE', 'it is not said which roster to issue', {
      hint: 'badgekit issue <roster.csv>, or badgekit issue --plan <plan.json>',
    });
  const archive = readArchiveOptions(options, options.json === true);
  const session = sessionBeside(archive, own);
  const run = await openRun([rosterFile, ...joined], archive, options, opening, session);
  try {
    const plan = await planRoster(run.roster.rows(), run.planning);
    // Of this pass over the rows: another one may end before the last of them.
    const read = { format: run.roster.format, passedOver: run.roster.passedOver() };
    if (options.json !== true) tellPassedOver(read.passedOver, rosterFile, session);
    if (plan.rows + plan.elsewhere === 0 && read.passedOver.size === 0)
      throw new BadgekitError('ROSTER_INVALID', 'the roster has a header and no rows', {
        where: { file: rosterFile },
        hint: 'add a line for each award',
      });
    const approved = given === undefined ? undefined : await approvedPlan(given, plan, run);
    if (options.dryRun === true) {
      const { issuer } = run;
      const [isJson, isSupersede] = [options.json === true, isSuperseding(run)];
      const { showPlan } = await dryRuns();
      return showPlan(plan, { rosterFile, read, issuer, session, isSuperseding: isSupersede, isJson });
    }
    if (options.json !== true) session.err(planAsText(plan, run.issuer, session, isSuperseding(run)));
    if (options.planOut !== undefined) return await (await writtenPlans()).writePlan(options.planOut, plan, run, read);
    return await carryOut(plan, run, read, approved);
  } finally {
    await run.endWork();
    await run.ledger?.close();
  }
}

/** A plan, and who approved it. */
interface ApprovedPlan extends GivenPlan {
  readonly approvedBy: readonly string[];
}

/** @throws BadgekitError PLAN_CHANGED | PLAN_INVALID | APPROVAL_MISSING */
async function approvedPlan(given: GivenPlan, plan: RosterPlan, run: Run): Promise<ApprovedPlan> {
  const { requireApprovals, requireAsPlanned } = await givenPlans();
  await requireAsPlanned(given, plan, run);
  return { ...given, approvedBy: await requireApprovals(given, plan, run) };
}

async function carryOut(
  plan: RosterPlan,
  run: Run,
  read: Pick<IssueOutcome, 'format' | 'passedOver'>,
  given: ApprovedPlan | undefined,
): Promise<number> {
  run.session.finishOnInterrupt();
  const { options, session, rosterFile } = run;
  const { rejectedFile, unearnedFile } = await writeRowLists(plan, run);
  const isHeld = options.strict === true && plan.refused.rows > 0;
  const issued = new IssuedList(options.json === true);
  try {
    if (!isHeld) await issuePlanned(plan, run, given, issued);
  } catch (error) {
    // What was issued before the fault is issued: its status list must be there, and the user must know. The fault that
    // came first is the one to tell, and the next run brings up to date what this one could not.
    await bringUpToDate(run).catch(() => undefined);
    if (issued.length > 0)
      session.err(
        `${counted(issued.length, 'badge')} had been issued when this happened; the next run goes on from there.\n`,
      );
    throw error;
  }
  const isInterrupted = session.isInterrupted() && issued.length < plan.toIssue && !isHeld;
  const statusLists = isHeld ? [] : await bringUpToDate(run);
  const outcome: IssueOutcome = {
    plan,
    rosterFile,
    ...read,
    issued,
    statusLists,
    rejectedFile,
    unearnedFile,
    archive: run.archive,
    isInterrupted,
    isHeld,
    isSuperseding: isSuperseding(run),
  };
  const others = given === undefined ? {} : { approvedBy: given.approvedBy };
  if (options.json === true) for (const piece of issueAsJson(outcome, others)) session.out(piece);
  else session.out(issueAsText(outcome, faultLines(plan, rosterFile), run.issuer, session));
  if (isInterrupted) return EXIT.interrupted;
  return plan.refused.rows > 0 ? EXIT.no : EXIT.yes;
}

async function issuePlanned(
  plan: RosterPlan,
  run: Run,
  given: ApprovedPlan | undefined,
  issued: IssuedList,
): Promise<void> {
  const { ledger, archive, programme, session } = run;
  if (ledger === undefined || (plan.toIssue === 0 && archive === undefined)) return;
  const outlet = archive === undefined ? undefined : await openWantedArchive(archive, programme, ledger, session);
  try {
    if (plan.toIssue > 0) await issueInto(outlet, plan, { ...run, ledger, given }, issued);
  } catch (error) {
    // The fault that came first is the one to tell.
    await outlet?.end().catch(() => undefined);
    throw error;
  }
  await outlet?.end();
}

async function issueInto(
  outlet: Outlet | undefined,
  plan: RosterPlan,
  run: Run & { readonly ledger: Ledger; readonly given: ApprovedPlan | undefined },
  issued: IssuedList,
): Promise<void> {
  const { roster, planning, issuer, ledger, programme, rosterFile, session, checks, given } = run;
  const progress = startProgress(session, 'Issuing', plan.toIssue);
  try {
    await startRun(ledger, commandOf(run, given?.approvedBy ?? []), session);
    const held = new HeldAwards(ledger, session);
    const issuing = {
      workshop: planning.workshop,
      ledger,
      files: programme.files,
      outlet,
      clock: session.clock,
      checks,
      isInterrupted: session.isInterrupted,
      onHeld: held.note,
    };
    do {
      const wanted = awardsToIssue(roster.rows(), planning, plan);
      const allowed = given === undefined ? wanted : asPlanned(wanted, given.file.rows());
      const awards = issuableFromRoster(allowed, issuer, basename(rosterFile), (credentialId, files) =>
        copyEvidence(programme, run.evidence, credentialId, files),
      );
      for await (const credential of issueAwards(awards, issuing)) {
        issued.add(credential);
        progress.step();
      }
    } while (await held.wait());
  } finally {
    progress.end();
  }
}

/** What the new badges refer to by address: status lists, achievements, images. */
async function bringUpToDate({
  issuer,
  keyring,
  ledger,
  programme,
  definitions,
  session,
}: Run): Promise<readonly string[]> {
  if (ledger === undefined) return [];
  const hosted = hostedFiles(issuer, definitions, await loadProfileImage(programme));
  const { lists } = await refreshPublic(programme, keyring, ledger, session, hosted);
  return lists.map((path) => programme.shown(path));
}

/** How others are told of this run. */
function commandOf({ rosterFile, planning: { shard }, archive }: Run, approvedBy: readonly string[]): string {
  return [
    `issue ${basename(rosterFile)}`,
    ...(shard === undefined ? [] : [`--shard ${shard.index}/${shard.count}`]),
    ...(archive === undefined ? [] : [`--output ${archive.form}`]),
    ...(archive?.file === undefined ? [] : [`--to ${archive.file}`]),
    ...(approvedBy.length === 0 ? [] : [`(approved by ${approvedBy.join(', ')})`]),
  ].join(' ');
}
