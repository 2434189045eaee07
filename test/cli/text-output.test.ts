import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, createReadStream, mkdtempSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';

const BIN = join(import.meta.dirname, '../../bin/badgekit.js');
const { CI: _, ...env } = process.env;

/** A named pipe, and an end of it that keeps no writer waiting. */
function newPipe(): { readonly path: string; readonly end: number } {
  const path = join(mkdtempSync(join(tmpdir(), 'badgekit-test-')), 'pipe');
  execFileSync('mkfifo', [path]);
  return { path, end: openSync(path, constants.O_RDWR | constants.O_NONBLOCK) };
}

/** What a message says of a file of which there are so many names that no pipe holds it at once. */
const MANY = Array.from({ length: 3000 }, (_name, index) => `a-file-that-is-not-there-${index}.json`);

describe('what is printed', () => {
  test('arrives whole in a pipe that is full for a while and keeps no writer waiting', async () => {
    const { path, end } = newPipe();
    const child = spawn(process.execPath, [BIN, 'verify', '--json', '--offline', ...MANY], {
      env,
      stdio: ['ignore', end, 'ignore'],
    });
    // The pipe is full long before anybody reads it.
    await after(3000);
    const reader = createReadStream(path, { encoding: 'utf8' });
    let out = '';
    reader.on('data', (chunk) => (out += String(chunk)));
    const [code] = await once(child, 'exit');
    await after(200);
    reader.destroy();
    closeSync(end);
    expect(code).toBe(3);
    for (const name of [MANY.at(0), MANY.at(-1)]) expect(out).toContain(name);
    expect(out.length).toBeGreaterThan(2 ** 17);
    expect(() =>
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).not.toThrow();
  });

  test('is not missed by who has read enough', async () => {
    const child = spawn(process.execPath, [BIN, 'verify', '--json', '--offline', ...MANY], { env, stdio: 'pipe' });
    let err = '';
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    await once(child.stdout, 'readable');
    child.stdout.destroy();
    const [code] = await once(child, 'exit');
    expect([code, err]).toEqual([3, '']);
  });

  test('stands in a file as in a pipe', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'badgekit-test-'));
    const file = openSync(join(folder, 'help.txt'), 'w+');
    const [code] = await once(
      spawn(process.execPath, [BIN, '--help'], { env, stdio: ['ignore', file, 'ignore'] }),
      'exit',
    );
    closeSync(file);
    const inPipe = execFileSync(process.execPath, [BIN, '--help'], { env, encoding: 'utf8' });
    expect(code).toBe(0);
    expect(execFileSync('cat', [join(folder, 'help.txt')], { encoding: 'utf8' })).toBe(inPipe);
    expect(inPipe).toContain('A first programme:');
  });
});
