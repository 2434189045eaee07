import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { addProof } from '../../src/proof/data-integrity.ts';
import { testIssuer } from '../support/badge.ts';
import { badgekit, PASSPHRASE, type Run, sampleProgramme, temporaryFolder } from '../support/cli.ts';

const files = (folder: string): readonly string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(folder, file)).isFile()).map((file) => file.replaceAll('\\', '/')).sort();
const json = (run: Run): Record<string, unknown> => JSON.parse(run.out) as Record<string, unknown>;

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
      'rosters/spring.csv:21:4  issued_on "18/04/2026" is not a date that badgekit reads',
      'rosters/spring.csv:25:1  the row awards the same badge to the same person as line 18',
    ]) expect(issued.out).toContain(line);
    expect(readFileSync(join(cwd, 'rosters/spring.rejected.csv'), 'utf8').split('\r\n').filter(Boolean)).toHaveLength(7);
  });

  test('writes each credential as JSON, PNG and SVG, under names that say nothing of the person', () => {
    const written = files(join(cwd, 'credentials'));
    expect(written).toHaveLength(57);
    expect(written.every((file) => /^(?:bicycle-mechanic|hand-soldering|repair-cafe-day)\/[0-9a-f-]{36}\.(?:json|png|svg)$/.test(file))).toBe(true);
    expect(files(cwd).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });

  test('writes what is to be hosted, and no personal data into it', () => {
    const hosted = files(join(cwd, 'public'));
    expect(hosted).toEqual(expect.arrayContaining(['.well-known/did.json', 'issuer.json', 'achievements/hand-soldering.json', 'achievements/hand-soldering.png', 'images/tidewater-logo.svg', 'status/revocation-1.json']));
    const text = hosted.map((file) => readFileSync(join(cwd, 'public', file), 'latin1')).join('');
    expect(text).not.toMatch(/lindqvist|okafor|@example\.(?:org|com|net)/i);
  });

  test('puts no plain e-mail address into a credential', () => {
    const text = files(join(cwd, 'credentials')).map((file) => readFileSync(join(cwd, 'credentials', file), 'latin1')).join('');
    expect(text).not.toMatch(/lindqvist|conformance@|b\.okafor/);
  });

  test('run again, does nothing', async () => {
    const before = files(cwd).map((file) => [file, statSync(join(cwd, file)).mtimeMs]);
    const again = await badgekit(['issue', 'rosters/spring.csv'], { cwd });
    expect(again.err).toContain('0 to issue, 19 unchanged, 6 refused');
    expect(again.code).toBe(1);
    const after = files(cwd).map((file) => [file, statSync(join(cwd, file)).mtimeMs]);
    expect(after.filter(([file]) => !String(file).startsWith('.badgekit'))).toEqual(before.filter(([file]) => !String(file).startsWith('.badgekit')));
  });

  test('a changed row is told and left alone', async () => {
    writeFileSync(join(cwd, 'rosters/changed.csv'), readFileSync(join(cwd, 'rosters/spring.csv'), 'utf8').replace('"Replaced a 44-pin chip at the first attempt."', 'Replaced two.'));
    const run = await badgekit(['issue', 'rosters/changed.csv', '--json'], { cwd });
    expect(json(run)).toMatchObject({ issued: [], unchanged: 18, changed: [{ line: 3 }] });
  });

  test('everything verifies, in every carrier, and the report names what it looked at', async () => {
    const run = await badgekit(['verify', 'credentials'], { cwd });
    expect(run).toMatchObject({ code: 0, out: '57 verified   0 rejected   0 undetermined\n', err: '' });
    const [first = ''] = files(join(cwd, 'credentials')).filter((file) => file.endsWith('.png'));
    const one = await badgekit(['verify', `credentials/${first}`], { cwd });
    expect(one.code).toBe(0);
    expect(one.out).toMatch(/^VERIFIED {2}"/);
    expect(one.out).toContain('✓ key           key "#key-1" of did:web:badges.tidewater.example (from "public/.well-known/did.json", the folder that is to be hosted)');
    expect(one.out).toContain('✓ status        not revoked, list of ');
  });

  test('the conformance badge is for its recipient and for nobody else', async () => {
    const all = await badgekit(['verify', 'credentials/hand-soldering', '--recipient', 'conformance@imsglobal.org', '--jsonl'], { cwd });
    const verdicts = all.out.trim().split('\n').map((line) => (JSON.parse(line) as { verdict: string }).verdict);
    expect(verdicts.filter((verdict) => verdict === 'verified')).toHaveLength(3);
    expect(all.code).toBe(1);
  });

  test('outside the programme and offline the same file is undetermined, and with the key given only its status is open', async () => {
    const [first = ''] = files(join(cwd, 'credentials')).filter((file) => file.endsWith('.svg'));
    const elsewhere = temporaryFolder();
    const alone = await badgekit(['verify', join(cwd, 'credentials', first), '--offline'], { cwd: elsewhere });
    expect(alone.code).toBe(3);
    expect(alone.out).toMatch(/^UNDETERMINED/);
    const withKey = await badgekit(['verify', join(cwd, 'credentials', first), '--offline', '--json', '--key', join(cwd, 'public/.well-known/did.json')], { cwd: elsewhere });
    expect(withKey.code).toBe(3);
    const [result] = (json(withKey) as { results: { checks: { check: string; outcome: string }[] }[] }).results;
    expect(result?.checks.filter(({ outcome }) => outcome === 'undetermined').map(({ check }) => check)).toEqual(['status']);
    const hosted = await badgekit(['verify', join(cwd, 'credentials', first), '--offline', '--hosting', `https://badges.tidewater.example=${join(cwd, 'public')}`], { cwd: elsewhere });
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
    expect(after.out).toContain('54 verified   3 rejected');
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
    const [png = ''] = files(join(cwd, 'credentials/repair-cafe-day')).filter((file) => file.endsWith('.png'));
    const path = join(cwd, 'credentials/repair-cafe-day', png);
    const extracted = await badgekit(['bake', '--extract', path], { cwd });
    expect(extracted.out).toBe(readFileSync(path.replace('.png', '.json'), 'utf8'));
    await badgekit(['bake', path.replace('.png', '.json'), join(cwd, 'badges/repair-cafe-day.svg'), '-o', 'other.svg'], { cwd });
    expect((await badgekit(['verify', 'other.svg'], { cwd })).code).toBe(0);
    const again = await badgekit(['bake', path.replace('.png', '.json'), join(cwd, 'badges/hand-soldering.svg'), '-o', 'other.svg'], { cwd });
    expect(again.code).toBe(2);
    expect(again.err).toContain('--force');
  });

  test('publish has nothing left to do', async () => {
    const run = await badgekit(['publish'], { cwd });
    expect(run).toMatchObject({ code: 0 });
    expect(run.out).toContain('Everything in public/ is up to date.');
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
    const defined = await badgekit(['define', 'knots', '--name', 'Knots', '--description', 'Ties knots.', '--tier', 'skill', '--criteria', 'Tie them.', '--valid-for', 'P2Y'], { cwd });
    expect(defined).toMatchObject({ code: 0, err: '' });
    expect((await badgekit(['define', '--check'], { cwd })).out).toBe('The definition is in order.\n');
    writeFileSync(join(cwd, 'roster.csv'), 'E-Mail;Name\nana@example.org;Ana\n');
    const unmapped = await badgekit(['issue', 'roster.csv'], { cwd });
    expect(unmapped.code).toBe(2);
    expect(unmapped.err).toContain('--map "email=E-Mail"');
    const issued = await badgekit(['issue', 'roster.csv', '--map', 'email=E-Mail'], { cwd });
    expect(issued.code).toBe(0);
    const elsewhere = temporaryFolder();
    const [badge = ''] = files(join(cwd, 'credentials')).filter((file) => file.endsWith('.svg'));
    const verified = await badgekit(['verify', join(cwd, 'credentials', badge), '--offline', '--recipient', 'ana@example.org'], { cwd: elsewhere });
    expect(verified.code).toBe(0);
    expect(verified.out).toContain('the badge has no status: its issuer cannot revoke it');
    expect((await badgekit(['revoke', 'ana@example.org'], { cwd })).err).toContain('has no status');
  });

  test.each([['p256', 'ES256'], ['rsa', 'RS256'], ['ed25519', 'EdDSA']])('with tokens and a %s key issues JWTs (%s) that verify', async (keyType, alg) => {
    const cwd = temporaryFolder();
    await badgekit(['init-issuer', '--name', 'Tokens', '--hosting', 'https://badges.example.org/x', '--proof', 'jwt', '--key-type', keyType, '--recipients', 'did'], { cwd });
    await badgekit(['define', 'knots', '--name', 'Knots', '--description', 'Ties knots.', '--tier', 'skill', '--criteria', 'Tie them.'], { cwd });
    writeFileSync(join(cwd, 'roster.csv'), 'id\ndid:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK\n');
    expect((await badgekit(['issue', 'roster.csv'], { cwd })).code).toBe(0);
    const [token = ''] = files(join(cwd, 'credentials')).filter((file) => file.endsWith('.jwt'));
    const [header = '', payload = ''] = readFileSync(join(cwd, 'credentials', token), 'utf8').split('.').map((part) => Buffer.from(part, 'base64url').toString('utf8'));
    expect(JSON.parse(header)).toEqual({ alg, kid: 'did:web:badges.example.org:x#key-1-jwk', typ: 'JWT' });
    expect(JSON.parse(payload)).toMatchObject({ iss: 'did:web:badges.example.org:x', sub: 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK' });
    expect(await badgekit(['verify', 'credentials', '--offline'], { cwd })).toMatchObject({ code: 0, out: '2 verified   0 rejected   0 undetermined\n' });
    expect((await badgekit(['revoke', 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'], { cwd })).code).toBe(0);
    expect((await badgekit(['verify', 'credentials', '--offline'], { cwd })).out).toContain('REVOKED');
  });

  test('that says so can suspend and reinstate', async () => {
    const cwd = temporaryFolder();
    await badgekit(['init-issuer', '--name', 'S', '--hosting', 'https://badges.example.org'], { cwd });
    writeFileSync(join(cwd, 'badgekit.yaml'), `${readFileSync(join(cwd, 'badgekit.yaml'), 'utf8')}status: { purposes: [revocation, suspension] }\n`);
    await badgekit(['define', 'knots', '--name', 'Knots', '--description', 'Ties knots.', '--tier', 'skill', '--criteria', 'Tie them.'], { cwd });
    writeFileSync(join(cwd, 'roster.csv'), 'email\nana@example.org\nbob@example.org\n');
    await badgekit(['issue', 'roster.csv'], { cwd });
    await badgekit(['revoke', 'ana@example.org', '--suspend'], { cwd });
    const suspended = await badgekit(['verify', 'credentials', '--offline'], { cwd });
    expect(suspended.out).toContain('SUSPENDED');
    expect(suspended.out).toContain('2 verified   2 rejected');
    expect((await badgekit(['revoke', 'ana@example.org', '--reinstate'], { cwd })).out).toContain('reinstated');
    expect((await badgekit(['verify', 'credentials', '--offline'], { cwd })).code).toBe(0);
    await badgekit(['revoke', 'bob@example.org'], { cwd });
    expect(await badgekit(['revoke', 'bob@example.org', '--reinstate'], { cwd })).toMatchObject({ code: 2, err: expect.stringContaining('cannot be undone') });
  });

  test('is never made over another one', async () => {
    const cwd = temporaryFolder();
    await badgekit(['init-issuer', '--name', 'First', '--no-hosting'], { cwd });
    const before = files(cwd).map((file) => readFileSync(join(cwd, file), 'utf8'));
    expect(await badgekit(['init-issuer', '--name', 'Second', '--no-hosting'], { cwd })).toMatchObject({ code: 2, err: expect.stringContaining('there is a programme in this folder already') });
    expect(files(cwd).map((file) => readFileSync(join(cwd, file), 'utf8'))).toEqual(before);
  });

  test('--dry-run shows and writes nothing', async () => {
    const cwd = temporaryFolder();
    const preview = await badgekit(['init-issuer', '--name', 'Dry', '--hosting', 'https://badges.example.org', '--dry-run'], { cwd, env: { BADGEKIT_PASSPHRASE: '' } });
    expect(preview.code).toBe(0);
    expect(preview.out).toContain('did:web:badges.example.org');
    expect(files(cwd)).toEqual([]);
    await badgekit(['init-issuer', '--name', 'Dry', '--no-hosting'], { cwd });
    expect((await badgekit(['define', 'knots', '--name', 'K', '--description', 'D', '--tier', 'skill', '--criteria', 'C', '--dry-run'], { cwd })).out).toContain('tier: skill');
    await badgekit(['define', 'knots', '--name', 'K', '--description', 'D', '--tier', 'skill', '--criteria', 'C'], { cwd });
    writeFileSync(join(cwd, 'r.csv'), 'email\nana@example.org\nx\n');
    const before = files(cwd);
    const dry = await badgekit(['issue', 'r.csv', '--dry-run'], { cwd });
    expect(dry.code).toBe(1);
    expect(dry.out).toContain('"type": [\n    "VerifiableCredential",');
    expect(files(cwd)).toEqual(before);
    expect(json(await badgekit(['issue', 'r.csv', '--dry-run', '--json'], { cwd }))).toMatchObject({ dryRun: true, toIssue: 1, sample: { type: ['VerifiableCredential', 'OpenBadgeCredential'] } });
  });

  test('--strict issues nothing where a row is refused', async () => {
    const cwd = temporaryFolder();
    await badgekit(['init-issuer', '--name', 'S', '--no-hosting'], { cwd });
    await badgekit(['define', 'knots', '--name', 'K', '--description', 'D', '--tier', 'skill', '--criteria', 'C'], { cwd });
    writeFileSync(join(cwd, 'r.csv'), 'email\nana@example.org\nx\n');
    expect(await badgekit(['issue', 'r.csv', '--strict'], { cwd })).toMatchObject({ code: 1, out: expect.stringContaining('nothing was issued') });
    expect(files(cwd).filter((file) => file.startsWith('credentials/'))).toEqual([]);
  });

  test('two runs at once issue each award once', async () => {
    const cwd = temporaryFolder();
    await badgekit(['init-issuer', '--name', 'S', '--hosting', 'https://badges.example.org'], { cwd });
    await badgekit(['define', 'knots', '--name', 'K', '--description', 'D', '--tier', 'skill', '--criteria', 'C'], { cwd });
    writeFileSync(join(cwd, 'r.csv'), `email\n${Array.from({ length: 120 }, (_, index) => `p${index}@example.org\n`).join('')}`);
    const runs = await Promise.all([badgekit(['issue', 'r.csv', '--json'], { cwd }), badgekit(['issue', 'r.csv', '--json'], { cwd })]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(files(join(cwd, 'credentials')).filter((file) => file.endsWith('.json'))).toHaveLength(120);
    const indices = files(join(cwd, 'credentials')).filter((file) => file.endsWith('.json')).map((file) => (JSON.parse(readFileSync(join(cwd, 'credentials', file), 'utf8')) as { credentialStatus: { statusListIndex: string } }).credentialStatus.statusListIndex);
    expect(new Set(indices).size).toBe(120);
    expect((await badgekit(['verify', 'credentials', '--offline'], { cwd })).code).toBe(0);
  });
});

describe('secrets', () => {
  test('never stand in any output or file but where they belong', async () => {
    const cwd = sampleProgramme();
    const runs = [
      await badgekit(['init-issuer', '--key-only'], { cwd }),
      await badgekit(['issue', 'rosters/spring.csv', '--json'], { cwd }),
      await badgekit(['issue', 'rosters/spring.csv', '--debug'], { cwd, env: { BADGEKIT_PASSPHRASE: `${PASSPHRASE}x` } }),
      await badgekit(['verify', 'credentials', '--json'], { cwd }),
    ];
    const output = runs.map(({ out, err }) => out + err).join('');
    const everything = output + files(cwd).map((file) => readFileSync(join(cwd, file), 'latin1')).join('');
    expect(everything).not.toContain(PASSPHRASE);
    expect(everything).not.toMatch(/"d"\s*:\s*"/);
    expect(output).not.toMatch(/"k"\s*:\s*"/);
  });
});

describe('interruptions', () => {
  async function started(rows: number): Promise<string> {
    const cwd = temporaryFolder();
    await badgekit(['init-issuer', '--name', 'S', '--hosting', 'https://badges.example.org'], { cwd });
    await badgekit(['define', 'knots', '--name', 'K', '--description', 'D', '--tier', 'skill', '--criteria', 'C'], { cwd });
    writeFileSync(join(cwd, 'r.csv'), `email\n${Array.from({ length: rows }, (_, index) => `p${index}@example.org\n`).join('')}`);
    return cwd;
  }

  /** Starts issuing, sends a signal once some badges are there, and waits for the end. */
  function interrupted(cwd: string, signal: NodeJS.Signals): Promise<{ code: number | null; out: string }> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/badgekit.js'), 'issue', 'r.csv'], { cwd, env: { ...process.env, BADGEKIT_PASSPHRASE: PASSPHRASE } });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
      const watch = setInterval(() => {
        if (!existsSync(join(cwd, 'credentials/knots')) || readdirSync(join(cwd, 'credentials/knots')).length <= 20) return;
        // Once: a second Ctrl-C means at once.
        clearInterval(watch);
        child.kill(signal);
      }, 5);
      child.on('close', (code) => {
        clearInterval(watch);
        resolve({ code, out });
      });
    });
  }

  const credentials = (cwd: string): readonly string[] => files(join(cwd, 'credentials')).filter((file) => file.endsWith('.json'));

  test('kill -9 loses nothing, doubles nothing and leaves no half file once the command is run again', async () => {
    const cwd = await started(160);
    await interrupted(cwd, 'SIGKILL');
    const before = credentials(cwd);
    expect(before.length).toBeGreaterThan(5);
    expect(before.length).toBeLessThan(160);
    const kept = before.map((file) => readFileSync(join(cwd, 'credentials', file), 'utf8'));
    const again = await badgekit(['issue', 'r.csv'], { cwd });
    expect(again.code).toBe(0);
    expect(credentials(cwd)).toHaveLength(160);
    expect(before.map((file) => readFileSync(join(cwd, 'credentials', file), 'utf8'))).toEqual(kept);
    const indices = credentials(cwd).map((file) => (JSON.parse(readFileSync(join(cwd, 'credentials', file), 'utf8')) as { credentialStatus: { statusListIndex: string } }).credentialStatus.statusListIndex);
    expect(new Set(indices).size).toBe(160);
    expect(await badgekit(['verify', 'credentials', '--offline'], { cwd })).toMatchObject({ code: 0, out: '320 verified   0 rejected   0 undetermined\n' });
  });

  test('Ctrl-C finishes what is in hand, says where it stopped, and the next run goes on', async () => {
    const cwd = await started(160);
    const { code, out } = await interrupted(cwd, 'SIGINT');
    expect(code).toBe(130);
    const [, done = ''] = /Stopped after (\d+) of 160/.exec(out) ?? [];
    expect(credentials(cwd)).toHaveLength(Number(done));
    expect((await badgekit(['verify', 'credentials', '--offline'], { cwd })).code).toBe(0);
    expect((await badgekit(['issue', 'r.csv', '--json'], { cwd })).out).toContain(`"unchanged":${done}`);
    expect(credentials(cwd)).toHaveLength(160);
  });
});

describe('what a definition can hold', () => {
  test('endorsements by file, variants in other languages, and plain recipients come out in the badge', async () => {
    const cwd = temporaryFolder();
    await badgekit(['init-issuer', '--name', 'S', '--no-hosting', '--recipients', 'plain-email'], { cwd });
    await badgekit(['define', 'knots', '--name', 'Knots', '--description', 'D', '--tier', 'skill', '--criteria', 'C', '--language', 'en'], { cwd });
    await badgekit(['define', 'knots.pt', '--name', 'Nós', '--description', 'D', '--tier', 'skill', '--criteria', 'C', '--language', 'pt'], { cwd });
    const issuer = /id: "(did:key:[^"]+)"/.exec(readFileSync(join(cwd, 'badgekit.yaml'), 'utf8'))?.[1] ?? '';
    const endorser = testIssuer();
    const endorsement = await addProof({
      '@context': ['https://www.w3.org/ns/credentials/v2', 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'],
      id: 'urn:uuid:00000000-0000-8000-8000-00000000e001', type: ['VerifiableCredential', 'EndorsementCredential'], name: 'Endorsed', issuer: { id: endorser.id, type: ['Profile'], name: 'Guild' },
      validFrom: '2026-01-01T00:00:00Z', credentialSubject: { id: issuer, type: ['EndorsementSubject'], endorsementComment: 'They know their knots.' },
    }, endorser.key, { verificationMethod: endorser.method, created: Date.parse('2026-01-01') });
    writeFileSync(join(cwd, 'badges/guild.json'), JSON.stringify(endorsement));
    writeFileSync(join(cwd, 'badges/knots.yaml'), `${readFileSync(join(cwd, 'badges/knots.yaml'), 'utf8')}endorsement: [guild.json]\n`);
    expect((await badgekit(['define', '--check'], { cwd })).out).toBe('All 2 definitions are in order.\n');
    writeFileSync(join(cwd, 'r.csv'), 'email,name,locale\nana@example.org,Ana,en\nrui@example.org,Rui,pt-BR\n');
    expect((await badgekit(['issue', 'r.csv'], { cwd })).code).toBe(0);
    const issued = files(join(cwd, 'credentials/knots')).filter((file) => file.endsWith('.json')).map((file) => JSON.parse(readFileSync(join(cwd, 'credentials/knots', file), 'utf8')) as { name: string; credentialSubject: { identifier: unknown } });
    expect(issued.map(({ name }) => name).sort()).toEqual(['Knots', 'Nós']);
    expect(issued.find(({ name }) => name === 'Knots')?.credentialSubject.identifier).toEqual([
      { type: 'IdentityObject', hashed: false, identityHash: 'ana@example.org', identityType: 'emailAddress' },
      { type: 'IdentityObject', hashed: false, identityHash: 'Ana', identityType: 'name' },
    ]);
    const verified = await badgekit(['verify', 'credentials', '--offline', '--json'], { cwd });
    expect(verified.code).toBe(0);
    expect(verified.out).toContain('one, and it holds');
  });
});
