import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { badgekit, copyOf, filesBelow, knotsProgramme, temporaryFolder } from '../support/cli.ts';

let template = '';
beforeAll(async () => {
  template = await knotsProgramme();
});

function programme(roster: string, files: Readonly<Record<string, string>> = {}): string {
  const cwd = copyOf(template);
  mkdirSync(join(cwd, 'rosters/films'), { recursive: true });
  writeFileSync(join(cwd, 'rosters/r.csv'), roster);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(cwd, 'rosters', file), text);
  return cwd;
}

async function issue(cwd: string, ...args: readonly string[]): Promise<Record<string, unknown>> {
  const wanted = args.length === 0 ? ['rosters/r.csv'] : args;
  return JSON.parse((await badgekit(['issue', ...wanted, '--json'], { cwd })).out) as Record<string, unknown>;
}

interface Badge {
  readonly id: string;
  readonly evidence?: readonly Record<string, unknown>[];
  readonly credentialSubject: { readonly result?: readonly Record<string, unknown>[] };
}

function badges(cwd: string): readonly Badge[] {
  return filesBelow(join(cwd, 'credentials'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(cwd, 'credentials', file), 'utf8')) as Badge);
}

const digestOf = (text: string): string =>
  `u${Buffer.concat([Buffer.from([0x12, 0x20]), createHash('sha256').update(text).digest()]).toString('base64url')}`;

