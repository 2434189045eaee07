import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseYaml } from '../../src/syntax/yaml.ts';
import { openRoster } from '../../src/programme/roster.ts';
import { badgekit, copyOf, knotsProgramme, temporaryFolder } from '../support/cli.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/rosters');

let template = '';
const programme = (): string => copyOf(template);

beforeAll(async () => {
  template = await knotsProgramme();
});

function programmeWith(...files: readonly string[]): string {
  const cwd = programme();
  for (const file of files) copyFileSync(join(FIXTURES, file), join(cwd, file));
  return cwd;
}

describe('roster inspect', () => {
  test('shows how a file is read, and what to put into badgekit.yaml; then issue reads it so', async () => {
    const cwd = programmeWith('list-es.csv');
    const { out, code } = await badgekit(['roster', 'inspect', 'list-es.csv'], { cwd });
    expect(code).toBe(0);
    expect(out).toContain('columns       email                 from "Dirección de correo"');
    expect(out).toContain(
      'first rows    line 2: email "inigo@example.org", issued_on "2026-04-23", name "Íñigo Muñoz Gil"',
    );
    const [, config = ''] = /(\nroster:\n[^]*)$/.exec(out) ?? [];
    appendFileSync(join(cwd, 'badgekit.yaml'), config.replace('list-es', '*-es').replace('dmy', 'mdy'));
    const refused = await badgekit(['issue', 'list-es.csv', '--json'], { cwd });
    expect(JSON.parse(refused.out)).toMatchObject({ rows: 2, toIssue: 1, refused: [{ line: 2, column: 4 }] });
    const asSaid = await badgekit(['issue', 'list-es.csv', '--dates', 'dmy', '--supersede', '--json'], { cwd });
    expect(JSON.parse(asSaid.out)).toMatchObject({ rows: 2, toIssue: 2, refused: [] });
  });

  test('needs no programme', async () => {
    const cwd = temporaryFolder();
    copyFileSync(join(FIXTURES, 'list-ja.csv'), join(cwd, 'r.csv'));
    const { out, code } = await badgekit(['roster', 'inspect', 'r.csv', '--json'], { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      command: 'roster inspect',
      format: { name: 'list', rows: 'awards' },
      columns: [
        { column: 'email', headers: ['メールアドレス'] },
        { column: 'name', headers: ['氏名'] },
      ],
      rows: 2,
      refused: null,
    });
  });

  test('no text of a roster becomes anything else in the terminal or in YAML', async () => {
    const cwd = temporaryFolder();
    const evil = 'email: x\n  key: "stolen"\u001b[31m\u202e # \u{e0041}\u0085';
    writeFileSync(
      join(cwd, 'r.csv'),
      `"${evil.replaceAll('"', '""')}",E-Mail\n"${evil.replaceAll('"', '""')}",ana@example.org\n`,
    );
    const { out } = await badgekit(['roster', 'inspect', 'r.csv', '--map', `name=${evil}`], { cwd });
    // oxlint-disable-next-line no-control-regex -- finding control characters is this expression's purpose
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|\u{e0041}/u);
    const [, config = ''] = /\n(roster:\n[^]*)$/.exec(out) ?? [];
    expect(parseYaml(config).value).toEqual({ roster: { 'r.csv': { columns: { name: evil, email: 'E-Mail' } } } });
  });
});

