import { fileURLToPath } from 'node:url';

/** Where the program of a worker thread lies. */
export function workerEntry(name: 'issue-worker' | 'verify-worker'): string {
  // Built, this file lies in dist/ or in a folder of shared pieces below it; the entries lie in dist/ itself.
  const folder = /\/chunks\/[^/]+$/.test(import.meta.url) ? '..' : '.';
  return fileURLToPath(new URL(`${folder}/${name}.js`, import.meta.url));
}
