import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { badgekit, copyOf, filesBelow, knotsProgramme, printed, temporaryFolder } from '../support/cli.ts';

let template = '';
beforeAll(async () => {
  template = await knotsProgramme();
});

const ROSTER = 'email,name\nana@example.org,Ana\nbo@@example.org,Bo\ncy@example.org,Cy\n';

/** A programme with a roster, r.csv. */
function programme(roster = ROSTER): string {
  const cwd = copyOf(template);
  writeFileSync(join(cwd, 'r.csv'), roster);
  return cwd;
}

function edit(cwd: string, file: string, change: (text: string) => string): void {
  writeFileSync(join(cwd, file), change(readFileSync(join(cwd, file), 'utf8')));
}

const issuedIn = (cwd: string): number =>
  existsSync(join(cwd, 'credentials'))
    ? filesBelow(join(cwd, 'credentials')).filter((file) => file.endsWith('.json')).length
    : 0;

describe('issue --plan-out', () => {
  test('writes what would be done, and a page that shows it, for nobody else to read, and issues nothing', async () => {
    const cwd = programme();
    const { out, code } = await badgekit(['issue', 'r.csv', '--plan-out', 'plan.json', '--json'], { cwd });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      toIssue: 2,
      issued: [],
      refused: [{ line: 3, column: 1 }],
      planned: { file: 'plan.json', preview: 'plan.html', missing: 0, approvals: 0 },
    });
    const plan = JSON.parse(readFileSync(join(cwd, 'plan.json'), 'utf8')) as { rows: object[] };
    expect(plan).toMatchObject({ kind: 'plan', counts: { rows: 3, toIssue: 2, refused: 1 } });
    expect(plan.rows).toMatchObject([
      { line: 2, recipient: 'ana@example.org', step: 'issue' },
      { line: 4, recipient: 'cy@example.org', step: 'issue' },
    ]);
    for (const file of ['plan.json', 'plan.html']) expect(statSync(join(cwd, file)).mode & 0o777).toBe(0o600);
    expect(existsSync(join(cwd, '.badgekit'))).toBe(false);
    expect(issuedIn(cwd)).toBe(0);
  });

  test('shows in the page what is refused in its place, what is missing, and one whole credential', async () => {
    const cwd = programme('email,name\nana@example.org,Ana\ncy@example.org,Cy\n');
    await badgekit(['issue', 'r.csv'], { cwd });
    writeFileSync(join(cwd, 'r.csv'), ROSTER.replace('cy@', 'di@'));
    const { out } = await badgekit(['issue', 'r.csv', '--plan-out', 'plan.json', '--json'], { cwd });
    expect(JSON.parse(out)).toMatchObject({ planned: { missing: 1 } });
    const page = readFileSync(join(cwd, 'plan.html'), 'utf8');
    expect(page).toContain('<mark>email: bo@@example.org</mark>');
    expect(page).toMatch(/Missing: 1 badge[^]*<td>cy@example\.org<\/td>/);
    expect(page).toContain('<img src="data:image/svg+xml;base64,');
    expect(page).toContain('&quot;VerifiableCredential&quot;');
    expect(page).toContain('di@example.org');
  });

  test('lets no text of a roster or a definition become anything else in the page', async () => {
    const evil = '<script>alert(1)</script>"\'\u202e&';
    const quotedEvil = `"${evil.replaceAll('"', '""')}"`;
    const cwd = programme(`email,name,${quotedEvil}\nana@example.org,${quotedEvil},x\n${quotedEvil},${quotedEvil},y\n`);
    edit(cwd, 'badges/knots.yaml', (text) => text.replace('name: Knots', `name: ${JSON.stringify(evil)}`));
    await badgekit(['issue', 'r.csv', '--plan-out', 'plan.json'], { cwd });
    const page = readFileSync(join(cwd, 'plan.html'), 'utf8');
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toMatch(/<script|\u202e/);
  });

  test.each([
    [['--plan', 'plan.json'], '--plan'],
    [['--dry-run'], '--dry-run'],
    [['--to', 'x.tar'], '--to'],
    [['--output', 'tar'], '--output'],
  ])('has no place for %s', async (more, named) => {
    const { err, code } = await badgekit(['issue', 'r.csv', '--plan-out', 'p.json', ...more], { cwd: programme() });
    expect(code).toBe(2);
    expect(err).toContain(`--plan-out issues nothing, so ${named} has no place beside it`);
  });
});