describe('issue', () => {
  test('takes a Moodle report as it is, from Excel too, and passes over who has not completed the course', async () => {
    const cwd = programmeWith('moodle-completion-en.csv', 'moodle-completion-de-excel.csv');
    const english = await badgekit(['issue', 'moodle-completion-en.csv'], { cwd });
    expect([english.code, english.err]).toEqual([
      0,
      expect.stringMatching(
        /is read as a Moodle course completion report: .*\n.*email from "Email address".*\n.*1 row passed over: has not completed the course \(the first on line 3\)\nPlan {2}2 rows: 2 to issue/,
      ),
    ]);
    const german = await badgekit(['issue', 'moodle-completion-de-excel.csv', '--json'], { cwd });
    expect(JSON.parse(german.out)).toMatchObject({
      format: 'moodle-completion',
      passedOver: [{ reason: 'has not completed the course', rows: 1, firstLine: 3 }],
      toIssue: 2,
    });
    const [credential = ''] = readdirSync(join(cwd, 'credentials/knots')).filter((file) => file.endsWith('.json'));
    expect(readFileSync(join(cwd, 'credentials/knots', credential), 'utf8')).toMatch(
      /"validFrom": "2026-0[45]-\d\dT00:00:00Z"/,
    );
    expect((await badgekit(['issue', 'moodle-completion-en.csv'], { cwd })).out).toMatch(
      /^Nothing to do: all 2 awards/,
    );
  });

  test('a fault names the column of the file, and the list of refused rows is in its columns', async () => {
    const cwd = programmeWith('moodle-completion-en.csv');
    const file = join(cwd, 'moodle-completion-en.csv');
    writeFileSync(
      file,
      readFileSync(file, 'utf8')
        .replace('chen@example.org', 'chen@@example.org')
        .replace('19/04/26, 09:05', '31/04/26'),
    );
    const { out, code } = await badgekit(['issue', 'moodle-completion-en.csv', '--json', '--dates', 'dmy'], { cwd });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      refused: [
        { line: 2, column: 8, message: expect.stringContaining('31/04/26') },
        { line: 4, column: 3, message: expect.stringContaining('chen@@example.org') },
      ],
    });
    const rejected = readFileSync(join(cwd, 'moodle-completion-en.rejected.csv'), 'utf8').split('\r\n');
    expect(rejected[0]).toBe(
      '\ufeff"ID","Name","Email address","ID number","Knots quiz","Knots quiz - Completion date","Self completion","Course complete","badgekit_line","badgekit_problem","badgekit_badge"',
    );
    expect(rejected[2]).toContain('"19","Chen Wei","chen@@example.org","S-19"');
  });

  test('writes the list of refused rows in place of a link that leads nowhere', async () => {
    const cwd = programmeWith('moodle-completion-en.csv');
    writeFileSync(join(cwd, 'bad.csv'), 'email\nnobody@example\n');
    symlinkSync(join(cwd, 'nowhere.csv'), join(cwd, 'bad.rejected.csv'));
    expect((await badgekit(['issue', 'bad.csv', '--badge', 'knots'], { cwd })).code).toBe(1);
    expect(readFileSync(join(cwd, 'bad.rejected.csv'), 'utf8')).toContain('nobody@example');
    expect(existsSync(join(cwd, 'nowhere.csv'))).toBe(false);
  });

  test('of very many refused rows the first are listed, and all are counted', async () => {
    const cwd = programmeWith('moodle-completion-en.csv');
    const rows = Array.from({ length: 10_050 }, (_, index) => `p${index}@example,Person ${index}\n`).join('');
    writeFileSync(join(cwd, 'bad.csv'), `email,name\n${rows}ok@example.org,Okay\n`);
    const { code, out } = await badgekit(['issue', 'bad.csv', '--badge', 'knots', '--json'], { cwd });
    const told = JSON.parse(out) as { refused: unknown[]; refusedRows: number; toIssue: number };
    expect([code, told.refused.length, told.refusedRows, told.toIssue]).toEqual([1, 10_000, 10_050, 1]);
    expect(readFileSync(join(cwd, 'bad.rejected.csv'), 'utf8').split('\r\n')).toHaveLength(10_002);
    const again = await badgekit(['issue', 'bad.csv', '--badge', 'knots'], { cwd });
    expect(again.out).toContain('(the first 10,000 of 10,050 are in bad.rejected.csv)');
    expect(again.err).toContain('10,050 refused');
  });

  test('a badge goes by another name in the file', async () => {
    const cwd = programmeWith('credly-us.csv');
    const ids = ['8a1b0c2d-0000-4000-8000-000000000001=knots', '8a1b0c2d-0000-4000-8000-000000000002=knots'];
    const unknown = await badgekit(['issue', 'credly-us.csv'], { cwd });
    expect([unknown.code, unknown.out]).toEqual([
      1,
      expect.stringContaining('--badge-id "8a1b0c2d-0000-4000-8000-000000000001=knots"'),
    ]);
    const { code, out } = await badgekit(
      ['issue', 'credly-us.csv', '--json', ...ids.flatMap((id) => ['--badge-id', id])],
      { cwd },
    );
    expect([code, JSON.parse(out)]).toMatchObject([0, { format: 'credly', toIssue: 3 }]);
    expect((await badgekit(['issue', 'credly-us.csv', '--badge-id', 'knots'], { cwd })).code).toBe(2);
  });

  test('dates that can be read in two ways are asked about, before anything is issued', async () => {
    const cwd = programme();
    writeFileSync(join(cwd, 'd.csv'), 'email,issued_on\nana@example.org,04/05/2026\nbo@example.org,05/06/2026\n');
    const { code, err } = await badgekit(['issue', 'd.csv'], { cwd });
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^d\.csv:2:2.*"04\/05\/2026" can be read in two ways\n.*--dates dmy, or --dates mdy/),
    ]);
    appendFileSync(join(cwd, 'd.csv'), 'cy@example.org,23/06/2026\n');
    expect(JSON.parse((await badgekit(['issue', 'd.csv', '--json'], { cwd })).out)).toMatchObject({
      toIssue: 3,
      refused: [],
    });
    // A date far below that can be read in two ways, where none in the first rows can.
    writeFileSync(join(cwd, 'e.csv'), `email,issued_on\n${'x@example.org,\n'.repeat(150)}ana@example.org,01/02/2026\n`);
    expect((await badgekit(['issue', 'e.csv', '--dates', 'dmy', '--dry-run'], { cwd })).code).toBe(1);
    const far = await badgekit(['issue', 'e.csv', '--dry-run'], { cwd });
    expect([far.code, far.out]).toEqual([1, expect.stringMatching(/e\.csv:152:2 .*is not a date/)]);
  });

  test.each([
    [
      'a Canvas gradebook',
      'Student,ID,SIS Login ID,Section,Knots (12),Final Score\n"Lind, Ana",1,ana@example.org,A,9,90\n',
    ],
    ['a Moodle gradebook', 'First name,Surname,Email address,Course total (Real)\nAna,Lind,ana@example.org,12.00\n'],
    ['the answers of a Google form', 'Timestamp,Email Address,Score\n8/25/2026 10:00:00,ana@example.org,3.00 / 30\n'],
  ])('%s names everyone: nobody in it is taken for one who earned a badge', async (title, content) => {
    const cwd = programme();
    writeFileSync(join(cwd, 'all.csv'), content);
    const { code, err } = await badgekit(['issue', 'all.csv', '--dry-run'], { cwd });
    expect([code, err]).toEqual([2, expect.stringContaining(`this is ${title}: it names everyone`)]);
    const { out } = await badgekit(['roster', 'inspect', 'all.csv', '--json'], { cwd });
    expect(JSON.parse(out)).toMatchObject({ format: { rows: 'everyone' } });
  });
});

