import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { DEFINE_KNOTS, PASSPHRASE, temporaryFolder } from './support/cli.ts';

const ROOT = join(import.meta.dirname, '..');
const npm = (args: readonly string[], cwd: string): string =>
  execFileSync('npm', [...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

describe('the package', () => {
  test('installs from its tarball into an empty folder, and npx badgekit works there', () => {
    const packed = temporaryFolder();
    npm(['pack', '--ignore-scripts', '--pack-destination', packed], ROOT);
    const [tarball = ''] = readdirSync(packed);
    const cwd = temporaryFolder();
    npm(['init', '-y'], cwd);
    npm(['install', '--omit=dev', '--no-audit', '--no-fund', '--ignore-scripts', join(packed, tarball)], cwd);
    const run = (args: readonly string[]) =>
      spawnSync('npx', ['badgekit', ...args], {
        cwd,
        encoding: 'utf8',
        env: { ...process.env, BADGEKIT_PASSPHRASE: PASSPHRASE },
      });
    expect(run(['--version']).stdout.trim()).toBe(
      (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version,
    );
    expect(run(['init-issuer', 'p', '--name', 'Packed', '--no-hosting']).status).toBe(0);
    expect(run([...DEFINE_KNOTS, '--programme', 'p']).status).toBe(0);
    writeFileSync(join(cwd, 'r.csv'), 'email\nana@example.org\n');
    expect(run(['issue', 'r.csv', '--programme', 'p']).status).toBe(0);
    expect(run(['verify', 'p/credentials', '--offline']).stdout).toContain('2 verified');
    // No build step ran: whatever is native came ready from the registry.
    expect(existsSync(join(cwd, 'node_modules/badgekit/src'))).toBe(false);
    expect(statSync(join(packed, tarball)).size).toBeLessThan(3 * 1024 * 1024);
  }, 300_000);

  test('is made of pieces that can each be loaded', async () => {
    const pieces = ['dist', 'dist/chunks'].flatMap((folder) =>
      readdirSync(join(ROOT, folder))
        .filter((file) => file.endsWith('.js'))
        .map((file) => join(ROOT, folder, file)),
    );
    expect(pieces.length).toBeGreaterThan(20);
    for (const piece of pieces)
      expect((await transform(readFileSync(piece, 'utf8'), { format: 'esm', logLevel: 'silent' })).warnings).toEqual(
        [],
      );
  });

  test('has a library face that can be imported', () => {
    const cwd = temporaryFolder();
    writeFileSync(
      join(cwd, 'use.mjs'),
      `import { generatePrivateKey, didKeyOf, didKeyMethod, assembleCredential, addProof, verify, createWorld, bake, extract, BadgekitError } from ${JSON.stringify(join(ROOT, 'dist/index.js'))};
const key = generatePrivateKey('Ed25519');
const id = didKeyOf(key.publicKey);
const credential = assembleCredential({ id: 'urn:uuid:1', issuer: { id, type: ['Profile'], name: 'L' }, achievement: { id: 'urn:uuid:2', type: ['Achievement'], name: 'N', description: 'D', criteria: { narrative: 'C' } }, validFrom: 0, validUntil: undefined, awardedDate: undefined, subject: { id: 'did:example:1', identifier: [], narrative: undefined, creditsEarned: undefined, result: [] }, evidence: [], status: [] });
const signed = await addProof(credential, key, { verificationMethod: didKeyMethod(id), created: 0 });
const text = JSON.stringify(signed);
const baked = bake(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'), text);
if (extract(baked).credential !== text) throw new Error('extract');
const { verdict } = await verify(baked, { at: Date.now(), world: createWorld({ offline: true, hosting: [] }) });
try { extract(new Uint8Array()); } catch (error) { if (!(error instanceof BadgekitError)) throw error; }
console.log(verdict);
`,
    );
    expect(execFileSync(process.execPath, [join(cwd, 'use.mjs')], { encoding: 'utf8' })).toBe('verified\n');
  });

  test('has types that a strict program compiles against', () => {
    const cwd = temporaryFolder();
    writeFileSync(
      join(cwd, 'use.ts'),
      `import { verify, createWorld, addProof, BadgekitError, type Report, type VerifyOptions, type DocumentLoader } from ${JSON.stringify(join(ROOT, 'dist/types/src/index.js'))};
export const options: VerifyOptions = { at: 0, world: createWorld({ offline: true, hosting: [] }) };
export const report: Promise<Report> = verify(new Uint8Array(), options);
export const loader: DocumentLoader | undefined = undefined;
export const sign = addProof;
export const isOurs = (error: unknown): error is BadgekitError => error instanceof BadgekitError;
`,
    );
    const tsc = spawnSync(
      process.execPath,
      [
        join(ROOT, 'node_modules/typescript/bin/tsc'),
        '--noEmit',
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2023',
        '--types',
        'node',
        '--typeRoots',
        join(ROOT, 'node_modules/@types'),
        'use.ts',
      ],
      { cwd, encoding: 'utf8' },
    );
    expect(tsc.stdout).toBe('');
    expect(tsc.status).toBe(0);
  });
});
