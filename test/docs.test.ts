import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import outputSchema from '../schemas/output.json' with { type: 'json' };
import { badgekit, PASSPHRASE, sampleProgramme, temporaryFolder } from './support/cli.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => read(join('src', file)))
  .join('\n');

/** What differs from run to run: ids, the day and minute of today. */
function steady(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
    .replace(/made \d{4}-\d\d-\d\d/g, 'made TODAY')
    .replace(/list of \d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'list of NOW')
    .trimEnd();
}

/** Every command that does something, as `--help` lists them: groups such as `ledger` by their parts. */
async function commandsOf(group: readonly string[]): Promise<readonly (readonly string[])[]> {
  const { out } = await badgekit([...group, '--help'], { cwd: ROOT });
  const [, listed] = /(?:^|\n)Commands:\n([^]*?)(?:\n\n|$)/.exec(out) ?? [];
  if (listed === undefined) return [group];
  const names = [...listed.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name);
  const parts = await Promise.all(names.filter((name) => name !== 'help').map((name) => commandsOf([...group, name])));
  return parts.flat();
}

describe('the README', () => {
  const [, session = ''] = /```console\n([^]*?)```/.exec(read('README.md')) ?? [];
  const steps = session
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command = '', ...output] = step.split('\n');
      return { command, output: output.join('\n') };
    });

  test('shows a session that really goes so, command by command', () => {
    expect(steps.length).toBeGreaterThan(6);
    const cwd = temporaryFolder();
    const script = [
      `npx() { shift; node ${JSON.stringify(join(ROOT, 'bin/badgekit.js'))} "$@" 2>&1; }`,
      ...steps.flatMap(({ command }) => [command, 'echo "@@@"']),
    ].join('\n');
    const { CI: _, ...env } = process.env;
    const { stdout } = spawnSync('bash', ['-c', script], {
      cwd,
      encoding: 'utf8',
      env: { ...env, BADGEKIT_PASSPHRASE: PASSPHRASE },
    });
    const outputs = stdout.split('@@@\n');
    for (const [index, { command, output }] of steps.entries())
      expect(steady(outputs[index] ?? ''), command).toBe(steady(output));
  }, 120_000);

  test('names the two commands, and they exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(read('README.md')).toContain('npm ci && npm run demo');
    expect(read('README.md')).toContain('npm ci && npm test');
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['demo', 'test']));
    expect(read('.ci/run')).toMatch(/^npm ci\nnpm test$/m);
  });

  test('promises a demonstration that issues, verifies and revokes', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(ROOT, 'scripts/demo.js'), join(temporaryFolder(), 'demo')],
      { encoding: 'utf8' },
    );
    expect(status, stdout).toBe(0);
    expect(stdout).toContain('57 verified');
    expect(stdout).toMatch(/54 verified +3 revoked/);
  }, 120_000);

  test('links only to what is there, and names every command', async () => {
    for (const [, target = ''] of read('README.md').matchAll(/\]\((?!https?:)([^)#]+)\)/g))
      expect(existsSync(join(ROOT, target)), target).toBe(true);
    const commands = await commandsOf([]);
    expect(commands.length).toBeGreaterThan(15);
    for (const command of commands) {
      const [group = '', ...rest] = command;
      const row = read('README.md')
        .split('\n')
        .find((line) => line.startsWith(`| \`${group}`));
      expect(row, command.join(' ')).toContain([...command].slice(rest.length === 0 ? 0 : 1).join(' '));
      expect((await badgekit([...command, '--help'], { cwd: ROOT })).out, command.join(' ')).toContain('Examples:');
    }
  });

  test('has pictures that are badges', async () => {
    for (const image of ['bicycle-mechanic', 'hand-soldering', 'repair-cafe-day']) {
      const { out } = await badgekit(['bake', '--extract', join(ROOT, `docs/images/baked-${image}.png`)], {
        cwd: ROOT,
      });
      expect(JSON.parse(out)).toMatchObject({ type: ['VerifiableCredential', 'OpenBadgeCredential'] });
    }
  });
});

/** Runs a script in a folder, in which `badgekit` is this one. */
function shell(script: string, cwd: string, env: Readonly<Record<string, string>> = {}): string {
  const { CI: _, ...inherited } = process.env;
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-euc', `badgekit() { node ${JSON.stringify(join(ROOT, 'bin/badgekit.js'))} "$@"; }\n${script}`],
    { cwd, encoding: 'utf8', env: { ...inherited, BADGEKIT_PASSPHRASE: PASSPHRASE, ...env } },
  );
  expect([status, stderr], script).toEqual([0, expect.any(String)]);
  return stdout;
}

