import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');

/** The layers, from the top down: a file imports from its own layer or from one above it. */
const LAYERS = [
  'errors.ts',
  'ports.ts',
  'syntax',
  'keys',
  'openbadges',
  'proof',
  'status',
  'bake',
  'verify',
  'frameworks',
  'roster',
  'issue',
  'ledger',
  'programme',
  'world',
  'site',
  'cli',
  'index.ts',
];
const EFFECTS = new Set(['ledger', 'programme', 'world', 'cli']);
const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ['node:fs', /from 'node:fs(?:\/promises)?'/],
  ['the network', /from 'node:(?:net|http|https|dns|tls|dgram|child_process)(?:\/promises)?'|\bfetch\(/],
  ['the clock', /\bDate\.now\b|new Date\(\)|\bperformance\.now\b/],
  ['Math.random', /\bMath\.random\b/],
  ['process', /\bprocess\./],
];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.d.ts'),
);

function layerOf(file: string): string {
  const [first = ''] = relative(SRC, file).split(sep);
  return first;
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+\.ts)'/g)].map(([, path = '']) =>
    resolve(dirname(file), path),
  );
}

describe('architecture', () => {
  test('every file belongs to a known layer', () => {
    expect(files.map((file) => layerOf(join(SRC, file))).filter((layer) => !LAYERS.includes(layer))).toEqual([]);
  });

  test('imports point only to the own layer or to one above', () => {
    const upward = files.flatMap((file) => {
      const own = LAYERS.indexOf(layerOf(join(SRC, file)));
      return importsOf(join(SRC, file))
        .filter((target) => LAYERS.indexOf(layerOf(target)) > own)
        .map((target) => `${file} imports ${relative(SRC, target)}`);
    });
    expect(upward).toEqual([]);
  });

  test('no file imports itself in a circle', () => {
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file))
        circles.push([...path.slice(path.indexOf(file)), file].map((step) => relative(SRC, step)).join(' -> '));
      if (done.has(file) || path.includes(file)) return;
      for (const target of importsOf(file)) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(join(SRC, file), []);
    expect(circles).toEqual([]);
  });

  test('disk, network, clock, chance and process are touched only where effects live', () => {
    const touched = files
      .filter((file) => !EFFECTS.has(layerOf(join(SRC, file))))
      .flatMap((file) =>
        FORBIDDEN.filter(([, pattern]) => pattern.test(readFileSync(join(SRC, file), 'utf8'))).map(
          ([what]) => `${file} touches ${what}`,
        ),
      );
    expect(touched).toEqual([]);
  });

  test('the command line alone prints', () => {
    const printing = files.filter(
      (file) =>
        layerOf(join(SRC, file)) !== 'cli' &&
        /\bconsole\.|\bprocess\.std(?:out|err)/.test(readFileSync(join(SRC, file), 'utf8')),
    );
    expect(printing).toEqual([]);
  });
});
