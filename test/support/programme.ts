import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CompactEncrypt, decodeProtectedHeader } from 'jose';
import { openJwk } from '../../src/keys/sealed.ts';
import {
  badgekit,
  DEFINE_KNOTS,
  filesBelow,
  PASSPHRASE,
  printed,
  type Run,
  type RunOptions,
  start,
  temporaryFolder,
} from './cli.ts';

const WORKER_PRELOAD = pathToFileURL(join(import.meta.dirname, 'worker-preload.js')).href;

/** A programme with one badge and a roster, `r.csv`, on a ledger of its own. */
export class TestProgramme {
  readonly cwd = temporaryFolder();
  readonly env: Readonly<Record<string, string>>;

  private constructor(ledger: string) {
    this.env = ledger.startsWith('postgres:') ? { BADGEKIT_LEDGER_URL: ledger } : {};
  }

  /** @param ledger a postgres:// address; anything else stands for the embedded ledger */
  static async make(ledger = '', ...options: readonly string[]): Promise<TestProgramme> {
    const programme = new TestProgramme(ledger);
    await programme.run('init-issuer', '--name', 'S', '--hosting', 'https://badges.example.org', ...options);
    await programme.run(...DEFINE_KNOTS);
    await programme.#sealLightly();
    return programme;
  }

  /** The files of another programme, with a ledger of its own: one that has not issued yet. */
  static async copy(other: TestProgramme, ledger = ''): Promise<TestProgramme> {
    const programme = new TestProgramme(ledger);
    await cp(other.cwd, programme.cwd, { recursive: true, preserveTimestamps: true });
    return programme;
  }

  /** Seals the keys with the fewest rounds that are accepted: tests start badgekit thousands of times. */
  async #sealLightly(): Promise<void> {
    for (const file of readdirSync(join(this.cwd, 'keys'))) {
      const before = this.read(`keys/${file}`).trim();
      const { cty } = decodeProtectedHeader(before);
      const sealed = await new CompactEncrypt(
        new TextEncoder().encode(JSON.stringify(await openJwk(before, PASSPHRASE))),
      )
        .setProtectedHeader({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', ...(cty === undefined ? {} : { cty }) })
        .setKeyManagementParameters({ p2c: 100_000 })
        .encrypt(new TextEncoder().encode(PASSPHRASE));
      this.write(`keys/${file}`, `${sealed}\n`);
    }
  }

  run(...args: readonly string[]): Promise<Run> {
    return this.runWith({}, ...args);
  }

  runWith(options: Omit<RunOptions, 'cwd'>, ...args: readonly string[]): Promise<Run> {
    return badgekit(args, { cwd: this.cwd, ...options, env: { ...this.env, ...options.env } });
  }

  /** Runs it with its threads there before the work begins; what they were asked comes with it. */
  async runOnThreads(
    { env, ...options }: Omit<RunOptions, 'cwd'>,
    ...args: readonly string[]
  ): Promise<Run & { readonly asked: readonly string[] }> {
    const file = `${this.cwd}.asked.json`;
    const before = `--import ${WORKER_PRELOAD} ${env?.['NODE_OPTIONS'] ?? ''}`.trim();
    const run = await this.runWith(
      { ...options, env: { ...env, NODE_OPTIONS: before, BADGEKIT_ASKED: file } },
      ...args,
    );
    const asked: readonly string[] = JSON.parse(readFileSync(file, 'utf8'));
    return { ...run, asked };
  }

  /** Starts a run, kills it with -9 as soon as something is so, and waits for its end. */
  killedWhen(isSo: () => boolean, ...args: readonly string[]): Promise<{ readonly signal: NodeJS.Signals | null }> {
    return new Promise((resolve) => {
      const child = start(args, { cwd: this.cwd, env: this.env });
      const watch = setInterval(() => {
        if (isSo()) child.kill('SIGKILL');
      }, 5);
      child.on('close', (_code, signal) => {
        clearInterval(watch);
        resolve({ signal });
      });
    });
  }

  /** Waits until something is so. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Runs with --json and gives what it printed. */
  async json(...args: readonly string[]): Promise<Record<string, unknown>> {
    return printed(await this.run(...args, '--json'));
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.cwd, file), text);
  }

  read(file: string): string {
    return readFileSync(join(this.cwd, file), 'utf8');
  }

  /** A roster of this many people. */
  writeRoster(people: number, file = 'r.csv'): void {
    this.write(file, `email\n${Array.from({ length: people }, (_, index) => `p${index}@example.org\n`).join('')}`);
  }

  /** How many JSON credentials there are, at a moment when some may be in the making. */
  count(): number {
    const folder = join(this.cwd, 'credentials/knots');
    return existsSync(folder) ? readdirSync(folder).filter((file) => /^[^.].*\.json$/.test(file)).length : 0;
  }

  /** The JSON credentials that were issued, by file. */
  credentials(): readonly {
    readonly file: string;
    readonly id: string;
    readonly place: string;
    readonly text: string;
  }[] {
    return filesBelow(join(this.cwd, 'credentials'))
      .filter((file) => file.endsWith('.json'))
      .map((file) => {
        const text = this.read(`credentials/${file}`);
        const { id, credentialStatus } = JSON.parse(text) as {
          id: string;
          credentialStatus: { statusListIndex: string; statusListCredential: string };
        };
        return {
          file,
          id,
          place: `${credentialStatus.statusListCredential}#${credentialStatus.statusListIndex}`,
          text,
        };
      });
  }
}
