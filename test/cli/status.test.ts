import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { filesBelow } from '../support/cli.ts';
import { TestProgramme } from '../support/programme.ts';

describe('status refresh', () => {
  test('signs only the lists that need it, and its exit code says whether any did', async () => {
    const programme = await TestProgramme.make();
    expect(await programme.run('status', 'refresh')).toMatchObject({
      code: 1,
      out: 'Every status list is up to date.\n',
    });
    programme.writeRoster(2);
    await programme.run('issue', 'r.csv');
    const list = 'public/status/revocation-1.json';
    const fresh = programme.read(list);
    expect(await programme.run('status', 'refresh')).toMatchObject({ code: 1 });
    expect(programme.read(list)).toBe(fresh);
    await programme.run('revoke', 'p0@example.org');
    const revoked = programme.read(list);
    expect(revoked).not.toBe(fresh);
    // The host's copy of before comes back, by a checkout or a restored backup.
    programme.write(list, fresh);
    expect(await programme.run('status', 'refresh')).toMatchObject({ code: 0, out: expect.stringContaining(list) });
    expect((await programme.run('verify', 'credentials', '--offline')).out).toContain('2 revoked');
  });

  test('keeps badges of each tier in lists of their own where the programme says so', async () => {
    const programme = await TestProgramme.make();
    await programme.run('define', 'talk', '--name', 'T', '--description', 'D', '--tier', 'skill', '--criteria', 'C');
    const tiers = 'tiers: { skill: { alignments: 0, assessment: none } }';
    programme.write('badgekit.yaml', `${programme.read('badgekit.yaml')}status: { perTier: true }\n${tiers}\n`);
    programme.write('r.csv', 'email,badge\nana@example.org,knots\nana@example.org,talk\nbo@example.org,talk\n');
    await programme.run('issue', 'r.csv');
    expect(filesBelow(join(programme.cwd, 'public/status'))).toEqual([
      'revocation-participation-1.json',
      'revocation-skill-1.json',
    ]);
    await programme.run('revoke', 'ana@example.org', '--badge', 'talk');
    expect((await programme.run('verify', 'credentials', '--offline')).out).toMatch(/^4 verified {3}2 revoked/);
  });
});

describe('publish --check-live', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  /** A host that serves a folder. */
  async function host(folder: string): Promise<string> {
    server = createServer((request, response) => {
      const file = join(folder, decodeURIComponent(request.url ?? ''));
      response.statusCode = existsSync(file) ? 200 : 404;
      response.end(existsSync(file) ? readFileSync(file) : '');
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test('compares every file byte for byte, and says what an old list lacks', async () => {
    const programme = await TestProgramme.make();
    programme.writeRoster(3);
    await programme.run('issue', 'r.csv');
    const old = programme.read('public/status/revocation-1.json');
    const url = await host(join(programme.cwd, 'public'));
    const good = await programme.runWith({ env: { BADGEKIT_PASSPHRASE: '' } }, 'publish', '--check-live', url);
    expect(good).toMatchObject({ code: 0, out: expect.stringMatching(/^All \d+ files of public\/ are at http/) });

    const copy = await TestProgramme.make();
    for (const file of filesBelow(join(programme.cwd, 'public'))) {
      mkdirSync(join(copy.cwd, 'host', file, '..'), { recursive: true });
      writeFileSync(join(copy.cwd, 'host', file), readFileSync(join(programme.cwd, 'public', file)));
    }
    server?.close();
    const stale = await host(join(copy.cwd, 'host'));
    await programme.run('revoke', 'p0@example.org');
    await programme.run('revoke', 'p1@example.org');
    await programme.run(
      'define',
      'talk',
      '--name',
      'T',
      '--description',
      'D',
      '--tier',
      'participation',
      '--criteria',
      'C',
    );
    await programme.run('publish');
    expect(copy.read('host/status/revocation-1.json')).toBe(old);
    const bad = await programme.run('publish', '--check-live', stale);
    expect(bad.code).toBe(1);
    expect(bad.out).toMatch(
      /different {4}http\S+\/status\/revocation-1\.json: .* a list of \S+ \S+ UTC: it lacks 2 entries/,
    );
    expect(bad.out).toMatch(/missing {6}http\S+\/achievements\/talk\.json: the server answered 404/);
    expect(bad.out).toMatch(/\d+ of \d+ files are at .* Copy public\/ there again/);
    expect(await programme.json('publish', '--check-live', stale)).toMatchObject({ checkLive: stale, due: [] });

    // The host serves what is here, and that is old as well.
    server?.close();
    const same = await host(join(programme.cwd, 'public'));
    programme.write('public/status/revocation-1.json', old);
    const due = await programme.run('publish', '--check-live', same);
    expect(due.code).toBe(1);
    expect(due.out).toMatch(
      /^due {10}public\/status\/revocation-1\.json: it lacks 2 entries that the ledger has set$/m,
    );
    expect(due.out).toContain('badgekit status refresh');
    expect(await programme.json('publish', '--check-live', same)).toMatchObject({
      due: [{ path: 'public/status/revocation-1.json' }],
    });
  });

  test('that cannot reach the host is undetermined', async () => {
    const programme = await TestProgramme.make();
    expect(await programme.run('publish', '--check-live', 'http://127.0.0.1:1')).toMatchObject({
      code: 3,
      out: expect.stringContaining('it refuses connections'),
    });
    expect((await programme.run('publish', '--check-live', 'nowhere')).code).toBe(2);
  });
});
