import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PLACE } from '../bench/lib/programme.ts';

const ROOT = join(import.meta.dirname, '..');

/** What the bench leaves behind, where anything. */
function left(): readonly string[] {
  return readdirSync(PLACE).filter((name) => name.startsWith('badgekit-bench-'));
}

test('the bench runs from end to end, judges no times, and leaves nothing behind', () => {
  const before = left();
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/bench.js', '--quick'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('## Ratios\n\nA quick run: these say that it runs, and nothing of how fast.');
  for (const work of [
    'issue JSON, beside @digitalbazaar/vc',
    'issue JSON, beside a raw Ed25519 signature',
    'verify in bulk, beside @digitalbazaar/vc',
    'verify odd documents, beside @digitalbazaar/vc',
    'issue VC-JWT, beside jose',
    'bake a PNG of 50 KB, beside writing it',
    '--help, beside an empty module',
    'first credential, whole process',
  ])
    expect(stdout).toMatch(new RegExp(`\\| ${work.replaceAll(/[/.-]/g, '\\$&')}[^|]*\\| +[\\d.]+x \\|`));
  expect(left().filter((name) => !before.includes(name))).toEqual([]);
}, 600_000);
