import { describe, expect, test } from 'vitest';
import { ENGINES } from '../support/ledgers.ts';
import { TestProgramme } from '../support/programme.ts';

describe.each(ENGINES)('a row that changed since it was issued, on $engine', ({ newPlace }) => {
  test('is told with its columns, and replaced by --supersede, both ways to be seen', async () => {
    const programme = await TestProgramme.make(await newPlace());
    programme.write('r.csv', 'email,name,narrative\nana@example.org,Ana,Well tied.\nbo@example.org,Bo,\n');
    await programme.run('issue', 'r.csv');
    const [first] = programme.credentials().filter(({ text }) => text.includes('Well tied.'));
    programme.write('r.csv', 'email,name,narrative\nana@example.org,Anna,Very well tied.\nbo@example.org,Bo,\n');
    const told = await programme.run('issue', 'r.csv');
    expect(told.code).toBe(0);
    expect(told.out).toContain(`r.csv:2  name, narrative changed since ${first?.id ?? ''}`);
    expect(told.out).toContain('--supersede');
    expect(programme.credentials()).toHaveLength(2);

    const dry = await programme.run('issue', 'r.csv', '--supersede', '--dry-run');
    expect(dry.out).toContain('1 to issue, 1 of them to supersede, 1 unchanged');
    expect(dry.out).toContain('"genre": "superseded badge"');
    const done = await programme.json('issue', 'r.csv', '--supersede');
    expect(done).toMatchObject({
      toIssue: 1,
      unchanged: 1,
      issued: [{ supersedes: first?.id }],
      changed: [{ id: first?.id, columns: ['name', 'narrative'] }],
      statusLists: ['public/status/revocation-1.json'],
    });
    const [second] = programme.credentials().filter(({ text }) => text.includes('Very well tied.'));
    const old = await programme.run('verify', `credentials/${first?.file ?? ''}`, '--offline');
    expect(old.out).toMatch(/^REVOKED/);
    expect(old.out).toContain(`its issuer's host says that "${second?.id ?? ''}" took its place`);
    expect(await programme.json('verify', `credentials/${first?.file ?? ''}`, '--offline')).toMatchObject({
      results: [
        {
          checks: expect.arrayContaining([
            expect.objectContaining({
              findings: [{ code: 'REVOKED' }, { code: 'SUPERSEDED' }].map((finding) =>
                expect.objectContaining(finding),
              ),
            }),
          ]),
        },
      ],
    });
    const now = await programme.run('verify', `credentials/${second?.file ?? ''}`, '--offline');
    expect(now.out).toMatch(/^VERIFIED/);
    expect(now.out).toContain(`it replaces the badge ${first?.id ?? ''}`);

    expect((await programme.run('issue', 'r.csv')).out).toMatch(/^Nothing to do/);
    programme.write('r.csv', 'email,name,narrative\nana@example.org,Ana,Well tied.\nbo@example.org,Bo,\n');
    const third = await programme.json('issue', 'r.csv', '--supersede');
    expect(third).toMatchObject({ issued: [{ supersedes: second?.id }] });
    expect(new Set(programme.credentials().map(({ place }) => place)).size).toBe(4);
  });
});

describe.each(ENGINES)('eight processes on one roster, on $engine', ({ newPlace }) => {
  test('issue every award once, divide the work, and each ends with the whole roster issued', async () => {
    const programme = await TestProgramme.make(await newPlace());
    programme.writeRoster(320);
    const runs = await Promise.all(Array.from({ length: 8 }, () => programme.run('issue', 'r.csv', '--json')));
    expect(runs.map(({ code, err }) => (code === 0 ? 0 : err))).toEqual(runs.map(() => 0));
    const issued = runs.map(({ out }) => (JSON.parse(out) as { issued: { id: string }[] }).issued.map(({ id }) => id));
    const all = issued.flat();
    expect([all.length, new Set(all).size]).toEqual([320, 320]);
    expect(issued.filter((ids) => ids.length > 0).length).toBeGreaterThan(3);
    const credentials = programme.credentials();
    expect(credentials.map(({ id }) => id).sort()).toEqual([...all].sort());
    expect(new Set(credentials.map(({ place }) => place)).size).toBe(320);
    expect(await programme.json('issue', 'r.csv')).toMatchObject({ unchanged: 320, toIssue: 0 });
    expect((await programme.run('verify', 'credentials', '--offline')).out).toMatch(/^640 verified {3}/);
  });
});

