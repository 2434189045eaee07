import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { badgekit, printed, sampleProgramme, temporaryFolder } from '../support/cli.ts';

interface Printed {
  readonly results: readonly { readonly file: string; readonly verdict: string; readonly headline: string }[];
  readonly counts: Readonly<Record<string, number>>;
  readonly passedOver: readonly string[];
}

const issuer = 'did:web:badges.tidewater.example';
let programme = '';
let badges: readonly string[] = [];
const badge = (extension: string): string => {
  const found = badges.find((file) => file.endsWith(extension));
  if (found === undefined) throw new Error('no badge');
  return join(programme, 'credentials/repair-cafe-day', found);
};
/** A folder outside of any programme, with some badges in it. */
function archive(...extensions: readonly string[]): string {
  const folder = temporaryFolder();
  for (const extension of extensions) copyFileSync(badge(extension), join(folder, `ana${extension}`));
  return folder;
}
const hosting = (): string => `https://badges.tidewater.example=${join(programme, 'public')}`;

beforeAll(async () => {
  programme = sampleProgramme();
  await badgekit(['init-issuer', '--key-only'], { cwd: programme });
  await badgekit(['issue', 'rosters/spring.csv'], { cwd: programme });
  badges = readdirSync(join(programme, 'credentials/repair-cafe-day'));
}, 120_000);

describe('what verify reads', () => {
  test('standard input', async () => {
    const input = readFileSync(badge('.json'), 'utf8');
    const run = await badgekit(['verify', '-', '--hosting', hosting()], { cwd: temporaryFolder(), input });
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toMatch(/^VERIFIED/);
    const nothing = await badgekit(['verify', '-'], { cwd: temporaryFolder(), input: '' });
    expect(nothing.code).toBe(1);
  });

  test.skipIf(process.platform !== 'linux')(
    'a file that the disk does not give keeps nobody from the others',
    async () => {
      const folder = archive('.json', '.svg');
      const names = [join(folder, 'ana.json'), '/proc/self/mem', join(folder, 'ana.svg')];
      for (const jobs of ['1', '2']) {
        const run = await badgekit(
          ['verify', ...names, '--offline', '--hosting', hosting(), '--json', '--jobs', jobs],
          { cwd: folder },
        );
        const { results } = JSON.parse(run.out) as Printed;
        expect(results.map(({ verdict }) => verdict)).toEqual(['verified', 'undetermined', 'verified']);
        expect([run.code, run.err]).toEqual([3, '']);
      }
    },
  );

  test('patterns that no shell has expanded', async () => {
    const cwd = archive('.json', '.png', '.svg');
    const run = await badgekit(['verify', '*.{json,png}', '--hosting', hosting(), '--json'], { cwd });
    expect((printed(run) as unknown as Printed).results.map(({ file }) => file)).toEqual(['ana.json', 'ana.png']);
    expect(await badgekit(['verify', '*.jwt'], { cwd })).toMatchObject({
      code: 2,
      err: expect.stringContaining('*.jwt'),
    });
  });

  test('files by their content, whatever they are called, and nothing that is hidden', async () => {
    const cwd = archive('.png', '.json');
    mkdirSync(join(cwd, 'deep/.hidden'), { recursive: true });
    copyFileSync(badge('.png'), join(cwd, 'deep/ana.gif'));
    copyFileSync(badge('.json'), join(cwd, 'deep/ana'));
    copyFileSync(badge('.json'), join(cwd, 'deep/.hidden/ana.json'));
    writeFileSync(join(cwd, 'deep/notes.txt'), 'nothing to see');
    const run = await badgekit(['verify', '.', '--hosting', hosting(), '--json'], { cwd });
    expect((printed(run) as unknown as Printed).results.map(({ file }) => file.replaceAll('\\', '/'))).toEqual([
      'ana.json',
      'ana.png',
      'deep/ana',
      'deep/ana.gif',
    ]);
    expect((printed(run) as unknown as Printed).counts).toEqual({ verified: 4 });
    expect((printed(run) as unknown as Printed).passedOver.map((file) => file.replaceAll('\\', '/'))).toEqual([
      'deep/.hidden',
      'deep/notes.txt',
    ]);
  });

  test('many files with one answer are told together, what is wrong before what is open', async () => {
    const cwd = archive('.json');
    for (let index = 0; index < 5; index++) writeFileSync(join(cwd, `x${index}.json`), '{"a": 1}');
    const { out } = await badgekit(['verify', '.', '--offline'], { cwd });
    const [counts, first, second, third] = out.split('\n');
    expect(counts).toMatch(/^0 verified {3}1 undetermined {3}5 rejected|^0 verified {3}5 rejected {3}1 undetermined/);
    expect(first).toBe('  5 files: REJECTED  it is JSON, but no credential');
    expect(second).toBe('    x0.json, x1.json, x2.json and 2 more');
    expect(third).toMatch(/^ {2}ana\.json: UNDETERMINED/);
  });

  test('addresses only under the guards, and none offline', async () => {
    const cwd = temporaryFolder();
    const blocked = await badgekit(['verify', 'https://127.0.0.1/ana.json'], { cwd });
    expect(
      (
        JSON.parse((await badgekit(['verify', 'https://127.0.0.1/ana.json', '--json'], { cwd })).out) as {
          results: unknown;
        }
      ).results,
    ).toMatchObject([{ checks: [{ findings: [{ code: 'FILE_UNREACHABLE' }] }] }]);
    expect(blocked).toMatchObject({ code: 3, out: expect.stringContaining('not that of a public host') });
    const offline = await badgekit(['verify', 'https://badges.example/ana.json', '--offline'], { cwd });
    expect(offline).toMatchObject({ code: 2, err: expect.stringContaining('--offline') });
  });

  test('many files on several threads, in the order of one', async () => {
    const cwd = temporaryFolder();
    for (let copy = 0; copy < 8; copy++)
      cpSync(join(programme, 'credentials'), join(cwd, `c${copy}`), { recursive: true });
    writeFileSync(join(cwd, 'c3/broken.json'), '{"a":1,"a":2}');
    const options = ['--hosting', hosting(), '--jsonl'];
    const one = await badgekit(['verify', '.', ...options, '--jobs', '1'], { cwd });
    const many = await badgekit(['verify', '.', ...options, '--jobs', '3'], { cwd });
    expect(many.out).toBe(one.out);
    expect(many.code).toBe(1);
    const lines = many.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { file: string; verdict: string });
    expect(lines.filter(({ verdict }) => verdict === 'verified')).toHaveLength(8 * 57);
    expect(lines.filter(({ verdict }) => verdict === 'rejected').map(({ file }) => file)).toEqual([
      join('c3', 'broken.json'),
    ]);
  }, 120_000);
});

