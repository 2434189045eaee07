import { expect, test } from 'vitest';
import { ENGINES } from '../support/ledgers.ts';
import { surviveKills } from './kill.ts';

test.each(ENGINES.filter(({ engine }) => engine === 'PostgreSQL'))(
  'a run on $engine that is killed at 300 points loses nothing, doubles nothing and leaves nothing over',
  async ({ newPlace }) => {
    const summary = await surviveKills(await newPlace());
    console.log(`PostgreSQL: ${summary}`);
    expect(summary).toContain('ledger check clean');
  },
  3_600_000,
);
