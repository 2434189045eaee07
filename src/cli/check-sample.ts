import { BadgekitError } from '../errors.ts';
import type { Random } from '../ports.ts';
import type { SigningChecks } from '../proof/data-integrity.ts';
import { quoted } from '../syntax/text.ts';

/** One credential in so many, where nobody says otherwise. */
export const USUAL_SAMPLE = 1000;
const CHOICES = 2 ** 32;

/** Options that say how many credentials are checked before they go out: canonicalized by the libraries, too, and verified. */
export interface SampleOptions {
  readonly checkSample?: string;
  readonly checkAll?: boolean;
}

/**
 * Decides by chance for each credential.
 * @throws BadgekitError USAGE
 */
export function sampler({ checkSample, checkAll }: SampleOptions, random: Random): () => SigningChecks {
  const every = checkAll === true ? 1 : checkSample === undefined ? USUAL_SAMPLE : Number(checkSample);
  if (!Number.isSafeInteger(every) || every < 1)
    throw new BadgekitError('USAGE', `--check-sample ${quoted(checkSample ?? '')} is no number of credentials`, {
      hint: 'write a whole number: 100 checks about one credential in a hundred',
    });
  return () => (every === 1 || Buffer.from(random(4)).readUInt32BE() < CHOICES / every ? 'everything' : 'none');
}