describe('a file that is evidence', () => {
  const ROSTER =
    'email,evidence_file,evidence_name,evidence_narrative,evidence_genre,evidence_audience,evidence_file.Log book\n' +
    'ana@example.org,films/Änas Film (1).mp4,Film,Ties all twelve.,film,examiners,log.txt\n';
  const FILES = { 'films/Änas Film (1).mp4': 'the film', 'log.txt': 'the log' };

  test('is copied for the programme alone, and its digest signed with all that is said of it', async () => {
    const cwd = programme(ROSTER, FILES);
    expect(await issue(cwd)).toMatchObject({ issued: [{ line: 2 }], refused: [] });
    const [badge] = badges(cwd);
    expect(badge?.evidence).toEqual([
      {
        type: ['Evidence'],
        name: 'Film',
        narrative: 'Ties all twelve.',
        genre: 'film',
        audience: 'examiners',
        digestMultibase: digestOf('the film'),
      },
      { type: ['Evidence'], name: 'Log book', digestMultibase: digestOf('the log') },
    ]);
    const folder = join(cwd, 'evidence', badge?.id.slice('urn:uuid:'.length) ?? '');
    expect(filesBelow(folder)).toEqual(['1.mp4', '2.txt']);
    expect(readFileSync(join(folder, '2.txt'), 'utf8')).toBe('the log');
    expect(statSync(join(folder, '2.txt')).mode & 0o777).toBe(0o600);
    expect(existsSync(join(cwd, 'public/evidence'))).toBe(false);
    expect(await issue(cwd)).toMatchObject({ issued: [], unchanged: 1 });
  });

  test('is known again by verify, and a changed one is not', async () => {
    const cwd = programme(ROSTER, FILES);
    await issue(cwd);
    const kept = await badgekit(['verify', 'credentials', '--offline', '--evidence', 'evidence', '--json'], { cwd });
    expect(kept.out).toContain('all 2 are among your files, unchanged');
    const mine = temporaryFolder();
    writeFileSync(join(mine, 'Film'), 'another film');
    const changed = await badgekit(['verify', 'credentials', '--offline', '--evidence', mine, '--json'], { cwd });
    expect(changed.code).toBe(1);
    expect(changed.out).toContain('EVIDENCE_CHANGED');
  });

  test('is hosted where the programme says so, under an address that only the badge names', async () => {
    const cwd = programme(ROSTER, FILES);
    appendFileSync(join(cwd, 'badgekit.yaml'), 'evidence: public\n');
    await issue(cwd);
    const [badge] = badges(cwd);
    const id = badge?.id.slice('urn:uuid:'.length) ?? '';
    expect(badge?.evidence?.map((entry) => entry['id'])).toEqual([
      `https://badges.example.org/evidence/${id}/1.mp4`,
      `https://badges.example.org/evidence/${id}/2.txt`,
    ]);
    expect(filesBelow(join(cwd, 'public/evidence', id))).toHaveLength(2);
  });

  test('has the address that the row gives it', async () => {
    const cwd = programme('email,evidence_url,evidence_file\nana@example.org,https://example.org/f,log.txt\n', FILES);
    await issue(cwd);
    expect(badges(cwd)[0]?.evidence).toEqual([
      { id: 'https://example.org/f', type: ['Evidence'], digestMultibase: digestOf('the log') },
    ]);
  });

  test('is refused where it is not there, or lies anywhere else on the disk', async () => {
    const cwd = programme(
      'email,evidence_file,evidence_file.x\na@example.org,gone.pdf,\nb@example.org,../badgekit.yaml,\nc@example.org,/etc/passwd,\nd@example.org,link,\ne@example.org,films,\nf@example.org,,__proto__\ng@example.org,log.txt,log.txt\n',
      FILES,
    );
    symlinkSync(join(cwd, 'keys'), join(cwd, 'rosters/link'));
    const { issued, refused } = await issue(cwd);
    expect(issued).toMatchObject([{ line: 8 }]);
    expect(refused).toMatchObject([
      { line: 2, column: 2, message: expect.stringContaining('there is no such file') as string },
      { line: 3, column: 2, message: expect.stringContaining('does not lie below the folder of the roster') as string },
      { line: 4, column: 2 },
      { line: 5, column: 2, message: expect.stringContaining('does not lie below the folder of the roster') as string },
      { line: 6, column: 2, message: expect.stringContaining('a folder') as string },
      { line: 7, column: 3, message: expect.stringContaining('there is no such file') as string },
    ]);
    expect(filesBelow(join(cwd, 'evidence')).every((file) => file.endsWith('.txt'))).toBe(true);
  });

  test("is none of the programme's own files, no roster, nothing hidden; and nothing from elsewhere is hosted", async () => {
    const cwd = programme('');
    mkdirSync(join(cwd, '.hidden'));
    writeFileSync(join(cwd, '.hidden/x.pdf'), 'x');
    const own = ['keys/key-1.jwe', 'badgekit.yaml', 'rosters/r.csv', '.hidden/x.pdf', 'badges/knots.svg'];
    writeFileSync(
      join(cwd, 'root.csv'),
      `email,evidence_file\n${own.map((file, at) => `p${at}@example.org,${file}\n`).join('')}`,
    );
    const { refused, issued } = await issue(cwd, 'root.csv');
    expect(issued).toEqual([]);
    expect(refused).toHaveLength(own.length);
    appendFileSync(join(cwd, 'badgekit.yaml'), 'evidence: public\n');
    const elsewhere = temporaryFolder();
    writeFileSync(join(elsewhere, 'x.pdf'), 'x');
    writeFileSync(join(elsewhere, 'r.csv'), 'email,evidence_file\nana@example.org,x.pdf\n');
    expect(await issue(cwd, join(elsewhere, 'r.csv'))).toMatchObject({
      issued: [],
      refused: [{ message: expect.stringContaining('does not lie in the programme, and would be hosted') as string }],
    });
  });

  test('is no plan, no page of one, and no roster by another ending', async () => {
    const cwd = programme('');
    await badgekit(['issue', 'rosters/r.csv', '--plan-out', 'rosters/p.json'], { cwd });
    writeFileSync(join(cwd, 'rosters/films/p.html'), '<!doctype html><title>Plan: x</title>');
    const own = ['ev.txt', 'films/p.html', 'films/old.txt', 'films/stmts.json'];
    writeFileSync(join(cwd, 'rosters/films/old.txt'), 'name;E-Mail\nAna;ana@example.org\n');
    writeFileSync(join(cwd, 'rosters/films/stmts.json'), '[]');
    writeFileSync(
      join(cwd, 'rosters/ev.txt'),
      `email,evidence_file\n${own.map((file, at) => `p${at}@example.org,${file}\n`).join('')}`,
    );
    expect(await issue(cwd, 'rosters/ev.txt')).toMatchObject({
      issued: [],
      refused: own.map((_, at) => ({ line: at + 2 })),
    });
  });

  test('that was altered or is gone is told by ledger check', async () => {
    const cwd = programme(ROSTER, FILES);
    await issue(cwd);
    const [first = '', second = ''] = filesBelow(join(cwd, 'evidence'));
    writeFileSync(join(cwd, 'evidence', first), 'tampered');
    rmSync(join(cwd, 'evidence', second));
    const { out, code } = await badgekit(['ledger', 'check'], { cwd });
    expect(code).toBe(1);
    expect(out).toContain('it is not the evidence whose digest was signed');
    expect(out).toContain('the copy of evidence 2 is not here');
  });

  test('is copied only for a credential that is reserved, and ledger check tells of a copy without one', async () => {
    const cwd = programme(ROSTER, FILES);
    await issue(cwd);
    mkdirSync(join(cwd, 'evidence/00000000-0000-8000-8000-000000000000'));
    const { out, code } = await badgekit(['ledger', 'check'], { cwd });
    expect([code, out]).toEqual([
      1,
      expect.stringContaining('the ledger knows no credential that this is the evidence of'),
    ]);
  });

  test('that changed is a change of its row, and of a plan', async () => {
    const cwd = programme(ROSTER, FILES);
    await badgekit(['issue', 'rosters/r.csv', '--plan-out', 'plan.json'], { cwd });
    writeFileSync(join(cwd, 'rosters/log.txt'), 'another log');
    expect(await issue(cwd, '--plan', 'plan.json')).toMatchObject({
      error: { code: 'PLAN_CHANGED', more: [expect.stringContaining('evidence_file.Log book changed')] },
    });
    await issue(cwd);
    writeFileSync(join(cwd, 'rosters/log.txt'), 'a third log');
    expect(await issue(cwd)).toMatchObject({ changed: [{ line: 2, columns: ['evidence_file.Log book'] }] });
  });

  test('goes with its person', async () => {
    const cwd = programme(ROSTER.concat('bo@example.org,log.txt,,,,,\n'), FILES);
    await issue(cwd);
    const erased = await badgekit(['erase', 'ana@example.org', '--yes', '--json'], { cwd });
    expect((JSON.parse(erased.out) as { evidence: string[] }).evidence).toHaveLength(2);
    expect(readdirSync(join(cwd, 'evidence'))).toHaveLength(1);
    expect(filesBelow(join(cwd, 'evidence')).map((file) => file.split('/')[1])).toEqual(['1.txt']);
  });
});