describe('what may not be taken for an award', () => {
  test.each<[string, string, RegExp]>([
    [
      'a German Google form',
      'Zeitstempel,E-Mail-Adresse,Punktzahl\n04.05.2026 10:00:00,ana@example.org,2.00 / 30\n',
      /answers of a Google form/,
    ],
    [
      'an Italian gradebook',
      'Nome,Cognome,Indirizzo email,Quiz: Nodi (Reale),Totale del corso (Reale)\nAna,Lind,ana@example.org,"3,00","3,00"\n',
      /Moodle gradebook/,
    ],
    [
      'a Swedish gradebook',
      'Förnamn,Efternamn,E-postadress,Kurstotal (Verklig)\nAna,Lind,ana@example.org,3\n',
      /Moodle gradebook/,
    ],
    [
      'who attended in Teams',
      'Name,First Join,Last Leave,In-Meeting Duration,Email,Role\nAna,a,b,1m,ana@example.org,Attendee\n',
      /Teams/,
    ],
    [
      'a list of anybody',
      'Nachname,Vorname,E-Mail-Adresse,Abteilung\nLind,Ana,ana@example.org,IT\n',
      /nothing in this list says/,
    ],
  ])('%s', async (_, content, message) => {
    const cwd = programme();
    writeFileSync(join(cwd, 'r2.csv'), content);
    const { code, err } = await badgekit(['issue', 'r2.csv', '--dry-run'], { cwd });
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    expect(err).toContain('award_when');
    const { out } = await badgekit(['roster', 'inspect', 'r2.csv'], { cwd });
    expect(out).toMatch(/rows {10}1 row: 0 would be awards, 1 refused/);
    expect((await badgekit(['issue', 'r2.csv', '--dry-run', '--format', 'list'], { cwd })).code).toBe(0);
  });

  test('somebody for whom another badge has a condition', async () => {
    const cwd = programme();
    writeFileSync(join(cwd, 'badges/welding.yaml'), readFileSync(join(cwd, 'badges/knots.yaml')));
    appendFileSync(join(cwd, 'badges/knots.yaml'), 'award_when: grade >= 70\n');
    copyFileSync(join(FIXTURES, 'moodle-gradebook-en.csv'), join(cwd, 'g.csv'));
    expect((await badgekit(['issue', 'g.csv', '--badge', 'welding', '--dry-run'], { cwd })).code).toBe(2);
    const text = readFileSync(join(cwd, 'g.csv'), 'utf8')
      .trimEnd()
      .replace(/^(.*)$/gm, '$1,welding')
      .replace('welding', 'badge');
    writeFileSync(join(cwd, 'g.csv'), text);
    const { out } = await badgekit(['issue', 'g.csv', '--json', '--dry-run'], { cwd });
    expect(JSON.parse(out)).toMatchObject({
      toIssue: 0,
      refused: [{ line: 2, message: expect.stringContaining('badges/welding.yaml') }, {}, {}],
    });
  });

  test('somebody who reads another language', async () => {
    const cwd = programme();
    const yaml = readFileSync(join(cwd, 'badges/knots.yaml'), 'utf8');
    writeFileSync(join(cwd, 'badges/knots.pt.yaml'), yaml);
    writeFileSync(join(cwd, 'badges/knots.yaml'), `${yaml}award_when: grade >= 70\n`);
    writeFileSync(join(cwd, 'r2.csv'), 'email,grade,locale\nana@example.org,5,pt\nbo@example.org,90,pt\n');
    const { out } = await badgekit(['issue', 'r2.csv', '--json', '--dry-run'], { cwd });
    expect(JSON.parse(out)).toMatchObject({ toIssue: 1, unearned: 1 });
    writeFileSync(join(cwd, 'badges/knots.pt.yaml'), `${yaml}award_when: grade >= 1\n`);
    expect((await badgekit(['define', '--check'], { cwd })).out).toMatch(
      /knots\.pt\.yaml.*says otherwise than badges\/knots\.yaml/,
    );
  });

  test("somebody else's address", async () => {
    const cwd = programme();
    appendFileSync(join(cwd, 'badges/knots.yaml'), 'award_when: grade >= 70\n');
    writeFileSync(
      join(cwd, 'c.csv'),
      'Student,ID,SIS Login ID,Section,Parent contact,Knots (1),Final Score\n"Lind, Ana",1,alind,A,mum@example.org,9,90\n',
    );
    const { code, err } = await badgekit(['issue', 'c.csv', '--dry-run'], { cwd });
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/no column of it holds e-mail addresses\n.*--map "email=Parent contact"/),
    ]);
    const mapped = await badgekit(['issue', 'c.csv', '--map', 'email=Parent contact', '--dry-run'], { cwd });
    expect([mapped.code, mapped.err]).toEqual([0, expect.stringContaining('email from "Parent contact"')]);
  });

  test('what an assignment is called, a total in no form that is known, and minutes that were not spent', async () => {
    const cwd = programme();
    const yaml = readFileSync(join(cwd, 'badges/knots.yaml'), 'utf8');
    const earned = async (rule: string, content: string): Promise<unknown> => {
      writeFileSync(join(cwd, 'badges/knots.yaml'), `${yaml}award_when: ${rule}\n`);
      writeFileSync(join(cwd, 'r2.csv'), content);
      const { toIssue, unearned, refused } = JSON.parse(
        (await badgekit(['issue', 'r2.csv', '--json', '--dry-run'], { cwd })).out,
      ) as Record<string, unknown[]>;
      return [toIssue, unearned, refused?.length];
    };
    const canvas =
      'Student,ID,SIS Login ID,Section,Final Score (4711),Final Score\n"Lind, Ana",1,ana@example.org,A,95,20\n';
    expect(await earned('final_score >= 70', canvas)).toEqual([0, 1, 0]);
    const totals = (forms: string): string =>
      `Nome,Sobrenome,Endereço de e-mail,${forms}\nAna,Lind,ana@example.org,"75,00","25,00 %"\n`;
    expect(await earned('grade >= 70', totals('Total do curso (Real),Total do curso (Xyz)'))).toEqual([0, 1, 0]);
    expect(
      await earned('grade >= 70', totals('Total do curso (Real),Total do curso (Letra)').replace(' %', '')),
    ).toEqual([0, 0, 1]);
    const zoom = (...rows: readonly string[]): string =>
      `Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,In Waiting Room\n${rows.map((row) => `Ana,ana@example.org,${row}\n`).join('')}`;
    const [first, beside, later] = [
      '05/04/2026 10:00:00 AM,05/04/2026 10:35:00 AM,35,No,No',
      '05/04/2026 10:00:00 AM,05/04/2026 10:35:00 AM,35,No,No',
      '05/04/2026 12:00:00 PM,05/04/2026 12:30:00 PM,30,No,No',
    ];
    expect(await earned('minutes >= 60', zoom(first, beside))).toEqual([0, 1, 0]);
    expect(await earned('minutes >= 60', zoom(first, later))).toEqual([1, 0, 0]);
    expect(await earned('minutes >= 60', zoom(first, later.replace(/No$/, 'Yes')))).toEqual([0, 1, 0]);
    expect(await earned('minutes >= 60', zoom(first, later.replace(',30,', ',"1,234",')))).toEqual([0, 0, 1]);
  });

  test('a list that looks like that of a system, and has columns of its own', async () => {
    const cwd = programme();
    const inspected = async (content: string): Promise<unknown> => {
      writeFileSync(join(cwd, 'r2.csv'), content);
      const { format, columns } = JSON.parse(
        (await badgekit(['roster', 'inspect', 'r2.csv', '--json'], { cwd })).out,
      ) as { format: { name: string }; columns: { column: string }[] };
      return [format.name, columns.map(({ column }) => column).join(' ')];
    };
    expect(
      await inspected(
        'Recipient Name,Recipient Email,Badge,Issued On,Expires,Evidence URL\nAna,ana@example.org,knots,2026-05-04,,\n',
      ),
    ).toEqual(['list', 'badge issued_on evidence_url email expires_on name']);
    expect(await inspected(',email,name,badge,issued_on,score\n0,ana@example.org,Ana,knots,2026-05-04,9\n')).toEqual([
      'list',
      'email name badge issued_on score',
    ]);
    expect(
      await inspected(
        'ID,Name,Email,Course,Course date,Date of birth\n1,Ana,ana@example.org,Knots,2026-05-04,1990-05-04\n',
      ),
    ).toEqual(['list', expect.not.stringContaining('issued_on')]);
    expect(
      await inspected(
        'First name,Surname,Email address,badge,issued_on,Course total (Real)\nAna,Lind,ana@example.org,knots,2026-05-04,9\n',
      ),
    ).toEqual(['moodle-gradebook', 'badge issued_on email name fact.grade']);
    expect(await inspected('Name,Surname,Email,badge\nAna,Lind,ana@example.org,knots\n')).toEqual([
      'list',
      'email badge name',
    ]);
  });
});

