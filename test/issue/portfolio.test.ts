import { describe, expect, test } from 'vitest';
import {
  DEFAULT_THRESHOLDS,
  IssuedCounts,
  type PortfolioFinding,
  portfolioFindings,
} from '../../src/issue/portfolio.ts';
import type { Definition, DefinitionSource } from '../../src/openbadges/definition.ts';

const NOW = Date.parse('2026-11-28');
const SKILL = { targetName: 'Tying', targetUrl: 'https://skills.example/tying' };

function badge(name: string, more: Partial<DefinitionSource> = {}): Definition {
  const own = { description: `About ${name} alone.`, criteria: { narrative: `Do what ${name} takes.` } };
  const source = {
    name,
    tier: 'skill' as const,
    image: { file: 'x.svg', caption: 'C' },
    alignment: [{ ...SKILL, targetUrl: `https://skills.example/${name}` }],
    ...own,
    ...more,
  };
  return { badge: name, source };
}

function issued(awards: readonly (readonly [badge: string, people: number, content?: string])[]): IssuedCounts {
  const counts = new IssuedCounts();
  for (const [name, people, content = '{"evidence_url":"x"}'] of awards)
    for (let person = 0; person < people; person++)
      counts.add({ badge: name, recipient: `p${person}@example.org`, content });
  return counts;
}

function find(definitions: readonly Definition[], counts: IssuedCounts, thresholds = {}): readonly PortfolioFinding[] {
  return portfolioFindings(definitions, counts, { ...DEFAULT_THRESHOLDS, ...thresholds }, NOW);
}
const kinds = (findings: readonly PortfolioFinding[]): readonly string[] =>
  findings.map((finding) => `${finding.kind} ${finding.badges.join(' ')}`);

describe('the badges of a programme', () => {
  test('that are in order have nothing said against them', () => {
    expect(
      find(
        [badge('knots'), badge('sails')],
        issued([
          ['knots', 3],
          ['sails', 9],
        ]),
      ),
    ).toEqual([]);
  });

  test('that say nearly the same are near duplicates', () => {
    const same = {
      description: 'Ties twelve knots quickly and well.',
      criteria: { narrative: 'Tie twelve knots before an instructor.' },
    };
    const findings = find(
      [badge('knots', same), badge('ropes', same), badge('sails')],
      issued([
        ['knots', 1],
        ['ropes', 1],
        ['sails', 1],
      ]),
    );
    expect(kinds(findings)).toEqual(['near-duplicate knots ropes']);
    expect(
      find(
        [badge('knots', same), badge('ropes', same)],
        issued([
          ['knots', 1],
          ['ropes', 1],
        ]),
        { similar: 1 },
      ),
    ).toEqual([]);
  });

  test('that go to the same people overlap, where there are enough of them', () => {
    const both = [badge('knots'), badge('sails'), badge('talks', { tier: 'participation' })];
    const overlapping = kinds(
      find(
        both,
        issued([
          ['knots', 19],
          ['sails', 20],
          ['talks', 100],
        ]),
      ),
    );
    expect(overlapping).toEqual(['overlapping knots sails']);
    expect(
      find(
        both,
        issued([
          ['knots', 9],
          ['sails', 9],
          ['talks', 100],
        ]),
      ),
    ).toEqual([]);
  });

  test('that share a skill are told together', () => {
    const aligned = { alignment: [SKILL] };
    const findings = find(
      [badge('knots', aligned), badge('ropes', aligned)],
      issued([
        ['knots', 1],
        ['ropes', 1],
      ]),
    );
    expect(findings).toMatchObject([
      { kind: 'shared-skill', badges: ['knots', 'ropes'], message: 'are all aligned with Tying' },
    ]);
    expect(
      find(
        [badge('knots', aligned), badge('ropes', aligned)],
        issued([
          ['knots', 1],
          ['ropes', 1],
        ]),
        { perSkill: 2 },
      ),
    ).toEqual([]);
  });

  test('that were never issued, or issued to everyone, are told; participation may be', () => {
    const findings = find(
      [badge('knots'), badge('sails'), badge('talks', { tier: 'participation' })],
      issued([
        ['knots', 20],
        ['talks', 20],
      ]),
    );
    expect(kinds(findings)).toEqual(['overlapping knots talks', 'never-issued sails', 'issued-to-everyone knots']);
  });

  test('without a skill, or mostly without evidence, are told; what was issued before rows were kept is not counted', () => {
    const bare = badge('knots', { alignment: [] });
    expect(kinds(find([bare], issued([['knots', 4, '{"name":"x"}']])))).toEqual([
      'no-alignment knots',
      'no-evidence knots',
    ]);
    expect(kinds(find([badge('sails')], issued([['sails', 4, '']])))).toEqual([]);
    expect(kinds(find([badge('sails')], issued([['sails', 4, '{"result.Paper":"x"}']])))).toEqual([]);
  });

  test('whose criteria are due are told, and variants in other languages are not looked at', () => {
    const due = find([badge('knots', { review_by: '2026-11-27' }), badge('knots.pt')], issued([['knots', 1]]));
    expect(due).toMatchObject([{ kind: 'criteria-expired', message: expect.stringContaining('2026-11-27') as string }]);
    expect(find([badge('knots', { review_by: '2026-11-29' })], issued([['knots', 1]]))).toEqual([]);
  });
});
