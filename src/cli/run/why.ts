import { basename, join, resolve } from 'node:path';
import { BadgekitError, EXIT, type ExitCode } from '../../errors.ts';
import { readAward, type RowOutcome } from '../../issue/award.ts';
import { changeOf, standingOf } from '../../issue/standing.ts';
import { normalizeEmail } from '../../openbadges/recipient.ts';
import type { Ledger, LedgerAward } from '../../ports.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { jsonFiles, openPlanFile } from '../../programme/plan-file.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { rosterFiles, rowListFiles } from '../../programme/roster-files.ts';
import { listPlaces } from '../../programme/row-lists.ts';
import type { Column, ColumnMap } from '../../roster/columns.ts';
import type { RosterRow } from '../../roster/layout.ts';
import { requireDefinitions } from '../../programme/sound-definitions.ts';
import { formatDay, type Instant } from '../../syntax/datetime.ts';
import { quoted, visible } from '../../syntax/text.ts';
import { defaultBadge } from '../award-badge.ts';
import { spellings } from '../award-filter.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { usingLedger } from '../open-ledger.ts';
import { openPlainRoster } from '../open-rosters.ts';
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
  /** The rosters that it came from, as files are called. */
  readonly rosters: readonly string[];
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
  const issued = await awardsOf(asked);
  const known = [
    ...issued.map((award) => inLedger(award, session.clock())),
    ...(await inPlans(asked, issued, options.plan)),
    ...(await inLists(asked)),
  ];
  const said = [...known, ...(await inRosters(asked, issued, known))];
  if (options.json === true)
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'why', person, badge: options.badge ?? null, said: said.map(({ source, where, what, badge }) => ({ source, where, what, badge: badge ?? null })) })}\n`,
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

/** What the ledger has of somebody, reserved or issued. */
async function awardsOf({ person, badge, programme, session }: Asked): Promise<readonly LedgerAward[]> {
  if (!(await hasLedger(programme, session.env))) return [];
  return await usingLedger(programme, undefined, session, async (ledger: Ledger) => {
    const awards = await ledger.awardsOf(spellings(person));
    return awards
      .filter((award) => badge === undefined || award.badge === badge)
      .toSorted((a, b) => a.reservedAt - b.reservedAt);
  });
}

function inLedger(award: LedgerAward, now: Instant): Said {
  const { credentialId, badge, roster } = award;
  return { source: 'ledger', where: credentialId, badge, what: fateOf(award, now), rosters: [roster] };
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
  issued: readonly LedgerAward[],
  named?: readonly string[],
): Promise<readonly Said[]> {
  const files = named ?? (await jsonFiles(programme)).map((file) => programme.shown(file));
  const names = new Set(spellings(person));
  const done = new Set(issued.filter(({ state }) => state === 'issued').map(({ credentialId }) => credentialId));
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
            what: row.step === 'issue' && done.has(row.id) ? 'was issued by this plan' : STEPS[row.step],
            rosters: plan.head.inputs.rosters.map(({ file: of }) => basename(of)),
          });
      plan.close();
    } catch (error) {
      // Other files may be JSON, too.
      if (!(error instanceof BadgekitError) || named !== undefined) throw error;
    }
  }
  return said;
}

/** The lists that the last runs left beside rosters, which are written as the rosters are, with columns of their own. */
async function inLists(asked: Asked): Promise<readonly Said[]> {
  const { programme, session } = asked;
  const said: Said[] = [];
  for (const file of await rowListFiles(programme)) {
    const kind = file.endsWith('.rejected.csv') ? 'was refused' : 'had not earned it';
    const roster = basename(file).replace(/\.(?:rejected|not-awarded)\.csv$/, '.csv');
    await passingOver(programme.shown(file), session, async (shown) => {
      const list = await openPlainRoster(join(programme.root, file), shown, programme.config, roster);
      const places = listPlaces(list.header);
      if (places === undefined) return;
      for await (const row of list.rows()) {
        const { cells, original = cells } = row;
        const at = (place: number): string => original[place] ?? '';
        if (!isOf(row, list.reading.columns, asked)) continue;
        // Lists had no such column once.
        const badge = at(places.badge) === '' ? undefined : at(places.badge);
        if (asked.badge !== undefined && badge !== undefined && badge !== asked.badge) continue;
        const where = `${shown}, line ${at(places.line)} of its roster`;
        const rosters = badge === undefined ? [] : [roster];
        said.push({ source: 'list', where, badge, what: `${kind}: ${at(places.reason)}`, rosters });
      }
    });
  }
  return said;
}

/**
 * What the rosters in the programme say now, but for good rows whose award the ledger knows. A roster that names no badge may be of
 * any: what it would say if it were of the one in question is told where nothing else is known.
 */
async function inRosters(
  asked: Asked,
  issued: readonly LedgerAward[],
  known: readonly Said[],
): Promise<readonly Said[]> {
  const { badge, programme, session } = asked;
  const definitions = await requireDefinitions(programme);
  const isOnlyBadge = defaultBadge(undefined, definitions) !== undefined;
  const rosters = new Set(known.flatMap((each) => each.rosters));
  const said: Said[] = [];
  const ifOfIt: Said[] = [];
  for (const file of await rosterFiles(programme))
    await passingOver(programme.shown(file), session, async (shown) => {
      const roster = await openPlainRoster(join(programme.root, file), shown, programme.config);
      const rules = rowRulesOf(programme, roster, definitions, badge);
      for await (const row of roster.rows()) {
        if (!isOf(row, rules.columns, asked)) continue;
        const where = `${shown}:${row.line}`;
        const told = { source: 'roster', where, rosters: [basename(file)] } as const;
        const isSure = isOnlyBadge || namesBadge(row, rules.columns) || rosters.has(basename(file));
        if (!isSure && badge === undefined) {
          ifOfIt.push({ ...told, badge, what: 'names them, and no badge: ask again with --badge' });
          continue;
        }
        const outcome = readAward(row, rules);
        const of = outcome.ok ? outcome.award.badge : outcome.badge;
        if (badge !== undefined && of !== undefined && of !== badge) continue;
        if (outcome.ok && issued.some((award) => award.badge === of && award.awardKey === outcome.award.awardKey))
          continue;
        if (isSure) said.push({ ...told, badge: of, what: judgementOf(outcome) });
        else ifOfIt.push({ ...told, badge: undefined, what: `if it is of ${badge ?? ''}: ${judgementOf(outcome)}` });
      }
    });
  return said.length + known.length === 0 ? ifOfIt : said;
}

function namesBadge({ cells }: RosterRow, { indices }: ColumnMap): boolean {
  return (cells[indices.get('badge') ?? -1] ?? '').trim() !== '';
}

/** What cannot be read is told and passed over: it may be anybody's. */
async function passingOver(shown: string, session: Session, read: (shown: string) => Promise<void>): Promise<void> {
  try {
    await read(shown);
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    session.err(`${visible(shown, 200)} is passed over: ${visible(error.message, 300)}\n`);
  }
}

function judgementOf(outcome: RowOutcome): string {
  if (outcome.ok) return 'a good row: issue issues it, unless its person was erased';
  if (outcome.unearned !== undefined) return `has not earned it: ${outcome.unearned}`;
  return `refused: ${outcome.faults.map(({ message, hint }) => (hint === undefined ? message : `${message}; ${hint}`)).join(' | ')}`;
}

const WHO = ['email', 'id', 'identifier', 'name'] as const;

/** Whether a row is of somebody, and may be of the badge that is asked for: by the columns that say so, and no others. */
function isOf(
  { cells }: RosterRow,
  { indices }: ColumnMap,
  { person, badge }: Pick<Asked, 'person' | 'badge'>,
): boolean {
  const cell = (column: Column): string => normalizeEmail(cells[indices.get(column) ?? -1] ?? '');
  const wanted = normalizeEmail(person);
  if (!WHO.some((column) => cell(column) === wanted)) return false;
  const named = cell('badge');
  return badge === undefined || named === '' || named === badge;
}
