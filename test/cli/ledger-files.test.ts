import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ENGINES } from '../support/ledgers.ts';
import { TestProgramme } from '../support/programme.ts';

/** Three people; one was superseded, one revoked. */
async function issued(ledger: string): Promise<TestProgramme> {
  const programme = await TestProgramme.make(ledger);
  const rows = (narrative: string): string =>
    `email,narrative\nana@example.org,${narrative}\nbo@example.org,\ncy@example.org,\n`;
  programme.write('rosters/r.csv', rows('Good.'));
  await programme.run('issue', 'rosters/r.csv');
  programme.write('rosters/r.csv', rows('Very good.'));
  await programme.run('issue', 'rosters/r.csv', '--supersede');
  await programme.run('revoke', 'bo@example.org', '--reason', 'mistaken');
  return programme;
}

describe.each(ENGINES)('a ledger on $engine', ({ newPlace }) => {
  test('is exported and imported without loss, sorted, and merged twice is the same', async () => {
    const programme = await issued(await newPlace());
    const { out } = await programme.runWith({ env: { BADGEKIT_PASSPHRASE: '' } }, 'ledger', 'export');
    const lines = out.trim().split('\n');
    expect(lines[0]).toMatch(/^\{"badgekitLedger":1,"secret":"[0-9a-f]{64}"\}$/);
    const ids = lines.flatMap((line) => /"credentialId":"([^"]+)"/.exec(line)?.[1] ?? []);
    expect(ids).toHaveLength(4);
    expect(ids).toEqual([...ids].sort());
    programme.write('ledger.jsonl', out);
    for (const { newPlace: other } of ENGINES) {
      const place = await other();
      const env = place.startsWith('postgres:') ? { BADGEKIT_LEDGER_URL: place } : { BADGEKIT_LEDGER_URL: '' };
      if (env.BADGEKIT_LEDGER_URL === '') rmSync(join(programme.cwd, '.badgekit'), { recursive: true, force: true });
      const run = (...args: string[]) => programme.runWith({ env }, ...args);
      expect((await run('ledger', 'import', 'ledger.jsonl')).out).toMatch(/^4 added, 0 brought further, 0 known/);
      expect((await run('ledger', 'import', 'ledger.jsonl')).out).toMatch(/^0 added, 0 brought further, 4 known/);
      expect((await run('ledger', 'export')).out).toBe(out);
      expect((await run('issue', 'rosters/r.csv')).out).toMatch(/^Nothing to do/);
      expect((await run('ledger', 'check')).out).toBe('Ledger, files and status lists agree: 4 badges, 1 list.\n');
    }
  });

  test('takes in what goes further, and refuses two badges with one status entry', async () => {
    const programme = await issued(await newPlace());
    const { out } = await programme.run('ledger', 'export');
    const bo = out.split('\n').find((line) => line.includes('bo@example.org')) ?? '';
    await programme.run('revoke', 'cy@example.org');
    // A copy from before does not take the revocation back.
    programme.write('old.jsonl', out);
    expect((await programme.run('ledger', 'import', 'old.jsonl')).out).toMatch(/^0 added, 0 brought further, 4 known/);
    expect(await programme.json('list', 'cy@example.org')).toMatchObject({ counts: { revoked: 1 } });
    // Another machine revoked Ana, too.
    const ana = out.split('\n').filter((line) => line.includes('ana@example.org'));
    const open = ana.find((line) => line.includes('"changes":[]')) ?? '';
    const change = '{"purpose":"revocation","set":true,"reason":"left","at":1800000000000,"since":1800000000000}';
    programme.write('further.jsonl', out.replace(open, open.replace('"changes":[]', `"changes":[${change}]`)));
    expect((await programme.run('ledger', 'import', 'further.jsonl')).out).toMatch(/^0 added, 1 brought further/);
    expect(await programme.json('list', 'ana@example.org')).toMatchObject({ counts: { superseded: 1, revoked: 1 } });

    const id = /"credentialId":"([^"]+)"/.exec(bo)?.[1] ?? '';
    const award = /"award":"([^"]+)"/.exec(bo)?.[1] ?? '';
    const other = 'urn:uuid:00000000-0000-8000-8000-000000000001';
    programme.write('clash.jsonl', `${out}${bo.replace(id, other).replace(award, 'f'.repeat(64))}\n`);
    const clash = await programme.run('ledger', 'import', 'clash.jsonl');
    expect(clash.code).toBe(1);
    expect(clash.err).toContain(`${id} and ${other} have one status entry (revocation list 1, entry `);
    expect(clash.err).toContain('take the line of the other out of the file');
    const twice = bo
      .replace(id, other)
      .replace(/"places":\[.*?\]/, '"places":[]')
      .replace(/"changes":\[.*?\]/, '"changes":[]');
    programme.write('twice.jsonl', `${out}${twice}\n`);
    expect((await programme.run('ledger', 'import', 'twice.jsonl')).err).toContain('are two badges for one award');
    expect((await programme.run('ledger', 'export')).out).not.toContain(other);
  });

  test('that is lost is made again from credentials, lists and rosters, and the same roster does nothing', async () => {
    const place = await newPlace();
    const programme = await issued(place);
    const before = (await programme.json('list')) as { badges: Record<string, unknown>[] };
    const lost = place.startsWith('postgres:') ? { BADGEKIT_LEDGER_URL: await newPlace() } : {};
    rmSync(join(programme.cwd, '.badgekit'), { recursive: true, force: true });
    const run = (...args: string[]) => programme.runWith({ env: lost }, ...args);
    const refused = await run('issue', 'rosters/r.csv');
    expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('badgekit ledger rebuild') });
    const rebuilt = await run('ledger', 'rebuild');
    expect(rebuilt.out).toMatch(/^4 badges found, 2 of them revoked or suspended\n/);
    const after = JSON.parse((await run('list', '--json')).out) as typeof before;
    const lasting = ({ badges }: typeof before): unknown =>
      badges
        .map(({ id, badge, recipient, status, validFrom, validUntil, roster, supersedes, files }) => ({
          id,
          badge,
          recipient,
          status,
          validFrom,
          validUntil,
          roster,
          supersedes,
          files: [...(files as string[])].sort(),
        }))
        .sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
    expect(lasting(after)).toEqual(lasting(before));
    expect((await run('ledger', 'check')).code).toBe(0);
    expect((await run('issue', 'rosters/r.csv')).out).toMatch(/^Nothing to do/);
    expect((await run('ledger', 'rebuild')).code).toBe(2);
    // New badges never share an entry with one that was issued and forgotten.
    programme.write('rosters/new.csv', 'email\ndi@example.org\n');
    await run('issue', 'rosters/new.csv');
    expect(programme.credentials().filter(({ place: at }) => at.includes('revocation-2.json'))).toHaveLength(1);
    programme.write('rosters/r.csv', 'email,narrative\nana@example.org,Changed.\nbo@example.org,\ncy@example.org,\n');
    expect((await run('issue', 'rosters/r.csv')).out).toContain('narrative changed since');
  });
});

