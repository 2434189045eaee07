import { execFile } from 'node:child_process';
import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { cpSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyPair } from '../support/badge.ts';
import type { Run } from '../support/cli.ts';
import { TestProgramme } from '../support/programme.ts';

const EXAMPLE = join(import.meta.dirname, '../../fixtures/signers/vault-transit.js');
const TOKEN = 'hvs.only-for-this-test';

interface SignRequest {
  readonly input: string;
  readonly marshaling_algorithm?: string;
  readonly signature_algorithm?: string;
}

/** Speaks the part of Vault's Transit API that signs, with keys of its own. */
class TransitStandIn {
  readonly asked: string[] = [];
  isSealed = false;
  readonly #keys: Readonly<Record<string, { readonly type: string; readonly key: KeyObject }>> = {
    'badges-ed': { type: 'ed25519', key: keyPair('Ed25519').privateKey },
    'badges-ec': { type: 'ecdsa-p256', key: keyPair('P-256').privateKey },
    'badges-rsa': { type: 'rsa-3072', key: keyPair('RSA').privateKey },
  };
  readonly #server: Server = createServer((request, response) => {
    void this.#answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  }

  stop(): void {
    this.#server.close();
  }

  async #answer(request: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> {
    const { url = '', method = '', headers } = request;
    this.asked.push(`${method} ${url}`);
    if (headers['x-vault-token'] !== TOKEN) return { status: 403, body: { errors: ['permission denied'] } };
    if (this.isSealed) return { status: 503, body: { errors: ['Vault is sealed'] } };
    const [, verb = '', name = ''] = /^\/v1\/transit\/(keys|sign)\/([a-z-]+)$/.exec(url) ?? [];
    const known = this.#keys[name];
    if (known === undefined) return { status: 404, body: { errors: [] } };
    if (verb === 'keys') return { status: 200, body: { data: keyData(known) } };
    let text = '';
    for await (const chunk of request) text += String(chunk);
    return {
      status: 200,
      body: { data: { signature: `vault:v1:${signature(known.key, JSON.parse(text) as SignRequest)}` } },
    };
  }
}

function keyData({ type, key }: { readonly type: string; readonly key: KeyObject }): object {
  const half = createPublicKey(key);
  const text =
    type === 'ed25519'
      ? half.export({ format: 'der', type: 'spki' }).subarray(12).toString('base64')
      : String(half.export({ format: 'pem', type: 'spki' }));
  return { type, latest_version: 1, keys: { '1': { name: type, public_key: text } } };
}

function signature(key: KeyObject, { input, marshaling_algorithm }: SignRequest): string {
  const bytes = Buffer.from(input, 'base64');
  if (key.asymmetricKeyType === 'ed25519') return sign(null, bytes, key).toString('base64');
  if (marshaling_algorithm === 'jws')
    return sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  return sign('sha256', bytes, key).toString('base64');
}

const transit = new TransitStandIn();
let env: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  env = { VAULT_ADDR: await transit.start(), VAULT_TOKEN: TOKEN };
});
afterAll(() => transit.stop());

/** A programme whose signer is this program. */
async function programmeWith(command: readonly string[], ...options: readonly string[]): Promise<TestProgramme> {
  const programme = await TestProgramme.make('', ...options);
  programme.write(
    'badgekit.yaml',
    `${programme.read('badgekit.yaml')}signer:\n  command: ${JSON.stringify(command)}\n`,
  );
  return programme;
}

