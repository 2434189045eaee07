import { expect } from 'vitest';
import type { Report } from '../../src/verify/report.ts';
import { codes } from './badge.ts';

/** The verdict, and the codes of all that is held against the file. */
export function answerOf(report: Report): string {
  const against = codes(report);
  return against.length === 0 ? report.verdict : `${report.verdict}: ${against.join(' ')}`;
}

/** The answer is no (or, for some, not known), and this is among its reasons. */
export function expectRefusal(
  report: Report,
  code: string | RegExp,
  verdict: 'rejected' | 'undetermined' = 'rejected',
): void {
  expect(answerOf(report)).toMatch(
    new RegExp(`^${verdict}: (?:.* )?(?:${code instanceof RegExp ? code.source : code})(?: |$)`),
  );
}

/** The codes of all findings, of those that only tell something, too. */
export function told(report: Report): readonly string[] {
  return report.checks.flatMap(({ findings }) => findings.map(({ code }) => code));
}

/** All that a report says, in one text. */
export function words(report: Report): string {
  return [
    report.headline,
    ...report.checks.flatMap(({ summary, findings }) => [
      summary,
      ...findings.flatMap(({ message, advice = '' }) => [message, advice]),
    ]),
  ].join('\n');
}