/** A programme with a roster, as the pages assume it. */
function programmeForPages(): string {
  const cwd = temporaryFolder();
  shell('badgekit init-issuer . --name S --hosting https://badges.example.org; mkdir -p rosters', cwd);
  shell('badgekit define knots --name K --description D --tier participation --criteria C --valid-for P1M', cwd);
  for (const roster of ['may', 'spring'])
    writeFileSync(join(cwd, `rosters/${roster}.csv`), `email\nana@example.org\nbo.${roster}@example.org\n`);
  return cwd;
}

describe('the pages on the ledger, on keys, on rosters, on speed and on fleets', () => {
  test('show commands that run, one after the other', () => {
    const cwd = programmeForPages();
    shell('badgekit issue rosters/may.csv', cwd);
    for (const page of ['docs/ledger.md', 'docs/keys.md']) {
      const blocks = [...read(page).matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block);
      expect(blocks.length).toBeGreaterThan(3);
      for (const block of blocks) {
        if (block.includes('rebuild')) rmSync(join(cwd, '.badgekit'), { recursive: true });
        shell(block, cwd);
      }
    }
    const { badges } = JSON.parse(shell('badgekit list --json', cwd)) as { badges: { recipient: string | null }[] };
    expect(new Set(badges.map(({ recipient }) => recipient))).toEqual(new Set([null, 'bo.may@example.org']));
  });

  test('show how an export of a learning platform is read and issued', () => {
    const cwd = programmeForPages();
    const [block = '', joining = ''] = [...read('docs/rosters.md').matchAll(/```sh\n([^]*?)```/g)].map(
      ([, sh = '']) => sh,
    );
    cpSync(join(ROOT, 'fixtures/rosters/moodle-completion-en.csv'), join(cwd, 'exports/completion.csv'));
    expect(shell(block, cwd)).toMatch(/course completion report[^]*Nothing was written[^]*Done {2}2 badges/);
    writeFileSync(join(cwd, 'exports/grades.csv'), 'email,grade\nana@example.org,80\n');
    writeFileSync(join(cwd, 'exports/attendance.csv'), 'email,name\nana@example.org,Ana\n');
    expect(shell(joining, cwd)).toContain('from "name" of exports/attendance.csv');
    const [condition = '', config = ''] = [...read('docs/rosters.md').matchAll(/```yaml\n([^]*?)```/g)].map(
      ([, yaml = '']) => yaml,
    );
    appendFileSync(join(cwd, 'badgekit.yaml'), config.replace('first-aid', 'knots'));
    expect(shell('badgekit issue exports/completion.csv --json', cwd)).toContain('"format":"moodle-completion"');
    appendFileSync(join(cwd, 'badges/knots.yaml'), condition);
    writeFileSync(join(cwd, 'grades.csv'), 'email,grade,attended\nana@example.org,69,yes\ncy@example.org,70,ja\n');
    expect(JSON.parse(shell('badgekit issue grades.csv --json', cwd))).toMatchObject({ toIssue: 1, unearned: 1 });
  });

  test('show what can be said against all badges', () => {
    const cwd = programmeForPages();
    const page = read('docs/portfolio.md');
    const [, block = ''] = /```sh\n([^]*?)```/.exec(page) ?? [];
    expect(shell(block, cwd)).toMatch(/^never-issued +knots: was never issued/);
    const [, config = ''] = /```yaml\n([^]*?)```/.exec(page) ?? [];
    appendFileSync(join(cwd, 'badgekit.yaml'), config);
    shell(block, cwd);
  });

  test('show how a framework of skills is taken in, and a badge aligned with it', () => {
    const cwd = programmeForPages();
    cpSync(join(ROOT, 'fixtures/frameworks/esco-skills_en.csv'), join(cwd, 'skills_en.csv'));
    const [, block = ''] = /```sh\n([^]*?)```/.exec(read('docs/frameworks.md')) ?? [];
    expect(shell(block, cwd)).toMatch(/ESCO 1\.2\.0, 4 entries[^]*tie knots[^]*Added esco:[^]*in order/);
  });

  test('show how a plan is made, approved and carried out', () => {
    const cwd = programmeForPages();
    const blocks = [...read('docs/plans.md').matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block);
    const home = { HOME: temporaryFolder() };
    const outputs = blocks.slice(0, 3).map((block) => shell(block, cwd, home));
    expect(outputs[0]).toMatch(/The plan is in plan\.json[^]*Done {2}2 badges/);
    expect(outputs[1]).toContain('1 added, 1 removed');
    const [, approvers = ''] = /(\napprovers:\n[^]*)$/.exec(outputs[2] ?? '') ?? [];
    appendFileSync(join(cwd, 'badgekit.yaml'), `${approvers}tiers: { participation: { approvals: 1 } }\n`);
    writeFileSync(join(cwd, 'rosters/spring.csv'), 'email\ncy@example.org\n');
    const env = { ...home, BADGEKIT_APPROVER_PASSPHRASE: 'a phrase that only Ana knows' };
    expect(shell(blocks[3] ?? '', cwd, env)).toMatch(/Approved by ana[^]*Done {2}1 badge/);
  });

  test('show how a roster becomes archives, and both hold its badges', () => {
    const cwd = programmeForPages();
    const [, block = ''] = /```sh\n([^]*?)```/.exec(read('docs/speed.md')) ?? [];
    for (const command of block.trim().split('\n')) {
      writeFileSync(join(cwd, 'rosters/all.csv'), `email\n${command.length}@example.org\n`);
      shell(command, cwd);
    }
    expect(shell('tar tf badges.tar', cwd)).toMatch(
      /^credentials\/knots\/[0-9a-f-]{36}\.json\ncredentials\/knots\/[0-9a-f-]{36}\.svg\n$/,
    );
    shell('gunzip badges.jsonl.gz; mv badges.jsonl line.json; badgekit verify line.json --offline', cwd);
    shell('tar xf badges.tar; badgekit verify credentials --offline; badgekit ledger check', cwd);
  });

  test('show a job and a matrix whose shards issue a whole roster, each award once', () => {
    const page = read('docs/fleet.md');
    const [, job = ''] = /args: \['exec (badgekit [^']+)'\]/.exec(page) ?? [];
    const [issue = '', refresh = ''] = [...page.matchAll(/- run: (badgekit .+)/g)].map(([, line = '']) => line);
    const cwd = programmeForPages();
    const people = Array.from({ length: 40 }, (_, index) => `p${index}@example.org\n`).join('');
    writeFileSync(join(cwd, 'rosters/spring.csv'), `email\n${people}`);
    const [first, last] = ['0', '15'].map(
      (index) => JSON.parse(shell(job, cwd, { JOB_COMPLETION_INDEX: index })) as { rows: number; elsewhere: number },
    );
    expect([first, last].map((shard) => (shard?.rows ?? 0) + (shard?.elsewhere ?? 0))).toEqual([40, 40]);
    for (const shard of ['1', '2', '3', '4']) shell(issue.replaceAll('${{ matrix.shard }}', shard), cwd);
    expect(shell(refresh, cwd)).toContain('up to date');
    expect(shell('badgekit issue rosters/spring.csv', cwd)).toMatch(/^Nothing to do/);
  });
});

