import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { badgekit, temporaryFolder } from '../support/cli.ts';
import { ENGINES } from '../support/ledgers.ts';
import { TestProgramme } from '../support/programme.ts';

describe.each(ENGINES)('keys, on $engine', ({ newPlace }) => {
  test('a rotated key stays published, so that what it signed still verifies; a retired one never signs again', async () => {
    const programme = await TestProgramme.make(await newPlace());
    programme.writeRoster(2);
    await programme.run('issue', 'r.csv');
    expect((await programme.run('keys', 'rotate', '--dry-run')).out).toContain('Nothing was written.');
    expect(programme.read('badgekit.yaml')).toContain('key: "key-1"');
    expect(await programme.json('keys', 'rotate')).toMatchObject({ key: 'key-2', before: 'key-1' });
    expect(programme.read('badgekit.yaml')).toContain('key: "key-2"');
    programme.writeRoster(3);
    expect((await programme.run('issue', 'r.csv')).code).toBe(0);
    expect((await programme.run('verify', 'credentials', '--offline')).out).toMatch(/^6 verified/);
    expect(programme.credentials().filter(({ text }) => text.includes('#key-2"'))).toHaveLength(1);

    expect(await programme.run('keys', 'retire', 'key-2')).toMatchObject({
      code: 2,
      err: expect.stringContaining('key-2 is the key that signs now'),
    });
    expect((await programme.run('keys', 'retire', 'key-1')).code).toBe(0);
    expect((await programme.run('verify', 'credentials', '--offline')).out).toMatch(/^6 verified/);
    expect(await programme.json('keys', 'list')).toMatchObject({
      keys: [
        { name: 'key-1', state: 'retired', isPublished: true, badges: 2 },
        { name: 'key-2', state: 'signing', isPublished: true, badges: 1 },
      ],
    });
    programme.write('badgekit.yaml', programme.read('badgekit.yaml').replace('"key-2"', '"key-1"'));
    programme.writeRoster(4);
    expect(await programme.run('issue', 'r.csv')).toMatchObject({
      code: 2,
      err: expect.stringContaining('it never signs again'),
    });
  });

  test('a compromised key leads to a plan, which one command carries out, to a clean ledger check', async () => {
    const programme = await TestProgramme.make(await newPlace());
    programme.writeRoster(5);
    await programme.run('issue', 'r.csv');
    await programme.run('revoke', 'p0@example.org');
    const stolen = programme.credentials().filter(({ text }) => !text.includes('p0@'));
    expect(await programme.run('keys', 'recover', 'key-1')).toMatchObject({
      code: 2,
      err: expect.stringContaining('badgekit keys compromised key-1 --since DATE'),
    });
    const dry = await programme.run('keys', 'compromised', 'key-1', '--since', '2026-01-01', '--dry-run');
    expect(dry.out).toContain('it would never sign again');
    expect(dry.out).toContain('4 badges are issued once more');
    expect((await programme.run('issue', 'r.csv')).code).toBe(0);
    const plan = await programme.run('keys', 'compromised', 'key-1', '--since', '2026-01-01');
    expect(plan.out).toContain('It signed 5 badges (1 revoked: nothing to do for those).');
    expect(plan.out).toContain('Carry it out: badgekit keys recover key-1');
    programme.writeRoster(6);
    expect(await programme.run('issue', 'r.csv')).toMatchObject({
      code: 2,
      err: expect.stringContaining('go on with: badgekit keys recover key-1'),
    });

    const { signal } = await programme.killedWhen(() => programme.count() > 6, 'keys', 'recover', 'key-1');
    expect(['SIGKILL', null]).toContain(signal);
    const done = await programme.run('keys', 'recover', 'key-1');
    expect([done.code, done.err]).toEqual([0, '']);
    expect(done.out).toContain('key-1 is withdrawn; key-2 signs from now on.');
    expect(await programme.json('keys', 'recover', 'key-1')).toMatchObject({ issued: [], gone: [], statusLists: [] });
    expect(await programme.json('keys', 'list')).toMatchObject({
      keys: [
        { name: 'key-1', state: 'compromised', isPublished: false, badges: 5 },
        { name: 'key-2', state: 'signing', badges: 4 },
      ],
    });
    for (const { file } of stolen)
      expect((await programme.run('verify', `credentials/${file}`, '--offline')).out).toMatch(/^REJECTED/);
    expect(programme.read('public/status/revocation-1.json')).toContain('#key-2"');
    const { badges } = (await programme.json('list', '--status', 'valid')) as { badges: { id: string }[] };
    expect(badges).toHaveLength(4);
    expect(await programme.run('ledger', 'check')).toMatchObject({ code: 0 });
    expect(await programme.json('issue', 'r.csv')).toMatchObject({ toIssue: 1 });
    expect((await programme.run('verify', 'credentials', '--offline')).out).toMatch(/^10 verified {3}10 rejected/);
  });

  test('another passphrase seals them all, and whatever interrupted that, it goes on', async () => {
    const programme = await TestProgramme.make(await newPlace());
    await programme.run('keys', 'rotate');
    const old = programme.read('keys/key-1.jwe');
    const replacing = randomBytes(12).toString('hex');
    const env = { BADGEKIT_NEW_PASSPHRASE: replacing };
    expect(await programme.runWith({}, 'keys', 'change-passphrase')).toMatchObject({
      code: 2,
      err: expect.stringContaining('BADGEKIT_NEW_PASSPHRASE'),
    });
    expect((await programme.runWith({ env }, 'keys', 'change-passphrase')).out).toContain('3 files');
    programme.write('keys/key-1.jwe', old);
    expect(await programme.runWith({ env }, 'keys', 'change-passphrase', '--json')).toMatchObject({
      out: '{"badgekit":1,"command":"keys change-passphrase","changed":1}\n',
    });
    programme.writeRoster(1);
    expect((await programme.run('issue', 'r.csv')).err).toContain('passphrase');
    expect((await programme.runWith({ env: { BADGEKIT_PASSPHRASE: replacing } }, 'issue', 'r.csv')).code).toBe(0);
    programme.write('keys/key-2.jwe', `${programme.read('keys/key-2.jwe').slice(0, -8)}AAAAAAA\n`);
    const before = programme.read('keys/key-1.jwe');
    const wrong = await programme.runWith(
      { env: { BADGEKIT_PASSPHRASE: replacing, BADGEKIT_NEW_PASSPHRASE: 'a third passphrase' } },
      'keys',
      'change-passphrase',
    );
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('keys/key-2.jwe') });
    expect(programme.read('keys/key-1.jwe')).toBe(before);
  });
});

describe('the public half of a key', () => {
  test('vouches for what it signed, by itself', async () => {
    const programme = await TestProgramme.make();
    programme.writeRoster(1);
    await programme.run('issue', 'r.csv');
    const { out, code } = await programme.run('keys', 'export-public');
    expect(code).toBe(0);
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'key.json'), out);
    writeFileSync(join(cwd, 'badge.json'), programme.credentials()[0]?.text ?? '');
    const { out: report } = await badgekit(['verify', 'badge.json', '--key', 'key.json', '--offline'], { cwd });
    expect(report).toMatch(/✓ key +a key that you gave/);
    expect(await programme.run('keys', 'export-public', 'nobody')).toMatchObject({
      code: 2,
      err: expect.stringContaining('there are: key-1'),
    });
  });

  test('of an issuer who is a key can be listed; another one he cannot have', async () => {
    const programme = await TestProgramme.make();
    await programme.run('init-issuer', 'own', '--name', 'S', '--no-hosting');
    expect((await programme.run('keys', 'list', '--programme', 'own')).out).toContain('signing');
    expect(await programme.run('keys', 'rotate', '--programme', 'own')).toMatchObject({
      code: 2,
      err: expect.stringContaining('is itself a key'),
    });
  });
});
