import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { badgekit, copyOf, knotsProgramme } from '../support/cli.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/rosters');

let template = '';
beforeAll(async () => {
  template = await knotsProgramme();
});

/** A programme with these files, whose one badge has this condition. */
function programme(files: Readonly<Record<string, string>>, rule?: string): string {
  const cwd = copyOf(template);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(cwd, file), text);
  if (rule !== undefined) appendFileSync(join(cwd, 'badges/knots.yaml'), `award_when: ${JSON.stringify(rule)}\n`);
  return cwd;
}

async function issue(cwd: string, ...args: readonly string[]): Promise<Record<string, unknown>> {
  return JSON.parse((await badgekit(['issue', ...args, '--json'], { cwd })).out) as Record<string, unknown>;
}

describe('files that are joined', () => {
  const GRADES = 'email,grade\nana@example.org,80\nBO@example.org,90\ncy@example.org,60\ndi@example.org,85\n';

  test('decide together who has earned a badge, and each gives what the other does not say', async () => {
    const cwd = programme(
      {
        'grades.csv': GRADES,
        'att.csv': 'E-Mail;Name;attended\nbo@example.org;Bo;ja\nana@example.org;Ana;nein\nxy@example.org;X;ja\n',
      },
      'grade >= 70 and attended',
    );
    expect(await issue(cwd, 'grades.csv', 'att.csv', '--join', 'email')).toMatchObject({
      roster: 'grades.csv',
      issued: [{ line: 3 }],
      unearned: 3,
      refused: [],
      passedOver: [{ file: 'att.csv', reason: 'belongs to nobody in grades.csv', rows: 1, firstLine: 4 }],
    });
    expect(readFileSync(join(cwd, 'grades.not-awarded.csv'), 'utf8')).toContain('attended is no');
    expect((await badgekit(['list'], { cwd })).out).toMatch(/bo@example\.org/);
  });

  test('that contradict each other refuse the row, with the place in both, where what they say counts', async () => {
    const cwd = programme(
      {
        'a.csv': 'email,name,grade,note\nana@example.org,Ana,80,x\nbo@example.org,Bo,90,x\ncy@example.org,Cy,75,x\n',
        'b.csv': 'email,grade,name,note\nana@example.org,80,Anna,y\nbo@example.org,91,Bo,y\ncy@example.org,75,Cy,y\n',
      },
      'grade >= 70',
    );
    expect(await issue(cwd, 'a.csv', 'b.csv', '--join', 'email')).toMatchObject({
      issued: [{ line: 4 }],
      refused: [
        { line: 2, column: 2, message: 'name is "Ana" here, and "Anna" in b.csv:2:3' },
        { line: 3, column: 3, message: 'grade is "90" here, and "91" in b.csv:3:2' },
      ],
    });
  });

  test('that hold two different rows for one person refuse that person alone', async () => {
    const cwd = programme({
      'a.csv': GRADES,
      'b.csv': 'email,x\nana@example.org,1\nana@example.org,2\nbo@example.org,1\nbo@example.org,1\n',
    });
    expect(await issue(cwd, 'a.csv', 'b.csv', '--join', 'email')).toMatchObject({
      toIssue: 3,
      refused: [{ line: 2, message: 'two rows of b.csv belong to it, and say different things: lines 2 and 3' }],
    });
  });

  test('name the file, line and column of what is wrong in any of them', async () => {
    const cwd = programme({
      'a.csv': 'email\nana@example.org\n',
      'b.csv': 'email,issued_on\nbo@example.org,2026-05-04\nana@example.org,someday\n',
    });
    const { out } = await badgekit(['issue', 'a.csv', 'b.csv', '--join', 'email'], { cwd });
    expect(out).toContain('b.csv:3:2  issued_on "someday" is not a date');
    expect(readFileSync(join(cwd, 'a.rejected.csv'), 'utf8')).toContain('"ana@example.org","someday","2"');
  });

  test('are joined by what is written, not by what looks like it', async () => {
    const cwd = programme(
      {
        'a.csv': 'user,grade\nana_m,95\nBo,90\nX,80\n',
        'b.csv': 'user,email\nana-m,other@example.org\nbo,b@example.org\nX,x@example.org\n',
      },
      'grade >= 70',
    );
    expect(await issue(cwd, 'a.csv', 'b.csv', '--join', 'user')).toMatchObject({
      issued: [{ line: 4 }],
      refused: [{ line: 2 }, { line: 3 }],
    });
  });

  test('give nobody a row that may belong to somebody else of the same name', async () => {
    const cwd = programme(
      {
        'a.csv': 'email,name\njs1@example.org,John Smith\njs2@example.org,John Smith\nbo@example.org,Bo\n',
        'b.csv': 'name,grade\nJohn Smith,95\nBo,90\n',
      },
      'grade >= 70',
    );
    const outcome = await issue(cwd, 'a.csv', 'b.csv', '--join', 'name');
    expect(outcome).toMatchObject({
      issued: [{ line: 4 }],
      refused: [
        { line: 2, message: 'lines 2 and 3 name different people, and the row b.csv:2 belongs to both' },
        { line: 3 },
      ],
    });
  });

  test('keep people apart whose identifiers are of two systems, and look at the column, not at its name', async () => {
    const cwd = programme({
      'd.csv': 'identifier,identifier_type,award\n7,sourcedId,a\n7,systemId,b\n',
      'e.csv': 'identifier,credits\n7,1\n',
      'f.csv': 'E-mail,name,award\na@example.org,Ana M,1\na@example.org,Ana,2\n',
      'g.csv': 'E-mail,credits\na@example.org,1\n',
    });
    expect(await issue(cwd, 'd.csv', 'e.csv', '--join', 'identifier')).toMatchObject({
      issued: [],
      refused: [{ line: 2 }, { line: 3 }],
    });
    expect(await issue(cwd, 'f.csv', 'g.csv', '--join', 'E-mail', '--dry-run')).toMatchObject({
      toIssue: 2,
      refused: [],
    });
  });

  test('take no cell that stands behind the columns of its own file', async () => {
    const cwd = programme(
      {
        'a.csv': 'email,name\nx@example.org,Lind,95\ny@example.org,Y\n',
        'b.csv': 'email,grade\nx@example.org,95\ny@example.org,80,nice\n',
      },
      'grade >= 70',
    );
    expect(await issue(cwd, 'a.csv', 'b.csv', '--join', 'email')).toMatchObject({
      issued: [],
      refused: [
        { line: 2, column: 3, message: 'the row has 3 cells, the header 2' },
        { line: 3, column: 3, file: 'b.csv', message: 'the row has 3 cells, the header 2' },
      ],
    });
  });

  test('count each row that belongs to nobody, and name the file that said the other thing', async () => {
    const cwd = programme(
      {
        'f.csv': 'email\nx@example.org\n',
        'g.csv': 'email,grade\nx@example.org,95\n,80\nz@example.org,90\nz@example.org,91\n',
        'h.csv': 'email,grade\nx@example.org,40\n',
      },
      'grade >= 70',
    );
    expect(await issue(cwd, 'f.csv', 'g.csv', 'h.csv', '--join', 'email')).toMatchObject({
      passedOver: [{ file: 'g.csv', rows: 3, firstLine: 4 }],
      refused: [{ line: 2, message: 'grade is "95" in g.csv:2:2, and "40" in h.csv:2:2' }],
    });
  });

  test('that contradict each other in a column called as a result refuse the row', async () => {
    const cwd = programme({ 'a.csv': 'email,Paper\nx@example.org,95\n', 'b.csv': 'email,Paper\nx@example.org,20\n' });
    appendFileSync(join(cwd, 'badges/knots.yaml'), 'resultDescription: [{ name: Paper, resultType: Percent }]\n');
    expect(await issue(cwd, 'a.csv', 'b.csv', '--join', 'email')).toMatchObject({ issued: [], refused: [{ line: 2 }] });
  });

  test('can be three, by any column that all of them have', async () => {
    const cwd = programme(
      {
        'a.csv': 'email,user\nana@example.org,u1\nbo@example.org,u2\n',
        'b.csv': 'User,points\nu1,10\nu2,3\n',
        'c.csv': 'USER;seen\nu1;yes\nu2;yes\n',
      },
      'points > 5 and seen',
    );
    expect(await issue(cwd, 'a.csv', 'b.csv', 'c.csv', '--join', 'user')).toMatchObject({
      issued: [{ line: 2 }],
      unearned: 1,
    });
  });

  test("are Open edX's grades and profiles: the names come from the profiles", async () => {
    const cwd = programme({}, 'grade >= 0.7');
    for (const file of ['edx.csv', 'edx-profile.csv']) copyFileSync(join(FIXTURES, file), join(cwd, file));
    expect(await issue(cwd, 'edx.csv', 'edx-profile.csv', '--join', 'username')).toMatchObject({
      format: 'edx',
      issued: [{ line: 2 }],
      unearned: 1,
    });
    expect((await badgekit(['list', '--json'], { cwd })).out).toContain('Ana Lind');
  });

  test("are OneRoster's results and users: the addresses come from the users", async () => {
    const cwd = programme({}, 'score >= 70 and lineitemsourcedid == "li1"');
    for (const [fixture, file] of [
      ['oneroster-results.csv', 'results.csv'],
      ['oneroster-users.csv', 'users.csv'],
    ] as const)
      copyFileSync(join(FIXTURES, fixture), join(cwd, file));
    expect(await issue(cwd, 'results.csv', 'users.csv', '--join', 'sourcedId')).toMatchObject({
      format: 'oneroster-results',
      issued: [{ line: 2 }],
      unearned: 1,
      passedOver: [{ reason: 'is deleted', rows: 1 }],
    });
    expect((await badgekit(['list', '--json'], { cwd })).out).toContain('ana@example.org');
  });

  test('make a plan that any of them can undo', async () => {
    const cwd = programme({ 'a.csv': GRADES, 'b.csv': 'email,name\nana@example.org,Ana\n' });
    await badgekit(['issue', 'a.csv', 'b.csv', '--join', 'email', '--plan-out', 'plan.json'], { cwd });
    writeFileSync(join(cwd, 'b.csv'), 'email,name\nana@example.org,Anna\n');
    expect(await issue(cwd, '--plan', 'plan.json')).toMatchObject({
      error: {
        code: 'PLAN_CHANGED',
        more: ['b.csv changed', expect.stringContaining('a.csv:2  ana@example.org, knots: name changed')],
      },
    });
    writeFileSync(join(cwd, 'b.csv'), 'email,name\nana@example.org,Ana\n');
    expect(await issue(cwd, '--plan', 'plan.json')).toMatchObject({ toIssue: 4, approvedBy: [] });
  });

  test.each([
    [['a.csv', 'b.csv'], 'USAGE', 'it is not said how their rows belong together'],
    [['a.csv', '--join', 'email'], 'USAGE', '--join needs a second file'],
    [['a.csv', 'b.csv', '--join', 'user'], 'ROSTER_INVALID', 'there is no column "user" to join it by'],
  ])('are refused as %s', async (args, code, message) => {
    const cwd = programme({ 'a.csv': GRADES, 'b.csv': 'email,x\nana@example.org,1\n' });
    expect(await issue(cwd, ...args)).toMatchObject({
      error: { code, message: expect.stringContaining(message) as string },
    });
  });

  test('are shown by roster inspect, with the file of each column', async () => {
    const cwd = programme({ 'a.csv': GRADES, 'b.csv': 'E-Mail;Vorname;Nachname\nana@example.org;Ana;Lind\n' });
    const { out } = await badgekit(['roster', 'inspect', 'a.csv', 'b.csv', '--join', 'email'], { cwd });
    expect(out).toContain('name                  from "Vorname" and "Nachname" of b.csv');
    const json = await badgekit(['roster', 'inspect', 'a.csv', 'b.csv', '--join', 'email', '--json'], { cwd });
    expect(JSON.parse(json.out)).toMatchObject({ roster: 'a.csv', joined: ['b.csv'], rows: 4 });
  });
});