describe('codes', () => {
  test.each([
    ['errors.md', ['errors.ts'], /^ {2}([A-Z_0-9]+): \{ exit: EXIT\./gm],
    [
      'findings.md',
      ['verify/verdict.ts', 'openbadges/plain-form.ts', 'openbadges/rules.ts'],
      /(?<=^ +\|) '([A-Z_0-9]+)'/gm,
    ],
  ])('of docs/%s are those of src/%s, each explained once and used', (page, files, pattern) => {
    const codes = [
      ...files
        .map((file) => read(join('src', file)))
        .join('\n')
        .matchAll(pattern),
    ].map(([, code = '']) => code);
    const explained = [...read(join('docs', page)).matchAll(/^\| `([A-Z_0-9]+)`/gm)].map(([, code = '']) => code);
    expect(codes.length).toBeGreaterThan(30);
    expect([...explained].sort()).toEqual([...codes].sort());
    const unused = codes.filter(
      (code) => (sources.match(new RegExp(`'${code}'`, 'g')) ?? []).length < (page === 'errors.md' ? 1 : 2),
    );
    expect(unused).toEqual([]);
    if (page !== 'findings.md') return;
    const tests = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => read(join('test', file)))
      .join('\n');
    expect(codes.filter((code) => !tests.includes(`'${code}'`))).toEqual([]);
  });
});

