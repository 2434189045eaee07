// Measures: npm run bench (bench/main.ts), or npm run bench -- ledger 200000 (another program of bench/, with its arguments).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { libsql } from './libsql.js';
import { unbundled } from './unbundled.js';
import { REQUIRE, validators } from './validators.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const all = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''));
const [first = '', ...others] = process.argv.slice(2);
const isNamed = all.includes(first);
const named = isNamed ? first : 'main';
const args = isNamed ? others : process.argv.slice(2);
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
// Below the project, so that the bundled files find its dependencies.
const folder = mkdtempSync(join(root, 'node_modules/.badgekit-bench-'));
try {
  await build({
    absWorkingDir: root,
    entryPoints: all.map((name) => `bench/${name}.ts`),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // As in what is published: badgekit has to reach jsonld before others load it.
    external: [...unbundled(dependencies), '@digitalcredentials/*'],
    banner: { js: REQUIRE },
    plugins: [validators, libsql],
    define: { __BADGEKIT_VERSION__: JSON.stringify('bench') },
    logLevel: 'warning',
  });
  const { status } = spawnSync(process.execPath, [join(folder, `${named}.mjs`), ...args], {
    stdio: 'inherit',
    env: { ...process.env, BADGEKIT_BENCH_BIN: join(root, 'bin/badgekit.js') },
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
