import type { RowFault } from '../issue/award.ts';
import type { Issuer } from '../issue/issuer.ts';
import type { RosterPlan } from '../issue/plan.ts';
import { type FoundFormat, LIST } from '../roster/formats.ts';
import { type PassedOver, passedOverList } from '../roster/reading.ts';
import { formatDay } from '../syntax/datetime.ts';
import { visible } from '../syntax/text.ts';
import type { WantedArchive } from './issue/archive-output.ts';
import type { IssuedList } from './issue/issued-list.ts';
import type { Session } from './session.ts';
import { count, counted, labelled, styles } from './style.ts';

const MAX_SHOWN = 20;

/** What came of a run of `issue`. */
export interface IssueOutcome {
  readonly plan: RosterPlan;
  readonly rosterFile: string;
  readonly format: FoundFormat;
  /** Rows that the plan passed over. */
  readonly passedOver: PassedOver;
  readonly issued: Pick<IssuedList, 'length' | 'endings' | 'pieces'>;
  readonly statusLists: readonly string[];
  readonly rejectedFile: string | undefined;
  readonly unearnedFile: string | undefined;
  /** The archive that the badges went into; undefined where they became files. */
  readonly archive: WantedArchive | undefined;
  readonly isInterrupted: boolean;
  /** Whether nothing was issued because a row was refused and --strict was given. */
  readonly isHeld: boolean;
  /** Whether rows that changed are issued anew. */
  readonly isSuperseding: boolean;
}

/** `Plan  25 rows: 21 to issue, 1 unchanged, 3 refused` */
export function planAsText(
  { rows, elsewhere, toIssue, unchanged, changed, revoked, erased, refused, unearned }: RosterPlan,
  issuer: Issuer,
  session: Session,
  isSuperseding: boolean,
): string {
  const { err } = styles(session);
  const parts = [
    `${count(toIssue)} to issue`,
    ...(changed.length > 0
      ? [
          isSuperseding
            ? `${count(changed.length)} of them to supersede`
            : `${count(changed.length)} changed since issued`,
        ]
      : []),
    ...(unchanged > 0 ? [`${count(unchanged)} unchanged`] : []),
    ...(revoked.length > 0 ? [`${count(revoked.length)} revoked since issued`] : []),
    ...(unearned.rows > 0 ? [`${count(unearned.rows)} not earned`] : []),
    ...(erased.length > 0 ? [`${count(erased.length)} erased`] : []),
    ...(refused.rows > 0 ? [`${count(refused.rows)} refused`] : []),
  ];
  const status =
    issuer.hosting === undefined && toIssue > 0
      ? 'Note  the programme hosts nothing, so these badges will have no status: they cannot be revoked\n'
      : '';
  const token =
    issuer.form === 'jwt' && issuer.recipients !== 'did' && toIssue > 0
      ? "Note  the standard wants the recipient's id in a token (sub); recipients known by e-mail have none, so it is left out\n"
      : '';
  const others = elsewhere === 0 ? '' : ` of this shard (${count(elsewhere)} of others)`;
  return `${err.bold('Plan')}  ${counted(rows, 'row')}${others}: ${parts.join(', ')}\n${status}${token}`;
}

export function issueAsText(
  outcome: IssueOutcome,
  faults: readonly string[],
  issuer: Issuer,
  session: Session,
): string {
  const { out } = styles(session);
  const { plan } = outcome;
  const refused = plan.refused.rows === 0 ? '' : refusedText(outcome, faults);
  if (outcome.isHeld)
    return `${out.bold('Held')}  nothing was issued, because --strict was given and rows were refused\n${refused}`;
  if (plan.toIssue === 0 && plan.refused.rows === 0)
    return `${nothingToDo(plan)}\n${changedText(outcome)}${unearnedText(outcome)}`;
  const lines: string[] = [];
  if (outcome.issued.length > 0) lines.push(doneText(outcome));
  else if (plan.toIssue > 0) lines.push('another run issued these badges first');
  else
    lines.push(
      plan.unchanged + plan.changed.length > 0 ? 'nothing new to issue' : 'nothing was issued: every row was refused',
    );
  lines.push(...outcome.statusLists.map((list) => `status list ${list} signed`));
  if (issuer.hosting !== undefined && outcome.issued.length > 0)
    lines.push(`publish the folder public/ at ${issuer.hosting}, so that others can verify them`);
  const isIdle = outcome.isInterrupted && outcome.issued.length === 0;
  const stopped = outcome.isInterrupted
    ? `Stopped after ${count(outcome.issued.length)} of ${count(plan.toIssue)}; run the same command again for the rest.\n`
    : '';
  return `${isIdle ? '' : labelled('Done', lines, out.bold)}${stopped}${changedText(outcome)}${unearnedText(outcome)}${refused}`;
}

/** The same as JSON (schemas/output.json), in pieces: a large roster makes a long text. */
export function* issueAsJson(outcome: IssueOutcome, others: object = {}): Generator<string> {
  const {
    plan,
    rosterFile,
    format,
    passedOver,
    issued,
    statusLists,
    rejectedFile,
    unearnedFile,
    archive,
    isInterrupted,
    isHeld,
  } = outcome;
  const before = {
    badgekit: 1,
    command: 'issue',
    roster: rosterFile,
    rows: plan.rows,
    elsewhere: plan.elsewhere,
    format: format.system?.name ?? LIST,
    passedOver: passedOverList(passedOver),
    toIssue: plan.toIssue,
  };
  const after = {
    unchanged: plan.unchanged,
    changed: plan.changed.map(({ line, credentialId, columns }) => ({ line, id: credentialId, columns })),
    revoked: plan.revoked.map((line) => ({ line })),
    erased: plan.erased.map((line) => ({ line })),
    refused: plan.refused.first.flatMap(({ faults }) => faults.map(faultAsJson)),
    refusedRows: plan.refused.rows,
    rejectedFile: rejectedFile ?? null,
    unearned: plan.unearned.rows,
    unearnedFile: unearnedFile ?? null,
    archive: archive === undefined ? null : { form: archive.form, file: archive.file ?? null },
    statusLists,
    interrupted: isInterrupted,
    held: isHeld,
    ...others,
  };
  yield `${JSON.stringify(before).slice(0, -1)},"issued":[`;
  yield* issued.pieces();
  yield `],${JSON.stringify(after).slice(1)}\n`;
}

