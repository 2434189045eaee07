import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TestProgramme } from '../support/programme.ts';

/** Counts, in the program itself, the signatures that are verified and the hashes that the libraries make. */
const COUNTING = `
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { writeFileSync } from 'node:fs';
const counts = { verify: 0, createHash: 0 };
for (const name of Object.keys(counts)) {
  const own = crypto[name];
  crypto[name] = (...args) => { counts[name]++; return own(...args); };
}
syncBuiltinESMExports();
process.on('exit', () => writeFileSync('counts.json', JSON.stringify(counts)));
`;
const ROWS = 40;

/** After so many hashes, the libraries get others: they label blank nodes by them, and so come to another canonical form. */
const DIFFERING = `
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
const own = crypto.createHash;
let made = 0;
crypto.createHash = (...args) => {
  const hash = own(...args);
  if (++made < 400) return hash;
  const digest = hash.digest.bind(hash);
  hash.digest = (...how) => {
    const value = digest(...how);
    return typeof value === 'string' ? [...value].reverse().join('') : value.reverse();
  };
  return hash;
};
syncBuiltinESMExports();
`;

async function countsOf(
  ...options: readonly string[]
): Promise<{ readonly verify: number; readonly createHash: number }> {
  const programme = await TestProgramme.make();
  programme.writeRoster(ROWS);
  const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(COUNTING)}` };
  const run = await programme.runWith({ env }, 'issue', 'r.csv', '--jobs', '1', ...options);
  expect(run.code).toBe(0);
  return JSON.parse(readFileSync(join(programme.cwd, 'counts.json'), 'utf8')) as { verify: number; createHash: number };
}

describe('what issue checks before it goes out', () => {
  test('--check-all verifies every signature and has the libraries make every canonical form; a sample does so for some', async () => {
    const [all, half, usual] = await Promise.all([
      countsOf('--check-all'),
      countsOf('--check-sample', '2'),
      countsOf('--check-sample', '1000000'),
    ]);
    // Status list and first credential are verified in any case.
    expect(usual.verify).toBeLessThan(6);
    expect(all.verify).toBeGreaterThanOrEqual(usual.verify + ROWS - 1);
    expect(half.verify).toBeGreaterThan(usual.verify);
    expect(half.verify).toBeLessThan(all.verify);
    // One for each blank node, and one for the whole.
    const each = (all.createHash - usual.createHash) / (ROWS - 1);
    expect(each).toBeGreaterThan(3);
    expect(half.createHash).toBeLessThan(all.createHash);
  });

  test.each(['1', '3'])(
    'a canonical form that the libraries make otherwise stops the run on %s threads, and both are kept',
    async (jobs) => {
      const programme = await TestProgramme.make();
      programme.writeRoster(2000);
      const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(DIFFERING)}` };
      const run = await programme.runWith({ env }, 'issue', 'r.csv', '--jobs', jobs, '--check-all');
      expect(run.code).toBe(3);
      expect(run.err).toMatch(/the libraries canonicalize a credential otherwise.*it was not signed/);
      const differences = join(programme.cwd, '.badgekit/differences');
      // Each thread may find one at the same time; the first is told.
      const place = readdirSync(differences).find((name) => run.err.includes(name)) ?? '';
      expect(run.err).toContain(`.badgekit/differences/${place}`);
      const [own, libraries] = ['badgekit.nq', 'libraries.nq'].map((file) =>
        readFileSync(join(differences, place, file), 'utf8'),
      );
      expect(own).not.toBe(libraries);
      expect(
        own
          ?.replaceAll(/c14n\d+/g, '')
          .split('\n')
          .sort(),
      ).toEqual(
        libraries
          ?.replaceAll(/c14n\d+/g, '')
          .split('\n')
          .sort(),
      );
      // What was issued before is good, and the next run goes on.
      expect((await programme.run('verify', 'credentials', '--offline')).code).toBe(0);
      expect((await programme.run('issue', 'r.csv')).code).toBe(0);
      expect((await programme.run('verify', 'credentials', '--offline')).out).toMatch(/^4,000 verified/);
    },
  );
});