describe('a key in Vault, by the example', () => {
  test.each([
    ['badges-ed', 'data-integrity'],
    ['badges-ed', 'jwt'],
    ['badges-ec', 'data-integrity'],
    ['badges-ec', 'jwt'],
    ['badges-rsa', 'jwt'],
  ])('%s signs as %s: badges and status lists verify', async (name, proof) => {
    const options = name === 'badges-rsa' ? ['--key-type', 'rsa', '--proof', 'jwt'] : [];
    const programme = await programmeWith([process.execPath, 'signers/vault-transit.js'], ...options);
    mkdirSync(join(programme.cwd, 'signers'));
    cpSync(EXAMPLE, join(programme.cwd, 'signers/vault-transit.js'));
    const { stdout } = await runExample(name);
    programme.write('public.json', stdout);
    const rotated = await programme.runWith({ env }, 'keys', 'rotate', '--name', name, '--public', 'public.json');
    expect([rotated.code, rotated.err]).toEqual([0, '']);
    programme.writeRoster(3);
    const issued = await programme.runWith({ env }, 'issue', 'r.csv', '--proof', proof);
    expect([issued.code, issued.out]).toEqual([0, expect.stringContaining('3 badges')]);
    expect(transit.asked.filter((asked) => asked === `POST /v1/transit/sign/${name}`).length).toBeGreaterThan(3);
    const verified = await programme.run('verify', 'credentials', '--offline');
    expect(verified.out).toMatch(/^6 verified/);
    expect((await programme.runWith({ env }, 'revoke', 'p1@example.org')).code).toBe(0);
    expect((await programme.run('verify', 'credentials', '--offline')).out).toMatch(/^4 verified {3}2 revoked/);
  });

  test('that cannot be reached stops the run with what Vault says, and the next run goes on', async () => {
    const programme = await programmeWith([process.execPath, EXAMPLE]);
    programme.write('public.json', (await runExample('badges-ed')).stdout);
    const wrongToken = { ...env, VAULT_TOKEN: 'nobody' };
    const rotate = ['keys', 'rotate', '--name', 'badges-ed', '--public', 'public.json'] as const;
    expect(await programme.runWith({ env: wrongToken }, ...rotate)).toMatchObject({
      code: 3,
      err: expect.stringContaining('Vault: 403 permission denied'),
    });
    expect(programme.read('badgekit.yaml')).toContain('key: "key-1"');
    await programme.runWith({ env }, ...rotate);
    programme.writeRoster(2);
    transit.isSealed = true;
    const stopped = await programme.runWith({ env }, 'issue', 'r.csv', '--json');
    transit.isSealed = false;
    expect([stopped.code, stopped.out]).toEqual([3, expect.stringContaining('Vault is sealed')]);
    expect(await programme.runWith({ env }, 'issue', 'r.csv')).toMatchObject({ code: 0 });
    expect(programme.credentials()).toHaveLength(2);
    expect((await programme.run('ledger', 'check')).code).toBe(0);
  });
});

describe('the secret behind credential ids, where the next key is elsewhere', () => {
  const rotate = ['keys', 'rotate', '--name', 'badges-ed', '--public', 'public.json'] as const;
  /** A programme that has issued two badges with a key of its own. */
  async function issuedProgramme(): Promise<TestProgramme> {
    const programme = await programmeWith([process.execPath, EXAMPLE]);
    programme.write('public.json', (await runExample('badges-ed')).stdout);
    programme.writeRoster(2);
    expect((await programme.run('issue', 'r.csv')).code).toBe(0);
    return programme;
  }

  test('is written into its own file again where that is missing', async () => {
    const programme = await issuedProgramme();
    rmSync(join(programme.cwd, 'keys/award-ids.jwe'));
    expect(await programme.runWith({ env }, ...rotate)).toMatchObject({ code: 0, err: '' });
    expect(statSync(join(programme.cwd, 'keys/award-ids.jwe')).mode & 0o777).toBe(0o600);
    rmSync(join(programme.cwd, 'keys/key-1.jwe'));
    const again = await programme.runWith({ env }, 'issue', 'r.csv', '--json');
    expect(JSON.parse(again.out)).toMatchObject({ rows: 2, toIssue: 0 });
  });

  test('is not taken from a file that holds another one', async () => {
    const programme = await issuedProgramme();
    const other = await programmeWith([process.execPath, EXAMPLE]);
    cpSync(join(other.cwd, 'keys/award-ids.jwe'), join(programme.cwd, 'keys/award-ids.jwe'));
    const refused = await programme.runWith({ env }, ...rotate);
    expect(refused).toMatchObject({
      code: 2,
      err: expect.stringMatching(/award-ids\.jwe.*not the secret.*move it away/s),
    });
    expect(programme.read('badgekit.yaml')).toContain('key: "key-1"');
    expect(JSON.parse((await programme.run('issue', 'r.csv', '--json')).out)).toMatchObject({ toIssue: 0 });
  });
});

