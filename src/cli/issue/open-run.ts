import type { Issuer } from '../../issue/issuer.ts';
import type { Planning } from '../../issue/plan.ts';
import { hasUnknownAwards } from '../../issue/rebuild.ts';
import { parseShard } from '../../issue/shard.ts';
import type { Ledger } from '../../ports.ts';
import { approvalsOf } from '../../programme/approvals.ts';
import { PROOF_FORMS } from '../../programme/config.ts';
import type { EvidencePlace } from '../../programme/evidence-files.ts';
import type { LoadedDefinition } from '../../programme/definitions.ts';
import { loadIssuer } from '../../programme/issuer.ts';
import type { Keyring } from '../../programme/keyring.ts';
import { hasLedger } from '../../programme/ledger.ts';
import type { Programme } from '../../programme/programme.ts';
import type { NamedRoster } from '../../programme/joined-roster.ts';
import type { Roster } from '../../programme/roster.ts';
import { requireDefinitions } from '../../programme/sound-definitions.ts';
import type { SigningChecks } from '../../proof/data-integrity.ts';
import { defaultBadge } from '../award-badge.ts';
import { type SampleOptions, sampler } from '../check-sample.ts';
import { choose } from '../choice.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { readJobs } from '../jobs.ts';
import { openLedgerOf } from '../open-ledger.ts';
import { type JoinOptions, openRosters } from '../open-rosters.ts';
import { refuseEveryone, tellReading } from '../roster-options.ts';
import { rowRulesOf } from '../row-rules.ts';
import type { Session } from '../session.ts';
import type { ArchiveOptions, WantedArchive } from './archive-output.ts';
import type { Opening } from './opening.ts';
import { openWorkshop } from './open-workshop.ts';

export interface IssueOptions extends CommonOptions, SampleOptions, ArchiveOptions, JoinOptions {
  readonly badge?: string;
  readonly proof?: string;
  readonly strict?: boolean;
  readonly supersede?: boolean;
  readonly shard?: string;
  readonly jobs?: string;
  readonly plan?: string;
  readonly planOut?: string;
}

/** Everything that a run has opened. */
export interface Run {
  readonly roster: Roster;
  /** The file that says who is in the roster. */
  readonly rosterFile: string;
  /** All of its files: the same, and those that are joined with it. */
  readonly files: readonly NamedRoster[];
  /** Where its evidence lies. */
  readonly evidence: EvidencePlace;
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

/** Opens all that a run of `issue` needs. */
export async function openRun(
  names: readonly [string, ...string[]],
  archive: WantedArchive | undefined,
  options: IssueOptions,
  opening: Opening,
  session: Session,
): Promise<Run> {
  const { programme } = opening;
  const definitions = await requireDefinitions(programme);
  const [rosterFile] = names;
  const { roster, files, evidence } = await openRosters(names, options, programme, session);
  for (const { roster: each, shownAs } of files) tellReading(each, shownAs, definitions, session);
  refuseEveryone(roster, rosterFile, definitions, defaultBadge(options.badge, definitions));
  const jobs = readJobs(options.jobs);
  const shard = options.shard === undefined ? undefined : parseShard(options.shard);
  const form = choose('--proof', options.proof, PROOF_FORMS) ?? programme.config.proof ?? 'data-integrity';
  const checks = sampler(options, session.random);
  const rules = rowRulesOf(programme, roster, definitions, options.badge);
  // The ledger is opened while the key is. Who is asked, and stops, has made none.
  if (!opening.isBegun) await opening.keyring();
  const ledger =
    (options.dryRun !== true && options.planOut === undefined) || (await hasLedger(programme, session.env))
      ? await openLedgerOf(programme, opening.keyring, session)
      : undefined;
  try {
    const keyring = await opening.keyring();
    const issuer = await loadIssuer(programme, { keyring, definitions, form });
    const isRemade = ledger !== undefined && (await hasUnknownAwards(ledger));
    const { workshop, end } = await openWorkshop(issuer, rules, programme, archive?.form, jobs, roster.bytes);
    return {
      roster,
      rosterFile,
      files,
      evidence,
      programme,
      definitions,
      issuer,
      keyring,
      ledger,
      planning: {
        rules,
        workshop,
        secret: keyring.awardSecret,
        issuerId: issuer.profile.id,
        clock: session.clock,
        ledger,
        isRemade,
        supersedes: options.supersede === true,
        approvals: approvalsOf(definitions, programme.config),
        isByPlan: options.plan !== undefined || options.planOut !== undefined,
        shard,
      },
      checks,
      archive,
      options,
      session,
      endWork: end,
    };
  } catch (error) {
    // The fault that came first is the one to tell.
    await ledger?.close().catch(() => undefined);
    throw error;
  }
}

/** Whether rows that changed since they were issued are issued anew. */
export function isSuperseding({ options }: Run): boolean {
  return options.supersede === true;
}
