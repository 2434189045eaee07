import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { extname, join, relative, resolve } from 'node:path';
import { imageFormat } from '../../bake/bake.ts';
import { BadgekitError, EXIT } from '../../errors.ts';
import { didKeyOf } from '../../keys/did-key.ts';
import { didDocumentPath, didWebOf } from '../../keys/did-web.ts';
import { generatePrivateKey, type PrivateKey } from '../../keys/private-key.ts';
import { CONFIG_FILE, writeConfig } from '../../programme/config.ts';
import { MAX_IMAGE_BYTES } from '../../programme/definitions.ts';
import { createFiles, readBounded } from '../../programme/files.ts';
import { AWARD_SECRET_BYTES, keyFile, sealKeyring } from '../../programme/keyring.ts';
import { openProgramme } from '../../programme/programme.ts';
import { didDocument } from '../../site/did-document.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { askIssuer, type IssuerAnswers } from '../ask-issuer.ts';
import { askNewPassphrase } from '../passphrase.ts';
import type { Session } from '../session.ts';
import { styles } from '../style.ts';

export interface InitIssuerOptions extends CommonOptions {
  readonly name?: string;
  /** False for --no-hosting. */
  readonly hosting?: string | boolean;
  readonly url?: string;
  readonly email?: string;
  readonly description?: string;
  readonly image?: string;
  readonly imageCaption?: string;
  readonly recipients?: string;
  readonly proof?: string;
  readonly keyType?: string;
  readonly keyName: string;
  readonly keyOnly?: boolean;
}

interface PlannedFile {
  readonly path: string;
  readonly content: Uint8Array | string;
  readonly mode?: number;
}

const GITIGNORE = `# Private keys and the record of who was awarded what never belong in version control.
keys/
.badgekit/
# Credentials name their recipients, hashed or not: keep them where you keep personal data.
credentials/
*.rejected.csv
`;

/** `init-issuer`: plans every file of a new programme, then writes them all. */
export async function runInitIssuer(folder: string, options: InitIssuerOptions, session: Session): Promise<number> {
  const root = resolve(session.cwd, folder);
  if (options.keyOnly === true) return await runKeyOnly(root, options, session);
  if (existsSync(join(root, CONFIG_FILE))) throw new BadgekitError('PROGRAMME_EXISTS', 'there is a programme in this folder already', { where: { file: relative(session.cwd, join(root, CONFIG_FILE)) }, hint: 'use another folder; or, if only its key is missing: badgekit init-issuer --key-only' });
  const answers = await askIssuer(options, session);
  const key = generatePrivateKey(answers.algorithm);
  const id = issuerIdOf(answers, key);
  const image = await readImage(options, session);
  const config = writeConfig({ ...answers, id, key: options.keyName, image: image === undefined ? undefined : { file: image.path, caption: options.imageCaption ?? `The logo of ${answers.name}` } });
  const planned: PlannedFile[] = [
    { path: CONFIG_FILE, content: config },
    { path: '.gitignore', content: GITIGNORE },
    ...(image === undefined ? [] : [image]),
    ...hostedKey(id, answers.hosting, options.keyName, key),
  ];
  if (options.dryRun === true) return preview(planned, options, session);
  const sealed = await sealKeyring(options.keyName, key, session.random(AWARD_SECRET_BYTES), await askNewPassphrase(session, options.passphraseFile));
  await apply(root, [...sealed, ...planned]);
  report(root, id, answers, [...planned, ...sealed], options, session);
  return EXIT.yes;
}

