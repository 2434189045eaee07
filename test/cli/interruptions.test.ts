import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addProof } from '../../src/proof/data-integrity.ts';
import { testIssuer } from '../support/badge.ts';
import { badgekit, DEFINE_KNOTS, filesBelow, PASSPHRASE, temporaryFolder } from '../support/cli.ts';

describe('interruptions', () => {
  async function started(rows: number): Promise<string> {
    const cwd = temporaryFolder();
    await badgekit(['init-issuer', '--name', 'S', '--hosting', 'https://badges.example.org'], { cwd });
    await badgekit(DEFINE_KNOTS, {
      cwd,
    });
    writeFileSync(
      join(cwd, 'r.csv'),
      `email\n${Array.from({ length: rows }, (_, index) => `p${index}@example.org\n`).join('')}`,
    );
    return cwd;
  }

  /** Starts issuing, sends a signal once some badges are there, and waits for the end. */
  function interrupted(cwd: string, signal: NodeJS.Signals): Promise<{ code: number | null; out: string }> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/badgekit.js'), 'issue', 'r.csv'], {
        cwd,
        env: { ...process.env, BADGEKIT_PASSPHRASE: PASSPHRASE },
      });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
      const watch = setInterval(() => {
        if (!existsSync(join(cwd, 'credentials/knots')) || readdirSync(join(cwd, 'credentials/knots')).length <= 20)
          return;
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

  const credentials = (cwd: string): readonly string[] =>
    filesBelow(join(cwd, 'credentials')).filter((file) => file.endsWith('.json'));

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
    const indices = credentials(cwd).map(
      (file) =>
        (
          JSON.parse(readFileSync(join(cwd, 'credentials', file), 'utf8')) as {
            credentialStatus: { statusListIndex: string };
          }
        ).credentialStatus.statusListIndex,
    );
    expect(new Set(indices).size).toBe(160);
    expect(await badgekit(['verify', 'credentials', '--offline'], { cwd })).toMatchObject({
      code: 0,
      // What was being written when the process died may lie there, hidden, and is no credential.
      out: expect.stringMatching(/^320 verified {3}[\d.]+ s\n(?: {2}\d+ files? .*passed over.*\n)?$/),
    });
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
    await badgekit([...DEFINE_KNOTS, '--language', 'en'], { cwd });
    await badgekit(
      [
        'define',
        'knots.pt',
        '--name',
        'Nós',
        '--description',
        'D',
        '--tier',
        'participation',
        '--criteria',
        'C',
        '--language',
        'pt',
      ],
      { cwd },
    );
    const issuer = /id: "(did:key:[^"]+)"/.exec(readFileSync(join(cwd, 'badgekit.yaml'), 'utf8'))?.[1] ?? '';
    const endorser = testIssuer();
    const endorsement = await addProof(
      {
        '@context': [
          'https://www.w3.org/ns/credentials/v2',
          'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json',
        ],
        id: 'urn:uuid:00000000-0000-8000-8000-00000000e001',
        type: ['VerifiableCredential', 'EndorsementCredential'],
        name: 'Endorsed',
        issuer: { id: endorser.id, type: ['Profile'], name: 'Guild' },
        validFrom: '2026-01-01T00:00:00Z',
        credentialSubject: { id: issuer, type: ['EndorsementSubject'], endorsementComment: 'They know their knots.' },
      },
      endorser.key,
      { verificationMethod: endorser.method, created: Date.parse('2026-01-01') },
    );
    writeFileSync(join(cwd, 'badges/guild.json'), JSON.stringify(endorsement));
    writeFileSync(
      join(cwd, 'badges/knots.yaml'),
      `${readFileSync(join(cwd, 'badges/knots.yaml'), 'utf8')}endorsement: [guild.json]\n`,
    );
    expect((await badgekit(['define', '--check'], { cwd })).out).toBe('All 2 definitions are in order.\n');
    writeFileSync(join(cwd, 'r.csv'), 'email,name,locale\nana@example.org,Ana,en\nrui@example.org,Rui,pt-BR\n');
    expect((await badgekit(['issue', 'r.csv'], { cwd })).code).toBe(0);
    const issued = filesBelow(join(cwd, 'credentials/knots'))
      .filter((file) => file.endsWith('.json'))
      .map(
        (file) =>
          JSON.parse(readFileSync(join(cwd, 'credentials/knots', file), 'utf8')) as {
            name: string;
            credentialSubject: { identifier: unknown };
          },
      );
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