/** A fault of a row as JSON. */
export function faultAsJson({ line, column, message, hint, file }: RowFault): object {
  return { line, column: column ?? null, message, hint: hint ?? null, ...(file === undefined ? {} : { file }) };
}

function doneText({ issued: { length, endings }, archive }: IssueOutcome): string {
  const kinds =
    endings.length > 1 ? `${endings.slice(0, -1).join(', ')} and ${endings.at(-1) ?? ''}` : (endings[0] ?? '');
  const each = length === 1 ? '' : 'each ';
  const how = archive?.form === 'jsonl' ? `${each}a line` : `${each}as ${kinds}`;
  const where =
    archive === undefined
      ? 'in credentials/'
      : archive.file === undefined
        ? 'on standard output'
        : `in ${visible(archive.file, 200)}`;
  return `${counted(length, 'badge')}, ${how}, ${where}`;
}

function nothingToDo({ rows: all, elsewhere, unchanged, unearned, lastIssuedAt }: RosterPlan): string {
  const rows = all - unearned.rows;
  if (rows === 0 && all > 0) return 'Nothing to do: nobody in the roster has earned the badge.';
  if (rows === 0)
    return `Nothing to do: no row of the roster ${elsewhere === 0 ? 'stands for an award' : 'belongs to this shard'}.`;
  const when =
    lastIssuedAt === undefined ? '' : `, ${rows === 1 ? '' : 'the last of them '}on ${formatDay(lastIssuedAt)}`;
  return `Nothing to do: ${unchanged === rows ? `${rows === 1 ? 'the award was' : `all ${count(rows)} awards were`} issued before${when}` : `every row was issued before${when}`}.`;
}

function unearnedText({ plan: { unearned }, rosterFile, unearnedFile }: IssueOutcome): string {
  if (unearned.rows === 0) return '';
  const lines = unearnedLines(unearned, rosterFile).join('');
  return `\nNot earned${unearnedFile === undefined ? '' : ` (also in ${visible(unearnedFile)})`}:\n${lines}${more(unearned.rows)}`;
}

/** Why the first rows of those who have not earned the badge do not, a line each. */
export function unearnedLines({ first }: RosterPlan['unearned'], rosterFile: string): readonly string[] {
  return first.map(({ line, reason }) => `  ${visible(rosterFile)}:${line}  ${visible(reason, 400)}\n`);
}

function revokedText({ plan: { revoked }, rosterFile }: IssueOutcome): string {
  if (revoked.length === 0) return '';
  const lines = revoked.slice(0, MAX_SHOWN).map((line) => `  ${visible(rosterFile)}:${line}  its badge was revoked\n`);
  return `Rows that changed since their badge was revoked (nothing is issued for them):\n${lines.join('')}${more(revoked.length)}To award one again, write another value in its column "award".\n`;
}

function changedText(outcome: IssueOutcome): string {
  const {
    plan: { changed },
    rosterFile,
    isSuperseding,
  } = outcome;
  if (changed.length === 0 || isSuperseding) return revokedText(outcome);
  const lines = changed
    .slice(0, MAX_SHOWN)
    .map(
      ({ line, credentialId, columns }) =>
        `  ${visible(rosterFile)}:${line}  ${columns.map((column) => visible(column)).join(', ')} changed since ${credentialId}\n`,
    );
  return `Rows that changed since they were issued (what was issued stays as it is):\n${lines.join('')}${more(changed.length)}To replace the old badges by new ones, and revoke the old: run it again with --supersede.\n${revokedText(outcome)}`;
}

function refusedText(outcome: IssueOutcome, faults: readonly string[]): string {
  const lines = faults.slice(0, MAX_SHOWN).map((line) => `${visible(line.replace(/\n$/, ''), 400)}\n`);
  const { rows, first } = outcome.plan.refused;
  const listed = rows > first.length ? `the first ${count(first.length)} of ${count(rows)} are in` : 'also in';
  return `\nRefused rows (${listed} ${visible(outcome.rejectedFile ?? '')}):\n${lines.join('')}${more(faults.length)}Mend these rows and run the same command again: ${outcome.issued.length + outcome.plan.unchanged > 0 ? 'what is issued stays as it is' : 'the good ones are issued then'}.\n`;
}

function more(length: number): string {
  return length > MAX_SHOWN ? `  and ${count(length - MAX_SHOWN)} more\n` : '';
}

/** What is wrong with each refused row, a line each. */
export function faultLines(plan: RosterPlan, rosterFile: string): readonly string[] {
  return plan.refused.first.flatMap(({ faults }) => faults).map((fault) => rowFaultLine(fault, rosterFile));
}

function rowFaultLine({ line, column, message, hint, file }: RowFault, rosterFile: string): string {
  const place = `${file ?? rosterFile}:${line}${column === undefined ? '' : `:${column}`}`;
  return `  ${visible(`${place}  ${message}${hint === undefined ? '' : `; ${hint}`}`, 1000)}\n`;
}
