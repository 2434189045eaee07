import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { badgekit, copyOf, filesBelow, knotsProgramme, printed } from '../support/cli.ts';

const FOLDER = resolve(import.meta.dirname, '../../fixtures/frameworks');
const TIE = '5a6b7c8d-0000-4000-8000-000000000001';

let template = '';
beforeAll(async () => {
  template = await knotsProgramme();
  for (const [file, name] of [
    ['esco-skills_en.csv', 'esco'],
    ['case.json', 'case'],
  ] as const)
    await badgekit(['frameworks', 'import', join(FOLDER, file), '--as', name, '--release', '1.2'], { cwd: template });
});

describe('frameworks', () => {
  test('become snapshots with their release and the digests of their files', async () => {
    const cwd = copyOf(template);
    const run = await badgekit(
      [
        'frameworks',
        'import',
        join(FOLDER, 'onet-occupations.txt'),
        join(FOLDER, 'onet-elements.txt'),
        '--as',
        'onet',
        '--release',
        '29.0',
        '--json',
      ],
      { cwd },
    );
    expect(printed(run)).toMatchObject({
      file: 'frameworks/onet.jsonl',
      kind: 'O*NET',
      version: '29.0',
      entries: 4,
      sources: [{ file: 'onet-occupations.txt' }, { file: 'onet-elements.txt' }],
    });
    expect(printed(await badgekit(['frameworks', 'list', '--json'], { cwd }))).toMatchObject({
      frameworks: [
        { name: 'case', title: 'Seamanship standards', entries: 4, deprecated: 1 },
        { name: 'esco', version: '1.2', entries: 4, deprecated: 1 },
        { name: 'onet' },
      ],
    });
    const [head = ''] = readFileSync(join(cwd, 'frameworks/onet.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(head)).toMatchObject({ name: 'onet', title: 'O*NET', version: '29.0' });
  });

  test.each([
    [['case.json', 'esco-skills_en.csv', '--as', 'x'], 'FRAMEWORK_INVALID'],
    [['case.json', '--as', 'https'], 'USAGE'],
    [['case.json', '--as', '../x'], 'USAGE'],
    [['nothing.json', '--as', 'x'], 'FILE_NOT_FOUND'],
  ])('are refused as %s', async (args, code) => {
    const files = args.map((arg) => (/\.(?:json|csv)$/.test(arg) ? join(FOLDER, arg) : arg));
    const run = await badgekit(['frameworks', 'import', ...files, '--json'], { cwd: copyOf(template) });
    expect(printed(run)).toMatchObject({ error: { code } });
  });

  test('give definitions whole alignments, signed with each badge', async () => {
    const cwd = copyOf(template);
    const added = await badgekit(['align', 'badges/knots.yaml', '--add', `esco:${TIE}`, '--add', 'case:SEA.1'], {
      cwd,
    });
    expect(added.out).toContain(`Added esco:${TIE}, case:SEA.1 to badges/knots.yaml`);
    expect(readFileSync(join(cwd, 'badges/knots.yaml'), 'utf8')).toContain(
      `alignment:\n  - esco:${TIE}\n  - case:SEA.1\n`,
    );
    expect((await badgekit(['define', '--check'], { cwd })).code).toBe(0);
    writeFileSync(join(cwd, 'r.csv'), 'email\nana@example.org\n');
    await badgekit(['issue', 'r.csv'], { cwd });
    const [file = ''] = filesBelow(join(cwd, 'credentials')).filter((name) => name.endsWith('.json'));
    const badge = JSON.parse(readFileSync(join(cwd, 'credentials', file), 'utf8')) as {
      credentialSubject: { achievement: { alignment: object[] } };
    };
    expect(badge.credentialSubject.achievement.alignment).toEqual([
      {
        type: ['Alignment'],
        targetName: 'tie knots',
        targetUrl: `http://data.europa.eu/esco/skill/${TIE}`,
        targetDescription: 'Fasten ropes and lines with knots that hold, and undo them again.',
        targetFramework: 'ESCO 1.2',
        targetCode: TIE,
      },
      {
        type: ['Alignment'],
        targetName: 'Bowline',
        targetUrl: 'https://case.example/items/i1',
        targetDescription: 'The learner ties a bowline with either hand.',
        targetFramework: 'Seamanship standards 1.2',
        targetCode: 'SEA.1',
        targetType: 'CFItem',
      },
    ]);
    expect((await badgekit(['verify', 'credentials', '--offline'], { cwd })).out).toContain('2 verified');
  });

  test('tell define --check of codes that they do not have, or no longer want used, with place and replacement', async () => {
    const cwd = copyOf(template);
    appendFileSync(
      join(cwd, 'badges/knots.yaml'),
      `alignment:\n  - case:SEA.2\n  - case:SEA.9\n  - other:1\n  - {}\nresultDescription:\n  - { name: R, resultType: Result, alignment: [case:SEA.7] }\n`,
    );
    const { out, code } = await badgekit(['define', '--check'], { cwd });
    expect(code).toBe(1);
    expect(out).toContain('alignment[3].targetName');
    writeFileSync(
      join(cwd, 'badges/knots.yaml'),
      readFileSync(join(cwd, 'badges/knots.yaml'), 'utf8').replace('  - {}\n', ''),
    );
    const faults = printed(await badgekit(['define', '--check', '--json'], { cwd }))['faults'] as {
      message: string;
      hint: string;
      line: number;
    }[];
    expect(faults.map(({ message, hint }) => [message, hint])).toEqual([
      [
        '"case:SEA.2" (The learner ties a granny knot.) is no longer to be used, Seamanship standards 1.2 says',
        'write case:SEA.3 (The learner ties a reef knot.) instead',
      ],
      ['Seamanship standards 1.2 has no "SEA.9"', expect.stringMatching(/^did you mean case:SEA\.\d\?$/)],
      [
        '"other:1" is of a framework that is not in frameworks/',
        'import it: badgekit frameworks import FILE --as other',
      ],
      ['Seamanship standards 1.2 has no "SEA.7"', expect.any(String)],
    ]);
    expect(faults.every(({ line }) => line > 0)).toBe(true);
  });

  test('keep entries that share a code, under their addresses, and say so', async () => {
    const cwd = copyOf(template);
    const items = ['1', '1', '2'].map((code, at) => ({
      identifier: `i${at}`,
      uri: `https://case.example/${at}`,
      fullStatement: `S${at}`,
      humanCodingScheme: code,
    }));
    writeFileSync(join(cwd, 'c.json'), JSON.stringify({ CFDocument: { title: 'T' }, CFItems: items }));
    const run = await badgekit(['frameworks', 'import', 'c.json', '--as', 'shared'], { cwd });
    expect(run.out).toContain('2 entries share their codes with others');
    expect(run.out).toContain('3 entries');
    expect((await badgekit(['align', 'knots', '--add', 'shared:https://case.example/1'], { cwd })).code).toBe(0);
    expect((await badgekit(['align', 'knots', '--add', 'shared:1'], { cwd })).code).toBe(2);
  });

  test.each([
    ['an address that is none', '{"code":"a","url":"javascript:alert(1)","name":"A"}'],
    ['a description that is no text', '{"code":"a","url":"https://x.example","name":"A","description":5}'],
  ])('with %s are refused with the line', async (_what, entry) => {
    const cwd = copyOf(template);
    appendFileSync(join(cwd, 'frameworks/case.jsonl'), `${entry}\n`);
    const run = await badgekit(['align', 'knots', '--search', 'A', '--json'], { cwd });
    expect(printed(run)).toMatchObject({
      error: { code: 'FRAMEWORK_INVALID', where: { file: 'frameworks/case.jsonl', line: 6 } },
    });
  });

  test('that were damaged are refused with the line', async () => {
    const cwd = copyOf(template);
    appendFileSync(join(cwd, 'frameworks/case.jsonl'), '{"code":1}\n');
    appendFileSync(join(cwd, 'badges/knots.yaml'), 'alignment: [case:SEA.1]\n');
    expect((await badgekit(['define', '--check'], { cwd })).out).toContain('this is no snapshot');
  });
});

describe('align', () => {
  test('offers what fits the words, or the badge itself', async () => {
    const search = await badgekit(['align', 'badges/knots.yaml', '--search', 'critical thinking', '--json'], {
      cwd: template,
    });
    expect(printed(search)).toMatchObject({
      search: 'critical thinking',
      offers: [{ reference: expect.stringMatching(/^esco:/) as string, name: 'think critically' }],
    });
    const own = printed(await badgekit(['align', 'knots', '--framework', 'esco', '--json'], { cwd: template }));
    expect(own).toMatchObject({ search: 'Knots', offers: [{ name: 'tie knots' }, {}] });
    const text = await badgekit(['align', 'badges/knots.yaml', '--search', 'bowline'], { cwd: template });
    expect(text.out).toMatch(/^case:SEA\.1 {2}Bowline \(Seamanship standards 1\.2\)\n {4}The learner ties/);
  });

  test('says no where nothing fits, and changes nothing for a code that is none', async () => {
    const cwd = copyOf(template);
    expect((await badgekit(['align', 'knots', '--search', 'zebra'], { cwd })).code).toBe(1);
    const before = readFileSync(join(cwd, 'badges/knots.yaml'), 'utf8');
    const run = await badgekit(['align', 'knots', '--add', 'case:SEA.2', '--json'], { cwd });
    expect(printed(run)).toMatchObject({ error: { code: 'FRAMEWORK_UNKNOWN' } });
    expect(readFileSync(join(cwd, 'badges/knots.yaml'), 'utf8')).toBe(before);
  });

  test('keeps the comments of a definition', async () => {
    const cwd = copyOf(template);
    appendFileSync(join(cwd, 'badges/knots.yaml'), '# ours\nalignment: # two\n  - case:SEA.1 # one\n');
    await badgekit(['align', 'knots', '--add', 'case:SEA.3'], { cwd });
    expect(readFileSync(join(cwd, 'badges/knots.yaml'), 'utf8')).toMatch(
      /# ours\nalignment: # two\n {2}- case:SEA\.1 # one\n {2}- case:SEA\.3\n$/,
    );
  });

  test('needs a framework', async () => {
    const { err, code } = await badgekit(['align', 'knots', '--search', 'x'], { cwd: await knotsProgramme() });
    expect([code, err]).toEqual([2, expect.stringContaining('holds no frameworks of skills yet')]);
  });
});