describe('what a reader demands', () => {
  test('trust in the issuer, from a list', async () => {
    const cwd = archive('.json');
    writeFileSync(join(cwd, 'partners.yaml'), `name: Our partners\nissuers:\n  - id: ${issuer}\n    name: Tidewater\n`);
    writeFileSync(join(cwd, 'others.yaml'), 'issuers:\n  - id: did:web:other.example\n');
    writeFileSync(join(cwd, 'wrong.yaml'), 'issuers:\n  - name: nobody\n');
    const verify = (list: string) => badgekit(['verify', 'ana.json', '--hosting', hosting(), '--trust', list], { cwd });
    const known = await verify('partners.yaml');
    expect(known.code).toBe(0);
    expect(known.out).toContain('"Our partners" knows the issuer as "Tidewater"');
    const unknown = await verify('others.yaml');
    expect(unknown.code).toBe(3);
    expect(unknown.out).toMatch(/^UNKNOWN ISSUER/);
    const wrong = await verify('wrong.yaml');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/^wrong\.yaml:2:\d+ issuers\[0\]\.id: is missing/);
  });

  test('checks that must have been made', async () => {
    const cwd = archive('.json');
    const verify = (...more: readonly string[]) =>
      badgekit(['verify', 'ana.json', '--hosting', hosting(), ...more], { cwd });
    expect((await verify('--require', 'status')).code).toBe(0);
    const open = await verify('--require', 'evidence,status');
    expect(open.code).toBe(3);
    expect(open.out).toMatch(/^UNDETERMINED {2}evidence: it names none/);
    expect((await verify('--require', 'recipient')).code).toBe(2);
    expect(await verify('--require', 'statsu')).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean "status"?'),
    });
    expect((await verify('--require', 'trust')).code).toBe(2);
  });

  test('no status, where the reader says that it need not be known', async () => {
    const cwd = archive('.json');
    const key = join(programme, 'public/.well-known/did.json');
    const verify = (...more: readonly string[]) =>
      badgekit(['verify', 'ana.json', '--offline', '--key', key, ...more], { cwd });
    expect((await verify()).out).toMatch(/^STATUS UNKNOWN/);
    expect(await verify('--allow-unknown-status')).toMatchObject({ code: 0 });
  });
});

