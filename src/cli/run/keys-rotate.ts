import { resolve } from 'node:path';
import { BadgekitError, EXIT, type ExitCode, inFile } from '../../errors.ts';
import { type AlgorithmName, ALGORITHMS } from '../../keys/algorithms.ts';
import { keyEnded } from '../../ledger/keys.ts';
import { generatePrivateKey } from '../../keys/private-key.ts';
import { isSameKey, type PublicKey } from '../../keys/public-key.ts';
import { readPublicKeys } from '../../keys/public-key-file.ts';
import { type DidFile, readDidFile, writeDidFile } from '../../programme/did-file.ts';
import { readEndedKeys } from '../../programme/ended-keys.ts';
import { externalSigner } from '../../programme/external-signer.ts';
import { readBounded } from '../../programme/files.ts';
import { addSealedKey, nameSigningKey, sealedFiles } from '../../programme/key-files.ts';
import { keepAwardSecret, openAwardSecret } from '../../programme/keyring.ts';
import { keyFile } from '../../programme/places.ts';
import { alone } from '../../programme/lock.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { withKey } from '../../site/did-document.ts';
import { decodeUtf8 } from '../../syntax/text.ts';
import { KEY_TYPES } from '../ask-issuer.ts';
import { choose } from '../choice.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { refuseKeyName } from '../key-name.ts';
import { withPassphrase } from '../passphrase.ts';
import type { Session } from '../session.ts';

const MAX_PUBLIC_KEY_BYTES = 64 * 1024;
const PROOF_BYTES = 32;

export interface KeysRotateOptions extends CommonOptions {
  readonly name?: string;
  readonly keyType?: string;
  readonly public?: string;
}