/** Runs the example to print the public half of a key. */
async function runExample(name: string): Promise<{ readonly stdout: string }> {
  return await promisify(execFile)(process.execPath, [EXAMPLE, 'public', name], { env: { ...process.env, ...env } });
}

describe('a program that signs', () => {
  const pair = keyPair('P-256');
  const jwk = JSON.stringify(pair.publicKey.export({ format: 'jwk' }));
  const pem = String(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }));

  /** A program that answers each request by an expression over `request` and `sign`. */
  function answering(expression: string): readonly string[] {
    const script = `const { sign: s } = require('node:crypto');
      const sign = (bytes) => s('sha256', Buffer.from(bytes, 'base64'), ${JSON.stringify(pem)}).toString('base64');
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const request = JSON.parse(line);
        console.log(${expression});
      });`;
    return [process.execPath, '-e', script];
  }

  async function rotated(
    command: readonly string[],
  ): Promise<{ readonly programme: TestProgramme; readonly run: Run }> {
    const programme = await programmeWith(command);
    programme.write('public.json', jwk);
    return { programme, run: await programme.run('keys', 'rotate', '--name', 'own', '--public', 'public.json') };
  }

  test('may answer in DER, and gets a low s made of it', async () => {
    const { programme, run } = await rotated(
      answering('JSON.stringify({ id: request.id, signature: sign(request.bytes) })'),
    );
    expect([run.code, run.err]).toEqual([0, '']);
    programme.writeRoster(8);
    expect((await programme.run('issue', 'r.csv')).code).toBe(0);
    expect((await programme.run('verify', 'credentials', '--offline')).out).toMatch(/^16 verified/);
  });

  test('gets the bytes, the name of the key and of the algorithm, and no secret of badgekit', async () => {
    const { run } = await rotated(
      answering(
        `JSON.stringify({ id: request.id, error: Object.keys(request) + ' ' + request.key + ' ' + request.algorithm + ' ' + Object.keys(process.env).filter((name) => /^BADGEKIT|^PG/.test(name)) + ' ' + process.cwd().includes('badgekit-test') })`,
      ),
    );
    expect(run).toMatchObject({
      code: 3,
      err: expect.stringContaining('it says: badgekit,id,key,algorithm,bytes own ES256  true'),
    });
  });

  test.each([
    ['is not there', ['./nowhere'], 'could not be started'],
    [
      'ends',
      [process.execPath, '-e', "console.error('no \\x1b[31mslot'); process.exit(4)"],
      'it ended (exit code 4); the last that it said: no \\u{1b}[31mslot',
    ],
    ['writes nonsense', answering("'hello'"), 'a line that answers nothing: hello'],
    [
      'answers what was not asked',
      answering('JSON.stringify({ id: 77, signature: sign(request.bytes) })'),
      'answers nothing',
    ],
    [
      'signs something else',
      answering("JSON.stringify({ id: request.id, signature: sign('AAAA') })"),
      'not one by the published key',
    ],
    [
      'gives no signature',
      answering("JSON.stringify({ id: request.id, signature: 'MAA=' })"),
      'not one by the published key',
    ],
  ])('and %s leaves the programme as it was', async (_what, command, message) => {
    const { programme, run } = await rotated(command);
    expect(run).toMatchObject({ code: 3, err: expect.stringContaining(message) });
    expect(programme.read('badgekit.yaml')).toContain('key: "key-1"');
    expect(programme.read('public/.well-known/did.json')).not.toContain('#own');
  });

  test('is never started by verify', async () => {
    const programme = await TestProgramme.make();
    programme.writeRoster(1);
    await programme.run('issue', 'r.csv');
    const command = [process.execPath, '-e', "require('node:fs').writeFileSync('started', '')"];
    programme.write(
      'badgekit.yaml',
      `${programme.read('badgekit.yaml').replace('key-1', 'gone')}signer:\n  command: ${JSON.stringify(command)}\n`,
    );
    expect((await programme.run('verify', 'credentials', '--offline')).out).toMatch(/^2 verified/);
    expect(existsSync(join(programme.cwd, 'started'))).toBe(false);
  });
});