describe('a bundle', () => {
  test('lets somebody decide later, offline, as of a moment', async () => {
    const cwd = archive('.json', '.png');
    const saved = await badgekit(['verify', 'ana.json', '--hosting', hosting(), '--save-bundle', 'ana.bundle'], {
      cwd,
    });
    expect(saved).toMatchObject({
      code: 0,
      err: expect.stringContaining('ana.bundle holds 2 documents and 1 credential'),
    });
    expect(statSync(join(cwd, 'ana.bundle')).mode & 0o077).toBe(0);
    expect((await badgekit(['verify', 'ana.png', '--offline'], { cwd })).code).toBe(3);
    const later = await badgekit(['verify', 'ana.png', '--offline', '--bundle', 'ana.bundle'], { cwd });
    expect(later.code).toBe(0);
    expect(later.out).toMatch(/not revoked, list of .*"ana\.bundle", saved /);
    const years = await badgekit(['verify', 'ana.png', '--offline', '--bundle', 'ana.bundle', '--at', '2035-01-01'], {
      cwd,
    });
    expect(years.code).not.toBe(0);
  });

  test('can be asked as of the very day on which the badge was signed', async () => {
    const cwd = archive('.json');
    const today = new Date().toISOString().slice(0, 10);
    const run = await badgekit(['verify', 'ana.json', '--hosting', hosting(), '--at', today], { cwd });
    expect(run.code, run.out).toBe(0);
  });

  test('tells what was edited in a copy', async () => {
    const cwd = archive('.json');
    await badgekit(['verify', 'ana.json', '--hosting', hosting(), '--save-bundle', 'ana.bundle'], { cwd });
    const text = readFileSync(join(cwd, 'ana.json'), 'utf8');
    writeFileSync(join(cwd, 'ana.json'), text.replace('"Repair Café day"', '"Repair Café year"'));
    const run = await badgekit(['verify', 'ana.json', '--offline', '--bundle', 'ana.bundle', '--explain'], { cwd });
    expect(run.code).toBe(1);
    expect(run.out).toMatch(
      /^REJECTED {2}edited after it was signed, judging by the copy in "ana\.bundle": \/name signed "Repair Café day"/,
    );
  });

  test('is not replaced without being asked, and a wrong one is refused', async () => {
    const cwd = archive('.json');
    writeFileSync(join(cwd, 'b'), '{"badgekit":1}');
    const command = ['verify', 'ana.json', '--hosting', hosting()];
    expect(await badgekit([...command, '--save-bundle', 'b'], { cwd })).toMatchObject({ code: 2 });
    expect(readFileSync(join(cwd, 'b'), 'utf8')).toBe('{"badgekit":1}');
    expect(await badgekit([...command, '--bundle', 'b'], { cwd })).toMatchObject({
      code: 2,
      err: expect.stringContaining('no trust bundle'),
    });
    expect((await badgekit([...command, '--save-bundle', 'b', '--force'], { cwd })).code).toBe(0);
  });

  test('from a time when a context meant something else is refused', async () => {
    const cwd = archive('.json');
    await badgekit(['verify', 'ana.json', '--hosting', hosting(), '--save-bundle', 'b'], { cwd });
    const text = readFileSync(join(cwd, 'b'), 'utf8').replace(/"sha256": "[0-9a-f]{8}/, '"sha256": "00000000');
    writeFileSync(join(cwd, 'b'), text);
    const run = await badgekit(['verify', 'ana.json', '--bundle', 'b'], { cwd });
    expect(run).toMatchObject({ code: 2, err: expect.stringContaining('had another content') });
  });
});

describe('the page to hand on', () => {
  test('is written beside the usual output, and never over another file', async () => {
    const cwd = archive('.json', '.svg');
    const verify = () => badgekit(['verify', '.', '--hosting', hosting(), '--report', 'r.html'], { cwd });
    expect((await verify()).code).toBe(0);
    expect(readFileSync(join(cwd, 'r.html'), 'utf8')).toMatch(/^<!doctype html>/);
    writeFileSync(join(cwd, 'r.html'), 'mine');
    expect((await verify()).code).toBe(2);
    expect(existsSync(join(cwd, 'r.html'))).toBe(true);
    expect(readFileSync(join(cwd, 'r.html'), 'utf8')).toBe('mine');
    const over = ['verify', 'ana.json', '--hosting', hosting(), '--report', 'ana.json', '--force'];
    expect(await badgekit(over, { cwd })).toMatchObject({ code: 2, err: expect.stringContaining('not written over') });
    expect(readFileSync(join(cwd, 'ana.json'), 'utf8')).toMatch(/^\{/);
    const nowhere = ['verify', 'ana.json', '--report', 'no/such/r.html'];
    expect(await badgekit(nowhere, { cwd })).toMatchObject({ code: 2, err: expect.stringContaining('no folder') });
  });
});
