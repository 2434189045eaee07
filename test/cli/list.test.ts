import { describe, expect, test } from 'vitest';
import { ENGINES } from '../support/ledgers.ts';
import { TestProgramme } from '../support/programme.ts';

describe.each(ENGINES)('list and revoke, on $engine', ({ newPlace }) => {
  async function issued(): Promise<TestProgramme> {
    const programme = await TestProgramme.make(await newPlace());
    programme.write(
      'spring.csv',
      'email,name,expires_on\nana@example.org,"=HYPERLINK(""x"")",2027-01-01\nbo@example.org,Bo,\n',
    );
    programme.write('autumn.csv', 'email,issued_on,expires_on\ncy@example.org,2020-01-01,2021-01-01\n');
    await programme.run('issue', 'spring.csv');
    await programme.run('issue', 'autumn.csv');
    return programme;
  }

  test('find badges by person, roster, batch, status and end, as text, CSV and JSON', async () => {
    const programme = await issued();
    const text = await programme.runWith({ env: { BADGEKIT_PASSPHRASE: '' } }, 'list');
    expect(text.code).toBe(0);
    expect(text.out).toMatch(/^valid {7}urn:uuid:\S+ {2}knots, ana@example\.org, \S+, until 2027-01-01\n/);
    expect(text.out).toMatch(/expired {5}urn:uuid:\S+ {2}knots, cy@example\.org, 2020-01-01, expired on 2021-01-01\n/);
    expect(text.out).toMatch(/\n3 badges: 2 valid, 1 expired\n$/);
    const { badges } = (await programme.json('list')) as { badges: { batch: string; recipient: string }[] };
    const [first] = badges;
    expect(await programme.json('list', '--batch', first?.batch ?? '')).toMatchObject({ counts: { valid: 2 } });
    expect(await programme.json('list', '--roster', 'rosters/autumn.csv')).toMatchObject({ counts: { expired: 1 } });
    expect(await programme.json('list', '--expiring', '90d')).toMatchObject({ badges: [{ name: '=HYPERLINK("x")' }] });
    expect(await programme.json('list', 'BO@Example.org', '--status', 'valid')).toMatchObject({
      badges: [{ name: 'Bo' }],
    });
    expect(await programme.json('list', '--key', 'key-1')).toMatchObject({ counts: { valid: 2, expired: 1 } });
    expect((await programme.run('list', '--key', 'key-2')).out).toBe('No such badge was issued.\n');
    const { out } = await programme.run('list', '--csv');
    expect(out).toContain(`"'=HYPERLINK(""x"")"`);
    expect(out.split('\r\n')).toHaveLength(5);
    expect((await programme.run('list', '--jsonl')).out.trim().split('\n')).toHaveLength(3);
    expect((await programme.run('list', '--status', 'gone')).code).toBe(2);
    expect((await programme.run('list', '--csv', '--json')).code).toBe(2);
  });

  test('revoke a whole roster or batch, after showing whom it touches, with reason and date', async () => {
    const programme = await issued();
    expect((await programme.run('revoke')).code).toBe(2);
    const held = await programme.run('revoke', '--roster', 'spring.csv');
    expect(held).toMatchObject({ code: 2, err: expect.stringContaining('2 badges match') });
    expect(held.err).toContain('bo@example.org');
    const dry = await programme.run('revoke', '--roster', 'spring.csv', '--dry-run');
    expect(dry.out).toMatch(/^would be revoked .*ana@[^]*would be revoked .*bo@[^]*Nothing was written/);
    const args = ['revoke', '--roster', 'spring.csv', '--all', '--reason', 'void', '--date', '2026-11-01'];
    expect((await programme.run(...args)).code).toBe(0);
    expect((await programme.run('list', '--status', 'revoked')).out).toMatch(
      /^(?:revoked .*, revoked on 2026-11-01: void\n){2}2 badges: 2 revoked\n$/,
    );
    expect((await programme.run('revoke', 'ana@example.org', '--date', '2999-01-01')).err).toContain('future');
    expect((await programme.run('revoke', '--badge', 'knot')).err).toContain('no badge of "knot" was issued');
    expect((await programme.run('verify', 'credentials', '--offline')).out).toContain('4 revoked');
  });
});

test('list says that nothing was issued where nothing was', async () => {
  const programme = await TestProgramme.make();
  expect(await programme.run('list')).toMatchObject({ code: 0, out: 'No such badge was issued.\n' });
});