describe('award_when', () => {
  const gradebook = (cwd: string, rule: string): void => {
    copyFileSync(join(FIXTURES, 'moodle-gradebook-en.csv'), join(cwd, 'grades.csv'));
    appendFileSync(join(cwd, 'badges/knots.yaml'), `award_when: ${JSON.stringify(rule)}\n`);
  };

  test('issues to those who have earned the badge, and lists the others with the reason', async () => {
    const cwd = programme();
    gradebook(cwd, 'grade >= 70');
    const plan = await badgekit(['issue', 'grades.csv', '--dry-run'], { cwd });
    expect(plan.out).toContain(
      'Plan  3 rows: 1 to issue, 2 not earned\nNot earned:\n  grades.csv:3  grade is empty, and it takes >= 70\n',
    );
    expect(existsSync(join(cwd, 'grades.not-awarded.csv'))).toBe(false);
    const { code, out } = await badgekit(['issue', 'grades.csv'], { cwd });
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('\nNot earned (also in grades.not-awarded.csv):\n  grades.csv:3  grade is empty'),
    ]);
    expect(readFileSync(join(cwd, 'grades.not-awarded.csv'), 'utf8').split('\r\n')).toEqual([
      expect.stringMatching(/^\ufeff"First name",.*,"badgekit_line","badgekit_reason","badgekit_badge"$/),
      expect.stringMatching(/^"Bo",.*"3","grade is empty, and it takes >= 70","knots"$/),
      expect.stringMatching(/^"Chen",.*"4","grade is 69, and it takes >= 70","knots"$/),
      '',
    ]);
    expect(statSync(join(cwd, 'grades.not-awarded.csv')).mode & 0o777).toBe(0o600);
    // Run again: the same; and when everyone has earned it, the list goes.
    const again = await badgekit(['issue', 'grades.csv', '--json'], { cwd });
    expect(JSON.parse(again.out)).toMatchObject({
      rows: 3,
      toIssue: 0,
      unchanged: 1,
      unearned: 2,
      unearnedFile: 'grades.not-awarded.csv',
      refused: [],
    });
    const yaml = readFileSync(join(cwd, 'badges/knots.yaml'), 'utf8');
    writeFileSync(join(cwd, 'badges/knots.yaml'), yaml.replace('grade >= 70', "grade >= 69 or id_number == 'S-18'"));
    const all = await badgekit(['issue', 'grades.csv', '--json', '--jobs', '2'], { cwd });
    expect(JSON.parse(all.out)).toMatchObject({ rows: 3, toIssue: 2, unchanged: 1, unearned: 0, unearnedFile: null });
    expect(existsSync(join(cwd, 'grades.not-awarded.csv'))).toBe(false);
  });

  test('a person who has earned nothing needs no address; one who has does', async () => {
    const cwd = programme();
    appendFileSync(join(cwd, 'badges/knots.yaml'), 'award_when: points >= 5\n');
    writeFileSync(join(cwd, 'r2.csv'), 'email,points\n,3\n,7\nana@example.org,many\nbo@example.org,9\n');
    const { out } = await badgekit(['issue', 'r2.csv', '--json'], { cwd });
    expect(JSON.parse(out)).toMatchObject({
      unearned: 1,
      toIssue: 1,
      refused: [
        { line: 3, message: 'the row names nobody: email is empty' },
        {
          line: 4,
          message: 'award_when of badges/knots.yaml cannot be judged: "many" is no number, which points >= 5 needs',
        },
      ],
    });
  });

  test('a column that the roster does not have is named, with those that it has', async () => {
    const cwd = programme();
    gradebook(cwd, 'attended and grade >= 70');
    const { code, out } = await badgekit(['issue', 'grades.csv'], { cwd });
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(
        /grades\.csv:2 .*awards by "attended", which the roster does not have; its columns are: first_name, .*course_total_percentage/,
      ),
    ]);
    const mapped = await badgekit(['issue', 'grades.csv', '--map', 'fact.attended=ID number', '--dry-run'], { cwd });
    expect(mapped.out).toContain('cannot be judged: attended is "S-17", which is neither yes nor no');
  });

  test('what cannot be read is a fault of the definition, in its place', async () => {
    const cwd = programme();
    gradebook(cwd, 'grade >= ');
    const { code, out, err } = await badgekit(['define', '--check'], { cwd });
    expect([code, out + err]).toEqual([
      1,
      expect.stringMatching(/badges\/knots\.yaml:\d+:\d+ award_when the condition cannot be read/),
    ]);
    expect((await badgekit(['issue', 'grades.csv'], { cwd })).code).toBe(2);
  });

  test('a lost ledger is made again from such rosters, whatever it takes to earn the badge now', async () => {
    const cwd = programme();
    gradebook(cwd, 'grade >= 70');
    mkdirSync(join(cwd, 'rosters'), { recursive: true });
    renameSync(join(cwd, 'grades.csv'), join(cwd, 'rosters/grades.csv'));
    expect((await badgekit(['issue', 'rosters/grades.csv'], { cwd })).code).toBe(0);
    rmSync(join(cwd, '.badgekit'), { recursive: true });
    const yaml = readFileSync(join(cwd, 'badges/knots.yaml'), 'utf8');
    writeFileSync(join(cwd, 'badges/knots.yaml'), yaml.replace('grade >= 70', 'grade >= 99'));
    const rebuilt = await badgekit(['ledger', 'rebuild', '--json'], { cwd });
    expect([rebuilt.code, rebuilt.err]).toEqual([0, expect.any(String)]);
    const { badges } = JSON.parse((await badgekit(['list', '--json'], { cwd })).out) as { badges: object[] };
    expect(badges).toMatchObject([{ recipient: 'ana@example.org', badge: 'knots' }]);
  });

  test('roster inspect says who would be awarded', async () => {
    const cwd = programme();
    gradebook(cwd, 'grade >= 70');
    const { out } = await badgekit(['roster', 'inspect', 'grades.csv'], { cwd });
    expect(out).toContain(
      'rows          3 rows: 1 would be awards, 2 not earned\nnot earned    line 3: grade is empty, and it takes >= 70\n',
    );
  });
});

