import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { TestProgramme } from '../support/programme.ts';
import { badgekit, copyOf, filesBelow, knotsProgramme, temporaryFolder } from '../support/cli.ts';

/** The files of dist/ that a run loaded, as Node tells of its coverage. */
async function loadedBy(args: readonly string[], cwd: string): Promise<readonly string[]> {
  const coverage = temporaryFolder();
  const run = await badgekit(args, { cwd, env: { NODE_V8_COVERAGE: coverage } });
  expect(run.code).toBe(0);
  return readdirSync(coverage).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as { result: { url: string }[] };
    return result.flatMap(({ url }) => /\/dist\/(.+)$/.exec(url)?.[1] ?? []);
  });
}

describe('beginning to issue', () => {
  let base: string;
  beforeAll(async () => {
    base = await knotsProgramme();
    writeFileSync(join(base, 'r.csv'), 'email\nana@example.org\n');
  });

  test('loads few files, of the bundle that is made for it', async () => {
    const loaded = await loadedBy(['issue', 'r.csv'], copyOf(base));
    expect(loaded).toEqual(expect.arrayContaining(['cli.js', 'chunks/issue-beginning.js', 'chunks/run-issue.js']));
    expect(loaded.length).toBeLessThan(20);
  });

  test('loads none of it where another command runs', async () => {
    for (const args of [['list'], ['--help']]) {
      const loaded = await loadedBy(args, copyOf(base));
      expect(loaded).toContain('cli.js');
      expect(loaded.filter((file) => file.includes('issue'))).toEqual([]);
    }
    expect((await loadedBy(['--help'], base)).toSorted()).toEqual(['cli.js', 'errors.js']);
    const helped = await loadedBy(['issue', '--help'], copyOf(base));
    expect(helped).toContain('cli.js');
    expect(helped).not.toContain('chunks/run-issue.js');
  });

  test('opens the key of the programme that is named, not of the one it is run in', async () => {
    const [here, there] = [copyOf(base), temporaryFolder()];
    const secret = join(there, 'passphrase');
    writeFileSync(secret, 'quite another one\n');
    await badgekit(['init-issuer', 'p', '--name', 'There', '--no-hosting', '--passphrase-file', secret], {
      cwd: there,
    });
    cpSync(join(here, 'badges'), join(there, 'p/badges'), { recursive: true });
    const run = await badgekit(
      ['issue', 'r.csv', `--programme=${join(there, 'p')}`, '--passphrase-file', secret, '--json'],
      { cwd: here },
    );
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(existsSync(join(here, 'credentials'))).toBe(false);
    expect(filesBelow(join(there, 'p/credentials')).length).toBeGreaterThan(0);
  });

  test('a wrong passphrase leaves nothing that keeps the right one from issuing', async () => {
    const cwd = copyOf(base);
    const wrong = await badgekit(['issue', 'r.csv', '--json'], { cwd, env: { BADGEKIT_PASSPHRASE: 'not this one' } });
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.out)).toMatchObject({ error: { code: 'PASSPHRASE_WRONG' } });
    expect(existsSync(join(cwd, 'credentials'))).toBe(false);
    expect(JSON.parse((await badgekit(['issue', 'r.csv', '--json'], { cwd })).out)).toMatchObject({
      issued: [{ badge: 'knots' }],
    });
    expect((await badgekit(['ledger', 'check'], { cwd })).code).toBe(0);
  });

  test('what is wrong with the ledger is told before what is wrong with the passphrase', async () => {
    const cwd = copyOf(base);
    await badgekit(['issue', 'r.csv'], { cwd });
    writeFileSync(join(cwd, '.badgekit/ledger.db'), 'no database');
    const wrong = await badgekit(['issue', 'r.csv', '--json'], { cwd, env: { BADGEKIT_PASSPHRASE: 'not this one' } });
    expect(JSON.parse(wrong.out)).toMatchObject({ error: { code: 'LEDGER_DAMAGED' } });
    expect(wrong.code).toBe(3);
  });

  test('traces of --debug name the lines of the source, of other threads too', async () => {
    const cwd = copyOf(base);
    const missing = await badgekit(['issue', 'nowhere.csv', '--debug'], { cwd });
    expect(missing.code).toBe(2);
    expect(missing.err).toMatch(/src\/programme\/files\.ts:\d+:\d+/);
    const programme = await TestProgramme.make();
    programme.writeRoster(1);
    programme.write('credentials', 'no folder');
    const failed = await programme.runOnThreads({}, 'issue', 'r.csv', '--debug', '--jobs', '2');
    expect(failed.code).toBe(2);
    expect(failed.err).toContain('credentials');
    expect(failed.err).toMatch(/src\/cli\/issue\/worker\.ts:\d+:\d+/);
    for (const { err } of [missing, failed]) expect(err).not.toContain('dist/');
  });
});
