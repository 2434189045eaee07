import { formatDay, readInstant } from '../syntax/datetime.ts';
import { quoted, visible } from '../syntax/text.ts';
import type { Claims, Report } from '../verify/report.ts';
import { type CheckName, type CheckResult, type Outcome, passedAll, type VerdictWord } from '../verify/verdict.ts';
import type { Session } from './session.ts';
import { count, counted, styles } from './style.ts';

const MARKS: Readonly<Record<Outcome, string>> = { passed: '✓', failed: '✗', undetermined: '?', skipped: '–' };

/** Checks that say something even where they were not made; of the others only those that were made are shown. */
const ALWAYS_SHOWN: ReadonlySet<CheckName> = new Set(['file', 'signature', 'key', 'status', 'recipient', 'trust']);

/** A report as a person reads it. Every text from the credential is escaped, and quoted where it is not plain. */
export function reportAsText(
  report: Report,
  recipient: string | undefined,
  session: Session,
  { all = false, indent = '' } = {},
): string {
  const { out } = styles(session);
  const paint = { verified: out.green, rejected: out.red, undetermined: out.yellow }[report.verdict];
  const [word, text] = splitHeadline(report);
  const title =
    report.verdict === 'verified'
      ? report.claims?.name === undefined
        ? ''
        : quoted(report.claims.name, 120)
      : visible(text, 400);
  const claims = report.claims === undefined ? '' : claimLines(report, report.claims, recipient);
  const shown = report.checks.filter((check) => all || saysSomething(check));
  const head = `${paint.bold(word)}  ${title}\n${claims}`;
  const own = `${head}\n${shown.map((check) => checkLines(check, session)).join('')}`;
  const inner = report.contained.map(
    ({ path, report: each }) =>
      `\n${out.dim(visible(path))}\n${reportAsText(each, undefined, session, { all, indent: '  ' })}`,
  );
  return indented(`${own}${inner.join('')}`, indent);
}

/** Whether a check is worth a line: it was made, or that it was not matters. */
export function saysSomething({ check, outcome, findings }: CheckResult): boolean {
  return outcome !== 'skipped' || ALWAYS_SHOWN.has(check) || findings.length > 0;
}

function indented(text: string, indent: string): string {
  return indent === '' ? text : text.replace(/^(?=.)/gm, indent);
}

/** `EXPIRED` and what there is to say about it. */
export function splitHeadline({ headline }: Report): readonly [word: string, text: string] {
  const [word = '', ...rest] = headline.split('  ');
  return [word, rest.join('  ')];
}

function claimLines({ verdict, checks }: Report, claims: Claims, recipient: string | undefined): string {
  const indent = '          ';
  if (claims.issuerId === undefined && claims.name === undefined && claims.validFrom === undefined) return '';
  const matched = passedAll(checks, ['recipient']);
  const title = verdict === 'verified' || claims.name === undefined ? '' : `${quoted(claims.name, 120)}, `;
  const to = matched && recipient !== undefined ? ` to ${visible(recipient)}` : '';
  const when = day(claims.awardedDate ?? claims.validFrom);
  const issuer = claims.issuerId === undefined ? 'nobody' : visible(claims.issuerId);
  const called = claims.issuerName === undefined ? '' : ` (${quoted(claims.issuerName)}, as it calls itself)`;
  const replaced =
    claims.supersedes === undefined ? '' : `${indent}it replaces the badge ${visible(claims.supersedes, 120)}\n`;
  const claimed = passedAll(checks, ['signature', 'key']) ? 'awarded' : 'says that it was awarded';
  return `${indent}${title}${claimed}${to}${when === undefined ? '' : ` on ${when}`} by ${issuer}${called}\n${replaced}`;
}