describe('what is in the way', () => {
  test('a file of somebody under the name of a list is left alone', async () => {
    const cwd = programme();
    for (const list of ['rejected', 'not-awarded']) writeFileSync(join(cwd, `r2.${list}.csv`), 'my own notes\n');
    writeFileSync(join(cwd, 'r2.csv'), 'email,points\nana@example.org,9\nbo@@example.org,9\n');
    expect((await badgekit(['issue', 'r2.csv'], { cwd })).err).toMatch(/^r2\.rejected\.csv: it is there/m);
    appendFileSync(join(cwd, 'badges/knots.yaml'), 'award_when: points >= 10\n');
    expect((await badgekit(['issue', 'r2.csv'], { cwd })).err).toMatch(/^r2\.not-awarded\.csv: it is there/m);
    writeFileSync(join(cwd, 'r2.csv'), 'email,points\nana@example.org,10\n');
    expect((await badgekit(['issue', 'r2.csv'], { cwd })).code).toBe(0);
    for (const list of ['rejected', 'not-awarded'])
      expect(readFileSync(join(cwd, `r2.${list}.csv`), 'utf8')).toBe('my own notes\n');
  });

  test('a column that stands twice is taken by its place', async () => {
    const cwd = programme();
    writeFileSync(join(cwd, 'r2.csv'), 'E-Mail,name,E-Mail\nold@example.org,Ana,new@example.org\n');
    for (const options of [[], ['--map', 'email=E-Mail']])
      expect((await badgekit(['issue', 'r2.csv', '--dry-run', ...options], { cwd })).err).toContain('--map email=#3');
    const { out } = await badgekit(['roster', 'inspect', 'r2.csv', '--map', 'email=#3'], { cwd });
    expect(out).toContain('email "new@example.org"');
    expect(out).toContain('"email": "#3"');
  });

  test('dates that contradict each other are asked about', async () => {
    const cwd = programme();
    writeFileSync(
      join(cwd, 'r2.csv'),
      'email,issued_on\na@example.org,13/04/2026\nb@example.org,04/05/2026\nc@example.org,04/23/2026\n',
    );
    expect((await badgekit(['issue', 'r2.csv', '--dry-run'], { cwd })).err).toMatch(
      /r2\.csv:4:2: in the date "04\/23\/2026" the month comes first, and in "13\/04\/2026" on line 2 the day/,
    );
    writeFileSync(
      join(cwd, 'r2.csv'),
      `email,issued_on\n${'a@example.org,23/04/2026\n'.repeat(101)}b@example.org,04/05/2026\n`,
    );
    const { out } = await badgekit(['roster', 'inspect', 'r2.csv'], { cwd });
    expect(out).toContain('the day comes first');
  });

  test.each<[string, string, number, RegExp]>([
    ['a name of spaces', `email,${'a'.padEnd(1900, ' ')}b\nana@example.org,\n`, 0, /1 row: 1 would be awards/],
    [
      'many columns',
      `email,${Array.from({ length: 1900 }, (_, index) => `result.a${index}`).join(',')}\nana@example.org\n`,
      0,
      /1 row: 1 would be awards/,
    ],
    [
      'more columns than that',
      `email,${'x,'.repeat(20_000)}\nana@example.org\n`,
      2,
      /20002 columns, more than the 2000/,
    ],
    [
      'a name without end',
      `email,${'[Total Pts: '.repeat(30_000)}\nana@example.org\n`,
      2,
      /longer than 2000 characters/,
    ],
  ])(
    '%s takes no time',
    async (_, content, code, message) => {
      const cwd = programme();
      writeFileSync(join(cwd, 'r2.csv'), content);
      const run = await badgekit(['roster', 'inspect', 'r2.csv'], { cwd });
      expect([run.code, run.out + run.err]).toEqual([code, expect.stringMatching(message)]);
    },
    10_000,
  );

  test('names of results are shown as they are written, and obeyed by no terminal', async () => {
    const cwd = programme();
    writeFileSync(join(cwd, 'r2.csv'), 'email,"result.\u001b]0;pwn\u0007\u202e"\nana@example.org,9\n');
    for (const args of [
      ['roster', 'inspect', 'r2.csv'],
      ['issue', 'r2.csv', '--dry-run'],
      ['issue', 'r2.csv'],
    ]) {
      const { out, err } = await badgekit(args, { cwd });
      // oxlint-disable-next-line no-control-regex -- finding control characters is this expression's purpose
      expect(out + err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });

  test.each(['constructor', '__proto__', '|'])('--delimiter %s is wrong usage', async (delimiter) => {
    const cwd = programme();
    writeFileSync(join(cwd, 'r2.csv'), 'email\nana@example.org\n');
    expect((await badgekit(['roster', 'inspect', 'r2.csv', '--delimiter', delimiter], { cwd })).code).toBe(2);
  });
});

describe('a roster', () => {
  const cell = fc.string({ unit: fc.constantFrom(...'ab ,;"\n\té€'), maxLength: 8 });

  test('says the same by whatever separator, in whatever encoding and quoted however it is written', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'r.csv');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 999 }), cell, cell), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('utf-8', 'utf-8 with mark', 'utf-16le', 'utf-16be', 'windows-1252'),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        async (people, separator, encoding, lineEnd, quotesAll) => {
          const rows: string[][] = [
            ['email', 'name', 'narrative'],
            ...people.map(([n, name, text]) => [`p${n}@example.org`, name, text]),
          ];
          const quoted = (text: string): string =>
            quotesAll || /[",;\n\t]|^\s|\s$/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text;
          // Some texts of Windows-1252 are texts of UTF-8, too; none are where only é stands beside ASCII.
          if (encoding === 'windows-1252')
            for (const row of rows)
              row.splice(0, row.length, ...row.map((text) => text.replaceAll('€', 'é').replace(/é{3,}/g, 'éé')));
          const text = rows.map((row) => row.map(quoted).join(separator)).join(lineEnd) + lineEnd;
          writeFileSync(path, encoded(text, encoding));
          const read: (readonly string[])[] = [];
          for await (const { cells } of (await openRoster(path, 'r.csv')).rows()) read.push(cells);
          expect(read).toEqual(rows.slice(1));
        },
      ),
      { numRuns: 300 },
    );
  });
});

function encoded(text: string, encoding: string): Uint8Array {
  switch (encoding) {
    case 'utf-16le':
      return Buffer.from(`\ufeff${text}`, 'utf16le');
    case 'utf-16be':
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
    case 'windows-1252':
      return Buffer.from(Array.from(text, (char) => (char === '€' ? 0x80 : char.charCodeAt(0))));
    default:
      return Buffer.from(encoding === 'utf-8' ? text : `\ufeff${text}`);
  }
}
