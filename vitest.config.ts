import { defineConfig } from 'vitest/config';
import { validatorsInTests } from './scripts/validators.js';

export default defineConfig({
  plugins: [validatorsInTests],
  define: { __BADGEKIT_VERSION__: JSON.stringify('0.0.0-test') },
  test: {
    globalSetup: ['test/support/postgres.ts'],
    include: ['test/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