describe('issue --plan', () => {
  async function planned(roster = ROSTER, ...options: readonly string[]): Promise<string> {
    const cwd = programme(roster);
    await badgekit(['issue', 'r.csv', '--plan-out', 'plan.json', ...options], { cwd });
    return cwd;
  }

  test('issues what was planned, once, from wherever it is called', async () => {
    const cwd = await planned();
    const { out, code } = await badgekit(['issue', '--plan', '../plan.json', '--programme', '..', '--json'], {
      cwd: join(cwd, 'badges'),
    });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ issued: [{ line: 2 }, { line: 4 }], approvedBy: [] });
    const again = await badgekit(['issue', '--plan', 'plan.json', '--json'], { cwd });
    expect(JSON.parse(again.out)).toMatchObject({ toIssue: 0, unchanged: 2 });
    expect(issuedIn(cwd)).toBe(2);
  });

  test.each([
    [
      'a row changed',
      'r.csv',
      (text: string) => text.replace(',Cy', ',Cyd'),
      ['r.csv changed', /r\.csv:4 {2}cy@\S+, knots: name changed/],
    ],
    [
      'a row came',
      'r.csv',
      (text: string) => `${text}di@example.org,Di\n`,
      [/r\.csv:5 {2}di@\S+, knots: is not in the plan/],
    ],
    [
      'a row went',
      'r.csv',
      (text: string) => text.replace('ana@example.org,Ana\n', ''),
      [/r\.csv:2 {2}ana@\S+, knots: is in the plan, and not in the roster/],
    ],
    [
      'the definition changed',
      'badges/knots.yaml',
      (text: string) => text.replace('Ties', 'Tied'),
      ['badges/knots.yaml, or a file that it names, changed'],
    ],
    [
      'the image changed',
      'badges/knots.svg',
      (text: string) => text.replace('<svg', '<svg data-x="1"'),
      ['badges/knots.yaml, or a file that it names, changed'],
    ],
    [
      'badgekit.yaml changed',
      'badgekit.yaml',
      (text: string) => text.replace('name: "T"', 'name: "U"'),
      ['badgekit.yaml changed'],
    ],
  ] as const)('is refused, with the difference, where %s', async (_what, file, change, lines) => {
    const cwd = await planned();
    edit(cwd, file, change);
    const { out, code } = await badgekit(['issue', '--plan', 'plan.json', '--json'], { cwd });
    expect(code).toBe(1);
    const { error } = JSON.parse(out) as { error: { code: string; more: string[]; hint: string } };
    expect(error).toMatchObject({ code: 'PLAN_CHANGED', where: { file: 'plan.json' } });
    for (const line of lines)
      expect(
        error.more.some((said) => said.match(line) !== null),
        String(line),
      ).toBe(true);
    expect(error.hint).toContain('badgekit issue r.csv --plan-out plan.json');
    expect(issuedIn(cwd)).toBe(0);
  });

  test('is refused where the ledger now has another step than planned for a row', async () => {
    const cwd = programme('email,name\nana@example.org,Ana\n');
    await badgekit(['issue', 'r.csv'], { cwd });
    edit(cwd, 'r.csv', (text) => text.replace(',Ana', ',Anna'));
    await badgekit(['issue', 'r.csv', '--supersede', '--plan-out', 'plan.json'], { cwd });
    await badgekit(['issue', 'r.csv', '--supersede'], { cwd });
    edit(cwd, 'r.csv', (text) => text.replace(',Anna', ',Ana'));
    await badgekit(['issue', 'r.csv', '--supersede'], { cwd });
    edit(cwd, 'r.csv', (text) => text.replace(',Ana', ',Anna'));
    const { out } = await badgekit(['issue', '--plan', 'plan.json', '--json'], { cwd });
    expect(JSON.parse(out)).toMatchObject({
      error: { code: 'PLAN_CHANGED', more: [expect.stringContaining('would be issued otherwise than planned')] },
    });
  });

  test('keeps the options that it was made with, and takes no others', async () => {
    const cwd = await planned(
      'Contact\nana@example.org\n',
      '--map',
      'email=Contact',
      '--badge',
      'knots',
      '--proof',
      'jwt',
    );
    const other = await badgekit(['issue', '--plan', 'plan.json', '--proof', 'jwt'], { cwd });
    expect(other).toMatchObject({ code: 2, err: expect.stringContaining('carried out as it was made') as string });
    const { code } = await badgekit(['issue', '--plan', 'plan.json'], { cwd });
    expect(code).toBe(0);
    expect(filesBelow(join(cwd, 'credentials')).filter((file) => file.endsWith('.jwt'))).toHaveLength(1);
  });

  test.each([
    ['is no plan', () => '{}'],
    ['was cut', (text: string) => text.slice(0, -5)],
    ['has a row that says something else', (text: string) => text.replace('"step":"issue"', '"step":"give"')],
    ['goes on behind its end', (text: string) => `${text}{}\n`],
  ])('refuses a file that %s', async (_what, change) => {
    const cwd = await planned();
    edit(cwd, 'plan.json', change);
    const { out, code } = await badgekit(['issue', '--plan', 'plan.json', '--json'], { cwd });
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'PLAN_INVALID', where: { file: 'plan.json' } } });
    expect(issuedIn(cwd)).toBe(0);
  });

  test.each([
    ['another badge', '"badge":"knots"', '"badge":"x"'],
    ['another person', 'ana@example.org', 'eve@example.org'],
    ['another line', '"line":4', '"line":9'],
    ['another form of proof', '"options":{}', '"options":{"proof":"jwt"}'],
  ])('issues nothing where a row names %s than it is for', async (_what, from, to) => {
    const cwd = await planned();
    edit(cwd, 'plan.json', (text) => text.replace(from, to));
    const { out } = await badgekit(['issue', '--plan', 'plan.json', '--json'], { cwd });
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'PLAN_INVALID' } });
    expect(issuedIn(cwd)).toBe(0);
  });

  test('issues nothing where a planned row can no longer be issued', async () => {
    const cwd = programme('email,name\nana@example.org,Ana\nbo@example.org,Bo\n');
    await badgekit(['issue', 'r.csv', '--plan-out', 'plan.json'], { cwd });
    writeFileSync(join(cwd, 'other.csv'), 'email,name\nbo@example.org,Robert\n');
    await badgekit(['issue', 'other.csv'], { cwd });
    const { out } = await badgekit(['issue', '--plan', 'plan.json', '--json'], { cwd });
    expect(JSON.parse(out)).toMatchObject({
      error: { code: 'PLAN_CHANGED', more: [expect.stringContaining('r.csv:3')] },
    });
    expect(issuedIn(cwd)).toBe(1);
  });

  test('says how to plan again, with the options of the plan', async () => {
    const cwd = await planned('My Contact\nana@example.org\n', '--map', 'email=My Contact', '--badge', 'knots');
    edit(cwd, 'r.csv', (text) => `${text}bo@example.org\n`);
    const { out } = await badgekit(['issue', '--plan', 'plan.json', '--json'], { cwd });
    const { error } = JSON.parse(out) as { error: { hint: string } };
    expect(error.hint).toContain("badgekit issue r.csv --badge knots --map 'email=My Contact' --plan-out plan.json");
  });

  test.each([
    ['plan.json', 'plan.json'],
    ['plan.html', 'plan.json'],
    ['badgekit.json', 'badgekit.json'],
  ])("is not written over somebody's %s", async (file, planFile) => {
    const cwd = programme();
    writeFileSync(join(cwd, file), '{"mine":true}');
    const { out } = await badgekit(['issue', 'r.csv', '--plan-out', planFile, '--json'], { cwd });
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'FILE_EXISTS', where: { file } } });
    expect(readFileSync(join(cwd, file), 'utf8')).toBe('{"mine":true}');
  });

  test('is not written where the world may see it', async () => {
    const { out } = await badgekit(['issue', 'r.csv', '--plan-out', 'public/p.json', '--json'], { cwd: programme() });
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'PATH_OUTSIDE' } });
  });

  test('issues nothing that was added to the plan by hand', async () => {
    const cwd = await planned();
    const [, row = ''] = readFileSync(join(cwd, 'plan.json'), 'utf8').split('\n');
    edit(cwd, 'plan.json', (text) => text.replace(`${row}\n`, ''));
    const { out } = await badgekit(['issue', '--plan', 'plan.json', '--json'], { cwd });
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'PLAN_INVALID' } });
    edit(cwd, 'plan.json', (text) => text.replace('"toIssue":2', '"toIssue":1'));
    const counted = await badgekit(['issue', '--plan', 'plan.json', '--json'], { cwd });
    expect(JSON.parse(counted.out)).toMatchObject({ error: { code: 'PLAN_INVALID' } });
    expect(issuedIn(cwd)).toBe(0);
  });
});

