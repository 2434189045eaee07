import { join, resolve } from 'node:path';
import { BadgekitError, EXIT, type ExitCode } from '../../errors.ts';
import { readAward, type RowOutcome } from '../../issue/award.ts';
import { changeOf, standingOf } from '../../issue/standing.ts';
import { normalizeEmail } from '../../openbadges/recipient.ts';
import type { Ledger, LedgerAward } from '../../ports.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { jsonFiles, openPlanFile } from '../../programme/plan-file.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { rosterFiles, rowListFiles } from '../../programme/roster-files.ts';
import { readRowList } from '../../programme/row-lists.ts';
import { requireDefinitions } from '../../programme/sound-definitions.ts';
import { formatDay, type Instant } from '../../syntax/datetime.ts';
import { quoted, visible } from '../../syntax/text.ts';
import { spellings } from '../award-filter.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { usingLedger } from '../open-ledger.ts';
import { openRosters } from '../open-rosters.ts';
import { rowRulesOf } from '../row-rules.ts';
import type { Session } from '../session.ts';

interface WhyOptions extends CommonOptions {
  readonly badge?: string;
  readonly plan?: readonly string[];
}

/** What one place says of somebody and a badge. */
interface Said {
  readonly source: 'ledger' | 'plan' | 'list' | 'roster';
  /** The credential, or the file and the line. */
  readonly where: string;
  readonly badge: string | undefined;
  readonly what: string;
}

interface Asked {
  readonly person: string;
  readonly badge: string | undefined;
  readonly programme: Programme;
  readonly session: Session;
}

