import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFINE_KNOTS } from '../support/cli.ts';
import { faulty } from '../support/faults.ts';
import { ENGINES } from '../support/ledgers.ts';
import { TestProgramme } from '../support/programme.ts';

const SOON = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
const HOUR = 3_600_000;

interface Listed {
  readonly id: string;
  readonly status: string;
  readonly recipient: string;
  readonly supersedes: string | null;
}

async function listed(programme: TestProgramme, ...args: readonly string[]): Promise<readonly Listed[]> {
  return ((await programme.json('list', ...args)) as { badges: Listed[] }).badges;
}

/** A programme in which ana@ and bo@ have badges that are about to expire. */
async function expiring(place: string): Promise<TestProgramme> {
  const programme = await TestProgramme.make(place);
  writeRows(programme, 'Ana');
  await programme.run('issue', 'r.csv');
  return programme;
}

/** A programme whose badges can also be suspended. */
async function suspending(place: string): Promise<TestProgramme> {
  const programme = await TestProgramme.make(place);
  programme.write(
    'badgekit.yaml',
    `${programme.read('badgekit.yaml')}status: { purposes: [revocation, suspension] }\n`,
  );
  return programme;
}

function writeRows(programme: TestProgramme, name: string): void {
  programme.write(
    'r.csv',
    `email,name,issued_on,expires_on\nana@example.org,${name},2026-01-01,${SOON}\nbo@example.org,Bo,2026-01-01,${SOON}\n`,
  );
}

/** Leaves new editions reserved and not issued. */
async function interruptedRenewal(programme: TestProgramme): Promise<void> {
  expect(await faulty(programme, { kind: 'kill', afterLabel: 'sign', at: 1 }, 'renew')).toMatchObject({ hit: 'sign' });
}

