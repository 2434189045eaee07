import { basename, resolve } from 'node:path';
import { BadgekitError, EXIT } from '../../errors.ts';
import { issuableFromRoster } from '../../issue/from-roster.ts';
import type { Issuer } from '../../issue/issuer.ts';
import { issueAwards, type Outlet } from '../../issue/pipeline.ts';
import { awardsToIssue, type Planning, planRoster, type RosterPlan, unearnedRows } from '../../issue/plan.ts';
import { hasUnknownAwards } from '../../issue/rebuild.ts';
import { parseShard } from '../../issue/shard.ts';
import type { Ledger } from '../../ports.ts';
import { PROOF_FORMS, rosterConfig } from '../../programme/config.ts';
import type { LoadedDefinition } from '../../programme/definitions.ts';
import { writeWhole } from '../../programme/files.ts';
import { loadIssuer, loadProfileImage } from '../../programme/issuer.ts';
import type { Keyring } from '../../programme/keyring.ts';
import { hasLedger } from '../../programme/ledger.ts';
import type { Programme } from '../../programme/programme.ts';
import {
  besideRoster,
  openRoster,
  refuseForeignList,
  rejectedCsv,
  removeStaleList,
  type Roster,
  writeUnearned,
} from '../../programme/roster.ts';
import { requireDefinitions } from '../../programme/sound-definitions.ts';
import type { SigningChecks } from '../../proof/data-integrity.ts';
import { hostedFiles } from '../../site/hosted-files.ts';
import { type SampleOptions, sampler } from '../check-sample.ts';
import { defaultBadge } from '../award-badge.ts';
import { choose } from '../choice.ts';
import type { CommonOptions } from '../commands/shared.ts';
import {
  type ArchiveOptions,
  openWantedArchive,
  readArchiveOptions,
  sessionBeside,
  type WantedArchive,
} from '../issue/archive-output.ts';
import { showPlan } from '../issue/dry-run.ts';
import { IssuedList } from '../issue/issued-list.ts';
import type { Opening } from '../issue/opening.ts';
import { openWorkshop } from '../issue/open-workshop.ts';
import { readJobs } from '../jobs.ts';
import { startProgress } from '../progress.ts';
import {
  namesEveryone,
  readRosterHints,
  refuseEveryone,
  type RosterOptions,
  tellPassedOver,
  tellReading,
} from '../roster-options.ts';
import { faultLines, type IssueOutcome, issueAsJson, issueAsText, planAsText } from '../render-issue.ts';
import { HeldAwards } from '../held-awards.ts';
import { openLedgerOf, startRun } from '../open-ledger.ts';
import { refreshPublic } from '../public-folder.ts';
import type { Session } from '../session.ts';
import { counted } from '../style.ts';

export interface IssueOptions extends CommonOptions, SampleOptions, ArchiveOptions, RosterOptions {
  readonly badge?: string;
  readonly proof?: string;
  readonly strict?: boolean;
  readonly supersede?: boolean;
  readonly shard?: string;
  readonly jobs?: string;
}

/** Everything that a run has opened. */
interface Run {
  readonly roster: Roster;
  readonly rosterFile: string;
  readonly programme: Programme;
  readonly definitions: readonly LoadedDefinition[];
  readonly issuer: Issuer;
  readonly keyring: Keyring;
  readonly ledger: Ledger | undefined;
  readonly planning: Planning;
  /** What is tried of the next credential before it goes out. */
  readonly checks: () => SigningChecks;
  /** The archive that the badges go into; undefined where they become files. */
  readonly archive: WantedArchive | undefined;
  readonly options: IssueOptions;
  readonly session: Session;
  /** Ends the threads that work for this run. */
  readonly endWork: () => Promise<void>;
}

/** `issue`: reads the roster to the end and plans, then issues what is good. */
export async function runIssue(
  rosterFile: string,
  options: IssueOptions,
  opening: Opening,
  own: Session,
): Promise<number> {
  const archive = readArchiveOptions(options, options.json === true);
  const session = sessionBeside(archive, own);
  const run = await openRun(rosterFile, archive, options, opening, session);
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
    if (options.dryRun === true) {
      const { issuer } = run;
      const [isJson, isSupersede] = [options.json === true, isSuperseding(run)];
      return showPlan(plan, { rosterFile, read, issuer, session, isSuperseding: isSupersede, isJson });
    }
    if (options.json !== true) session.err(planAsText(plan, run.issuer, session, isSuperseding(run)));
    return await carryOut(plan, run, read);
  } finally {
    await run.endWork();
    await run.ledger?.close();
  }
}

