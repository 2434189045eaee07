import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  badgekit,
  filesBelow,
  PASSPHRASE,
  printed,
  type Run,
  sampleProgramme,
  temporaryFolder,
} from '../support/cli.ts';

describe('the sample programme, from key to revocation', () => {
  let cwd = '';
  let issued: Run;

  beforeAll(async () => {
    cwd = sampleProgramme();
    await badgekit(['init-issuer', '--key-only'], { cwd });
    issued = await badgekit(['issue', 'rosters/spring.csv'], { cwd });
  });

  test('issues the good rows, refuses the bad ones with file, line, column and advice, and exits 1', () => {
    expect(issued.code).toBe(1);
    expect(issued.err).toContain('Plan  25 rows: 19 to issue, 6 refused');
    expect(issued.out).toContain('Done  19 badges, each as .json, .png and .svg, in credentials/');
    for (const line of [
      'rosters/spring.csv:7:1  email "ana@@example.org" is not an e-mail address',
      'rosters/spring.csv:9:6  level "Expert" is not one of: entry, practitioner, advanced',
      'rosters/spring.csv:14:5  score 58 lies below the required 60',
      'rosters/spring.csv:16:3  badge "bicyle-mechanic" is not defined; did you mean "bicycle-mechanic"?',
      'rosters/spring.csv:21:4  issued_on "31/04/2026" is not a date that badgekit reads',
      'rosters/spring.csv:25:1  the row awards the same badge to the same person as line 18',
    ])
      expect(issued.out).toContain(line);
    expect(readFileSync(join(cwd, 'rosters/spring.rejected.csv'), 'utf8').split('\r\n').filter(Boolean)).toHaveLength(
      7,
    );
  });

  test('writes each credential as JSON, PNG and SVG, under names that say nothing of the person', () => {
    const written = filesBelow(join(cwd, 'credentials'));
    expect(written).toHaveLength(57);
    expect(
      written.every((file) =>
        /^(?:bicycle-mechanic|hand-soldering|repair-cafe-day)\/[0-9a-f-]{36}\.(?:json|png|svg)$/.test(file),
      ),
    ).toBe(true);
    expect(filesBelow(cwd).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });

  test('writes what is to be hosted, and no personal data into it', () => {
    const hosted = filesBelow(join(cwd, 'public'));
    expect(hosted).toEqual(
      expect.arrayContaining([
        '.well-known/did.json',
        'issuer.json',
        'achievements/hand-soldering.json',
        'achievements/hand-soldering.png',
        'images/tidewater-logo.svg',
        'status/revocation-1.json',
      ]),
    );
    const text = hosted.map((file) => readFileSync(join(cwd, 'public', file), 'latin1')).join('');
    expect(text).not.toMatch(/lindqvist|okafor|@example\.(?:org|com|net)/i);
  });

  test('puts no plain e-mail address into a credential', () => {
    const text = filesBelow(join(cwd, 'credentials'))
      .map((file) => readFileSync(join(cwd, 'credentials', file), 'latin1'))
      .join('');
    expect(text).not.toMatch(/lindqvist|conformance@|b\.okafor/);
  });

  test('run again, does nothing', async () => {
    const before = filesBelow(cwd).map((file) => [file, statSync(join(cwd, file)).mtimeMs]);
    const again = await badgekit(['issue', 'rosters/spring.csv'], { cwd });
    expect(again.err).toContain('0 to issue, 19 unchanged, 6 refused');
    expect(again.code).toBe(1);
    const after = filesBelow(cwd).map((file) => [file, statSync(join(cwd, file)).mtimeMs]);
    expect(after.filter(([file]) => !String(file).startsWith('.badgekit'))).toEqual(
      before.filter(([file]) => !String(file).startsWith('.badgekit')),
    );
  });

  test('a changed row is told and left alone', async () => {
    writeFileSync(
      join(cwd, 'rosters/changed.csv'),
      readFileSync(join(cwd, 'rosters/spring.csv'), 'utf8').replace(
        '"Replaced a 44-pin chip at the first attempt."',
        'Replaced two.',
      ),
    );
    const run = await badgekit(['issue', 'rosters/changed.csv', '--json'], { cwd });
    expect(printed(run)).toMatchObject({ issued: [], unchanged: 18, changed: [{ line: 3 }] });
  });

  test('everything verifies, in every carrier, and the report names what it looked at', async () => {
    const run = await badgekit(['verify', 'credentials'], { cwd });
    expect(run).toMatchObject({ code: 0, out: expect.stringMatching(/^57 verified {3}[\d.]+ s\n$/), err: '' });
    const [first = ''] = filesBelow(join(cwd, 'credentials')).filter((file) => file.endsWith('.png'));
    const one = await badgekit(['verify', `credentials/${first}`], { cwd });
    expect(one.code).toBe(0);
    expect(one.out).toMatch(/^VERIFIED {2}"/);
    expect(one.out).toContain(
      '✓ key           key "#key-1" of did:web:badges.tidewater.example (from "public/.well-known/did.json", the folder that is to be hosted)',
    );
    expect(one.out).toContain('✓ status        not revoked, list of ');
  });

  test('the conformance badge is for its recipient and for nobody else', async () => {
    const all = await badgekit(
      ['verify', 'credentials/hand-soldering', '--recipient', 'conformance@imsglobal.org', '--jsonl'],
      { cwd },
    );
    const verdicts = all.out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { verdict: string }).verdict);
    expect(verdicts.filter((verdict) => verdict === 'verified')).toHaveLength(3);
    expect(all.code).toBe(1);
  });

  test('outside the programme and offline the same file is undetermined, and with the key given only its status is open', async () => {
    const [first = ''] = filesBelow(join(cwd, 'credentials')).filter((file) => file.endsWith('.svg'));
    const elsewhere = temporaryFolder();
    const alone = await badgekit(['verify', join(cwd, 'credentials', first), '--offline'], { cwd: elsewhere });
    expect(alone.code).toBe(3);
    expect(alone.out).toMatch(/^UNDETERMINED/);
    const withKey = await badgekit(
      [
        'verify',
        join(cwd, 'credentials', first),
        '--offline',
        '--json',
        '--key',
        join(cwd, 'public/.well-known/did.json'),
      ],
      { cwd: elsewhere },
    );
    expect(withKey.code).toBe(3);
    const [result] = (printed(withKey) as { results: { checks: { check: string; outcome: string }[] }[] }).results;
    expect(result?.checks.filter(({ outcome }) => outcome === 'undetermined').map(({ check }) => check)).toEqual([
      'status',
    ]);
    const hosted = await badgekit(
      [
        'verify',
        join(cwd, 'credentials', first),
        '--offline',
        '--hosting',
        `https://badges.tidewater.example=${join(cwd, 'public')}`,
      ],
      { cwd: elsewhere },
    );
    expect(hosted.code).toBe(0);
  });

  test('a revoked badge is revoked in every carrier, and the others are not', async () => {
    const preview = await badgekit(['revoke', 'hina@example.com', '--dry-run'], { cwd });
    expect(preview.out).toContain('would be revoked');
    expect((await badgekit(['verify', 'credentials'], { cwd })).code).toBe(0);
    const revoked = await badgekit(['revoke', 'Hina@Example.com', '--reason', 'issued in error'], { cwd });
    expect(revoked.code).toBe(0);
    expect(revoked.out).toContain('status list public/status/revocation-1.json signed again');
    const after = await badgekit(['verify', 'credentials'], { cwd });
    expect(after.code).toBe(1);
    expect(after.out).toContain('54 verified   3 revoked');
    expect(after.out).toContain('REVOKED');
    const twice = await badgekit(['revoke', 'hina@example.com'], { cwd });
    expect(twice.out).toContain('was revoked before');
    expect(twice.code).toBe(0);
  });

  test('what cannot be revoked is told', async () => {
    const unknown = await badgekit(['revoke', 'nobody@example.org'], { cwd });
    expect(unknown).toMatchObject({ code: 1, out: '' });
    expect(unknown.err).toContain('no badge was issued to or as "nobody@example.org"');
    const suspend = await badgekit(['revoke', 'noa@example.org', '--suspend'], { cwd });
    expect(suspend.code).toBe(2);
    expect(suspend.err).toContain('purposes: [revocation, suspension]');
  });

  test('baking and extracting give back the file that was issued, byte for byte', async () => {
    const [png = ''] = filesBelow(join(cwd, 'credentials/repair-cafe-day')).filter((file) => file.endsWith('.png'));
    const path = join(cwd, 'credentials/repair-cafe-day', png);
    const extracted = await badgekit(['bake', '--extract', path], { cwd });
    expect(extracted.out).toBe(readFileSync(path.replace('.png', '.json'), 'utf8'));
    await badgekit(
      ['bake', path.replace('.png', '.json'), join(cwd, 'badges/repair-cafe-day.svg'), '-o', 'other.svg'],
      { cwd },
    );
    expect((await badgekit(['verify', 'other.svg'], { cwd })).code).toBe(0);
    const again = await badgekit(
      ['bake', path.replace('.png', '.json'), join(cwd, 'badges/hand-soldering.svg'), '-o', 'other.svg'],
      { cwd },
    );
    expect(again.code).toBe(2);
    expect(again.err).toContain('--force');
  });

  test('publish has nothing left to do', async () => {
    const run = await badgekit(['publish'], { cwd });
    expect(run).toMatchObject({ code: 0 });
    expect(run.out).toContain('Everything in public/ is up to date.');
  });
});

describe('secrets', () => {
  test('never stand in any output or file but where they belong', async () => {
    const cwd = sampleProgramme();
    const runs = [
      await badgekit(['init-issuer', '--key-only'], { cwd }),
      await badgekit(['issue', 'rosters/spring.csv', '--json'], { cwd }),
      await badgekit(['issue', 'rosters/spring.csv', '--debug'], {
        cwd,
        env: { BADGEKIT_PASSPHRASE: `${PASSPHRASE}x` },
      }),
      await badgekit(['verify', 'credentials', '--json'], { cwd }),
    ];
    const output = runs.map(({ out, err }) => out + err).join('');
    const everything =
      output +
      filesBelow(cwd)
        .map((file) => readFileSync(join(cwd, file), 'latin1'))
        .join('');
    expect(everything).not.toContain(PASSPHRASE);
    expect(everything).not.toMatch(/"d"\s*:\s*"/);
    expect(output).not.toMatch(/"k"\s*:\s*"/);
  });
});