describe.each(ENGINES)('on $engine', ({ newPlace }) => {
  test('a key that ends while a run signs with it stops the run, and signs no list again', async () => {
    const programme = await TestProgramme.make(await newPlace());
    programme.writeRoster(400);
    const run = programme.run('issue', 'r.csv');
    await programme.until(() => programme.count() > 60);
    expect((await programme.run('keys', 'compromised', 'key-1', '--since', '2026-01-01')).code).toBe(0);
    expect(await run).toMatchObject({ code: 2, err: expect.stringContaining('it never signs again') });
    expect((await programme.run('keys', 'recover', 'key-1')).code).toBe(0);
    expect((await programme.run('issue', 'r.csv')).code).toBe(0);
    expect((await programme.run('ledger', 'check')).out).toContain('agree');
    expect(programme.read('public/status/revocation-1.json')).toContain('#key-2"');
    const valid = await listed(programme, '--status', 'valid');
    expect(valid).toHaveLength(400);
    expect(JSON.stringify(valid)).not.toContain('#key-1"');
  });

  test('a badge that is revoked or suspended does not come back by being renewed, replaced or recovered', async () => {
    const programme = await expiring(await newPlace());
    await interruptedRenewal(programme);
    await programme.run('revoke', 'ana@example.org');
    expect((await programme.run('issue', 'r.csv')).code).toBe(0);
    expect((await listed(programme, 'ana@example.org')).map(({ status }) => status)).toEqual(['superseded', 'revoked']);
    expect((await listed(programme, 'bo@example.org')).map(({ status }) => status)).toEqual(['valid', 'valid']);
    writeRows(programme, 'Anna');
    const again = await programme.run('issue', 'r.csv', '--supersede');
    expect(again.out).toContain('r.csv:2  its badge was revoked');
    expect(await programme.json('issue', 'r.csv', '--supersede')).toMatchObject({ toIssue: 0, revoked: [{ line: 2 }] });
    expect((await programme.run('ledger', 'check')).code).toBe(0);
  });

  test('a suspended badge that is issued once more is still suspended', async () => {
    const programme = await suspending(await newPlace());
    programme.writeRoster(2);
    await programme.run('issue', 'r.csv');
    await programme.run('revoke', 'p0@example.org', '--suspend');
    await programme.run('keys', 'compromised', 'key-1', '--since', '2026-01-01');
    expect((await programme.run('keys', 'recover', 'key-1')).code).toBe(0);
    expect((await listed(programme, 'p0@example.org')).map(({ status }) => status)).toEqual([
      'superseded',
      'suspended',
    ]);
    expect((await listed(programme, 'p1@example.org')).map(({ status }) => status)).toEqual(['superseded', 'valid']);
  });

  test('a row that changed while its renewal was interrupted is a change like any other', async () => {
    const programme = await expiring(await newPlace());
    await interruptedRenewal(programme);
    writeRows(programme, 'Anna');
    expect(await programme.json('issue', 'r.csv')).toMatchObject({ changed: [{ line: 2 }], issued: [{ line: 3 }] });
    expect(await programme.json('issue', 'r.csv', '--supersede')).toMatchObject({ issued: [{ line: 2 }] });
    expect((await listed(programme, 'ana@example.org')).map(({ status }) => status)).toEqual(['superseded', 'valid']);
  });

  test('an interrupted renewal is recovered from: every badge of the stolen key is revoked', async () => {
    const programme = await expiring(await newPlace());
    await interruptedRenewal(programme);
    await programme.run('keys', 'compromised', 'key-1', '--since', '2026-01-01');
    expect((await programme.run('keys', 'recover', 'key-1')).code).toBe(0);
    expect((await listed(programme)).map(({ status }) => status).sort()).toEqual([
      'superseded',
      'superseded',
      'valid',
      'valid',
    ]);
    expect((await programme.run('ledger', 'check')).code).toBe(0);
  });

  test('a reinstatement by a clock that was set back counts, and blocks nothing', async () => {
    const programme = await suspending(await newPlace());
    programme.writeRoster(2);
    await programme.run('issue', 'r.csv');
    await programme.run('revoke', 'p0@example.org', '--suspend');
    const reinstated = await faulty(programme, { backwards: HOUR }, 'revoke', 'p0@example.org', '--reinstate');
    expect([reinstated.code, reinstated.err]).toEqual([0, '']);
    expect((await programme.run('revoke', 'p1@example.org')).code).toBe(0);
    expect((await programme.run('verify', 'credentials', '--offline')).out).toMatch(/^2 verified {3}2 revoked/);
  });

  test('a reinstatement that comes from another ledger counts, and blocks nothing', async () => {
    const programme = await suspending(await newPlace());
    programme.writeRoster(3);
    await programme.run('issue', 'r.csv');
    await programme.run('revoke', 'p0@example.org', '--suspend');
    await programme.run('ledger', 'export', 'l.jsonl');
    const other = await TestProgramme.copy(programme, await newPlace());
    rmSync(join(other.cwd, '.badgekit'), { recursive: true, force: true });
    await other.run('ledger', 'import', 'l.jsonl');
    expect((await other.run('revoke', 'p0@example.org', '--reinstate')).code).toBe(0);
    await other.run('ledger', 'export', 'later.jsonl');
    programme.write('later.jsonl', other.read('later.jsonl'));
    await programme.run('revoke', 'p1@example.org', '--suspend');
    expect((await programme.run('ledger', 'import', 'later.jsonl')).code).toBe(0);
    expect((await programme.run('status', 'refresh')).out).toContain('signed');
    expect((await programme.run('revoke', 'p2@example.org')).code).toBe(0);
    expect((await programme.run('verify', 'credentials', '--offline')).out).toMatch(/^2 verified /);
  });

  test('a badge that replaces a renewed one leaves none of the earlier ones in force', async () => {
    const programme = await expiring(await newPlace());
    await programme.run('renew');
    writeRows(programme, 'Anna');
    expect(await programme.json('issue', 'r.csv', '--supersede')).toMatchObject({ issued: [{ line: 2 }] });
    expect((await listed(programme, 'ana@example.org')).map(({ status }) => status)).toEqual([
      'superseded',
      'superseded',
      'valid',
    ]);
  });

  test('a trial of an import or a rebuild does not pass for a ledger', async () => {
    const programme = await expiring(await newPlace());
    await programme.run('ledger', 'export', 'l.jsonl');
    const other = await TestProgramme.copy(programme, await newPlace());
    rmSync(join(other.cwd, '.badgekit'), { recursive: true, force: true });
    other.write('june.csv', 'email\ncy@example.org\n');
    for (const trial of [
      ['import', 'l.jsonl'],
      ['rebuild', 'r.csv'],
    ]) {
      expect(await other.run('ledger', ...trial, '--dry-run')).toMatchObject({ code: 0 });
      expect(await other.run('issue', 'june.csv')).toMatchObject({
        code: 3,
        err: expect.stringContaining('badgekit ledger rebuild'),
      });
    }
    for (const command of [['list'], ['revoke', 'ana@example.org'], ['erase', 'ana@example.org']])
      expect((await other.run(...command)).err).toContain('badges were issued here');
    expect((await other.run('ledger', 'import', 'l.jsonl')).code).toBe(0);
    expect((await other.run('issue', 'june.csv')).code).toBe(0);
    expect(new Set(other.credentials().map(({ place }) => place)).size).toBe(3);
  });

  test('an export that was taken while a run issued is taken in whole, and issuing goes on beyond it', async () => {
    const programme = await expiring(await newPlace());
    await programme.run('ledger', 'export', 'l.jsonl');
    const lines = programme.read('l.jsonl').split('\n');
    const torn = lines
      .filter((line) => !line.includes('"kind":"run"'))
      .map((line) => (line.includes('"kind":"list"') ? line.replace(/"used":\d+/, '"used":1') : line));
    programme.write('torn.jsonl', torn.join('\n'));
    const other = await TestProgramme.copy(programme, await newPlace());
    rmSync(join(other.cwd, '.badgekit'), { recursive: true, force: true });
    expect(await other.run('ledger', 'import', 'torn.jsonl')).toMatchObject({ code: 0 });
    other.writeRoster(5, 'more.csv');
    expect(await other.run('issue', 'more.csv')).toMatchObject({ code: 0 });
    expect(new Set(other.credentials().map(({ place }) => place)).size).toBe(7);
  });

  test('a person who was erased in one ledger is not brought back by another', async () => {
    const programme = await expiring(await newPlace());
    await programme.run('ledger', 'export', 'l.jsonl');
    const other = await TestProgramme.copy(programme, await newPlace());
    rmSync(join(other.cwd, '.badgekit'), { recursive: true, force: true });
    await other.run('ledger', 'import', 'l.jsonl');
    await other.run('renew');
    await other.run('ledger', 'export', 'later.jsonl');
    await programme.run('erase', 'ana@example.org', '--yes');
    programme.write('later.jsonl', other.read('later.jsonl'));
    expect((await programme.run('ledger', 'import', 'later.jsonl')).code).toBe(0);
    const { out } = await programme.run('ledger', 'export');
    expect(out).not.toContain('ana@');
    expect(out.match(/"erasedAt"/g)).toHaveLength(2);
  });
});

