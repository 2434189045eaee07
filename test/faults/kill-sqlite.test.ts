import { expect, test } from 'vitest';
import { surviveKills } from './kill.ts';

test('a run on SQLite that is killed at 300 points loses nothing, doubles nothing and leaves nothing over', async () => {
  const summary = await surviveKills('');
  console.log(`SQLite: ${summary}`);
  expect(summary).toContain('ledger check clean');
}, 3_600_000);