describe('a qualification', () => {
  const APPROVER = { BADGEKIT_APPROVER_PASSPHRASE: 'a phrase of my own' };
  const EXAM = `
name: Exam
description: Passed.
tier: qualification
criteria: { narrative: Pass. }
image: { file: knots.svg, caption: A knot }
validFor: never
resultDescription: [{ name: Paper, resultType: Percent, valueMin: "0", valueMax: "100", requiredValue: "60" }]
`;

  /** A programme with a qualification and an approver or two; their keys lie beside it. */
  async function examProgramme(...people: readonly string[]): Promise<{ cwd: string; keys: string }> {
    const cwd = programme('email,badge,score\nana@example.org,exam,80\nbo@example.org,knots,\n');
    const keys = temporaryFolder();
    edit(cwd, 'badges/knots.svg', (text) => text);
    copyFileSync(join(cwd, 'badges/knots.svg'), join(cwd, 'badges/exam.svg'));
    edit(cwd, 'badges/exam.svg', (text) => text.replace('</svg>', '<desc>exam</desc></svg>'));
    writeFileSync(join(cwd, 'badges/exam.yaml'), EXAM.replace('knots.svg', 'exam.svg'));
    const lines: string[] = [];
    for (const name of people) {
      const { did } = printed(
        await badgekit(['keys', 'approver', name, '--out', join(keys, `${name}.jwe`), '--json'], {
          cwd,
          env: APPROVER,
        }),
      );
      lines.push(`  ${name}: ${String(did)}\n`);
    }
    if (lines.length > 0) edit(cwd, 'badgekit.yaml', (text) => `${text}approvers:\n${lines.join('')}`);
    return { cwd, keys };
  }

  const approve = (cwd: string, keys: string, name: string, key = name) =>
    badgekit(['approve', 'plan.json', '--as', name, '--key', join(keys, `${key}.jwe`), '--json'], {
      cwd,
      env: APPROVER,
    });
  const plan = (cwd: string) => badgekit(['issue', 'r.csv', '--plan-out', 'plan.json', '--json'], { cwd });
  const carryOut = async (cwd: string) => printed(await badgekit(['issue', '--plan', 'plan.json', '--json'], { cwd }));

  test('is refused without an approval while other rows are issued, then approved, then issued', async () => {
    const { cwd, keys } = await examProgramme('ana');
    const bare = printed(await badgekit(['issue', 'r.csv', '--json'], { cwd }));
    expect(bare).toMatchObject({
      issued: [{ badge: 'knots' }],
      refused: [{ line: 2, message: 'exam needs an approval before it is issued' }],
    });
    expect(printed(await plan(cwd))).toMatchObject({ planned: { approvals: 1 } });
    expect(readFileSync(join(cwd, 'plan.html'), 'utf8')).toContain('It takes 1 approval<');
    expect(await carryOut(cwd)).toMatchObject({ error: { code: 'APPROVAL_MISSING' } });
    const approved = await approve(cwd, keys, 'ana');
    expect(approved.code).toBe(0);
    expect(printed(approved)).toMatchObject({ as: 'ana', file: 'plan.approved-by-ana.jwt', toIssue: 1 });
    expect(await carryOut(cwd)).toMatchObject({ issued: [{ badge: 'exam' }], approvedBy: ['ana'], refused: [] });
    expect((await badgekit(['list', '--json'], { cwd })).out).toContain('exam');
  });

  test('is not issued by an approval of another plan, in another name, with another key, or signed twice by one key', async () => {
    const { cwd, keys } = await examProgramme('ana', 'bo');
    await plan(cwd);
    await approve(cwd, keys, 'ana');
    edit(cwd, 'r.csv', (text) => text.replace('80', '90'));
    await plan(cwd);
    expect(await carryOut(cwd)).toMatchObject({
      error: { more: [expect.stringContaining('it approves another version of the plan')] },
    });
    const wrongKey = await approve(cwd, keys, 'ana', 'bo');
    expect(printed(wrongKey)).toMatchObject({ error: { code: 'APPROVAL_INVALID' } });
    expect(printed(await approve(cwd, keys, 'cy', 'bo'))).toMatchObject({
      error: { code: 'APPROVAL_INVALID', hint: 'approvers are: ana, bo' },
    });
    await approve(cwd, keys, 'bo');
    copyFileSync(join(cwd, 'plan.approved-by-bo.jwt'), join(cwd, 'plan.approved-by-ana.jwt'));
    edit(cwd, 'badgekit.yaml', (text) => `${text}tiers: { qualification: { approvals: 2 } }\n`);
    await plan(cwd);
    await approve(cwd, keys, 'bo');
    expect(await carryOut(cwd)).toMatchObject({
      error: {
        code: 'APPROVAL_MISSING',
        message: 'exam needs 2 approvals before it is issued, and only bo approved this plan',
        more: [expect.stringContaining('it is not signed with the key of ana')],
      },
    });
    const [, bo = ''] = /bo: (did:key:\w+)/.exec(readFileSync(join(cwd, 'badgekit.yaml'), 'utf8')) ?? [];
    edit(cwd, 'badgekit.yaml', (text) => text.replace(/ana: did:key:\w+/, `ana: ${bo}`));
    await approve(cwd, keys, 'ana', 'bo');
    expect(await carryOut(cwd)).toMatchObject({
      error: { more: [expect.stringContaining('it is by the same key as another approval')] },
    });
  });

  test('is not issued by a plan in which it was given another name', async () => {
    const { cwd } = await examProgramme();
    await plan(cwd);
    edit(cwd, 'plan.json', (text) => text.replaceAll('"badge":"exam"', '"badge":"knots"'));
    expect(await carryOut(cwd)).toMatchObject({ error: { code: 'PLAN_INVALID' } });
    expect(issuedIn(cwd)).toBe(0);
  });

  test('needs two people where the policy says two', async () => {
    const { cwd, keys } = await examProgramme('ana', 'bo');
    edit(cwd, 'badgekit.yaml', (text) => `${text}tiers: { qualification: { approvals: 2 } }\n`);
    await plan(cwd);
    await approve(cwd, keys, 'ana');
    expect(await carryOut(cwd)).toMatchObject({ error: { code: 'APPROVAL_MISSING' } });
    await approve(cwd, keys, 'bo');
    expect(await carryOut(cwd)).toMatchObject({
      approvedBy: ['ana', 'bo'],
      issued: [{ badge: 'knots' }, { badge: 'exam' }].toReversed(),
    });
  });

  test('is approved with the key in the home of a person, which nobody else can read', async () => {
    const { cwd } = await examProgramme();
    const env = { ...APPROVER, HOME: temporaryFolder() };
    const made = printed(await badgekit(['keys', 'approver', 'ana', '--json'], { cwd, env }));
    const file = join(env.HOME, '.badgekit/ana.jwe');
    expect([made['file'], statSync(file).mode & 0o777]).toEqual([file, 0o600]);
    expect(printed(await badgekit(['keys', 'approver', 'ana', '--json'], { cwd, env }))).toMatchObject({
      error: { code: 'FILE_EXISTS' },
    });
    edit(cwd, 'badgekit.yaml', (text) => `${text}approvers: { ana: "${String(made['did'])}" }\n`);
    await plan(cwd);
    expect((await badgekit(['approve', 'plan.json', '--as', 'ana'], { cwd, env })).code).toBe(0);
    expect(await carryOut(cwd)).toMatchObject({ approvedBy: ['ana'] });
  });

  test('has its class inside the signed credential', async () => {
    const { cwd } = await examProgramme();
    edit(cwd, 'badgekit.yaml', (text) => `${text}tiers: { qualification: { approvals: 0 } }\n`);
    await badgekit(['issue', 'r.csv'], { cwd });
    const tags = filesBelow(join(cwd, 'credentials'))
      .filter((file) => file.endsWith('.json'))
      .map((file) => {
        const text = readFileSync(join(cwd, 'credentials', file), 'utf8');
        return (JSON.parse(text) as { credentialSubject: { achievement: { tag: string[] } } }).credentialSubject
          .achievement.tag;
      });
    expect(tags).toEqual([['qualification'], ['participation']]);
    expect((await badgekit(['verify', 'credentials', '--offline'], { cwd })).out).toContain('4 verified');
  });

  test.each([
    [
      'no result is defined',
      (text: string) => text.replace(/resultDescription.*\n/, ''),
      'needs a result with a score or with levels',
    ],
    [
      'only a status is a result',
      (text: string) =>
        text.replace(/resultDescription.*\n/, 'resultDescription: [{ name: Done, resultType: Status }]\n'),
      'needs a result with a score or with levels',
    ],
    [
      'it does not say how long it is valid',
      (text: string) => text.replace('validFor: never\n', ''),
      'says how long it is valid, or that it does not expire',
    ],
    [
      'its image is that of a participation badge',
      (text: string) => text.replace('exam.svg', 'knots.svg'),
      'has the image of the',
    ],
    ['a tag names another tier', (text: string) => `${text}tag: [skill]\n`, 'the tag names another tier'],
  ])('is faulty where %s', async (_what, change, message) => {
    const { cwd } = await examProgramme();
    edit(cwd, 'badges/exam.yaml', change);
    const { out, code } = await badgekit(['define', '--check'], { cwd });
    expect(code).toBe(1);
    expect(out).toContain(message);
  });

  test('is kept from the key of participation badges where the policy says so', async () => {
    const { cwd } = await examProgramme();
    edit(cwd, 'badgekit.yaml', (text) => `${text}tiers: { apart: [key] }\n`);
    const { out, code } = await badgekit(['define', '--check'], { cwd });
    expect([code, out]).toEqual([
      1,
      expect.stringContaining(
        'badges/knots.yaml tier a participation badge would be signed with the key of the qualification exam',
      ),
    ]);
  });

  test('cannot be where nothing is hosted', async () => {
    const { cwd } = await examProgramme();
    edit(cwd, 'badgekit.yaml', (text) =>
      text
        .replace(/^hosting:.*$/m, '')
        .replace(/id: .*$/m, 'id: "did:key:z6MkqUebWjq2Te9aAp8u9XGPkdnNXsrum74ewMgVMz4td7MS"'),
    );
    expect((await badgekit(['define', '--check'], { cwd })).out).toContain(
      'must have a status, so that it can be revoked',
    );
  });
});

