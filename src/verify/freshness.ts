import type { LookupSource } from '../ports.ts';
import { formatMinute } from '../syntax/datetime.ts';
import type { VerifyOptions } from './context.ts';
import type { Finding } from './verdict.ts';

/** Why a saved answer says nothing certain any more: it was saved longer ago than the reader allows. */
export function staleness(
  source: LookupSource | undefined,
  { at, maxStatusAgeMs }: Pick<VerifyOptions, 'at' | 'maxStatusAgeMs'>,
): Finding | undefined {
  if (source?.kind !== 'bundle' || maxStatusAgeMs === undefined || source.savedAt >= at - maxStatusAgeMs)
    return undefined;
  return {
    code: 'STATUS_STALE',
    message: `what is known of it was saved ${formatMinute(source.savedAt)}, longer ago than you allow`,
    advice: 'look again online',
  };
}
