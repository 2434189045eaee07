import type { Report } from '../verify/report.ts';
import { splitHeadline } from './render-report.ts';

// Half surrogates and ASCII controls JSON.stringify escapes itself.
const INVISIBLE = /[\u007f-\u009f\p{Cf}\u2028\u2029]/gu;

/** JSON on one line, in which nothing can steer a terminal or turn the direction of writing. */
export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(INVISIBLE, (char) =>
    Array.from(
      { length: char.length },
      (_, index) => `\\u${char.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** A report as JSON (schemas/output.json): every member there, null where nothing is known. */
export function reportAsJson(file: string, report: Report): object {
  return { badgekit: 1, file, ...reportMembers(report) };
}

/** `revoked`, `unknown issuer`: the verdict, or the cause that has a word of its own. */
function causeOf(report: Report): string {
  return splitHeadline(report)[0].toLowerCase();
}

function reportMembers(report: Report): object {
  const { verdict, headline, standard, claims, checks, contained } = report;
  return {
    verdict,
    cause: causeOf(report),
    headline,
    standard: standard ?? null,
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
    contained: contained.map(({ path, report: inner }) => ({ path, ...reportMembers(inner) })),
  };
}
