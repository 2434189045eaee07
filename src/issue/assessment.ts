import type { TierPolicy } from '../openbadges/tier-policy.ts';
import type { Tier } from '../openbadges/vocabulary.ts';
import type { AwardedResult } from './results.ts';

/** What an award lacks of what its tier demands to know of how it was earned; undefined where it lacks nothing. */
export function assessmentLacking(
  tier: Tier,
  { demands }: TierPolicy,
  results: readonly AwardedResult[],
  hasEvidence: boolean,
): { readonly message: string; readonly hint: string } | undefined {
  const { assessment } = demands[tier];
  if (assessment === 'none') return undefined;
  const said = `${tier} badges say how they were earned, and the row has no`;
  if (results.some(({ value, level }) => value !== undefined || level !== undefined)) return undefined;
  if (assessment === 'result')
    return { message: `${said} score or level`, hint: 'fill a column such as score, level or result.<name>' };
  if (hasEvidence || results.some(({ status }) => status === 'Completed')) return undefined;
  return {
    message: `${said} result and no evidence`,
    hint: 'fill a column such as score, level, result.<name> or evidence_url',
  };
}
