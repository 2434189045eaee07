import { availableParallelism } from 'node:os';
import type { RowRules } from '../../issue/award.ts';
import type { Issuer } from '../../issue/issuer.ts';
import { OwnWorkshop, type Workshop } from '../../issue/workshop.ts';
import { isAtHand } from '../../keys/private-key.ts';
import type { Programme } from '../../programme/programme.ts';
import { ThreadedWorkshop } from './threads.ts';

/** Starting threads costs more than it saves on rosters of fewer bytes: a few thousand rows. */
const MIN_BYTES_FOR_THREADS = 512 * 1024;

export interface OpenedWorkshop {
  readonly workshop: Workshop;
  end(): Promise<void>;
}

/**
 * Opens the place where rows and credentials are worked on: this thread, or several.
 * @param jobs how many, where the user says so
 */
export function openWorkshop(
  issuer: Issuer,
  rules: RowRules,
  { files, root }: Pick<Programme, 'files' | 'root'>,
  jobs: number | undefined,
  rosterBytes: number,
): OpenedWorkshop {
  const threads = jobs ?? (rosterBytes < MIN_BYTES_FOR_THREADS ? 1 : availableParallelism());
  const { key } = issuer;
  // A program that signs is asked by this thread alone.
  if (threads > 1 && isAtHand(key)) {
    const workshop = new ThreadedWorkshop(issuer, key, rules, root, threads);
    return { workshop, end: () => workshop.end() };
  }
  return { workshop: new OwnWorkshop(issuer, files, rules), end: () => Promise.resolve() };
}