/** Makes the key that an existing badgekit.yaml names and nobody has: for samples and templates. */
async function runKeyOnly(root: string, options: InitIssuerOptions, session: Session): Promise<number> {
  const { config, files } = await openProgramme(session.cwd, root);
  const path = keyFile(config.key);
  if (await files.exists(path)) throw new BadgekitError('FILE_EXISTS', 'the key is there already', { where: { file: path }, hint: 'a key is never replaced by this command' });
  const answers = await askIssuer({ ...options, name: config.issuer.name, hosting: config.hosting ?? false, proof: config.proof ?? 'data-integrity', recipients: config.recipients, keyOnly: true }, session);
  const key = generatePrivateKey(answers.algorithm);
  if (issuerIdOf(answers, key) !== config.issuer.id) throw new BadgekitError('KEY_MISMATCH', 'a new key cannot belong to this issuer: its identifier is itself another key', { where: { file: CONFIG_FILE }, hint: 'copy the key from where you keep it' });
  const hosted = hostedKey(config.issuer.id, config.hosting, config.key, key);
  if (options.dryRun === true) return preview(hosted, options, session);
  const sealed = await sealKeyring(config.key, key, session.random(AWARD_SECRET_BYTES), await askNewPassphrase(session, options.passphraseFile));
  await apply(root, [...sealed, ...hosted]);
  report(root, config.issuer.id, answers, [...hosted, ...sealed], options, session);
  return EXIT.yes;
}

function issuerIdOf({ hosting }: IssuerAnswers, key: PrivateKey): string {
  if (hosting !== undefined) return didWebOf(hosting);
  const id = didKeyOf(key.publicKey);
  if (id === undefined) throw new BadgekitError('USAGE', 'an RSA key cannot be a did:key issuer', { hint: 'choose --key-type p256, or give a --hosting address' });
  return id;
}

function hostedKey(id: string, hosting: string | undefined, name: string, { publicKey }: PrivateKey): PlannedFile[] {
  if (hosting === undefined) return [];
  const path = `public/${didDocumentPath(id, hosting) ?? 'did.json'}`;
  return [{ path, content: `${JSON.stringify(didDocument(id, [{ name, key: publicKey }]), null, 2)}\n` }];
}

async function readImage({ image }: InitIssuerOptions, session: Session): Promise<PlannedFile | undefined> {
  if (image === undefined) return undefined;
  const bytes = await readBounded(resolve(session.cwd, image), MAX_IMAGE_BYTES, image);
  return { path: `images/issuer${extname(image) === '' ? `.${imageFormat(bytes)}` : `.${imageFormat(bytes)}`}`, content: bytes };
}

/** Keys first: a programme without its key would look complete and not be. */
async function apply(root: string, planned: readonly PlannedFile[]): Promise<void> {
  await mkdir(root, { recursive: true });
  const files = createFiles(root);
  for (const { path, content, mode } of planned) await files.write(path, content, mode === undefined ? {} : { mode });
  for (const folder of ['badges', 'rosters']) await mkdir(join(root, folder), { recursive: true });
}

function preview(planned: readonly PlannedFile[], options: InitIssuerOptions, session: Session): number {
  if (options.json === true) session.out(`${JSON.stringify({ badgekit: 1, command: 'init-issuer', dryRun: true, files: planned.map(({ path }) => path) })}\n`);
  else session.out(planned.map(({ path, content }) => `--- ${path}\n${typeof content === 'string' ? content : `(${content.length} bytes)\n`}`).join(''));
  return EXIT.yes;
}

function report(root: string, id: string, answers: IssuerAnswers, written: readonly PlannedFile[], options: InitIssuerOptions, session: Session): void {
  const files = written.map(({ path }) => path).sort();
  if (options.json === true) {
    session.out(`${JSON.stringify({ badgekit: 1, command: 'init-issuer', issuer: id, folder: root, files })}\n`);
    return;
  }
  const { out } = styles(session);
  const folder = relative(session.cwd, root) || '.';
  const hosting = answers.hosting === undefined
    ? 'Nothing is hosted: these badges carry no status and cannot be revoked. Verifiers need nothing but the badge.'
    : `Publish the folder public/ at ${answers.hosting}: verifiers look there for your key and for revocations.`;
  const token = answers.proof === 'jwt' && answers.algorithm === 'Ed25519' ? 'The 1EdTech validator refuses tokens signed with Ed25519 (EdDSA): for its sake use --key-type p256.\n' : '';
  session.out(`${out.bold('Made')}  ${answers.name}, ${id}\n      ${files.join(', ')} in ${folder}\n${hosting}\n${token}Keep keys/ and its passphrase safe, and back both up: nothing replaces them.\nNext: badgekit define <name>\n`);
}
