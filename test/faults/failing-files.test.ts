import { expect, test } from 'vitest';
import { ENGINES } from '../support/ledgers.ts';
import { surviveFailures } from './failing-files.ts';

test.each(ENGINES)(
  'each call on files that fails in a run on $engine leaves the old state or the new one, and the next run converges',
  async ({ engine, newPlace }) => {
    const summary = await surviveFailures(newPlace);
    console.log(`${engine}: ${summary}`);
    expect(summary).toContain('all converged');
  },
  3_600_000,
);
