// Builds dist/: bundled ES modules by esbuild, then the library's type declarations by tsc.
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version, dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

// What every run loads comes along in one piece, which starts faster.
const BUNDLED = ['commander'];

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: {
    cli: 'src/cli/main.ts',
    index: 'src/index.ts',
    errors: 'src/errors.ts',
    'verify-worker': 'src/cli/verify/worker.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: Object.keys(dependencies).filter((name) => !BUNDLED.includes(name)),
  // Bundled CommonJS asks for Node's own modules by require.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  chunkNames: 'chunks/[name]-[hash]',
  define: { __BADGEKIT_VERSION__: JSON.stringify(version) },
  legalComments: 'none',
  logLevel: 'warning',
});

for (const name of BUNDLED)
  copyFileSync(
    new URL(`../node_modules/${name}/LICENSE`, import.meta.url),
    new URL(`../dist/${name}.LICENSE`, import.meta.url),
  );

const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const types = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit' });
process.exitCode = types.status ?? 1;
