import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { badgekit, DEFINE_KNOTS, filesBelow, printed, temporaryFolder } from '../support/cli.ts';

describe('old awards', () => {
  test('that have expired already are issued in whatever order they stand', async () => {
    const cwd = temporaryFolder();
    await badgekit(['init-issuer', '--name', 'Solo', '--no-hosting', '--recipients', 'plain-email'], { cwd });
    await badgekit([...DEFINE_KNOTS], { cwd });
    writeFileSync(
      join(cwd, 'r.csv'),
      'email,issued_on,expires_on\nbo@example.org,2020-05-04,2022-01-01\nana@example.org,2026-05-04,2040-01-01\n',
    );
    expect(await badgekit(['issue', 'r.csv'], { cwd })).toMatchObject({ code: 0 });
    const run = await badgekit(['verify', 'credentials'], { cwd });
    expect(run.out).toMatch(/^2 verified {3}2 expired/);
  });
});

describe('a programme made by hand', () => {
  test('with a did:key issuer issues badges that need nothing but themselves', async () => {
    const cwd = temporaryFolder();
    const made = await badgekit(['init-issuer', '--name', 'A. Teacher', '--no-hosting'], { cwd });
    expect(made.code).toBe(0);
    expect(made.out).toContain('cannot be revoked');
    expect(statSync(join(cwd, 'keys/key-1.jwe')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toContain('keys/');
    const defined = await badgekit([...DEFINE_KNOTS, '--valid-for', 'P2Y'], { cwd });
    expect(defined).toMatchObject({ code: 0, err: '' });
    expect((await badgekit(['define', '--check'], { cwd })).out).toBe('The definition is in order.\n');
    writeFileSync(join(cwd, 'roster.csv'), 'Contact;Name\nana@example.org;Ana\n');
    const unmapped = await badgekit(['issue', 'roster.csv'], { cwd });
    expect(unmapped.code).toBe(2);
    expect(unmapped.err).toContain('--map "email=Contact"');
    const issued = await badgekit(['issue', 'roster.csv', '--map', 'email=Contact'], { cwd });
    expect(issued.code).toBe(0);
    const elsewhere = temporaryFolder();
    const [badge = ''] = filesBelow(join(cwd, 'credentials')).filter((file) => file.endsWith('.svg'));
    const verified = await badgekit(
      ['verify', join(cwd, 'credentials', badge), '--offline', '--recipient', 'ana@example.org'],
      { cwd: elsewhere },
    );
    expect(verified.code).toBe(0);
    expect(verified.out).toContain('the badge has no status: its issuer cannot revoke it');
    expect((await badgekit(['revoke', 'ana@example.org'], { cwd })).err).toContain('has no status');
  });

  test.each([
    ['p256', 'ES256'],
    ['rsa', 'RS256'],
    ['ed25519', 'EdDSA'],
  ])('with tokens and a %s key issues JWTs (%s) that verify', async (keyType, alg) => {
    const cwd = temporaryFolder();
    await badgekit(
      [
        'init-issuer',
        '--name',
        'Tokens',
        '--hosting',
        'https://badges.example.org/x',
        '--proof',
        'jwt',
        '--key-type',
        keyType,
        '--recipients',
        'did',
      ],
      { cwd },
    );
    await badgekit(DEFINE_KNOTS, { cwd });
    writeFileSync(join(cwd, 'roster.csv'), 'id\ndid:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK\n');
    expect((await badgekit(['issue', 'roster.csv'], { cwd })).code).toBe(0);
    const [token = ''] = filesBelow(join(cwd, 'credentials')).filter((file) => file.endsWith('.jwt'));
    const [header = '', payload = ''] = readFileSync(join(cwd, 'credentials', token), 'utf8')
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('utf8'));
    expect(JSON.parse(header)).toEqual({ alg, kid: 'did:web:badges.example.org:x#key-1-jwk', typ: 'JWT' });
    expect(JSON.parse(payload)).toMatchObject({
      iss: 'did:web:badges.example.org:x',
      sub: 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
    });
    expect(await badgekit(['verify', 'credentials', '--offline'], { cwd })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^2 verified {3}[\d.]+ s\n$/),
    });
    expect((await badgekit(['revoke', 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'], { cwd })).code).toBe(
      0,
    );
    expect((await badgekit(['verify', 'credentials', '--offline'], { cwd })).out).toContain('REVOKED');
  });

  test('that says so can suspend and reinstate', async () => {
    const cwd = temporaryFolder();
    await badgekit(['init-issuer', '--name', 'S', '--hosting', 'https://badges.example.org'], { cwd });
    writeFileSync(
      join(cwd, 'badgekit.yaml'),
      `${readFileSync(join(cwd, 'badgekit.yaml'), 'utf8')}status: { purposes: [revocation, suspension] }\n`,
    );
    await badgekit(DEFINE_KNOTS, { cwd });
    writeFileSync(join(cwd, 'roster.csv'), 'email\nana@example.org\nbob@example.org\n');
    await badgekit(['issue', 'roster.csv'], { cwd });
    await badgekit(['revoke', 'ana@example.org', '--suspend'], { cwd });
    const suspended = await badgekit(['verify', 'credentials', '--offline'], { cwd });
    expect(suspended.out).toContain('SUSPENDED');
    expect(suspended.out).toContain('2 verified   2 suspended');
    expect((await badgekit(['revoke', 'ana@example.org', '--reinstate'], { cwd })).out).toContain('reinstated');
    expect((await badgekit(['verify', 'credentials', '--offline'], { cwd })).code).toBe(0);
    await badgekit(['revoke', 'bob@example.org'], { cwd });
    expect(await badgekit(['revoke', 'bob@example.org', '--reinstate'], { cwd })).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be undone'),
    });
  });

  test('is never made over another one', async () => {
    const cwd = temporaryFolder();
    await badgekit(['init-issuer', '--name', 'First', '--no-hosting'], { cwd });
    const before = filesBelow(cwd).map((file) => readFileSync(join(cwd, file), 'utf8'));
    expect(await badgekit(['init-issuer', '--name', 'Second', '--no-hosting'], { cwd })).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is a programme in this folder already'),
    });
    expect(filesBelow(cwd).map((file) => readFileSync(join(cwd, file), 'utf8'))).toEqual(before);
  });

  test('--dry-run shows and writes nothing', async () => {
    const cwd = temporaryFolder();
    const preview = await badgekit(
      ['init-issuer', '--name', 'Dry', '--hosting', 'https://badges.example.org', '--dry-run'],
      { cwd, env: { BADGEKIT_PASSPHRASE: '' } },
    );
    expect(preview.code).toBe(0);
    expect(preview.out).toContain('did:web:badges.example.org');
    expect(filesBelow(cwd)).toEqual([]);
    await badgekit(['init-issuer', '--name', 'Dry', '--no-hosting'], { cwd });
    expect((await badgekit([...DEFINE_KNOTS, '--dry-run'], { cwd })).out).toContain('tier: participation');
    await badgekit(DEFINE_KNOTS, {
      cwd,
    });
    writeFileSync(join(cwd, 'r.csv'), 'email\nana@example.org\nx\n');
    const before = filesBelow(cwd);
    const dry = await badgekit(['issue', 'r.csv', '--dry-run'], { cwd });
    expect(dry.code).toBe(1);
    expect(dry.out).toContain('"type": [\n    "VerifiableCredential",');
    expect(filesBelow(cwd)).toEqual(before);
    expect(printed(await badgekit(['issue', 'r.csv', '--dry-run', '--json'], { cwd }))).toMatchObject({
      dryRun: true,
      toIssue: 1,
      sample: { type: ['VerifiableCredential', 'OpenBadgeCredential'] },
    });
  });

  test('--strict issues nothing where a row is refused', async () => {
    const cwd = temporaryFolder();
    await badgekit(['init-issuer', '--name', 'S', '--no-hosting'], { cwd });
    await badgekit(DEFINE_KNOTS, {
      cwd,
    });
    writeFileSync(join(cwd, 'r.csv'), 'email\nana@example.org\nx\n');
    expect(await badgekit(['issue', 'r.csv', '--strict'], { cwd })).toMatchObject({
      code: 1,
      out: expect.stringContaining('nothing was issued'),
    });
    expect(filesBelow(cwd).filter((file) => file.startsWith('credentials/'))).toEqual([]);
  });

  test('two runs at once issue each award once', async () => {
    const cwd = temporaryFolder();
    await badgekit(['init-issuer', '--name', 'S', '--hosting', 'https://badges.example.org'], { cwd });
    await badgekit(DEFINE_KNOTS, {
      cwd,
    });
    writeFileSync(
      join(cwd, 'r.csv'),
      `email\n${Array.from({ length: 120 }, (_, index) => `p${index}@example.org\n`).join('')}`,
    );
    const runs = await Promise.all([
      badgekit(['issue', 'r.csv', '--json'], { cwd }),
      badgekit(['issue', 'r.csv', '--json'], { cwd }),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(filesBelow(join(cwd, 'credentials')).filter((file) => file.endsWith('.json'))).toHaveLength(120);
    const indices = filesBelow(join(cwd, 'credentials'))
      .filter((file) => file.endsWith('.json'))
      .map(
        (file) =>
          (
            JSON.parse(readFileSync(join(cwd, 'credentials', file), 'utf8')) as {
              credentialStatus: { statusListIndex: string };
            }
          ).credentialStatus.statusListIndex,
      );
    expect(new Set(indices).size).toBe(120);
    expect((await badgekit(['verify', 'credentials', '--offline'], { cwd })).code).toBe(0);
  });
});