describe('what a ledger says', () => {
  test('leads no command out of credentials/, and nobody goes by no name', async () => {
    const programme = await expiring('');
    await programme.run('ledger', 'export', 'l.jsonl');
    const bad = programme.read('l.jsonl').replace(/"files":\["[^"]+"/, '"files":["keys/award-ids.jwe"');
    programme.write('bad.jsonl', bad);
    expect(await programme.run('ledger', 'import', 'bad.jsonl')).toMatchObject({
      code: 2,
      err: expect.stringContaining('bad.jsonl:'),
    });
    for (const command of [
      ['erase', '', '--yes'],
      ['revoke', '', '--all'],
      ['list', ''],
    ])
      expect(await programme.run(...command)).toMatchObject({ code: 2, err: expect.stringContaining('is empty') });
  });

  test('does not have badges signed that were changed since they were issued', async () => {
    const programme = await expiring('');
    for (const { file, text } of programme.credentials())
      programme.write(`credentials/${file}`, text.replace('"Knots"', '"Doctor of Medicine"'));
    expect((await programme.run('ledger', 'check')).out).toContain("it is not as one of the issuer's keys signed it");
    const renewed = await programme.run('renew');
    expect(renewed).toMatchObject({ code: 1, out: expect.stringContaining('impossible') });
    expect(programme.credentials()).toHaveLength(2);
  });

  test('about ended keys outlives its loss', async () => {
    const programme = await expiring('');
    await programme.run('keys', 'rotate');
    await programme.run('keys', 'retire', 'key-1');
    await programme.run('keys', 'compromised', 'key-2', '--since', '2026-01-01');
    rmSync(join(programme.cwd, '.badgekit'), { recursive: true });
    programme.writeRoster(1, 'more.csv');
    for (const key of ['key-1', 'key-2']) {
      programme.write('badgekit.yaml', programme.read('badgekit.yaml').replace(/key: "key-\d"/, `key: "${key}"`));
      await programme.run('ledger', 'rebuild', 'r.csv');
      expect(await programme.run('issue', 'more.csv')).toMatchObject({
        code: 2,
        err: expect.stringContaining('it never signs again'),
      });
    }
  });
});

describe('a ledger that is lost', () => {
  test('after a key was stolen is made again, and the key recovered from', async () => {
    const programme = await expiring('');
    await programme.run('keys', 'compromised', 'key-1', '--since', '2026-01-01');
    rmSync(join(programme.cwd, '.badgekit'), { recursive: true });
    expect((await programme.run('ledger', 'rebuild', 'r.csv')).code).toBe(0);
    expect((await programme.run('keys', 'recover', 'key-1')).code).toBe(0);
    expect((await programme.run('ledger', 'check')).code).toBe(0);
    expect((await listed(programme, '--status', 'valid')).length).toBe(2);
  });

  test('after a person was erased is made again without him, by the receipt', async () => {
    const programme = await expiring('');
    const [ana] = await listed(programme, 'ana@example.org');
    await programme.run('erase', 'ana@example.org', '--yes');
    rmSync(join(programme.cwd, '.badgekit'), { recursive: true });
    expect((await programme.run('list', '--json')).out).toMatch(/^\{"badgekit":1,"error"/);
    expect((await programme.run('ledger', 'rebuild', 'r.csv')).code).toBe(0);
    expect(await programme.json('issue', 'r.csv')).toMatchObject({ toIssue: 0, erased: [{ line: 2 }] });
    expect((await programme.run('revoke', ana?.id ?? '')).out).toContain('erased');
    expect((await programme.run('ledger', 'check')).code).toBe(0);
  });
});

describe('keys rotate', () => {
  test('takes no key that cannot sign the lists that badges name', async () => {
    const programme = await TestProgramme.make();
    expect(await programme.run('keys', 'rotate', '--key-type', 'rsa')).toMatchObject({
      code: 2,
      err: expect.stringContaining('take a key of the same kind'),
    });
    expect((await programme.run('keys', 'rotate', '--key-type', 'p256')).code).toBe(0);
    expect((await programme.run(...DEFINE_KNOTS.map((arg) => (arg === 'knots' ? 'more' : arg)))).code).toBe(0);
  });
});
