import { formatDay, readInstant } from '../syntax/datetime.ts';
import { quoted, visible } from '../syntax/text.ts';
import type { Claims, Report } from '../verify/report.ts';
import { type CheckResult, type Outcome, passedAll, type VerdictWord } from '../verify/verdict.ts';
import type { Session } from './session.ts';
import { count, styles } from './style.ts';

const MARKS: Readonly<Record<Outcome, string>> = { passed: '✓', failed: '✗', undetermined: '?', skipped: '–' };

/** A report as a person reads it. Every text from the credential is escaped, and quoted where it is not plain. */
export function reportAsText(report: Report, recipient: string | undefined, session: Session): string {
  const { out } = styles(session);
  const paint = { verified: out.green, rejected: out.red, undetermined: out.yellow }[report.verdict];
  const [word = '', ...rest] = report.headline.split('  ');
  const title =
    report.verdict === 'verified'
      ? report.claims?.name === undefined
        ? ''
        : quoted(report.claims.name, 120)
      : visible(rest.join('  '), 400);
  const head = `${paint.bold(word)}  ${title}\n${report.claims === undefined ? '' : claimLines(report, report.claims, recipient)}`;
  return `${head}\n${report.checks.map((check) => checkLines(check, session)).join('')}`;
}

function claimLines({ verdict, checks }: Report, claims: Claims, recipient: string | undefined): string {
  const indent = '          ';
  const matched = passedAll(checks, ['recipient']);
  const title = verdict === 'verified' || claims.name === undefined ? '' : `${quoted(claims.name, 120)}, `;
  const to = matched && recipient !== undefined ? ` to ${visible(recipient)}` : '';
  const when = day(claims.awardedDate ?? claims.validFrom);
  const issuer = claims.issuerId === undefined ? 'nobody' : visible(claims.issuerId);
  const called = claims.issuerName === undefined ? '' : ` (${quoted(claims.issuerName)}, as it calls itself)`;
  const claimed = passedAll(checks, ['signature', 'key']) ? 'awarded' : 'says that it was awarded';
  return `${indent}${title}${claimed}${to}${when === undefined ? '' : ` on ${when}`} by ${issuer}${called}\n`;
}

function checkLines({ check, outcome, summary, findings }: CheckResult, session: Session): string {
  const { out } = styles(session);
  const paint = { passed: out.green, failed: out.red, undetermined: out.yellow, skipped: out.dim }[outcome];
  const indent = ' '.repeat(18);
  const lines = [`  ${paint(MARKS[outcome])} ${check.padEnd(12)}  ${visible(summary, 600)}\n`];
  for (const { message, advice, path } of findings) {
    const place = path === undefined || path === '' ? '' : ` at ${visible(path)}`;
    if (visible(message, 600) !== visible(summary, 600)) lines.push(`${indent}${visible(message, 600)}${place}\n`);
    else if (place !== '') lines.push(`${indent}${place.trim()}\n`);
    if (advice !== undefined) lines.push(`${indent}${out.dim(`→ ${visible(advice, 400)}`)}\n`);
  }
  return lines.join('');
}

/** A report as JSON (schemas/output.json). */
export function reportAsJson(file: string, { verdict, headline, claims, checks }: Report): object {
  return {
    badgekit: 1,
    file,
    verdict,
    headline,
    claims:
      claims === undefined
        ? null
        : Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, value ?? null])),
    checks: checks.map(({ check, outcome, summary, findings }) => ({
      check,
      outcome,
      summary,
      findings: findings.map(({ code, message, path, advice }) => ({
        code,
        message,
        path: path ?? null,
        advice: advice ?? null,
      })),
    })),
  };
}

/** Several files: how many of each verdict, and a line for each that is not verified. */
export function summaryAsText(
  reports: readonly { readonly file: string; readonly report: Report }[],
  session: Session,
): string {
  const { out } = styles(session);
  const tally = (verdict: VerdictWord): number => reports.filter(({ report }) => report.verdict === verdict).length;
  const counts = (['verified', 'rejected', 'undetermined'] as const).map(
    (verdict) => `${count(tally(verdict))} ${verdict}`,
  );
  const others = reports.filter(({ report }) => report.verdict !== 'verified');
  return `${out.bold(counts.join('   '))}\n${others.map(({ file, report }) => `  ${visible(file)}: ${visible(report.headline, 400)}\n`).join('')}`;
}

function day(stamp: string | undefined): string | undefined {
  const instant = readInstant(stamp);
  return instant === undefined ? undefined : formatDay(instant);
}
