import { expect, test } from 'vitest';
import { ENGINES } from '../support/ledgers.ts';
import { surviveFailures } from './failing-files.ts';

test.each(ENGINES.filter(({ engine }) => engine === 'PostgreSQL'))(
  'each call on files that fails in a run on $engine leaves the old state or the new one, and the next run converges',
  async ({ newPlace }) => {
    const summary = await surviveFailures(newPlace);
    console.log(`PostgreSQL: ${summary}`);
    expect(summary).toContain('all converged');
  },
  3_600_000,
);
