import { availableParallelism } from 'node:os';
import type { RowRules } from '../../issue/award.ts';
import type { Issuer } from '../../issue/issuer.ts';
import type { ArchiveForm } from '../../issue/packing.ts';
import { type Destination, OwnWorkshop, type Workshop } from '../../issue/workshop.ts';
import { isAtHand } from '../../keys/private-key.ts';
import type { Programme } from '../../programme/programme.ts';

/** Starting threads costs more than it saves on rosters of fewer bytes: a few thousand rows. */
const LONG_ROSTER_BYTES = 512 * 1024;

export interface OpenedWorkshop {
  readonly workshop: Workshop;
  end(): Promise<void>;
}

/**
 * Opens the place where rows and credentials are worked on: this thread, or several.
 * @param form of the archive that is made; undefined where files are written
 * @param jobs how many, where the user says so
 */
export async function openWorkshop(
  issuer: Issuer,
  rules: RowRules,
  { files, root }: Pick<Programme, 'files' | 'root'>,
  form: ArchiveForm | undefined,
  jobs: number | undefined,
  rosterBytes: number,
): Promise<OpenedWorkshop> {
  const isLong = rosterBytes >= LONG_ROSTER_BYTES;
  const { key } = issuer;
  // A program that signs is asked by this thread alone.
  const threads = isAtHand(key) ? (jobs ?? (isLong ? availableParallelism() : 1)) : 1;
  if (isLong) await prepareForLong(threads);
  const destination: Destination = form === undefined ? { kind: 'files', files } : { kind: 'archive', form };
  const own = new OwnWorkshop(issuer, destination, rules);
  if (threads > 1 && isAtHand(key)) {
    const { ThreadedWorkshop } = await import('./threads.ts');
    const into = form === undefined ? { root } : { form };
    const workshop = new ThreadedWorkshop(own, issuer, key, rules, into, threads);
    return { workshop, end: () => workshop.end() };
  }
  return { workshop: own, end: () => Promise.resolve() };
}

/** Has the heaps of a long run kept small, and its code. */
async function prepareForLong(threads: number): Promise<void> {
  const { keepHeapLean } = await import('../lean-heap.ts');
  const { keepCodeLean } = await import('../lean-code.ts');
  keepHeapLean(threads);
  keepCodeLean();
}