/** `keys rotate`: another key signs from now on; the old one stays published, so that what it signed still verifies. */
export async function runKeysRotate(options: KeysRotateOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const file = await readDidFile(programme);
  const given = options.public === undefined ? undefined : await readPublicKey(options.public, session);
  const name = await newKeyName(options.name, programme, file, given);
  const type = choose('--key-type', options.keyType, Object.keys(KEY_TYPES));
  const algorithm = given?.algorithm.name ?? algorithmOf(type, programme, file);
  refuseOtherForm(algorithm, programme, file);
  if (options.dryRun !== true)
    await withPassphrase(session, options.passphraseFile, async (passphrase) => {
      // The new key is sealed as the others are, so the passphrase must be theirs.
      const awardSecret = await openAwardSecret(programme, passphrase);
      if (given !== undefined) {
        await proveSigner(programme, name, given, session);
        await keepAwardSecret(programme, awardSecret, passphrase);
      }
      await rotateKey(programme, name, { passphrase, awardSecret, given, algorithm });
    });
  const { key: old } = programme.config;
  if (options.json === true)
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'keys rotate', dryRun: options.dryRun === true, key: name, before: old })}\n`,
    );
  else
    session.out(
      `${options.dryRun === true ? 'Would sign' : 'Signs'} with ${name} from now on; ${old} stays in ${programme.shown(file.path)}, so that badges signed with it still verify.\n${options.dryRun === true ? 'Nothing was written.\n' : `Publish public/ before you issue, and back up ${given === undefined ? keyFile(name) : 'nothing: the key is elsewhere'}.\nThat ${old} never signs again: badgekit keys retire ${old}\n`}`,
    );
  return EXIT.yes;
}

async function readPublicKey(file: string, session: Session): Promise<PublicKey> {
  const bytes = await readBounded(resolve(session.cwd, file), MAX_PUBLIC_KEY_BYTES, file);
  const [only, ...others] = inFile(file, () => readPublicKeys(decodeUtf8(bytes)));
  if (only !== undefined && others.length === 0) return only.key;
  throw new BadgekitError('KEY_INVALID', `the file holds ${others.length + 1} keys`, {
    where: { file },
    hint: 'give a file with one public key: a JWK, a Multikey or PEM',
  });
}

/** A key that nothing signs with is not published: the signer shows that it has it. */
async function proveSigner(
  { config, root }: Programme,
  name: string,
  publicKey: PublicKey,
  session: Session,
): Promise<void> {
  if (config.signer === undefined)
    throw new BadgekitError('USAGE', 'badgekit.yaml names no program that signs with a key from elsewhere', {
      hint: 'add a line such as: signer: { command: [node, tools/signer.js] }',
    });
  const { command } = config.signer;
  const signer = externalSigner({ command, name, publicKey, cwd: root, env: session.env });
  await signer.sign(session.random(PROOF_BYTES));
}

export interface Rotation {
  readonly passphrase: string;
  /** Sealed with the new key. */
  readonly awardSecret: Uint8Array;
  /** The public half of a key that is kept elsewhere. */
  readonly given?: PublicKey | undefined;
  readonly algorithm: AlgorithmName;
}

/** The key first, then its publication, then its use: whatever comes between, what is used is published and there. */
export async function rotateKey(
  programme: Programme,
  name: string,
  { passphrase, awardSecret, given, algorithm }: Rotation,
): Promise<void> {
  const made = given === undefined ? generatePrivateKey(algorithm) : undefined;
  const key = made?.publicKey ?? given;
  if (key === undefined) return;
  if (made !== undefined) await addSealedKey(programme, name, made, { awardSecret, passphrase });
  await alone(programme, async () => {
    // Another process may have used the name since it was chosen; or this is an interrupted rotation once more.
    const { path, document, keys } = await readDidFile(programme);
    const known = keys.get(name);
    if (known !== undefined && !isSameKey(known.key, key)) throw nameTaken(name);
    if (known === undefined)
      await writeDidFile(programme, path, withKey(document, programme.config.issuer.id, { name, key }));
    await nameSigningKey(programme, name);
  });
}

/** The name that is given, or the next of key-1, key-2 and so on that is free. */
export async function newKeyName(
  named: string | undefined,
  programme: Programme,
  { keys }: DidFile,
  given?: PublicKey,
): Promise<string> {
  const sealed = new Set(await sealedFiles(programme));
  const isTaken = (name: string): boolean => keys.has(name) || sealed.has(keyFile(name));
  if (named === undefined) {
    for (let number = 1; ; number++) if (!isTaken(`key-${number}`)) return `key-${number}`;
  }
  refuseKeyName('--name', named);
  const published = keys.get(named);
  const ended = (await readEndedKeys(programme)).find(({ name }) => name === named);
  if (ended !== undefined) throw keyEnded(ended);
  // An interrupted rotation to a key from elsewhere has published it and goes on from there.
  const isResumed =
    given !== undefined &&
    published?.forAssertion === true &&
    isSameKey(published.key, given) &&
    named !== programme.config.key;
  if (isTaken(named) && !isResumed) throw nameTaken(named);
  return named;
}

function nameTaken(name: string): BadgekitError {
  return new BadgekitError('FILE_EXISTS', `there is a key named ${name} already`, {
    hint: 'a key keeps its name for good; choose another one',
  });
}

/**
 * Badges name their status lists by file, as JSON or as tokens: a key that signs the one form cannot take over from one
 * that signs the other.
 */
function refuseOtherForm(algorithm: AlgorithmName, { config }: Programme, { keys }: DidFile): void {
  const present = keys.get(config.key)?.key.algorithm;
  if (present === undefined || config.hosting === undefined) return;
  if ((present.cryptosuite === undefined) === (ALGORITHMS[algorithm].cryptosuite === undefined)) return;
  throw new BadgekitError(
    'USAGE',
    `an ${present.name} key signs status lists ${present.cryptosuite === undefined ? 'as tokens' : 'as JSON'}, an ${algorithm} key does not: lists that badges name could not be signed any more`,
    { hint: 'take a key of the same kind: ed25519 or p256 for JSON, rsa for tokens' },
  );
}

/** As the present key, unless another type is asked for. */
export function algorithmOf(type: string | undefined, { config }: Programme, { keys }: DidFile): AlgorithmName {
  return (type === undefined ? undefined : KEY_TYPES[type]) ?? keys.get(config.key)?.key.algorithm.name ?? 'Ed25519';
}