describe('a skill badge', () => {
  test('needs an alignment, and in each row a result or evidence', async () => {
    const cwd = programme(
      'email,badge,evidence_url\nana@example.org,tying,https://example.org/1\nbo@example.org,tying,\n',
    );
    const define = ['define', 'tying', '--name', 'N', '--description', 'D', '--criteria', 'C', '--tier', 'skill'];
    const bare = await badgekit(define, { cwd });
    expect(bare.out).toContain('Before it can be issued: a skill badge needs an alignment, and it has none');
    expect((await badgekit(['issue', 'r.csv'], { cwd })).err).toContain('badges/tying.yaml');
    const aligned = await badgekit([...define, '--force', '--alignment', 'Tying=https://example.org/tying'], { cwd });
    expect(aligned.out).not.toContain('Before it can be issued');
    expect(printed(await badgekit(['issue', 'r.csv', '--json'], { cwd }))).toMatchObject({
      issued: [{ line: 2 }],
      refused: [
        { line: 3, message: 'skill badges say how they were earned, and the row has no result and no evidence' },
      ],
    });
  });
});

describe('a participation badge', () => {
  test('is not of a type that looks like a qualification, unless the policy allows it', async () => {
    const cwd = programme();
    edit(cwd, 'badges/knots.yaml', (text) => `${text}achievementType: Certification\n`);
    expect((await badgekit(['define', '--check'], { cwd })).out).toContain('looks like a qualification');
    edit(cwd, 'badgekit.yaml', (text) => `${text}tiers: { apart: [image] }\n`);
    expect((await badgekit(['define', '--check'], { cwd })).code).toBe(0);
  });
});

