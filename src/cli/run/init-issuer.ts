import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { BadgekitError, EXIT } from '../../errors.ts';
import { didKeyOf } from '../../keys/did-key.ts';
import { didDocumentPath, didWebOf } from '../../keys/did-web.ts';
import { generatePrivateKey, type PrivateKey } from '../../keys/private-key.ts';
import { writeConfig } from '../../programme/config.ts';
import { AWARD_SECRET_FILE, CONFIG_FILE, keyFile } from '../../programme/places.ts';
import { formatOf, MAX_IMAGE_BYTES } from '../../programme/definitions.ts';
import { createFiles, makeFolder, readBounded } from '../../programme/files.ts';
import { AWARD_SECRET_BYTES, sealKeyring } from '../../programme/keyring.ts';
import { openProgramme } from '../../programme/programme.ts';
import { didDocument } from '../../site/did-document.ts';
import { decodeUtf8 } from '../../syntax/text.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { askIssuer, type IssuerAnswers, type IssuerFlags } from '../ask-issuer.ts';
import { refuseKeyName } from '../key-name.ts';
import { askNewPassphrase } from '../passphrase.ts';
import type { Session } from '../session.ts';
import { styles } from '../style.ts';

export interface InitIssuerOptions extends CommonOptions, IssuerFlags {
  readonly keyName: string;
}

interface PlannedFile {
  readonly path: string;
  readonly content: Uint8Array | string;
  readonly mode?: number;
  readonly replace?: boolean;
}

const GITIGNORE_LINES: readonly (readonly [string, string])[] = [
  ['# Private keys and the record of who was awarded what never belong in version control.', ''],
  ['', 'keys/'],
  ['', '.badgekit/'],
  ['# Credentials name their recipients, hashed or not: keep them where you keep personal data.', ''],
  ['', 'credentials/'],
  ['', '*.rejected.csv'],
  ['', '*.not-awarded.csv'],
  ['', 'evidence/'],
  ['', 'record-*.html'],
  ['', 'plan.json'],
  ['', 'plan.html'],
];

/** `init-issuer`: plans every file of a new programme, sees that none is in the way, then writes them all. */
export async function runInitIssuer(folder: string, options: InitIssuerOptions, session: Session): Promise<number> {
  const root = resolve(session.cwd, folder);
  if (options.keyOnly === true) return await runKeyOnly(root, options, session);
  if (existsSync(join(root, CONFIG_FILE)))
    throw new BadgekitError('PROGRAMME_EXISTS', 'there is a programme in this folder already', {
      where: { file: relative(session.cwd, join(root, CONFIG_FILE)) },
      hint: 'use another folder; or, if only its key is missing: badgekit init-issuer --key-only',
    });
  refuseKeyName('--key-name', options.keyName);
  const answers = await askIssuer(options, session);
  const key = generatePrivateKey(answers.algorithm);
  const id = issuerIdOf(answers, key);
  const image = await readImage(answers, session);
  const config = writeConfig({
    ...answers,
    id,
    key: options.keyName,
    image: image === undefined ? undefined : { file: image.path, caption: answers.image?.caption ?? '' },
  });
  const planned: PlannedFile[] = [
    { path: CONFIG_FILE, content: config },
    ...(image === undefined ? [] : [image]),
    ...hostedKey(id, answers.hosting, options.keyName, key),
  ];
  return await finish(
    root,
    { id, answers, planned, keyName: options.keyName, key, next: 'badgekit define <name>' },
    options,
    session,
  );
}

/** Makes the key that an existing badgekit.yaml names and nobody has: for samples and templates. */
async function runKeyOnly(root: string, options: InitIssuerOptions, session: Session): Promise<number> {
  const { config } = await openProgramme(session.cwd, root);
  const answers = await askIssuer(
    {
      ...options,
      name: config.issuer.name,
      hosting: config.hosting ?? false,
      proof: config.proof ?? 'data-integrity',
      recipients: config.recipients,
      keyOnly: true,
    },
    session,
  );
  const key = generatePrivateKey(answers.algorithm);
  if (issuerIdOf(answers, key) !== config.issuer.id)
    throw new BadgekitError(
      'KEY_MISMATCH',
      'a new key cannot belong to this issuer: its identifier is itself another key',
      { where: { file: relative(session.cwd, join(root, CONFIG_FILE)) }, hint: 'copy the key from where you keep it' },
    );
  const planned = hostedKey(config.issuer.id, config.hosting, config.key, key);
  return await finish(
    root,
    { id: config.issuer.id, answers, planned, keyName: config.key, key, next: 'badgekit issue <roster.csv>' },
    options,
    session,
  );
}

interface NewProgramme {
  readonly id: string;
  readonly answers: IssuerAnswers;
  readonly planned: readonly PlannedFile[];
  readonly keyName: string;
  readonly key: PrivateKey;
  readonly next: string;
}

async function finish(root: string, made: NewProgramme, options: InitIssuerOptions, session: Session): Promise<number> {
  const ignore = await gitignore(root);
  const all = [...made.planned, ...ignore];
  const keys = [keyFile(made.keyName), AWARD_SECRET_FILE].map((path) => ({ path }));
  refuseExisting(root, [...keys, ...made.planned], session);
  const sealedLater = keys.map(({ path }) => ({ path, content: '(sealed with your passphrase)\n', mode: 0o600 }));
  if (options.dryRun === true) return preview([...sealedLater, ...all], options, session);
  const sealed = await sealKeyring(
    made.keyName,
    made.key,
    session.random(AWARD_SECRET_BYTES),
    await askNewPassphrase(session, options.passphraseFile),
  );
  await apply(root, [...sealed, ...all], relative(session.cwd, root) || '.');
  report(root, made, [...all, ...sealed], options, session);
  return EXIT.yes;
}

