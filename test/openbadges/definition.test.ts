import { describe, expect, test } from 'vitest';
import { formatWhere } from '../../src/errors.ts';
import { readDefinition } from '../../src/openbadges/definition.ts';
import { parseYaml } from '../../src/syntax/yaml.ts';

const GOOD = `name: Knots
description: Ties knots.
tier: skill
criteria:
  narrative: Tie them.
image:
  file: knots.svg
  caption: A knot
`;
const faultsOf = (text: string): readonly string[] => {
  const outcome = readDefinition('knots', 'badges/knots.yaml', parseYaml(text));
  return outcome.ok
    ? []
    : outcome.faults.map(({ where, message, hint }) => `${formatWhere(where)} ${message}; ${hint ?? ''}`);
};

describe('a definition', () => {
  test('that is complete has no faults', () => {
    expect(faultsOf(GOOD)).toEqual([]);
  });

  test.each([
    [
      'a missing caption',
      GOOD.replace('  caption: A knot\n', ''),
      'badges/knots.yaml:7:3 image.caption is missing; screen readers need a caption: one sentence that says what the badge shows',
    ],
    [
      'a misspelt field',
      GOOD.replace('criteria:', 'critera:'),
      'badges/knots.yaml:4:1 critera is not known here; did you mean "criteria"?',
    ],
    [
      'a relative address',
      `${GOOD}alignment:\n  - targetName: X\n    targetUrl: esco/123\n`,
      'badges/knots.yaml:11:16 alignment[0].targetUrl "esco/123" is not an absolute web address; write an absolute web address such as https://example.org/x',
    ],
    [
      'a number where text belongs',
      `${GOOD}version: 1.10\n`,
      'badges/knots.yaml:9:10 version is a number where text belongs; put it in quotes: "1.10"',
    ],
    [
      'yes where text belongs',
      GOOD.replace('name: Knots', 'name: true'),
      'badges/knots.yaml:1:7 name is yes/no where text belongs; put it in quotes: "true"',
    ],
    [
      'an empty field',
      `${GOOD}humanCode:\n`,
      'badges/knots.yaml:9:11 humanCode is empty where text belongs; write a value after the colon, or leave the whole line out',
    ],
    ['an unknown type', `${GOOD}achievementType: Certificat\n`, /achievementType .*Certificate/],
    [
      'an unknown tier',
      GOOD.replace('tier: skill', 'tier: skil'),
      'badges/knots.yaml:3:7 tier "skil" is not one of the allowed words; did you mean "skill"?',
    ],
    [
      'no duration',
      `${GOOD}validFor: 2 years\n`,
      /validFor "2 years" is not an ISO 8601 duration; write an ISO 8601 duration such as P2Y/,
    ],
    [
      'criteria without content',
      GOOD.replace('  narrative: Tie them.', '  narrative: ""'),
      /criteria.narrative is empty/,
    ],
    [
      'a level that there is not',
      `${GOOD}resultDescription:\n  - name: Bench\n    resultType: RubricCriterionLevel\n    requiredLevel: pas\n    rubricCriterionLevel:\n      - name: pass\n`,
      'badges/knots.yaml:12:20 resultDescription[0].requiredLevel "pas" is not one of its levels; did you mean "pass"?',
    ],
    [
      'a required value out of range',
      `${GOOD}resultDescription:\n  - name: Paper\n    resultType: Percent\n    valueMax: "100"\n    requiredValue: "160"\n`,
      /requiredValue 160 lies outside any to 100/,
    ],
    [
      'two results of one name',
      `${GOOD}resultDescription:\n  - {name: Paper, resultType: Percent}\n  - {name: paper, resultType: Percent}\n`,
      /resultDescription\[1\].name is the second result named/,
    ],
  ])('with %s says where and what to write', (_, text, expected) => {
    const faults = faultsOf(text);
    expect(
      faults.filter((fault) => (typeof expected === 'string' ? fault === expected : expected.test(fault))),
    ).toHaveLength(1);
  });

  test('reports every fault at once', () => {
    expect(faultsOf('name: 7\ntier: gold\n').length).toBeGreaterThanOrEqual(4);
  });
});
