import { expect, test } from 'vitest';
import { surviveFailures } from './failing-files.ts';

test('each call on files that fails in a run on SQLite leaves the old state or the new one, and the next run converges', async () => {
  const summary = await surviveFailures(() => Promise.resolve(''));
  console.log(`SQLite: ${summary}`);
  expect(summary).toContain('all converged');
}, 3_600_000);
