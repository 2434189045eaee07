import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { badgekit, copyOf, filesBelow, knotsProgramme, printed } from '../support/cli.ts';

const MORE = `award_when: grade >= 70
alignment: [{ targetName: Tying, targetUrl: "https://skills.example/tying", targetFramework: "Skills & more", targetCode: T1 }]
resultDescription:
  - { name: Paper, resultType: Percent, valueMin: "0", valueMax: "100", requiredValue: "50" }
  - name: Hands
    resultType: RubricCriterionLevel
    rubricCriterionLevel: [{ name: fair, description: Holds. }, { name: good, description: Holds in a storm. }]
`;
const ROSTER = `email,name,grade,Paper,Hands,evidence_url,evidence_narrative
ana@example.org,Ana Lind,80,87.5,good,https://films.example/ana,Ties twelve.
bo@example.org,Bo Berg,60,60,fair,,
cy@example.org,Cy Ng,90,12,fair,,
`;

let template = '';
beforeAll(async () => {
  template = await knotsProgramme();
  appendFileSync(join(template, 'badges/knots.yaml'), MORE);
  writeFileSync(join(template, 'rosters/r.csv'), ROSTER);
  await badgekit(['issue', 'rosters/r.csv'], { cwd: template });
});

describe('why', () => {
  const why = async (cwd: string, ...args: readonly string[]) => {
    const { out, code } = await badgekit(['why', ...args, '--json'], { cwd });
    return { code, said: (JSON.parse(out) as { said: { source: string; where: string; what: string }[] }).said };
  };

  test('tells from the ledger what became of a badge', async () => {
    const cwd = copyOf(template);
    expect((await why(cwd, 'Ana@Example.org', '--badge', 'knots')).said).toEqual([
      expect.objectContaining({
        source: 'ledger',
        badge: 'knots',
        what: expect.stringMatching(/^issued on \S+ from r\.csv:2 \(batch \S+\); valid$/) as string,
      }),
    ]);
    await badgekit(['revoke', 'ana@example.org', '--reason', 'wrong person'], { cwd });
    expect((await why(cwd, 'ana@example.org')).said[0]?.what).toMatch(/; revoked on \d{4}-\d\d-\d\d: wrong person$/);
  });

  test('tells from the lists and the rosters why nothing was issued', async () => {
    const { code, said } = await why(template, 'bo@example.org');
    expect(code).toBe(0);
    expect(said).toEqual([
      {
        source: 'list',
        where: 'rosters/r.not-awarded.csv, line 3 of its roster',
        badge: 'knots',
        what: 'had not earned it: grade is 60, and it takes >= 70',
      },
      {
        source: 'roster',
        where: 'rosters/r.csv:3',
        badge: 'knots',
        what: 'has not earned it: grade is 60, and it takes >= 70',
      },
    ]);
    const refused = (await why(template, 'cy@example.org')).said.map(({ source, what }) => [source, what]);
    expect(refused).toEqual([
      ['list', expect.stringContaining('was refused: result.Paper 12 lies below the required 50')],
      ['roster', expect.stringContaining('refused: result.Paper 12 lies below the required 50')],
    ]);
  });

  test('tells what a plan is about to do', async () => {
    const cwd = copyOf(template);
    writeFileSync(join(cwd, 'rosters/r.csv'), ROSTER.replace('bo@example.org,Bo Berg,60', 'bo@example.org,Bo Berg,75'));
    await badgekit(['issue', 'rosters/r.csv', '--plan-out', 'plan.json'], { cwd });
    const { said } = await why(cwd, 'bo@example.org', '--badge', 'knots');
    expect(said.map(({ source, what }) => [source, what])).toEqual([
      ['plan', 'is to be issued by this plan: badgekit issue --plan'],
      ['list', expect.any(String)],
      ['roster', 'a good row: issue issues it, unless its person was erased'],
    ]);
    expect((await badgekit(['why', 'bo@example.org', '--plan', 'badgekit.yaml'], { cwd })).code).toBe(2);
  });

  test('looks at many plans, and says nothing but what they say', async () => {
    const cwd = copyOf(template);
    writeFileSync(join(cwd, 'rosters/r.csv'), ROSTER.replace('bo@example.org,Bo Berg,60', 'bo@example.org,Bo Berg,75'));
    await badgekit(['issue', 'rosters/r.csv', '--plan-out', 'plan.json'], { cwd });
    const plan = readFileSync(join(cwd, 'plan.json'));
    for (let index = 1; index < 15; index++) writeFileSync(join(cwd, `plan-${index}.json`), plan);
    for (let index = 1; index < 15; index++) writeFileSync(join(cwd, `other-${index}.json`), '{}');
    const { out, err } = await badgekit(['why', 'bo@example.org', '--badge', 'knots'], { cwd });
    expect([err, out.match(/is to be issued by this plan/g)?.length]).toEqual(['', 15]);
  });

  test('looks only in the columns that say whom a row is of, and passes over what it cannot read', async () => {
    const cwd = copyOf(template);
    writeFileSync(
      join(cwd, 'rosters/a.csv'),
      'email,assessor,grade,Paper,Hands\nzoe@example.org,tutor@example.org,90,90,good\n',
    );
    writeFileSync(join(cwd, 'rosters/mine.rejected.csv'), Buffer.from('caf\u00e9,x\n', 'latin1'));
    writeFileSync(join(cwd, 'rosters/own.rejected.csv'), 'name,email,note\nBo,bo@example.org,likes tea\n');
    const tutor = await badgekit(['why', 'tutor@example.org'], { cwd });
    expect([tutor.code, tutor.err]).toEqual([1, expect.stringContaining('mine.rejected.csv is passed over')]);
    expect((await why(cwd, 'zoe@example.org')).said).toHaveLength(1);
    expect((await why(cwd, 'bo@example.org')).said.every(({ where }) => !where.includes('own'))).toBe(true);
  });

  test('of several badges tells what is of the one that is asked for, and of rosters that may be of any only where nothing else is known', async () => {
    const cwd = copyOf(template);
    const knots = readFileSync(join(cwd, 'badges/knots.yaml'), 'utf8');
    writeFileSync(join(cwd, 'badges/splices.yaml'), knots.replace('grade >= 70', 'grade >= 95'));
    writeFileSync(join(cwd, 'rosters/s.csv'), ROSTER);
    writeFileSync(join(cwd, 'rosters/named.csv'), 'email,badge,grade\nbo@example.org,knots,10\n');
    await badgekit(['issue', 'rosters/s.csv', '--badge', 'splices'], { cwd });
    const of = async (person: string, badge: string): Promise<readonly string[]> =>
      (await why(cwd, person, '--badge', badge)).said.map(({ where, what }) => `${where}: ${what}`);
    expect(await of('bo@example.org', 'splices')).toEqual([
      'rosters/s.not-awarded.csv, line 3 of its roster: had not earned it: grade is 60, and it takes >= 95',
      'rosters/s.csv:3: has not earned it: grade is 60, and it takes >= 95',
    ]);
    expect(await of('bo@example.org', 'knots')).toEqual([
      'rosters/r.not-awarded.csv, line 3 of its roster: had not earned it: grade is 60, and it takes >= 70',
      'rosters/named.csv:2: has not earned it: grade is 10, and it takes >= 70',
      'rosters/r.csv:3: has not earned it: grade is 60, and it takes >= 70',
    ]);
    writeFileSync(join(cwd, 'rosters/new.csv'), 'email,grade,Paper,Hands\nnew@example.org,60,70,good\n');
    expect(await of('new@example.org', 'knots')).toEqual([
      'rosters/new.csv:2: if it is of knots: has not earned it: grade is 60, and it takes >= 70',
    ]);
    expect((await why(cwd, 'new@example.org')).said[0]?.what).toContain('ask again with --badge');
  });

  test('says no where nothing is known, and what to look at', async () => {
    const { out, code } = await badgekit(['why', 'nobody@example.org'], { cwd: template });
    expect(code).toBe(1);
    expect(out).toContain('Check the spelling');
  });
});

