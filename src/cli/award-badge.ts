import type { LoadedDefinition } from '../programme/definitions.ts';
import { choose } from './choice.ts';

/**
 * The badge of rows that name none: the one that the user names, or else the only one that there is.
 * @throws BadgekitError USAGE
 */
export function defaultBadge(named: string | undefined, definitions: readonly LoadedDefinition[]): string | undefined {
  const names = definitions.map(({ badge }) => badge).filter((name) => !name.includes('.'));
  if (named !== undefined) return choose('--badge', named, names);
  return names.length === 1 ? names[0] : undefined;
}
