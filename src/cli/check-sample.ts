import { BadgekitError } from '../errors.ts';
import type { Random } from '../ports.ts';
import type { SigningChecks } from '../proof/data-integrity.ts';
import { quoted } from '../syntax/text.ts';

/** One credential in so many, where nobody says otherwise. */
export const USUAL_SAMPLE = 1000;
const CHOICES = 2 ** 32;
/** So many choices are drawn at a time. */
const DRAWN = 256;

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
  if (every === 1) return () => 'everything';
  let [drawn, next] = [Buffer.alloc(0), 0];
  return () => {
    if (next >= drawn.length) [drawn, next] = [Buffer.from(random(4 * DRAWN)), 0];
    next += 4;
    return drawn.readUInt32BE(next - 4) < CHOICES / every ? 'everything' : 'none';
  };
}
