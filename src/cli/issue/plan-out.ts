import { basename, dirname, relative, resolve } from 'node:path';
import { BadgekitError, EXIT } from '../../errors.ts';
import { plannedAwards, type RosterPlan } from '../../issue/plan.ts';
import { type PlanRow, planRowOf } from '../../issue/plan-row.ts';
import { standingOf } from '../../issue/standing.ts';
import type { LedgerAward } from '../../ports.ts';
import { refuseForeign, writeWhole } from '../../programme/files.ts';
import { writePlanFile } from '../../programme/plan-file.ts';
import { formatStamp } from '../../syntax/datetime.ts';
import { visible } from '../../syntax/text.ts';
import { faultLines, type IssueOutcome, issueAsJson } from '../render-issue.ts';
import { type MissingAwards, planAsHtml, type PreviewedPlan } from '../render-plan.ts';
import { counted } from '../style.ts';
import { sampleCredential } from './dry-run.ts';
import { inputsOf, planOptionsOf } from './plan-inputs.ts';
import { nothingIssued } from './issued-list.ts';
import { type IssueOptions, isSuperseding, type Run } from './open-run.ts';

const SHOWN = 200;
const PRIVATE_MODE = 0o600;

/**
 * Refuses what does not go together with writing a plan down.
 * @throws BadgekitError USAGE
 */
export function refuseBeside(planOut: string, { plan, dryRun, to, output }: IssueOptions): void {
  const other =
    plan !== undefined
      ? '--plan'
      : dryRun === true
        ? '--dry-run'
        : to !== undefined
          ? '--to'
          : output !== undefined
            ? '--output'
            : undefined;
  if (other !== undefined)
    throw new BadgekitError('USAGE', `--plan-out issues nothing, so ${other} has no place beside it`, {
      hint: `leave ${other} out; the plan is carried out by: badgekit issue --plan ${visible(planOut, 200)}`,
    });
  if (!planOut.endsWith('.json'))
    throw new BadgekitError('USAGE', '--plan-out names a file that does not end in .json', {
      hint: 'name it such as plan.json: its preview lies beside it as plan.html',
    });
}

const PLAN = '"kind":"plan"';
const PAGE = '<title>Plan: ';
const LONGEST_HEAD = 2048;

/** Writes a plan down, with a page that shows it. Issues nothing. */
export async function writePlan(
  shownAs: string,
  plan: RosterPlan,
  run: Run,
  read: Pick<IssueOutcome, 'format' | 'passedOver'>,
): Promise<number> {
  const { roster, rosterFile, planning, programme, options, session, issuer } = run;
  const path = resolve(session.cwd, shownAs);
  const page = `${shownAs.slice(0, -'.json'.length)}.html`;
  if (/^public(?:[/\\]|$)/.test(relative(programme.root, path)))
    throw new BadgekitError('PATH_OUTSIDE', 'public/ is what the world may see, and a plan names people', {
      where: { file: shownAs },
      hint: 'write it elsewhere: --plan-out plan.json',
    });
  for (const [file, mark] of [
    [shownAs, PLAN],
    [page, PAGE],
  ] as const)
    await refuseForeign(resolve(session.cwd, file), file, {
      mark,
      within: LONGEST_HEAD,
      what: 'no plan',
      hint: 'give another name: --plan-out FILE',
    });
  const missing = await missingAwards(plan, run);
  const counts = {
    rows: plan.rows,
    toIssue: plan.toIssue,
    unchanged: plan.unchanged,
    changed: plan.changed.length,
    refused: plan.refused.rows,
    unearned: plan.unearned.rows,
    missing: missing.all,
  };
  const head = {
    badgekit: 1,
    kind: 'plan',
    made: formatStamp(session.clock()),
    issuer: programme.config.issuer.id,
    options: planOptionsOf(options),
    inputs: await inputsOf(run, dirname(path)),
    counts,
  } as const;
  const first: PlanRow[] = [];
  const perBadge = new Map<string, number>();
  async function* rows(): AsyncGenerator<PlanRow> {
    for await (const award of plannedAwards(roster.rows(), planning, plan)) {
      const row = planRowOf(award);
      if (row.step === 'issue') {
        perBadge.set(award.row.definition, (perBadge.get(award.row.definition) ?? 0) + 1);
        if (first.length < SHOWN) first.push(row);
      }
      yield row;
    }
  }
  const digest = await writePlanFile(path, shownAs, head, rows(), run.keyring.awardSecret);
  const preview: PreviewedPlan = {
    plan,
    head,
    digest,
    rosterFile,
    header: roster.header,
    first,
    perBadge,
    missing,
    passedOver: read.passedOver,
    definitions: run.definitions,
    issuerName: programme.config.issuer.name,
    sample: sampleCredential(plan, issuer, session),
    isSuperseding: isSuperseding(run),
  };
  const { needed: approvals } = plan.approvals;
  await writeWhole(resolve(session.cwd, page), Buffer.from(planAsHtml(preview), 'utf8'), {
    replace: true,
    mode: PRIVATE_MODE,
    shownAs: page,
  });
  if (options.json === true) {
    const outcome = { plan, rosterFile, ...read, isSuperseding: isSuperseding(run), ...nothingIssued() };
    const planned = { file: shownAs, preview: page, sha256: digest, missing: missing.all, approvals };
    for (const piece of issueAsJson(outcome, { planned })) session.out(piece);
  } else {
    session.out(faultLines(plan, rosterFile).slice(0, SHOWN).join(''));
    session.out(
      `The plan is in ${visible(shownAs)}, and ${visible(page)} shows it to people; nothing was issued.\n${approvals === 0 ? '' : `It needs ${counted(approvals, 'approval')}: badgekit approve ${visible(shownAs)} --as NAME\n`}To carry it out: badgekit issue --plan ${visible(shownAs)}\n`,
    );
  }
  return plan.refused.rows > 0 ? EXIT.no : EXIT.yes;
}

async function missingAwards(plan: RosterPlan, { ledger, rosterFile, planning, session }: Run): Promise<MissingAwards> {
  const first: LedgerAward[] = [];
  let all = 0;
  // A part of a roster does not tell what the whole lacks.
  if (ledger === undefined || planning.shard !== undefined) return { all, first };
  const now = session.clock();
  for await (const award of ledger.select({ roster: basename(rosterFile) })) {
    if (award.erasedAt !== undefined || standingOf(award, now) !== 'valid') continue;
    if (plan.lines.get(award.award) !== undefined) continue;
    all++;
    if (first.length < SHOWN) first.push(award);
  }
  return { all, first };
}
