import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { badgekit, DEFINE_KNOTS, filesBelow, printed, temporaryFolder } from '../support/cli.ts';
import { ENGINES } from '../support/ledgers.ts';

async function programme(): Promise<string> {
  const cwd = temporaryFolder();
  await badgekit(['init-issuer', '--name', 'S', '--hosting', 'https://badges.example.org'], { cwd });
  await badgekit(DEFINE_KNOTS, { cwd });
  writeFileSync(join(cwd, 'r.csv'), 'email\nana@example.org\nbo@example.org\n');
  return cwd;
}

describe('a programme whose ledger is on a server', () => {
  for (const { newPlace } of ENGINES.filter(({ engine }) => engine === 'PostgreSQL')) {
    test('issues, notices what is issued, revokes, and keeps no ledger of its own', async () => {
      const cwd = await programme();
      const env = { BADGEKIT_LEDGER_URL: await newPlace() };
      expect(printed(await badgekit(['issue', 'r.csv', '--json'], { cwd, env }))).toMatchObject({ toIssue: 2 });
      expect(printed(await badgekit(['issue', 'r.csv', '--json'], { cwd, env }))).toMatchObject({ unchanged: 2 });
      expect((await badgekit(['revoke', 'ana@example.org'], { cwd, env })).code).toBe(0);
      expect((await badgekit(['verify', 'credentials', '--offline'], { cwd })).out).toMatch(/^2 verified {3}2 revoked/);
      expect(filesBelow(cwd).filter((file) => file.includes('ledger'))).toEqual([]);
    });

    test('is named in badgekit.yaml', async () => {
      const cwd = await programme();
      const config = join(cwd, 'badgekit.yaml');
      writeFileSync(config, `${readFileSync(config, 'utf8')}ledger: ${await newPlace()}\n`);
      expect((await badgekit(['issue', 'r.csv'], { cwd })).code).toBe(0);
      expect(filesBelow(cwd).filter((file) => file.includes('ledger'))).toEqual([]);
    });

    test('does not begin an empty ledger beside badges that were issued before', async () => {
      const cwd = await programme();
      await badgekit(['issue', 'r.csv'], { cwd, env: { BADGEKIT_LEDGER_URL: await newPlace() } });
      const again = await badgekit(['issue', 'r.csv'], { cwd, env: { BADGEKIT_LEDGER_URL: await newPlace() } });
      expect(again).toMatchObject({ code: 3, err: expect.stringContaining('the ledger on the server is empty') });
    });
  }

  test('never repeats a password that stands in badgekit.yaml', async () => {
    const cwd = await programme();
    const config = join(cwd, 'badgekit.yaml');
    writeFileSync(config, `${readFileSync(config, 'utf8')}ledger: postgres://ana:hunter2@db.example.org/badges\n`);
    const run = await badgekit(['issue', 'r.csv'], { cwd });
    expect(run.code).toBe(2);
    expect(run.err).toContain('badgekit.yaml:');
    expect(run.err).toContain('without a password');
    expect(run.out + run.err).not.toContain('hunter2');
  });

  test('says that the variable holds no address, and not what it holds', async () => {
    const cwd = await programme();
    const run = await badgekit(['issue', 'r.csv'], { cwd, env: { BADGEKIT_LEDGER_URL: 'hunter2' } });
    expect(run.code).toBe(2);
    expect(run.err).toContain('BADGEKIT_LEDGER_URL is no postgres:// address');
    expect(run.out + run.err).not.toContain('hunter2');
  });
});