function checkLines({ check, outcome, summary, findings }: CheckResult, session: Session): string {
  const { out } = styles(session);
  const paint = { passed: out.green, failed: out.red, undetermined: out.yellow, skipped: out.dim }[outcome];
  const indent = ' '.repeat(18);
  const lines = [`  ${paint(MARKS[outcome])} ${check.padEnd(12)}  ${visible(summary, 600)}\n`];
  for (const { message, advice, path } of findings) {
    const place = path === undefined || path === '' ? '' : ` at ${visible(path)}`;
    const isTold = visible(message, 600).includes(visible(path ?? '', 600)) ? '' : place;
    if (visible(message, 600) !== visible(summary, 600)) lines.push(`${indent}${visible(message, 600)}${isTold}\n`);
    else if (place !== '') lines.push(`${indent}${place.trim()}\n`);
    if (advice !== undefined) lines.push(`${indent}${out.dim(`→ ${visible(advice, 400)}`)}\n`);
  }
  return lines.join('');
}

/** Files with the very same answer, of which a few are named. */
interface Group {
  readonly headline: string;
  readonly verdict: VerdictWord;
  readonly files: string[];
  count: number;
}

const MAX_GROUPS = 100;
const MAX_NAMED = 3;

/** What became of many files, counted by verdict and cause; those that are not verified are told by their answers. */
export class Summary {
  readonly #counts = new Map<string, number>();
  readonly #groups = new Map<string, Group>();
  #total = 0;
  #untold = 0;

  add(file: string, report: Report): void {
    this.#total++;
    const [word] = splitHeadline(report);
    const cause = word.toLowerCase();
    this.#counts.set(cause, (this.#counts.get(cause) ?? 0) + 1);
    if (report.verdict === 'verified') return;
    const { headline, verdict } = report;
    const group = this.#groups.get(headline) ?? { headline, verdict, files: [], count: 0 };
    if (group.count === 0 && this.#groups.size === MAX_GROUPS) {
      this.#untold++;
      return;
    }
    group.count++;
    if (group.files.length < MAX_NAMED) group.files.push(file);
    this.#groups.set(headline, group);
  }

  get total(): number {
    return this.#total;
  }

  /** How many of each cause, the good first and the worst next. */
  get counts(): readonly (readonly [cause: string, count: number])[] {
    const rank = ['verified', 'rejected', 'undetermined'];
    return [...this.#counts].sort(([a], [b]) => position(rank, a) - position(rank, b) || (a < b ? -1 : 1));
  }

  asText(session: Session, elapsedMs: number, passedOver: readonly string[] = [], all = false): string {
    const { out } = styles(session);
    const counts = this.counts.map(([cause, number]) => `${count(number)} ${cause}`);
    if (!this.#counts.has('verified')) counts.unshift('0 verified');
    // What is certainly wrong comes first, what is merely open last; else the order of the files.
    const groups = [...this.#groups.values()].sort(
      (a, b) => Number(b.verdict === 'rejected') - Number(a.verdict === 'rejected'),
    );
    const lines = groups.flatMap(groupLines);
    if (this.#untold > 0)
      lines.push(
        `  and ${count(this.#untold)} more: --report writes a page with every file, --jsonl a line for each\n`,
      );
    if (passedOver.length > 0)
      lines.push(
        `  ${counted(passedOver.length, 'file or folder was', 'files or folders were')} passed over: hidden, a link, not readable, or no credential by its look${all ? '' : ' (--all names them)'}\n`,
        ...(all ? passedOver.map((file) => `    ${visible(file)}\n`) : []),
      );
    return `${out.bold(counts.join('   '))}   ${out.dim(`${(elapsedMs / 1000).toFixed(1)} s`)}\n${lines.join('')}`;
  }
}

function groupLines({ headline, files, count: number }: Group): readonly string[] {
  const shown = visible(headline, 400);
  if (number <= MAX_NAMED) return files.map((file) => `  ${visible(file)}: ${shown}\n`);
  return [
    `  ${count(number)} files: ${shown}\n`,
    `    ${files.map((file) => visible(file)).join(', ')} and ${count(number - files.length)} more\n`,
  ];
}

function position(rank: readonly string[], word: string): number {
  const index = rank.indexOf(word);
  return index === -1 ? 0.5 : index;
}

function day(stamp: string | undefined): string | undefined {
  const instant = readInstant(stamp);
  return instant === undefined ? undefined : formatDay(instant);
}
