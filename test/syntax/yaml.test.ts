import { describe, expect, test } from 'vitest';
import { parseYaml, withListed } from '../../src/syntax/yaml.ts';

describe('YAML as badgekit reads it', () => {
  test('gives values with their places', () => {
    const yaml = parseYaml('name: First aid\nlist:\n  - a: 1\n    b: "x"\n');
    expect(JSON.stringify(yaml.value)).toBe('{"name":"First aid","list":[{"a":1,"b":"x"}]}');
    expect(yaml.at('/list/0/b')).toEqual({ line: 4, column: 8 });
    expect(yaml.at('/list/0/b', true)).toEqual({ line: 4, column: 5 });
    expect(yaml.at('/list/0/missing')).toEqual({ line: 3, column: 5 });
  });

  test.each([
    ['a: &x 1\nb: *x', 'YAML_FORBIDDEN'],
    ['a: !!js/function "x"', 'YAML_SYNTAX'],
    ['a: !!binary aGk=', 'YAML_FORBIDDEN'],
    ['a: 1\na: 2', 'YAML_SYNTAX'],
    ['<<: {a: 1}', 'YAML_FORBIDDEN'],
    ['? [a]\n: 1', 'YAML_FORBIDDEN'],
    ['__proto__: 1', 'YAML_FORBIDDEN'],
    ['a: 0.0000005', 'YAML_FORBIDDEN'],
    ['a: 0.12345678901234567', 'YAML_FORBIDDEN'],
    ['a: 9007199254740993', 'YAML_FORBIDDEN'],
    ['%YAML 1.1\n---\na: NO', 'YAML_FORBIDDEN'],
    ['  \n# x\n%YAML 1.1\n---\na: NO', 'YAML_FORBIDDEN'],
    ['a: 1\n---\nb: 2', 'YAML_FORBIDDEN'],
    ['', 'YAML_SYNTAX'],
    ['# only a comment', 'YAML_SYNTAX'],
    ['a:\n\t- b', 'YAML_SYNTAX'],
    ['a: 017', 'YAML_FORBIDDEN'],
    ['a: 0o17', 'YAML_FORBIDDEN'],
    ['a: 0x1F', 'YAML_FORBIDDEN'],
    ['a: .inf', 'YAML_FORBIDDEN'],
    [`a: ${'['.repeat(40)}${']'.repeat(40)}`, 'YAML_FORBIDDEN'],
  ])('%j is refused with a place', (text, code) => {
    expect(() => parseYaml(text)).toThrow(
      expect.objectContaining({ code, where: expect.objectContaining({ line: expect.any(Number) }) }),
    );
  });

  test.each([
    ['NO', 'NO'],
    ['yes', 'yes'],
    ['12:30:45', '12:30:45'],
    ['2026-05-04', '2026-05-04'],
    ['1_000', '1_000'],
    ['1.10', 1.1],
    ['true', true],
  ])('the plain scalar %s is %j', (text, value) => {
    expect(JSON.stringify(parseYaml(`a: ${text}`).value)).toBe(JSON.stringify({ a: value }));
    expect(parseYaml(`a: ${text}`).written('/a')).toBe(text);
  });
});

describe('one more text in a list', () => {
  test.each([
    ['a: 1\n', 'a: 1\nlist:\n  - x:1\n'],
    ['a: 1', 'a: 1\nlist:\n  - x:1\n'],
    [
      'list:\n  - one # why\n\n# end\na: >\n  folded\n  text\n',
      'list:\n  - one # why\n  - x:1\n\n# end\na: >\n  folded\n  text\n',
    ],
    ['list:\n- one\n- b: 2\n  c: 3\na: 1\n', 'list:\n- one\n- b: 2\n  c: 3\n- x:1\na: 1\n'],
    ['list: [one, two] # both\na: 1\n', 'list: [one, two, x:1] # both\na: 1\n'],
    ['list: []\n', 'list: [x:1]\n'],
    ['a: 1\r\nlist:\r\n    - one\r\n', 'a: 1\r\nlist:\r\n    - one\r\n    - x:1\r\n'],
    ['list:\n  - one', 'list:\n  - one\n  - x:1\n'],
    ['list:\na: 1\n', 'list:\n  - x:1\na: 1\n'],
    ['a: 1\nlist: ~ # none\n', 'a: 1\nlist: # none\n  - x:1\n'],
    ['a: 1\n...\n', 'a: 1\nlist:\n  - x:1\n...\n'],
  ])('leaves all else of %j as it is', (text, expected) => {
    expect(withListed(text, 'list', 'x:1')).toBe(expected);
    expect((parseYaml(expected).value as { list: unknown[] }).list.at(-1)).toBe('x:1');
  });
});