async function openRun(
  rosterFile: string,
  archive: WantedArchive | undefined,
  options: IssueOptions,
  opening: Opening,
  session: Session,
): Promise<Run> {
  const { programme } = opening;
  const definitions = await requireDefinitions(programme);
  const hints = readRosterHints(options, rosterConfig(programme.config, basename(rosterFile)));
  const roster = await openRoster(resolve(session.cwd, rosterFile), rosterFile, hints);
  tellReading(roster, rosterFile, definitions, session);
  const ownBadge = defaultBadge(options.badge, definitions);
  refuseEveryone(roster, rosterFile, definitions, ownBadge);
  const jobs = readJobs(options.jobs);
  const shard = options.shard === undefined ? undefined : parseShard(options.shard);
  const form = choose('--proof', options.proof, PROOF_FORMS) ?? programme.config.proof ?? 'data-integrity';
  const checks = sampler(options, session.random);
  const keyring = await opening.keyring();
  const issuer = await loadIssuer(programme, { keyring, definitions, form });
  const ledger =
    options.dryRun !== true || (await hasLedger(programme, session.env))
      ? await openLedgerOf(programme, keyring, session)
      : undefined;
  const rules = {
    columns: roster.reading.columns,
    definitions: new Map(definitions.map((definition) => [definition.badge, definition])),
    defaultBadge: ownBadge,
    recipients: programme.config.recipients,
    namesEveryone: namesEveryone(roster),
  };
  const { workshop, end } = openWorkshop(issuer, rules, programme, archive?.form, jobs, roster.bytes);
  return {
    roster,
    rosterFile,
    programme,
    definitions,
    issuer,
    keyring,
    ledger,
    planning: {
      rules,
      workshop,
      secret: keyring.awardSecret,
      clock: session.clock,
      ledger,
      isRemade: ledger !== undefined && (await hasUnknownAwards(ledger)),
      supersedes: options.supersede === true,
      shard,
    },
    checks,
    archive,
    options,
    session,
    endWork: end,
  };
}

async function carryOut(
  plan: RosterPlan,
  run: Run,
  read: Pick<IssueOutcome, 'format' | 'passedOver'>,
): Promise<number> {
  run.session.finishOnInterrupt();
  const { options, session, rosterFile } = run;
  const { rejectedFile, unearnedFile } = await writeRowLists(plan, run);
  const isHeld = options.strict === true && plan.refused.length > 0;
  const issued = new IssuedList(options.json === true);
  try {
    if (!isHeld) await issuePlanned(plan, run, issued);
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
  if (options.json === true) for (const piece of issueAsJson(outcome)) session.out(piece);
  else session.out(issueAsText(outcome, faultLines(plan, rosterFile), run.issuer, session));
  if (isInterrupted) return EXIT.interrupted;
  return plan.refused.length > 0 ? EXIT.no : EXIT.yes;
}

/** What of the roster is not issued: rows to mend, and rows of people who have not earned the badge. */
async function writeRowLists(
  plan: RosterPlan,
  { roster, rosterFile, planning, session }: Run,
): Promise<Pick<IssueOutcome, 'rejectedFile' | 'unearnedFile'>> {
  const [rejected, unearned] = (['rejected', 'not-awarded'] as const).map((list) => {
    const shownAs = besideRoster(rosterFile, planning.shard, list);
    return { list, shownAs, path: resolve(session.cwd, shownAs) };
  });
  if (rejected === undefined || unearned === undefined) throw new Error('there are two lists');
  if (plan.refused.length === 0) await removeStaleList(rejected.path, rejected.list);
  else {
    await refuseForeignList(rejected.path, rejected.shownAs, rejected.list);
    await writeWhole(rejected.path, Buffer.from(rejectedCsv(roster.header, plan.refused), 'utf8'), {
      replace: true,
      mode: 0o600,
      shownAs: rejected.shownAs,
    });
  }
  if (plan.unearned.rows === 0) await removeStaleList(unearned.path, unearned.list);
  else {
    await refuseForeignList(unearned.path, unearned.shownAs, unearned.list);
    await writeUnearned(unearned.path, unearned.shownAs, roster.header, unearnedRows(roster.rows(), planning));
  }
  return {
    rejectedFile: plan.refused.length === 0 ? undefined : rejected.shownAs,
    unearnedFile: plan.unearned.rows === 0 ? undefined : unearned.shownAs,
  };
}

async function issuePlanned(plan: RosterPlan, run: Run, issued: IssuedList): Promise<void> {
  const { ledger, archive, programme, session } = run;
  if (ledger === undefined || (plan.toIssue === 0 && archive === undefined)) return;
  const outlet = archive === undefined ? undefined : await openWantedArchive(archive, programme, ledger, session);
  try {
    if (plan.toIssue > 0) await issueInto(outlet, plan, { ...run, ledger }, issued);
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
  run: Run & { readonly ledger: Ledger },
  issued: IssuedList,
): Promise<void> {
  const { roster, planning, issuer, ledger, programme, rosterFile, session, checks } = run;
  const progress = startProgress(session, 'Issuing', plan.toIssue);
  try {
    await startRun(ledger, commandOf(run), session);
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
      const awards = issuableFromRoster(awardsToIssue(roster.rows(), planning, plan), issuer, basename(rosterFile));
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
function commandOf({ rosterFile, planning: { shard }, archive }: Run): string {
  return [
    `issue ${basename(rosterFile)}`,
    ...(shard === undefined ? [] : [`--shard ${shard.index}/${shard.count}`]),
    ...(archive === undefined ? [] : [`--output ${archive.form}`]),
    ...(archive?.file === undefined ? [] : [`--to ${archive.file}`]),
  ].join(' ');
}

function isSuperseding({ options }: Run): boolean {
  return options.supersede === true;
}
