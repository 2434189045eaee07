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

/** A real PostgreSQL on loopback, with a store of its own. */
export class PostgresServer {
  readonly url: string;
  readonly #bin: string;
  readonly #folder: string;
  readonly #port: number;
  #process: ChildProcess;

  private constructor(bin: string, folder: string, port: number) {
    this.url = `postgres://badgekit@127.0.0.1:${port}`;
    this.#bin = bin;
    this.#folder = folder;
    this.#port = port;
    this.#process = this.#run();
  }

  /** @throws Error where PostgreSQL is not installed */
  static async start(): Promise<PostgresServer> {
    const bin = findPrograms();
    if (bin === undefined) throw new Error('PostgreSQL is not installed');
    const folder = mkdtempSync(join(tmpdir(), 'badgekit-postgres-'));
    const user = serverUser();
    if (user !== undefined) chownSync(folder, user.uid, user.gid);
    const made = spawnSync(
      join(bin, 'initdb'),
      ['-D', join(folder, 'store'), '-U', 'badgekit', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
      { ...user, encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
    const server = new PostgresServer(bin, folder, await freePort());
    await accepting(join(bin, 'pg_isready'), server.#port);
    return server;
  }

  /** Ends the server, in order or as in a crash, and starts it again. */
  /** @param away for how many milliseconds at least nobody answers */
  async restart(how: 'fast' | 'immediate', away = 0): Promise<void> {
    await ended(this.#process, how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await new Promise((resolve) => setTimeout(resolve, away));
    this.#process = this.#run();
    await accepting(join(this.#bin, 'pg_isready'), this.#port);
  }

  async stop(): Promise<void> {
    await ended(this.#process, 'SIGINT');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(): ChildProcess {
    return spawn(
      join(this.#bin, 'postgres'),
      ['-D', join(this.#folder, 'store'), '-p', String(this.#port), '-h', '127.0.0.1', '-k', this.#folder].concat(
        '-c',
        'max_connections=200',
      ),
      { ...serverUser(), stdio: 'ignore' },
    );
  }
}

/** Starts a server for all test files, and takes it away at the end. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (findPrograms() === undefined) {
    console.warn(
      'PostgreSQL is not installed here: the tests of its ledger are skipped. On Debian: apt-get install postgresql',
    );
    project.provide('postgres', undefined);
    return undefined;
  }
  const server = await PostgresServer.start();
  project.provide('postgres', server.url);
  return () => server.stop();
}

async function accepting(program: string, port: number): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (spawnSync(program, ['-q', '-h', '127.0.0.1', '-p', String(port)]).status === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('PostgreSQL did not start within 15 s');
}

function ended(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    server.on('close', () => resolve());
    server.kill(signal);
  });
}