/** `why`: what became of somebody's badge, or why nothing did. */
export async function runWhy(person: string, options: WhyOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const asked = { person, badge: options.badge, programme, session };
  const issued = await inLedger(asked);
  const known = new Set(issued.map(({ badge }) => badge));
  // Of a good row the ledger tells more, where it knows it.
  const rosters = (await inRosters(asked)).filter(({ badge }) => badge === undefined || !known.has(badge));
  const said = [...issued, ...(await inPlans(asked, options.plan)), ...(await inLists(asked)), ...rosters];
  if (options.json === true)
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'why', person, badge: options.badge ?? null, said: said.map(({ badge, ...rest }) => ({ ...rest, badge: badge ?? null })) })}\n`,
    );
  else if (said.length === 0)
    session.out(
      `Nothing is known of ${quoted(person)}${options.badge === undefined ? '' : ` and ${options.badge}`}: not in the ledger, in no plan, and in no roster in rosters/.\nCheck the spelling; the roster may have another address.\n`,
    );
  else
    for (const { source, where, badge, what } of said)
      session.out(
        `${source.padEnd(7)} ${visible(where, 200)}${badge === undefined ? '' : `  ${visible(badge)}`}\n          ${visible(what, 600)}\n`,
      );
  return said.length === 0 ? EXIT.no : EXIT.yes;
}

async function inLedger({ person, badge, programme, session }: Asked): Promise<readonly Said[]> {
  if (!(await hasLedger(programme, session.env))) return [];
  const now = session.clock();
  return await usingLedger(programme, undefined, session, async (ledger: Ledger) => {
    const awards = await ledger.awardsOf(spellings(person));
    return awards
      .filter((award) => badge === undefined || award.badge === badge)
      .toSorted((a, b) => a.reservedAt - b.reservedAt)
      .map((award) => ({
        source: 'ledger' as const,
        where: award.credentialId,
        badge: award.badge,
        what: fateOf(award, now),
      }));
  });
}

function fateOf(award: LedgerAward, now: Instant): string {
  const { state, issuedAt, roster, line, run, validUntil, supersededBy, validFrom } = award;
  const from = `from ${roster}:${line}`;
  if (state === 'reserved')
    return `was about to be issued ${from} by the batch ${run}, which did not finish: run the same command again`;
  const issued = `issued on ${formatDay(issuedAt ?? validFrom)} ${from} (batch ${run})`;
  const standing = standingOf(award, now);
  const change = changeOf(award, standing === 'suspended' ? 'suspension' : 'revocation');
  const because = change?.reason === undefined ? '' : `: ${change.reason}`;
  if (standing === 'superseded') return `${issued}; replaced by ${supersededBy ?? ''}`;
  if (standing === 'revoked' || standing === 'suspended')
    return `${issued}; ${standing} on ${formatDay(change?.since ?? now)}${because}`;
  if (standing === 'expired') return `${issued}; expired on ${formatDay(validUntil ?? now)}`;
  return `${issued}; valid${validUntil === undefined ? '' : ` until ${formatDay(validUntil)}`}`;
}

const STEPS = {
  issue: 'is to be issued by this plan: badgekit issue --plan',
  keep: 'was issued before this plan, which leaves it as it is',
  changed: 'says something else than what was issued; the plan leaves what was issued as it is',
  revoked: 'says something else than what was issued, and that was revoked; the plan issues nothing',
  erased: 'was erased; the plan issues nothing',
} as const;

/** The plans that are named, or those in the programme's folder. */
async function inPlans(
  { person, badge, programme, session }: Asked,
  named?: readonly string[],
): Promise<readonly Said[]> {
  const files = named ?? (await jsonFiles(programme)).map((file) => programme.shown(file));
  const names = new Set(spellings(person));
  const said: Said[] = [];
  for (const file of files) {
    try {
      const plan = await openPlanFile(resolve(session.cwd, file), file);
      for await (const row of plan.rows())
        if (names.has(row.recipient) && (badge === undefined || row.badge === badge))
          said.push({
            source: 'plan',
            where: `${file}, line ${row.line} of its roster`,
            badge: row.badge,
            what: STEPS[row.step],
          });
    } catch (error) {
      // Other files may be JSON, too.
      if (!(error instanceof BadgekitError) || named !== undefined) throw error;
    }
  }
  return said;
}

/** The lists that the last runs left beside rosters. */
async function inLists({ person, programme }: Asked): Promise<readonly Said[]> {
  const said: Said[] = [];
  for (const file of await rowListFiles(programme)) {
    const shown = programme.shown(file);
    const kind = file.endsWith('.rejected.csv') ? 'was refused' : 'had not earned it';
    for await (const { cells, line, why } of readRowList(join(programme.root, file), shown))
      if (isNamedIn(cells, person))
        said.push({
          source: 'list',
          where: `${shown}, line ${line} of its roster`,
          badge: undefined,
          what: `${kind}: ${why}`,
        });
  }
  return said;
}

/** What the rosters in the programme say now. */
async function inRosters({ person, badge, programme, session }: Asked): Promise<readonly Said[]> {
  const definitions = await requireDefinitions(programme);
  const said: Said[] = [];
  for (const file of await rosterFiles(programme)) {
    const shown = programme.shown(file);
    try {
      const { roster } = await openRosters([shown], {}, programme.config, session);
      const rules = rowRulesOf(programme, roster, definitions, badge);
      for await (const row of roster.rows()) {
        const { cells, original = cells } = row;
        if (!isNamedIn(original, person)) continue;
        const outcome = readAward(row, rules);
        if (outcome.ok && badge !== undefined && outcome.award.badge !== badge) continue;
        const of = outcome.ok ? outcome.award.badge : undefined;
        said.push({ source: 'roster', where: `${shown}:${row.line}`, badge: of, what: judgementOf(outcome) });
      }
    } catch (error) {
      if (!(error instanceof BadgekitError)) throw error;
      session.err(`${shown} is passed over: ${visible(error.message, 300)}\n`);
    }
  }
  return said;
}

function judgementOf(outcome: RowOutcome): string {
  if (outcome.ok) return 'a good row, which is not issued yet';
  if (outcome.unearned !== undefined) return `has not earned it: ${outcome.unearned}`;
  return `refused: ${outcome.faults.map(({ message, hint }) => (hint === undefined ? message : `${message}; ${hint}`)).join(' | ')}`;
}

/** Whether a cell is what somebody goes by. */
function isNamedIn(cells: readonly string[], person: string): boolean {
  const wanted = normalizeEmail(person);
  return cells.some((cell) => normalizeEmail(cell) === wanted);
}