describe('--json', () => {
  test('prints exactly one document, of the shape in schemas/output.json, whatever the command and whatever goes wrong', async () => {
    const validate = new Ajv2020({ strict: false }).compile(outputSchema);
    const cwd = sampleProgramme();
    const commands = [
      ['init-issuer', '--key-only', '--dry-run'],
      ['init-issuer', '--key-only'],
      ['init-issuer'],
      ['define', '--check'],
      [
        'define',
        'knots',
        '--name',
        'K',
        '--description',
        'D',
        '--tier',
        'participation',
        '--criteria',
        'C',
        '--dry-run',
      ],
      ['define', 'knots', '--name', 'K', '--description', 'D', '--tier', 'participation', '--criteria', 'C'],
      ['define', 'knots'],
      ['issue', 'rosters/spring.csv', '--dry-run'],
      ['issue', 'rosters/spring.csv'],
      ['issue', 'rosters/spring.csv', '--to', 'spring.tar'],
      ['issue', 'rosters/spring.csv', '--output', 'jsonl'],
      ['issue', 'nothing.csv'],
      ['issue', 'rosters/spring.csv', '--plan-out', 'plan.json'],
      ['issue', '--plan', 'plan.json'],
      ['issue', '--plan', 'badgekit.yaml'],
      ['roster', 'diff', 'rosters/spring.csv', 'rosters/spring.csv'],
      ['keys', 'approver', 'ana', '--out', 'ana.jwe'],
      ['approve', 'plan.json', '--as', 'ana', '--key', 'ana.jwe'],
      ['frameworks', 'import', join(ROOT, 'fixtures/frameworks/case.json'), '--as', 'case'],
      ['frameworks', 'list'],
      ['align', 'knots', '--search', 'bowline'],
      ['align', 'knots', '--add', 'case:SEA.1'],
      ['portfolio'],
      ['why', 'noa@example.org'],
      ['record', 'noa@example.org', '--out', 'noa.html'],
      ['roster', 'inspect', 'rosters/spring.csv'],
      ['verify', 'credentials/repair-cafe-day'],
      ['verify', 'badges/knots.svg'],
      ['verify', 'nothing.json'],
      ['list'],
      ['renew', '--dry-run'],
      ['list', '--status', 'gone'],
      ['revoke', 'noa@example.org'],
      ['revoke', 'nobody@example.org'],
      ['erase', 'noa@example.org', '--dry-run'],
      ['erase', 'noa@example.org'],
      ['erase', 'noa@example.org', '--yes'],
      ['publish'],
      ['publish', '--check-live', 'http://127.0.0.1:1'],
      ['status', 'refresh'],
      ['ledger', 'check'],
      ['ledger', 'import', 'badgekit.yaml'],
      ['ledger', 'rebuild'],
      ['keys', 'list'],
      ['keys', 'export-public'],
      ['keys', 'rotate'],
      ['keys', 'compromised', 'key-1', '--since', '2026-01-01'],
      ['keys', 'recover', 'key-1'],
      ['keys', 'retire', 'key-1'],
      ['keys', 'change-passphrase'],
      ['bake', '--extract', 'docs.png'],
      ['bake', 'badgekit.yaml', 'badges/knots.svg'],
    ];
    for (const command of commands) {
      const { out } = await badgekit([...command, '--json'], {
        cwd,
        env: { BADGEKIT_NEW_PASSPHRASE: 'ebb at noon' },
      });
      const document: unknown = JSON.parse(out);
      expect(validate(document), `${command.join(' ')}: ${out} ${JSON.stringify(validate.errors)}`).toBe(true);
    }
    const lines = [
      ...(await badgekit(['verify', 'credentials/repair-cafe-day', '--jsonl'], { cwd })).out.trim().split('\n'),
      ...(await badgekit(['list', '--jsonl'], { cwd })).out.trim().split('\n'),
    ];
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(validate(JSON.parse(line))).toBe(true);
  }, 180_000);
});

describe('starting up', () => {
  test('--help answers in under twice the time of node itself', () => {
    const time = (args: readonly string[]): number => {
      const start = process.hrtime.bigint();
      spawnSync(process.execPath, args, { stdio: 'ignore' });
      return Number(process.hrtime.bigint() - start);
    };
    const rounds = Array.from(
      { length: 15 },
      () => [time(['-e', '0']), time([join(ROOT, 'bin/badgekit.js'), '--help'])] as const,
    );
    // The fastest of each: what else the machine does only ever adds time.
    const fastest = (values: readonly number[]): number => Math.min(...values);
    const ratio = fastest(rounds.map(([, help]) => help)) / fastest(rounds.map(([node]) => node));
    console.log(`--help takes ${ratio.toFixed(2)} times as long as node -e 0`);
    expect(ratio).toBeLessThan(2);
  });
});
