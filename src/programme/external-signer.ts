import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { BadgekitError, ifUsable } from '../errors.ts';
import type { Algorithm } from '../keys/algorithms.ts';
import { lowS, type Signer } from '../keys/private-key.ts';
import { type PublicKey, verifySignature } from '../keys/public-key.ts';
import { rawSignature } from '../keys/raw-signature.ts';
import { isJsonObject, parseJson } from '../syntax/json.ts';
import { visible } from '../syntax/text.ts';

const PATIENCE_MS = 60_000;
const MAX_HEARD = 2000;
/** What the program has no business to know. */
const SECRETS: ReadonlySet<string> = new Set([
  'BADGEKIT_PASSPHRASE',
  'BADGEKIT_NEW_PASSPHRASE',
  'BADGEKIT_LEDGER_URL',
  'PGPASSWORD',
]);

export interface ExternalKey {
  /** The program and its arguments; no shell sees them. */
  readonly command: readonly string[];
  /** The key's name in the programme. */
  readonly name: string;
  readonly publicKey: PublicKey;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * A key that a program of the issuer's signs with, by the protocol in docs/signer.md. The program is started at the
 * first signature and ends when its input does: with this process at the latest.
 */
export function externalSigner(key: ExternalKey): Signer {
  let conversation: Conversation | undefined;
  return {
    publicKey: key.publicKey,
    sign: async (bytes) => {
      conversation ??= new Conversation(key);
      const signature = normalForm(await conversation.ask(bytes), key.publicKey.algorithm);
      if (signature !== undefined && verifySignature(key.publicKey, bytes, signature)) return signature;
      throw failed(key, 'it answered with a signature that is not one by the published key');
    },
  };
}

function normalForm(signature: Uint8Array, { ec, signatureLength }: Algorithm): Uint8Array | undefined {
  if (ec === undefined || signatureLength === undefined) return signature;
  const raw = rawSignature(signature, signatureLength);
  return raw === undefined ? undefined : lowS(raw, ec.order);
}

interface Question {
  readonly resolve: (signature: Uint8Array) => void;
  readonly reject: (error: BadgekitError) => void;
}

/** One run of the program: questions go out by line, answers come back by line, in any order. */
class Conversation {
  readonly #key: ExternalKey;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #questions = new Map<number, Question>();
  #asked = 0;
  #heard = '';
  #end: BadgekitError | undefined;

  constructor(key: ExternalKey) {
    this.#key = key;
    const [program = '', ...args] = key.command;
    const { env } = key;
    this.#child = spawn(program, args, {
      cwd: key.cwd,
      env: Object.fromEntries(Object.entries(env).filter(([name]) => !SECRETS.has(name))),
      stdio: 'pipe',
      // Ctrl-C is for badgekit, which still has the award in hand signed.
      detached: process.platform !== 'win32',
    });
    const { stdin, stdout, stderr } = this.#child;
    this.#child.on('error', (cause) => this.#endWith(`it could not be started (${cause.message})`));
    this.#child.on('close', (code, signal) => this.#endWith(`it ended (${signal ?? `exit code ${String(code)}`})`));
    // What it does not read any more it has ended before; that is told by its end.
    stdin.on('error', () => undefined);
    stderr.on('data', (chunk: Buffer) => (this.#heard = `${this.#heard}${chunk.toString('utf8')}`.slice(-MAX_HEARD)));
    createInterface({ input: stdout, crlfDelay: Infinity }).on('line', (line) => this.#hear(line));
    this.#letGo();
  }

  ask(bytes: Uint8Array): Promise<Uint8Array> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    this.#asked += 1;
    const id = this.#asked;
    const { name, publicKey } = this.#key;
    const [algorithm] = publicKey.algorithm.jws;
    const line = { badgekit: 1, id, key: name, algorithm, bytes: Buffer.from(bytes).toString('base64') };
    return new Promise((resolve, reject) => {
      // The wait for an answer keeps this process alive; the program itself does not.
      const clock = setTimeout(() => this.#endWith(`it did not answer within ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
      const done = (): void => {
        clearTimeout(clock);
        this.#questions.delete(id);
      };
      this.#questions.set(id, {
        resolve: (signature) => {
          done();
          resolve(signature);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      this.#child.stdin.write(`${JSON.stringify(line)}\n`);
    });
  }

  #hear(line: string): void {
    if (line.trim() === '') return;
    const answer = readAnswer(line);
    const question = answer === undefined ? undefined : this.#questions.get(answer.id);
    if (answer === undefined || question === undefined)
      this.#endWith(`it wrote a line that answers nothing: ${visible(line, 120)}`);
    else if (answer.signature === undefined)
      question.reject(failed(this.#key, `it says: ${visible(answer.error, 300)}`));
    else question.resolve(answer.signature);
  }

  #endWith(what: string): void {
    if (this.#end !== undefined) return;
    const said = this.#heard.trim().split('\n').at(-1) ?? '';
    this.#end = failed(this.#key, said === '' ? what : `${what}; the last that it said: ${visible(said, 300)}`);
    for (const { reject } of this.#questions.values()) reject(this.#end);
    this.#child.kill();
  }

  #letGo(): void {
    this.#child.unref();
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr])
      if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
  }
}

interface Answer {
  readonly id: number;
  readonly signature: Uint8Array | undefined;
  readonly error: string;
}

function readAnswer(line: string): Answer | undefined {
  const value = ifUsable(() => parseJson(line));
  if (!isJsonObject(value)) return undefined;
  const { id, signature, error } = value;
  if (typeof id !== 'number') return undefined;
  if (typeof signature === 'string')
    return { id, signature: new Uint8Array(Buffer.from(signature, 'base64')), error: '' };
  return typeof error === 'string' ? { id, signature: undefined, error } : undefined;
}

function failed({ command, name }: ExternalKey, what: string): BadgekitError {
  return new BadgekitError(
    'SIGNER_FAILED',
    `the signer for the key ${name} (${visible(command.join(' '), 120)}) failed: ${what}`,
  );
}
