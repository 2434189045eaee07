import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const LIBRARY = pathToFileURL(join(resolve(import.meta.dirname, '../..'), 'dist/index.js')).href;

test('making a key ends, however often memory is cleared while it is made', () => {
  const program = `
    const { generatePrivateKey } = await import(${JSON.stringify(LIBRARY)});
    for (let made = 0; made < 3000; made++) generatePrivateKey('Ed25519').object.export({ format: 'jwk' });
    for (let made = 0; made < 1000; made++) generatePrivateKey('P-256').object.export({ format: 'jwk' });
    console.log('made');`;
  // Node's own key objects wait for themselves here after some ten keys.
  const { stdout, signal } = spawnSync(process.execPath, ['--gc-interval=7', '--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  expect([stdout, signal]).toEqual(['made\n', null]);
});
