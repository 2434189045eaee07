import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The address of a PostgreSQL server for tests; undefined where there is none. */
    postgres: string | undefined;
  }
}

/** Debian keeps PostgreSQL's own programs off the path. */
function findPrograms(): string | undefined {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql').sort().reverse() : [];
  return versions.map((version) => `/usr/lib/postgresql/${version}/bin`).find((bin) => existsSync(join(bin, 'initdb')));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** The user that the server runs as: it refuses to run as root. */
function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout.trim());
  return { uid: id('-u'), gid: id('-g') };
}

/** Starts a real PostgreSQL on loopback for all test files, and takes it away at the end. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const bin = findPrograms();
  if (bin === undefined) {
    console.warn(
      'PostgreSQL is not installed here: the tests of its ledger are skipped. On Debian: apt-get install postgresql',
    );
    project.provide('postgres', undefined);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'badgekit-postgres-'));
  const user = serverUser();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const store = join(folder, 'store');
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', store, '-U', 'badgekit', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    {
      ...user,
      encoding: 'utf8',
    },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const port = await freePort();
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', store, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'max_connections=200'],
    { ...user, stdio: 'ignore' },
  );
  await accepting(join(bin, 'pg_isready'), port);
  project.provide('postgres', `postgres://badgekit@127.0.0.1:${port}`);
  return async () => {
    await stopped(server);
    rmSync(folder, { recursive: true, force: true });
  };
}

async function accepting(program: string, port: number): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (spawnSync(program, ['-q', '-h', '127.0.0.1', '-p', String(port)]).status === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('PostgreSQL did not start within 15 s');
}

function stopped(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    server.on('close', () => resolve());
    server.kill('SIGINT');
  });
}