describe('roster diff', () => {
  test('names what each difference would do, with what was issued', async () => {
    const cwd = programme('email,name\nana@example.org,Ana\nbo@example.org,Bo\ncy@example.org,Cy\n');
    await badgekit(['issue', 'r.csv'], { cwd });
    await badgekit(['revoke', 'cy@example.org'], { cwd });
    writeFileSync(join(cwd, 'new.csv'), 'email,name\nana@example.org,Anna\ndi@example.org,Di\nno-address,X\n');
    const { out, code } = await badgekit(['roster', 'diff', 'r.csv', 'new.csv', '--json'], { cwd });
    expect(code).toBe(0);
    const { differences } = JSON.parse(out) as { differences: { effect: string }[] };
    expect(differences).toMatchObject([
      { kind: 'changed', line: 2, columns: ['name'], issued: { standing: 'valid' } },
      {
        kind: 'added',
        line: 3,
        recipient: 'di@example.org',
        issued: null,
        effect: 'would be issued, unless its person was erased',
      },
      { kind: 'refused', line: 4, recipient: null },
      { kind: 'removed', line: 3, recipient: 'bo@example.org', issued: { standing: 'valid' } },
      { kind: 'removed', line: 4, recipient: 'cy@example.org', issued: { standing: 'revoked' } },
    ]);
    expect(differences[0]?.effect).toContain('with --supersede a new badge replaces it');
    expect(differences[3]?.effect).toContain('stays valid; to take it back: badgekit revoke urn:uuid:');
    const text = await badgekit(['roster', 'diff', 'r.csv', 'new.csv'], { cwd });
    expect(text.out).toMatch(/^~ new\.csv:2 {2}ana@example\.org, knots \(name\)\n/);
    expect(text.out).toContain('1 changed, 1 added, 1 refused, 2 removed');
    expect((await badgekit(['roster', 'diff', 'r.csv', 'r.csv'], { cwd })).out).toContain('Both say the same');
  });
});