describe('ledger rebuild', () => {
  test('keeps entries set whose badges are gone, and needs the lists', async () => {
    const programme = await issued('');
    const bo = (await programme.json('list', 'bo@example.org')) as { badges: { files: string[] }[] };
    for (const file of bo.badges[0]?.files ?? []) rmSync(join(programme.cwd, file));
    rmSync(join(programme.cwd, '.badgekit'), { recursive: true });
    renameSync(join(programme.cwd, 'public/status'), join(programme.cwd, 'kept'));
    expect((await programme.run('ledger', 'rebuild')).err).toContain('copy public/status/ back');
    renameSync(join(programme.cwd, 'kept'), join(programme.cwd, 'public/status'));
    const list = programme.read('public/status/revocation-1.json');
    expect((await programme.run('ledger', 'rebuild')).out).toContain(
      '1 entry is set in the lists for badges that are not',
    );
    expect(await programme.run('status', 'refresh')).toMatchObject({ code: 1 });
    expect(programme.read('public/status/revocation-1.json')).toBe(list);
  });

  test('without the roster knows the badges, and not whom they are for, until the roster is issued again', async () => {
    const programme = await issued('');
    rmSync(join(programme.cwd, '.badgekit'), { recursive: true });
    renameSync(join(programme.cwd, 'rosters/r.csv'), join(programme.cwd, 'r.csv'));
    expect((await programme.run('ledger', 'rebuild')).out).toContain('4 badges without a row in any roster');
    expect((await programme.run('issue', 'r.csv')).out).toMatch(/^Nothing to do/);
  });
});