describe('record', () => {
  test('is a page of its own, for its owner alone, of what somebody achieved and how well, with the signed badge in it', async () => {
    const cwd = copyOf(template);
    const { code, out } = await badgekit(['record', 'ana@example.org', '--out', 'ana.html', '--json'], { cwd });
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ file: 'ana.html', badges: 1, absent: [] })]);
    expect(statSync(join(cwd, 'ana.html')).mode & 0o777).toBe(0o600);
    const page = readFileSync(join(cwd, 'ana.html'), 'utf8');
    for (const part of [
      'Evidence record of Ana Lind',
      '<strong>87.5</strong> of 100 <meter min="0" max="100" value="87.5">',
      '<strong>good</strong>: Holds in a storm.',
      '<li>fair</li><li class="reached">good</li>',
      'href="https://skills.example/tying">Tying</a> <span class="dim">(Skills &amp; more T1)</span>',
      'href="https://films.example/ana"',
      'Ties twelve.',
    ])
      expect(page).toContain(part);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|<link|src="(?!data:)/);
    const [, saved = ''] = /href="data:application\/octet-stream;base64,([^"]+)"/.exec(page) ?? [];
    writeFileSync(join(cwd, 'saved.json'), Buffer.from(saved, 'base64'));
    expect((await badgekit(['verify', 'saved.json', '--offline'], { cwd })).out).toContain('VERIFIED');
  });

  test('tells what is revoked, and leaves out what was replaced unless all is wanted', async () => {
    const cwd = copyOf(template);
    writeFileSync(join(cwd, 'rosters/r.csv'), ROSTER.replace('87.5', '90'));
    await badgekit(['issue', 'rosters/r.csv', '--supersede'], { cwd });
    const one = await badgekit(['record', 'ana@example.org', '--json'], { cwd });
    expect(printed(one)).toMatchObject({ file: 'record-ana@example.org.html', badges: 1 });
    expect(printed(await badgekit(['record', 'ana@example.org', '--all', '--json'], { cwd }))).toMatchObject({
      badges: 2,
    });
    await badgekit(['revoke', 'ana@example.org', '--all'], { cwd });
    await badgekit(['record', 'ana@example.org', '--out', 'a.html'], { cwd });
    expect(readFileSync(join(cwd, 'a.html'), 'utf8')).toContain('<span class="standing other">revoked</span>');
  });

  test('shows no badge whose file was changed, and says so', async () => {
    const cwd = copyOf(template);
    const [file = ''] = filesBelow(join(cwd, 'credentials')).filter((name) => name.endsWith('.json'));
    const path = join(cwd, 'credentials', file);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"87.5"', '"99.5"'));
    const { code, out } = await badgekit(['record', 'ana@example.org', '--out', 'a.html'], { cwd });
    expect(code).toBe(1);
    expect(out).toContain('is not as it was signed');
    expect(readFileSync(join(cwd, 'a.html'), 'utf8')).not.toContain('99.5');
  });

  test('lets no text of a badge become anything else, nor an address that is none a link', async () => {
    const cwd = copyOf(template);
    const evil = '</p><script>alert(1)</script>\u202e';
    writeFileSync(
      join(cwd, 'rosters/r.csv'),
      `email,name,grade,narrative,evidence_name\neve@example.org,"${evil}",80,"${evil}","${evil}"\n`,
    );
    await badgekit(['issue', 'rosters/r.csv'], { cwd });
    await badgekit(['record', 'eve@example.org', '--out', 'a.html'], { cwd });
    const page = readFileSync(join(cwd, 'a.html'), 'utf8');
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toMatch(/<script|\u202e/);
  });

  test('shows the picture of the programme, not one that lies beside a badge', async () => {
    const cwd = copyOf(template);
    const [svg = ''] = filesBelow(join(cwd, 'credentials')).filter((name) => name.endsWith('.svg'));
    const path = join(cwd, 'credentials', svg);
    writeFileSync(path, readFileSync(path, 'utf8').replace('</svg>', '<text>FORGED</text></svg>'));
    await badgekit(['record', 'ana@example.org', '--out', 'a.html'], { cwd });
    const [, picture = ''] =
      /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(readFileSync(join(cwd, 'a.html'), 'utf8')) ?? [];
    expect(Buffer.from(picture, 'base64').toString()).toBe(readFileSync(join(cwd, 'badges/knots.svg'), 'utf8'));
  });

  test('is of one person: an identifier that two systems use is refused', async () => {
    const cwd = copyOf(template);
    writeFileSync(
      join(cwd, 'r.csv'),
      'identifier,identifier_type,award,grade,Paper,Hands\n4711,sourcedId,a,90,90,good\n4711,systemId,b,90,90,good\n',
    );
    await badgekit(['issue', 'r.csv'], { cwd });
    expect(printed(await badgekit(['record', '4711', '--out', 'a.html', '--json'], { cwd }))).toMatchObject({
      error: { code: 'CREDENTIAL_AMBIGUOUS' },
    });
  });

  test('takes the place of an older one, and of nothing else; it is whole, however long a text is', async () => {
    const cwd = copyOf(template);
    writeFileSync(join(cwd, 'mine.html'), 'mine');
    expect(
      printed(await badgekit(['record', 'ana@example.org', '--out', 'mine.html', '--json'], { cwd })),
    ).toMatchObject({ error: { code: 'FILE_EXISTS' } });
    const long = `${'word '.repeat(600)}end`;
    writeFileSync(
      join(cwd, 'r.csv'),
      `email,award,grade,Paper,Hands,narrative\nana@example.org,2,90,90,good,${long}\n`,
    );
    await badgekit(['issue', 'r.csv'], { cwd });
    expect((await badgekit(['record', 'ana@example.org', '--out', 'a.html', '--dry-run'], { cwd })).code).toBe(0);
    expect(existsSync(join(cwd, 'a.html'))).toBe(false);
    for (let time = 0; time < 2; time++)
      expect((await badgekit(['record', 'ana@example.org', '--out', 'a.html'], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, 'a.html'), 'utf8')).toContain('word end”');
  });

  test('of nobody is not written', async () => {
    const cwd = copyOf(template);
    const { code } = await badgekit(['record', 'nobody@example.org', '--out', 'a.html'], { cwd });
    expect(code).toBe(1);
    expect(existsSync(join(cwd, 'a.html'))).toBe(false);
  });
});
