import { EXIT, type ExitCode } from '../../errors.ts';
import { type DifferingAward, type RosterDifference, rosterDifferences } from '../../issue/roster-difference.ts';
import { type Standing, standingOf } from '../../issue/standing.ts';
import type { Ledger, LedgerAward } from '../../ports.ts';
import type { LoadedDefinition } from '../../programme/definitions.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import type { Roster } from '../../programme/roster.ts';
import { requireDefinitions } from '../../programme/sound-definitions.ts';
import { visible } from '../../syntax/text.ts';
import { defaultBadge } from '../award-badge.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { openLedgerOf } from '../open-ledger.ts';
import { openRosters } from '../open-rosters.ts';
import { refuseEveryone, type RosterOptions } from '../roster-options.ts';
import { rowRulesOf } from '../row-rules.ts';
import type { Session } from '../session.ts';
import { count } from '../style.ts';

interface DiffOptions extends CommonOptions, RosterOptions {
  readonly badge?: string;
}

/** A difference, and what issuing the new roster would do about it. */
interface JudgedDifference {
  readonly kind: RosterDifference['kind'];
  readonly line: number;
  readonly recipient: string | undefined;
  readonly badge: string | undefined;
  readonly columns: readonly string[];
  /** The credential that was issued for the award, and how it stands. */
  readonly issued: { readonly id: string; readonly standing: Standing } | undefined;
  readonly effect: string;
}

/** `roster diff`: what a new roster says otherwise than an old one, and what issuing it would do. */
export async function runRosterDiff(
  oldFile: string,
  newFile: string,
  options: DiffOptions,
  session: Session,
): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const definitions = await requireDefinitions(programme);
  const [old, now] = [
    await open(oldFile, programme, definitions, options, session),
    await open(newFile, programme, definitions, options, session),
  ];
  const ledger = (await hasLedger(programme, session.env))
    ? await openLedgerOf(programme, undefined, session)
    : undefined;
  const printer =
    options.json === true ? jsonPrinter(oldFile, newFile, session) : textPrinter(oldFile, newFile, session);
  try {
    const rules = (roster: Roster) => rowRulesOf(programme, roster, definitions, options.badge);
    const differences = rosterDifferences(
      { rows: old.rows(), rules: rules(old) },
      { rows: now.rows(), rules: rules(now) },
    );
    for await (const difference of differences) printer.add(await judged(difference, ledger, session));
  } finally {
    await ledger?.close();
  }
  printer.end();
  return EXIT.yes;
}

async function open(
  file: string,
  programme: Programme,
  definitions: readonly LoadedDefinition[],
  options: DiffOptions,
  session: Session,
): Promise<Roster> {
  const { roster } = await openRosters([file], options, programme, session);
  refuseEveryone(roster, file, definitions, defaultBadge(options.badge, definitions));
  return roster;
}

async function judged(
  difference: RosterDifference,
  ledger: Ledger | undefined,
  session: Session,
): Promise<JudgedDifference> {
  const { kind } = difference;
  if (kind === 'refused') {
    const [fault] = difference.faults;
    const hint = fault?.hint === undefined ? '' : `; ${fault.hint}`;
    return { ...nobody(kind, difference.line), effect: `would be refused: ${fault?.message ?? ''}${hint}` };
  }
  if (kind === 'unearned')
    return { ...nobody(kind, difference.line), effect: `nothing would be issued: ${difference.reason}` };
  const { award } = difference;
  const known = await issuedFor(award, ledger);
  const standing = known === undefined ? undefined : standingOf(known, session.clock());
  return {
    kind,
    line: award.line,
    recipient: award.recipient.label,
    badge: award.badge,
    columns: difference.kind === 'changed' ? difference.columns : [],
    issued: known === undefined || standing === undefined ? undefined : { id: known.credentialId, standing },
    effect: effectOf(kind, known, standing),
  };
}

function nobody(kind: RosterDifference['kind'], line: number): Omit<JudgedDifference, 'effect'> {
  return { kind, line, recipient: undefined, badge: undefined, columns: [], issued: undefined };
}

/** The newest edition that was issued of an award. */
async function issuedFor(
  { badge, awardKey, recipient }: DifferingAward,
  ledger: Ledger | undefined,
): Promise<LedgerAward | undefined> {
  const theirs = (await ledger?.awardsOf([recipient.label])) ?? [];
  return theirs
    .filter((award) => award.state === 'issued' && award.badge === badge && award.awardKey === awardKey)
    .toSorted((a, b) => b.edition - a.edition)[0];
}

function effectOf(
  kind: 'added' | 'removed' | 'changed',
  known: LedgerAward | undefined,
  standing: Standing | undefined,
): string {
  if (known === undefined) {
    if (kind === 'removed') return 'nothing: the ledger knows no badge for it';
    return kind === 'added' ? 'would be issued, unless its person was erased' : 'would be issued as it is now';
  }
  const { credentialId: id } = known;
  if (standing === 'revoked') return `nothing: its badge ${id} was revoked`;
  if (kind === 'added') return `nothing, or with --supersede a new badge where it says otherwise: ${id} was issued`;
  if (kind === 'changed')
    return `${id} stays as it is; with --supersede a new badge replaces it where it says otherwise`;
  return `its badge ${id} stays ${standing ?? 'valid'}; to take it back: badgekit revoke ${id}`;
}

interface Printer {
  add(difference: JudgedDifference): void;
  end(): void;
}

const SIGNS: Readonly<Record<RosterDifference['kind'], string>> = {
  added: '+',
  removed: '-',
  changed: '~',
  unearned: '!',
  refused: '!',
};

function textPrinter(oldFile: string, newFile: string, session: Session): Printer {
  const counts = new Map<RosterDifference['kind'], number>();
  return {
    add: ({ kind, line, recipient, badge, columns, effect }) => {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      const who = recipient === undefined ? '' : ` ${recipient}, ${badge ?? ''}`;
      const what = columns.length === 0 ? '' : ` (${columns.join(', ')})`;
      const place = `${kind === 'removed' ? oldFile : newFile}:${line}`;
      session.out(`${SIGNS[kind]} ${visible(`${place} ${who}${what}`, 400)}\n    ${visible(effect, 600)}\n`);
    },
    end: () => {
      const parts = [...counts].map(([kind, number]) => `${count(number)} ${kind}`);
      session.out(parts.length === 0 ? 'Both say the same about every award.\n' : `${parts.join(', ')}\n`);
    },
  };
}

/** One document, printed when all of it is there: a roster may turn out to be unreadable at its end. */
function jsonPrinter(oldFile: string, newFile: string, session: Session): Printer {
  const differences: string[] = [];
  return {
    add: ({ recipient, badge, issued, ...rest }) => {
      const whole = { ...rest, recipient: recipient ?? null, badge: badge ?? null, issued: issued ?? null };
      differences.push(JSON.stringify(whole));
    },
    end: () => {
      const head = JSON.stringify({ badgekit: 1, command: 'roster diff', old: oldFile, new: newFile }).slice(0, -1);
      session.out(`${head},"differences":[`);
      for (const [index, difference] of differences.entries()) session.out(`${index === 0 ? '' : ','}${difference}`);
      session.out(']}\n');
    },
  };
}