describe('the columns of a rubric', () => {
  test('are results of the badge by their names, with levels by name or by points', async () => {
    const cwd = programme(
      'email,Workmanship,Speed (%),Notes\na@example.org,good,80,x\nb@example.org,2,-,x\nc@example.org,superb,50,x\nd@example.org,,101,x\n',
    );
    appendFileSync(
      join(cwd, 'badges/knots.yaml'),
      `resultDescription:
  - name: Workmanship
    resultType: RubricCriterionLevel
    rubricCriterionLevel: [{ name: fair, points: "1" }, { name: good, points: "2" }]
  - { name: Speed (%), resultType: Percent, valueMin: "0", valueMax: "100" }
`,
    );
    expect(await issue(cwd)).toMatchObject({
      issued: [{ line: 2 }, { line: 3 }],
      refused: [
        { line: 4, column: 2, message: 'result.Workmanship "superb" is not one of: fair, good' },
        { line: 5, column: 3 },
      ],
    });
    const results = badges(cwd).map(({ credentialSubject: { result = [] } }) => result.length);
    expect(results.toSorted()).toEqual([1, 2]);
    const levels = badges(cwd).flatMap(({ credentialSubject: { result = [] } }) =>
      result.flatMap((one) => one['achievedLevel'] ?? []),
    );
    expect(new Set(levels).size).toBe(1);
  });
});

describe('an address of evidence', () => {
  test.each(['\u00a0', '\u3000', '\ufeff', ' '])(
    'with a space (%j) in it is refused by its row, and the others are issued',
    async (space) => {
      const rows = Array.from({ length: 6 }, (_, at) => `p${at}@example.org,https://school.example/e/${at}\n`);
      rows[3] = `q@example.org,https://school.example/e/a${space}b\n`;
      const cwd = programme(`email,evidence_url\n${rows.join('')}`);
      const run = await badgekit(['issue', 'rosters/r.csv'], { cwd });
      expect(run.code).toBe(1);
      expect(run.out + run.err).toMatch(/rosters\/r\.csv:5:2 {2}evidence_url .*there is a space in it/);
      const verified = await badgekit(['verify', 'credentials', '--json'], { cwd });
      expect([verified.code, badges(cwd).length]).toEqual([0, 5]);
    },
  );
});
