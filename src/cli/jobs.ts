import { BadgekitError } from '../errors.ts';
import { quoted } from '../syntax/text.ts';

const MAX_JOBS = 64;

/**
 * Reads how many threads a command may use.
 * @throws BadgekitError USAGE
 */
export function readJobs(jobs: string | undefined): number | undefined {
  if (jobs === undefined) return undefined;
  const number = Number(jobs);
  if (!/^[1-9]\d*$/.test(jobs) || number > MAX_JOBS)
    throw new BadgekitError('USAGE', `--jobs ${quoted(jobs)} is not a number from 1 to ${MAX_JOBS}`);
  return number;
}
