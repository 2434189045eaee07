import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { start, temporaryFolder } from '../support/cli.ts';
import { TestProgramme } from '../support/programme.ts';

const BIN = join(import.meta.dirname, '../../bin/badgekit.js');
const { CI: _, ...env } = process.env;

/** What runs before badgekit: writes take ten bytes at first, and then say so often that the pipe is full. */
const fullFor = (times: number): string => `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  const { writeSync } = fs;
  let calls = 0;
  fs.writeSync = (file, bytes, ...rest) => {
    calls++;
    if (calls === 1) return writeSync(file, bytes.subarray(0, 10));
    if (calls <= 1 + ${times}) throw Object.assign(new Error('EAGAIN'), { code: 'EAGAIN' });
    return writeSync(file, bytes, ...rest);
  };
  syncBuiltinESMExports();
  process.on('exit', () => writeSync(2, String(calls)));`;
const before = (program: string): readonly string[] => [
  '--import',
  `data:text/javascript,${encodeURIComponent(program)}`,
];

describe('what is printed', () => {
  const help = execFileSync(process.execPath, [BIN, '--help'], { env, encoding: 'utf8' });

  test('stands in a file as in a pipe', async () => {
    const path = join(temporaryFolder(), 'help.txt');
    const file = openSync(path, 'w+');
    const child = spawn(process.execPath, [BIN, '--help'], { env, stdio: ['ignore', file, 'ignore'] });
    expect(await once(child, 'exit')).toEqual([0, null]);
    closeSync(file);
    expect(readFileSync(path, 'utf8')).toBe(help);
    expect(help).toContain('A first programme:');
  });

  test('arrives whole where a pipe takes a part of it, and is full for a while', async () => {
    const child = spawn(process.execPath, [...before(fullFor(1)), BIN, '--help'], { env, stdio: 'pipe' });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(out).toBe(help);
    // The part, and the one that was refused; the rest went another way.
    expect(err).toBe('2');
  });

  test('waits for who reads it slowly, and Ctrl-C is heard meanwhile', async () => {
    const programme = await TestProgramme.make();
    programme.writeRoster(3000);
    const child = start(['issue', 'r.csv', '--json'], { cwd: programme.cwd });
    // It is printed when all are issued; nobody reads yet, and a pipe does not hold it.
    while (programme.count() < 3000) await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
  });

  test('is not missed by who has read enough, but what was not decided by then is no yes', async () => {
    const programme = await TestProgramme.make();
    programme.writeRoster(500);
    expect((await programme.run('issue', 'r.csv')).code).toBe(0);
    const child = start(['verify', 'credentials', '--offline', '--jsonl'], { cwd: programme.cwd });
    let err = '';
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    await once(child.stdout, 'readable');
    child.stdout.destroy();
    expect(await once(child, 'exit')).toEqual([3, null]);
    expect(err).toBe('');
  });
});
