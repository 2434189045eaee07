import { EXIT } from '../../errors.ts';
import { badgeOf, credentialOf, periodOf } from '../../issue/content.ts';
import type { Issuer } from '../../issue/issuer.ts';
import type { RosterPlan } from '../../issue/plan.ts';
import type { JsonObject } from '../../syntax/json.ts';
import { faultLines, type IssueOutcome, issueAsJson, planAsText, unearnedLines } from '../render-issue.ts';
import type { Session } from '../session.ts';
import { nothingIssued } from './issued-list.ts';

export interface DryRun {
  readonly rosterFile: string;
  readonly read: Pick<IssueOutcome, 'format' | 'passedOver'>;
  readonly issuer: Issuer;
  readonly session: Session;
  readonly isSuperseding: boolean;
  readonly isJson: boolean;
}

/** The plan, and one whole credential as it would be signed. Writes nothing. */
export function showPlan(
  plan: RosterPlan,
  { rosterFile, read, issuer, session, isSuperseding, isJson }: DryRun,
): number {
  const sample = sampleCredential(plan, issuer, session);
  if (isJson) {
    const outcome = { plan, rosterFile, ...read, isSuperseding, ...nothingIssued() };
    for (const piece of issueAsJson(outcome, { dryRun: true, sample: sample ?? null })) session.out(piece);
  } else {
    session.out(planAsText(plan, issuer, session, isSuperseding));
    session.out(faultLines(plan, rosterFile).join(''));
    if (plan.unearned.rows > 0) session.out(`Not earned:\n${unearnedLines(plan.unearned, rosterFile).join('')}`);
    if (sample !== undefined)
      session.out(`One of the credentials, before it is signed:\n${JSON.stringify(sample, null, 2)}\n`);
    session.out('Nothing was written.\n');
  }
  return plan.refused.rows > 0 ? EXIT.no : EXIT.yes;
}

/** One of the credentials as it would be signed; undefined where none would be issued. */
export function sampleCredential({ sample }: RosterPlan, issuer: Issuer, session: Session): JsonObject | undefined {
  if (sample === undefined) return undefined;
  const { from, until } = periodOf(sample.row, badgeOf(sample.row, issuer), session.clock());
  // The real place is drawn when the award is reserved; 0 stands for it here.
  const reserved = sample.known?.credentialId === sample.credentialId ? sample.known : undefined;
  const places =
    reserved?.places ??
    issuer.purposes.map((purpose) => ({
      purpose,
      series: issuer.hasListsPerTier ? badgeOf(sample.row, issuer).tier : '',
      list: 1,
      index: 0,
    }));
  return credentialOf(
    {
      row: sample.row,
      credentialId: sample.credentialId,
      validFrom: reserved?.validFrom ?? from,
      validUntil: reserved === undefined ? until : reserved.validUntil,
      places: issuer.hosting === undefined ? [] : places,
      supersedes: sample.supersedes,
    },
    issuer,
  );
}
