import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { filesBelow } from '../support/cli.ts';
import { ENGINES } from '../support/ledgers.ts';
import { TestProgramme } from '../support/programme.ts';

const ANA = 'ana.lindqvist@example.org';
const ROSTER = `email,name,narrative,award\n${ANA},Ana Lindqvist,Ana tied them all.,2026\n${ANA},Ana Lindqvist,,2027\nbo@example.org,Bo,,\n`;

/** The files below a programme in which a text stands. */
function filesWith({ cwd }: TestProgramme, text: string): readonly string[] {
  return filesBelow(cwd).filter((file) => readFileSync(join(cwd, file)).includes(text));
}

/** What a ledger holds, as it is stored. */
async function storedText(url: string, { cwd }: TestProgramme): Promise<string> {
  if (!url.startsWith('postgres:'))
    return filesBelow(join(cwd, '.badgekit'))
      .map((file) => readFileSync(join(cwd, '.badgekit', file), 'latin1'))
      .join('');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows: awards } = await client.query('select * from award');
  const { rows: changes } = await client.query('select * from status_change');
  await client.end();
  return JSON.stringify([awards, changes]);
}

describe('erase', () => {
  test('says where old copies of what it erased stay, while another program reads the ledger', async () => {
    const programme = await TestProgramme.make();
    programme.writeRoster(2);
    await programme.run('issue', 'r.csv');
    const reader = new Database(join(programme.cwd, '.badgekit/ledger.db'));
    reader.exec('begin');
    reader.prepare('select count(*) from award').get();
    const beside = await programme.run('erase', 'p0@example.org', '--yes');
    reader.exec('commit');
    reader.close();
    expect(beside.out).toMatch(/old copies stay in \S+ledger\.db-wal, until the program closes it/);
    expect(await programme.json('erase', 'p1@example.org', '--yes')).toMatchObject({ oldCopies: null });
    expect(await storedText('', programme)).not.toMatch(/p[01]@example/);
  });
});

describe.each(ENGINES)('erase, on $engine', ({ newPlace }) => {
  test('takes a person out of ledger and files, keeps what revocation needs, and no roster issues it again', async () => {
    const place = await newPlace();
    const programme = await TestProgramme.make(place);
    programme.write('r.csv', ROSTER);
    await programme.run('issue', 'r.csv');
    const before = programme.credentials();
    const { out: listed } = await programme.run('list', ANA, '--json');
    const ids = (JSON.parse(listed) as { badges: { id: string }[] }).badges.map(({ id }) => id);
    await programme.run('revoke', ids[0] ?? '', '--reason', 'Ana Lindqvist asked for it');
    await programme.run('ledger', 'export', 'old.jsonl');

    expect(await programme.run('erase', ANA)).toMatchObject({
      code: 2,
      err: expect.stringContaining('give --yes to do it'),
    });
    const dry = await programme.run('erase', ANA, '--dry-run');
    expect(dry.out).toContain('would be erased');
    expect(dry.out).toContain('Nothing was written.');
    expect(programme.credentials()).toEqual(before);

    const done = await programme.run('erase', ANA, '--yes');
    expect([done.code, done.err]).toEqual([0, '']);
    expect(done.out).toContain('still there: old.jsonl, lines');
    expect(done.out).toContain('still there: r.csv, lines 2, 3: that file is yours to mend');
    const receipt = /The receipt (\S+) says/.exec(done.out)?.[1] ?? '';
    expect(programme.read(receipt)).toContain('`r.csv`, lines 2, 3');
    expect(programme.read(receipt)).toContain('knots, issued');
    expect(programme.credentials().map(({ id }) => id)).toEqual(
      before.map(({ id }) => id).filter((id) => !ids.includes(id)),
    );
    for (const secret of [ANA, 'Lindqvist']) expect(filesWith(programme, secret)).toEqual(['old.jsonl', 'r.csv']);
    expect(filesWith(programme, 'tied them all')).toEqual(['r.csv']);
    expect(await storedText(place, programme)).not.toContain('indqvist');

    expect(await programme.run('ledger', 'check')).toMatchObject({ code: 0 });
    expect(await programme.json('issue', 'r.csv')).toMatchObject({ toIssue: 0, unchanged: 1, erased: [{}, {}] });
    expect((await programme.run('erase', ANA, '--yes')).err).toContain('no badge was issued to');
    expect((await programme.run('ledger', 'import', 'old.jsonl')).code).toBe(0);
    expect(await storedText(place, programme)).not.toContain('indqvist');
    expect((await programme.run('revoke', ids[1] ?? '')).out).toContain('knots, erased');
    expect(await programme.run('ledger', 'check')).toMatchObject({ code: 0 });
  });

  test('with --revoke ends what was handed out, and takes out awards that were reserved and never issued', async () => {
    const place = await newPlace();
    const programme = await TestProgramme.make(place);
    programme.writeRoster(120);
    const { signal } = await programme.killedWhen(() => programme.count() > 55, 'issue', 'r.csv');
    expect(signal).toBe('SIGKILL');
    const reserved = (await programme.run('ledger', 'export')).out
      .split('\n')
      .filter((line) => line.includes('"state":"reserved"'))
      .map((line) => (JSON.parse(line) as { recipient: string }).recipient);
    expect(reserved.length).toBeGreaterThan(0);
    const [first = ''] = reserved;
    expect((await programme.json('erase', first, '--yes')) as object).toMatchObject({
      credentials: [{ state: 'reserved' }],
    });
    expect(await programme.json('issue', 'r.csv')).toMatchObject({ erased: [{ line: expect.any(Number) }] });
    const done = await programme.json('erase', 'p3@example.org', '--revoke', '--yes');
    expect(done).toMatchObject({
      credentials: [{ state: 'valid' }],
      revoked: [expect.any(String)],
      statusLists: ['public/status/revocation-1.json'],
    });
    const { counts } = (await programme.json('list')) as { counts: object };
    expect(counts).toMatchObject({ revoked: 1 });
    expect((await programme.run('ledger', 'check')).code).toBe(0);
    for (const file of filesBelow(programme.cwd).filter((name) => /^(?:\.badgekit|public|erasures)/.test(name)))
      expect(readFileSync(join(programme.cwd, file), 'latin1').match(/p3@example\.org/g), file).toBeNull();
  });
});
