// Fuzzes reading, extracting and verifying for as long as one likes: npm run fuzz -- 3600 (seconds; 60 by default).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const seconds = process.argv[2] ?? '60';
const seed = process.argv[3] ?? String(Date.now() % 4_294_967_296);
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const run = spawnSync(process.execPath, [vitest, 'run', 'test/fuzz'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  env: { ...process.env, BADGEKIT_FUZZ_SECONDS: seconds, BADGEKIT_FUZZ_SEED: seed },
  stdio: 'inherit',
});
process.exitCode = run.status ?? 1;