describe.each(ENGINES)('four shards of one roster, on $engine', ({ newPlace }) => {
  test('issue it side by side, two of them killed and started again, each award once', async () => {
    const programme = await TestProgramme.make(await newPlace());
    const people = Array.from({ length: 200 }, (_, index) => `p${index}@example.org\n`).join('');
    programme.write('r.csv', `email\n${people}broken@@example.org\n`);
    const shards = [1, 2, 3, 4];
    const killed = new Set([2, 3]);
    const all = await Promise.all(
      shards.map(async (index) => {
        const args = ['issue', 'r.csv', '--json', '--shard', `${index}/4`];
        if (!killed.has(index)) return await programme.run(...args);
        const { signal } = await programme.killedWhen(() => programme.count() > 25, ...args);
        expect(signal).toBe('SIGKILL');
        return await programme.run(...args);
      }),
    );
    const printed = all.map(({ out }) => JSON.parse(out) as { rows: number; unchanged: number; issued: object[] });
    expect(printed.reduce((sum, { rows }) => sum + rows, 0)).toBe(201);
    expect(all.map(({ code }) => code).sort()).toEqual([0, 0, 0, 1]);
    const credentials = programme.credentials();
    expect(new Set(credentials.map(({ id }) => id)).size).toBe(200);
    expect(new Set(credentials.map(({ place }) => place)).size).toBe(200);
    expect(await programme.json('issue', 'r.csv')).toMatchObject({ unchanged: 200, toIssue: 0 });
    const refused = all.findIndex(({ code }) => code === 1) + 1;
    expect(programme.read(`r.${refused}-of-4.rejected.csv`)).toContain('broken@@example.org');
  });

  test('is told how a part is written', async () => {
    const programme = await TestProgramme.make(await newPlace());
    programme.writeRoster(1);
    for (const wrong of ['0/4', '5/4', '4', 'a/b'])
      expect(await programme.run('issue', 'r.csv', '--shard', wrong)).toMatchObject({
        code: 2,
        err: expect.stringContaining('--shard 3/16'),
      });
  });
});

describe.each(ENGINES)('renew, on $engine', ({ newPlace }) => {
  test('issues anew what is about to expire, once, and leaves the old one to its end', async () => {
    const programme = await TestProgramme.make(await newPlace());
    const soon = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
    programme.write(
      'r.csv',
      `email,narrative,issued_on,expires_on\nana@example.org,Good.,2026-01-01,${soon}\nbo@example.org,,2026-01-01,2099-01-01\ncy@example.org,,2020-01-01,2021-01-01\ndi@example.org,,2026-01-01,${soon}\n`,
    );
    await programme.run('issue', 'r.csv');
    await programme.run('revoke', 'di@example.org');
    const dry = await programme.run('renew', '--dry-run');
    expect(dry.out).toMatch(/^would be renewed .*ana@example\.org.*\nNothing was written\.\n$/);
    const done = (await programme.json('renew', '--expiring', '30d')) as { found: string[]; issued: object[] };
    expect(done).toMatchObject({ found: [expect.any(String)], issued: [{ supersedes: done.found[0] }], gone: [] });
    expect((await programme.run('renew')).out).toMatch(/^Nothing to do/);
    const { badges } = (await programme.json('list', 'ana@example.org')) as { badges: { validUntil: string }[] };
    expect(badges).toMatchObject([
      { status: 'valid', supersededBy: expect.any(String) },
      { status: 'valid', supersedes: done.found[0] },
    ]);
    expect(Date.parse(badges[1]?.validUntil ?? '')).toBeGreaterThan(Date.now() + 300 * 86_400_000);
    expect((await programme.run('issue', 'r.csv')).out).toMatch(/^Nothing to do/);
    expect((await programme.run('verify', 'credentials', '--offline')).out).toMatch(
      /^6 verified {3}2 expired {3}2 revoked/,
    );
    expect((await programme.run('ledger', 'check')).code).toBe(0);
    expect(await programme.json('renew', '--expired', '--recipient', 'cy@example.org')).toMatchObject({
      issued: [{ badge: 'knots' }],
    });

    const superseded = 'public/status/superseded.json';
    const published = programme.read(superseded);
    programme.write(superseded, '{}\n');
    expect(await programme.run('status', 'refresh')).toMatchObject({
      code: 0,
      out: expect.stringContaining(superseded),
    });
    expect(programme.read(superseded)).toBe(published);
    expect((await programme.run('status', 'refresh')).code).toBe(1);

    const [newer] = (done.issued as { id: string }[]).map(({ id }) => id);
    const revoked = await programme.run('revoke', newer ?? '');
    expect(revoked.out).toMatch(
      new RegExp(`still in force {2}${done.found[0]} .*\n.* badgekit revoke ${done.found[0]}`),
    );
    expect(await programme.json('revoke', newer ?? '')).toMatchObject({ stillInForce: done.found });
    expect(await programme.json('revoke', done.found[0] ?? '')).toMatchObject({ stillInForce: [] });
  });
});