/** Everything is looked at before anything is written: half a programme would be worse than none. */
function refuseExisting(root: string, files: readonly { readonly path: string }[], session: Session): void {
  const found = files.find(({ path }) => existsSync(join(root, path)));
  if (found === undefined) return;
  const isKey = found.path.startsWith('keys/');
  throw new BadgekitError('FILE_EXISTS', isKey ? 'the key is there already' : 'the file is there already', {
    where: { file: relative(session.cwd, join(root, found.path)) },
    hint: isKey
      ? 'a key is never replaced by this command; if only a part of keys/ is left, put the rest back from your backup'
      : 'it may publish a key that badges were signed with: put the key itself back from your backup, or move the file away to begin anew',
  });
}

/** The lines that a .gitignore lacks, after what it has. */
async function gitignore(root: string): Promise<readonly PlannedFile[]> {
  const present = existsSync(join(root, '.gitignore'))
    ? decodeUtf8(await readBounded(join(root, '.gitignore'), 1024 * 1024, '.gitignore'))
    : '';
  const had = new Set(present.split(/\r?\n/).map((line) => line.trim()));
  const missing = GITIGNORE_LINES.map(([comment, line]) => comment || line).filter((line) => !had.has(line));
  if (missing.every((line) => line.startsWith('#'))) return [];
  const gap = present === '' || present.endsWith('\n') ? present : `${present}\n`;
  return [{ path: '.gitignore', content: `${gap}${missing.join('\n')}\n`, replace: true }];
}

function issuerIdOf({ hosting }: IssuerAnswers, key: PrivateKey): string {
  if (hosting !== undefined) return didWebOf(hosting);
  const id = didKeyOf(key.publicKey);
  if (id === undefined)
    throw new BadgekitError('USAGE', 'an RSA key cannot be a did:key issuer', {
      hint: 'choose --key-type p256, or give a --hosting address',
    });
  return id;
}

function hostedKey(id: string, hosting: string | undefined, name: string, { publicKey }: PrivateKey): PlannedFile[] {
  if (hosting === undefined) return [];
  const path = didDocumentPath(id, hosting);
  if (path === undefined)
    throw new BadgekitError('USAGE', 'the DID document would lie outside the hosting address', {
      hint: 'write the address in its plain form, such as https://badges.example.org',
    });
  return [
    { path: `public/${path}`, content: `${JSON.stringify(didDocument(id, [{ name, key: publicKey }]), null, 2)}\n` },
  ];
}

async function readImage({ image }: IssuerAnswers, session: Session): Promise<PlannedFile | undefined> {
  if (image === undefined) return undefined;
  const bytes = await readBounded(resolve(session.cwd, image.file), MAX_IMAGE_BYTES, image.file);
  return { path: `images/issuer.${formatOf(bytes, image.file)}`, content: bytes };
}

/** Keys first: a programme without its key would look complete and not be. */
async function apply(root: string, planned: readonly PlannedFile[], shownAs: string): Promise<void> {
  await makeFolder(root, shownAs);
  const files = createFiles(root);
  for (const { path, content, mode, replace = false } of planned)
    await files.write(path, content, { replace, ...(mode === undefined ? {} : { mode }) });
  for (const folder of ['badges', 'rosters']) await makeFolder(join(root, folder), folder);
}

function preview(planned: readonly PlannedFile[], options: InitIssuerOptions, session: Session): number {
  if (options.json === true)
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'init-issuer', dryRun: true, files: planned.map(({ path }) => path) })}\n`,
    );
  else
    session.out(
      planned
        .map(
          ({ path, content }) =>
            `--- ${path}\n${typeof content === 'string' ? content : `(${content.length} bytes)\n`}`,
        )
        .join(''),
    );
  return EXIT.yes;
}

function report(
  root: string,
  { id, answers, next }: NewProgramme,
  written: readonly PlannedFile[],
  options: InitIssuerOptions,
  session: Session,
): void {
  const files = written.map(({ path }) => path).sort();
  if (options.json === true) {
    session.out(`${JSON.stringify({ badgekit: 1, command: 'init-issuer', issuer: id, folder: root, files })}\n`);
    return;
  }
  const { out } = styles(session);
  const folder = relative(session.cwd, root);
  const hosting =
    answers.hosting === undefined
      ? 'Nothing is hosted: these badges carry no status and cannot be revoked. Verifiers need nothing but the badge.'
      : `Publish the folder public/ at ${answers.hosting}: verifiers look there for your key and for revocations.`;
  const token =
    answers.proof === 'jwt' && answers.algorithm === 'Ed25519'
      ? 'The 1EdTech validator refuses tokens signed with Ed25519 (EdDSA): for its sake use --key-type p256.\n'
      : '';
  session.out(
    `${out.bold('Made')}  ${answers.name}, ${id}\n      ${files.join(', ')} in ${folder || '.'}\n${hosting}\n${token}Keep keys/ and its passphrase safe, and back both up: nothing replaces them.\nNext: ${folder === '' ? '' : `cd ${folder}, then `}${next}\n`,
  );
}