describe('ledger check', () => {
  test('names every difference between ledger, files and lists', async () => {
    const programme = await issued('');
    const [one, two, three] = programme.credentials();
    rmSync(join(programme.cwd, 'credentials', one?.file ?? ''));
    writeFileSync(join(programme.cwd, 'credentials', two?.file ?? ''), three?.text ?? '');
    mkdirSync(join(programme.cwd, 'credentials/old'));
    programme.write('credentials/old/x.json', three?.text ?? '');
    programme.write('credentials/knots/.y.json.tmp', '{');
    const list = 'public/status/revocation-1.json';
    const current = programme.read(list);
    rmSync(join(programme.cwd, list));
    const { code, out } = await programme.run('ledger', 'check');
    expect(code).toBe(1);
    expect(out).toContain(`file missing  credentials/${one?.file ?? ''}`);
    expect(out).toMatch(new RegExp(`file differs {2}credentials/${two?.file ?? ''}: it is "?${three?.id ?? ''}`));
    expect(out).toContain('file differs  credentials/knots/');
    expect(out).toContain('file unknown  credentials/old/x.json');
    expect(out).toContain('temporary file  credentials/knots/.y.json.tmp');
    expect(out).toContain(`list missing  ${list}`);
    expect(out).toMatch(/\d+ differences among 4 badges and 1 list\.\n$/);
    programme.write(list, current.replace(/"encodedList": "[^"]+"/, '"encodedList": "u"'));
    expect((await programme.run('ledger', 'check')).out).toContain('list unreadable');
  });

  test('finds a database that is damaged inside', async () => {
    const programme = await issued('');
    const file = join(programme.cwd, '.badgekit/ledger.db');
    for (const extra of readdirSync(join(programme.cwd, '.badgekit')).filter((name) => /-(?:wal|shm)$/.test(name)))
      rmSync(join(programme.cwd, '.badgekit', extra));
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 4096 * 3, 4096 * 4);
    writeFileSync(file, bytes);
    const run = await programme.run('ledger', 'check');
    expect([1, 3]).toContain(run.code);
    expect(run.out + run.err).toMatch(/database {2}|LEDGER_DAMAGED|is damaged/);
  });
});

describe('a ledger file', () => {
  test('with marks of a merge, no header, another programme or nonsense is refused with its line', async () => {
    const programme = await issued('');
    const { out } = await programme.run('ledger', 'export');
    const refusal = async (text: string): Promise<string> => {
      programme.write('x.jsonl', text);
      const { code, err } = await programme.run('ledger', 'import', 'x.jsonl');
      expect(code).toBe(2);
      return err;
    };
    const lines = out.split('\n');
    expect(await refusal(`${out}<<<<<<< HEAD\n`)).toMatch(/^x\.jsonl:9: the file holds the marks of a merge/);
    expect(await refusal(lines.slice(1).join('\n'))).toMatch(/^x\.jsonl:1: the file does not begin/);
    expect(await refusal(`${lines[0] ?? ''}\n{"kind":"award"}\n`)).toMatch(/^x\.jsonl:2: /);
    expect(await refusal(`${lines[0] ?? ''}\nnonsense\n`)).toMatch(/^x\.jsonl:2: the line is not strict JSON/);
    expect(await refusal(out.replace(/"secret":"../, '"secret":"zz'))).toContain('another secret');
  });
});
