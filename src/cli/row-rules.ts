import type { RowRules } from '../issue/award.ts';
import { tierPolicyOf } from '../openbadges/tier-policy.ts';
import type { LoadedDefinition } from '../programme/definitions.ts';
import type { Programme } from '../programme/programme.ts';
import type { Roster } from '../programme/roster.ts';
import { defaultBadge } from './award-badge.ts';
import { namesEveryone } from './roster-options.ts';

/**
 * How the rows of a roster become awards of a programme.
 * @param badge what `--badge` says
 * @throws BadgekitError DEFINITION_UNKNOWN
 */
export function rowRulesOf(
  { config }: Pick<Programme, 'config'>,
  roster: Roster,
  definitions: readonly LoadedDefinition[],
  badge: string | undefined,
): RowRules {
  return {
    columns: roster.reading.columns,
    definitions: new Map(definitions.map((definition) => [definition.badge, definition])),
    defaultBadge: defaultBadge(badge, definitions),
    recipients: config.recipients,
    namesEveryone: namesEveryone(roster),
    tiers: tierPolicyOf(config.tiers),
  };
}
