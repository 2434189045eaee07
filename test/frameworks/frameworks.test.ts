import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { searchSkills } from '../../src/frameworks/search.ts';
import { readFrameworkFile } from '../../src/programme/frameworks.ts';

const FOLDER = resolve(import.meta.dirname, '../../fixtures/frameworks');
const read = (file: string) => readFrameworkFile(join(FOLDER, file), file, '2026-11-28');

describe('a framework of skills', () => {
  test.each([
    [
      'esco-skills_en.csv',
      { kind: 'ESCO', title: 'ESCO', version: undefined },
      {
        code: '5a6b7c8d-0000-4000-8000-000000000001',
        url: 'http://data.europa.eu/esco/skill/5a6b7c8d-0000-4000-8000-000000000001',
        name: 'tie knots',
        description: 'Fasten ropes and lines with knots that hold, and undo them again.',
        also: ['knot ropes', 'fasten ropes with knots'],
      },
      ['telegraphy of knots'],
    ],
    [
      'case.json',
      { kind: 'CASE', title: 'Seamanship standards', version: '2025', targetType: 'CFItem' },
      {
        code: 'SEA.1',
        url: 'https://case.example/items/i1',
        name: 'Bowline',
        description: 'The learner ties a bowline with either hand.',
      },
      ['The learner ties a granny knot.'],
    ],
    [
      'ctdl.json',
      { kind: 'CTDL-ASN', title: 'Rigging competencies', targetType: 'ceasn:Competency' },
      {
        code: 'R1',
        url: 'https://credentialengineregistry.org/resources/ce-0002',
        name: 'Inspect ropes',
        description: 'Inspects ropes for wear before each use.',
      },
      ['Stows ropes dry.'],
    ],
    [
      'rsd.json',
      { kind: 'Rich Skill Descriptors', title: 'Harbour skills', version: '2026-02-03' },
      {
        code: '7f3a',
        url: 'https://osmt.example/api/skills/7f3a',
        name: 'Mooring',
        description: 'Moor a vessel safely alongside a quay.',
        also: ['berthing', 'docking'],
      },
      ['Signalling'],
    ],
    [
      'onet-occupations.txt',
      { kind: 'O*NET', title: 'O*NET' },
      {
        code: '49-9096.00',
        url: 'https://www.onetonline.org/link/summary/49-9096.00',
        name: 'Riggers',
        description: 'Set up or repair rigging for construction projects, manufacturing plants, or ships.',
      },
      [],
    ],
    [
      'onet-elements.txt',
      { kind: 'O*NET', title: 'O*NET' },
      {
        code: '2.A.2.a',
        url: 'https://www.onetonline.org/find/descriptor/result/2.A.2.a',
        name: 'Critical Thinking',
        description: 'Using logic and reasoning to identify strengths and weaknesses.',
      },
      [],
    ],
  ])('is read from %s as it is published', async (file, about, first, deprecated) => {
    const framework = await read(file);
    expect(framework).toMatchObject(about);
    expect(framework.skills[0]).toEqual(first);
    expect(framework.skills.filter((skill) => skill.deprecated).map(({ name }) => name)).toEqual(deprecated);
    expect(framework.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('says by what an item was replaced', async () => {
    const { skills } = await read('case.json');
    expect(skills.find(({ code }) => code === 'SEA.2')).toMatchObject({ deprecated: true, replacedBy: 'SEA.3' });
    expect(skills.find(({ code }) => code === 'i4')).toMatchObject({ name: 'The learner calls the watch.' });
  });

  test('is searched by words, in any form and order, the nearest first; deprecated skills are left out', async () => {
    const { skills } = await read('esco-skills_en.csv');
    const names = (query: string): readonly string[] => searchSkills(skills, query, 5).map(({ skill }) => skill.name);
    expect(names('Critical thinking')).toEqual(['think critically']);
    expect(names('tying knots')[0]).toBe('tie knots');
    expect(names('knots')).not.toContain('telegraphy of knots');
    expect(names('rope')).toEqual(['splice ropes', 'tie knots']);
    expect(names('zebra')).toEqual([]);
    expect(searchSkills(skills, 'ropes knots', 1)).toHaveLength(1);
  });

  test('that is none is refused by name', async () => {
    await expect(readFrameworkFile(join(FOLDER, '../rosters/edx.csv'), 'edx.csv', '2026-11-28')).rejects.toMatchObject({
      code: 'FRAMEWORK_INVALID',
      where: { file: 'edx.csv' },
    });
    await expect(
      readFrameworkFile(join(FOLDER, '../rosters/edx.json'), 'edx.json', '2026-11-28'),
    ).rejects.toMatchObject({
      code: 'FRAMEWORK_INVALID',
    });
    expect(readFileSync(join(FOLDER, 'case.json'), 'utf8')).toContain('CFDocument');
  });
});
