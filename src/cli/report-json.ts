import type { Report } from '../verify/report.ts';

/** A report as JSON (schemas/output.json): every member there, null where nothing is known. */
export function reportAsJson(file: string, report: Report): object {
  return { badgekit: 1, file, ...reportMembers(report) };
}

function reportMembers({ verdict, headline, standard, claims, checks, contained }: Report): object {
  return {
    verdict,
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
    contained: contained.map(({ path, report }) => ({ path, ...reportMembers(report) })),
  };
}
