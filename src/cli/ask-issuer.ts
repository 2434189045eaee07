import { BadgekitError } from '../errors.ts';
import type { AlgorithmName } from '../keys/algorithms.ts';
import { PROOF_FORMS, type ProofForm, RECIPIENT_POLICIES, type RecipientPolicy } from '../programme/config.ts';
import { isEmailAddress, isWebUrl } from '../syntax/iri.ts';
import { quoted } from '../syntax/text.ts';
import { answerMissing, choose } from './choice.ts';
import type { Session } from './session.ts';

// P-384 is verified but not issued with: @digitalbazaar/vc hashes such documents with SHA-256 where the standard says SHA-384.
export const KEY_TYPES: Readonly<Record<string, AlgorithmName>> = { ed25519: 'Ed25519', p256: 'P-256', rsa: 'RSA' };

/** What a new programme must know. */
export interface IssuerAnswers {
  readonly name: string;
  readonly hosting: string | undefined;
  readonly url: string | undefined;
  readonly email: string | undefined;
  readonly description: string | undefined;
  readonly recipients: RecipientPolicy;
  readonly proof: ProofForm;
  readonly algorithm: AlgorithmName;
  /** A file with the issuer's logo, and what it shows. */
  readonly image: { readonly file: string; readonly caption: string } | undefined;
}

export interface IssuerFlags {
  readonly name?: string;
  readonly hosting?: string | boolean;
  readonly url?: string;
  readonly email?: string;
  readonly description?: string;
  readonly recipients?: string;
  readonly proof?: string;
  readonly keyType?: string;
  readonly keyOnly?: boolean;
  readonly image?: string;
  readonly imageCaption?: string;
}

/** Takes the answers from flags; on a terminal, asks for what no flag gave. */
export async function askIssuer(flags: IssuerFlags, session: Session): Promise<IssuerAnswers> {
  check(flags);
  const isWizard = session.isInteractive && flags.keyOnly !== true;
  const answers = isWizard ? await interview(flags) : fromFlags(flags);
  refuseContradiction(answers, flags);
  return { ...answers, hosting: answers.hosting === undefined ? undefined : plainAddress(answers.hosting) };
}

/** The address as the platform's parser writes it: lower-case host, no dots or doubled slashes in the path. */
function plainAddress(hosting: string): string {
  const { origin, pathname } = new URL(hosting);
  return `${origin}${pathname.replace(/\/{2,}/g, '/').replace(/\/+$/, '')}`;
}

function refuseContradiction({ algorithm, proof }: IssuerAnswers, flags: IssuerFlags): void {
  if (algorithm !== 'RSA' || proof === 'jwt' || flags.keyOnly === true) return;
  throw new BadgekitError('USAGE', 'an RSA key signs tokens only', {
    hint: 'add --proof jwt, or choose --key-type p256',
  });
}

function check({ name, hosting, url, email, keyType }: IssuerFlags): void {
  if (name !== undefined && name.trim() === '')
    throw new BadgekitError('USAGE', '--name is empty', { hint: "write the issuer's name as badge holders know it" });
  if (typeof hosting === 'string') {
    const problem = hostingProblem(hosting);
    if (problem !== undefined)
      throw new BadgekitError('USAGE', `--hosting ${quoted(hosting)}: ${problem}`, {
        hint: 'write an address such as https://badges.example.org',
      });
  }
  if (url !== undefined && !isWebUrl(url))
    throw new BadgekitError('USAGE', `--url ${quoted(url)} is not a web address`, {
      hint: 'write it in full, beginning with https://',
    });
  if (email !== undefined && !isEmailAddress(email))
    throw new BadgekitError('USAGE', `--email ${quoted(email)} is not an e-mail address`, {
      hint: 'write an address such as badges@example.org',
    });
  choose('--key-type', keyType, Object.keys(KEY_TYPES));
}

function fromFlags(flags: IssuerFlags): IssuerAnswers {
  const { name, hosting, url, email, description } = flags;
  if (name === undefined) throw answerMissing("the issuer's name", '--name');
  if (hosting === undefined || hosting === true)
    throw answerMissing("where the badges' status and key are hosted", '--hosting https://…, or --no-hosting');
  const proof = choose('--proof', flags.proof, PROOF_FORMS) ?? 'data-integrity';
  return {
    name,
    hosting: hosting === false ? undefined : hosting,
    url,
    email,
    description,
    recipients: choose('--recipients', flags.recipients, RECIPIENT_POLICIES) ?? 'hashed-email',
    proof,
    algorithm: algorithmOf(flags.keyType, proof),
    image:
      flags.image === undefined
        ? undefined
        : { file: flags.image, caption: flags.imageCaption ?? `The logo of ${name}` },
  };
}

function algorithmOf(keyType: string | undefined, proof: ProofForm): AlgorithmName {
  // Verifiers that follow 1EdTech's read ES256 and RS256 tokens only.
  return KEY_TYPES[keyType ?? (proof === 'jwt' ? 'p256' : 'ed25519')] ?? 'Ed25519';
}

function optional(isRight: (text: string) => boolean, wanted: string): (text: string) => true | string {
  return (text) => text === '' || isRight(text) || `write ${wanted}, or leave it empty`;
}

async function interview(flags: IssuerFlags): Promise<IssuerAnswers> {
  const { input, select } = await import('@inquirer/prompts');
  const context = { output: process.stderr };
  const name =
    flags.name ??
    (await input(
      { message: "Issuer's name, as badge holders know it", validate: (text) => text.trim() !== '' || 'write a name' },
      context,
    ));
  const url =
    flags.url ??
    (await input(
      {
        message: 'Its web site (may stay empty)',
        validate: optional(isWebUrl, 'a web address such as https://example.org'),
      },
      context,
    ));
  const email =
    flags.email ??
    (await input(
      {
        message: 'Its e-mail address (may stay empty)',
        validate: optional(isEmailAddress, 'an address such as badges@example.org'),
      },
      context,
    ));
  const description =
    flags.description ?? (await input({ message: 'What it is, in a sentence (may stay empty)' }, context));
  const file = flags.image ?? (await input({ message: 'Its logo, a PNG or SVG file (may stay empty)' }, context));
  const image =
    file.trim() === ''
      ? undefined
      : {
          file: file.trim(),
          caption:
            flags.imageCaption ??
            (await input(
              {
                message: 'What does the logo show? (one sentence, for screen readers)',
                default: `The logo of ${name.trim()}`,
              },
              context,
            )),
        };
  const hosting =
    typeof flags.hosting === 'string'
      ? flags.hosting
      : flags.hosting === false
        ? ''
        : await input(
            {
              message: 'Web address of a folder that you will host (empty: none, and badges cannot be revoked)',
              validate: (text) => text === '' || (hostingProblem(text) ?? true),
            },
            context,
          );
  const recipients =
    choose('--recipients', flags.recipients, RECIPIENT_POLICIES) ??
    (await select<RecipientPolicy>(
      {
        message: 'How shall badges name their recipients?',
        choices: [
          { value: 'hashed-email', name: 'by hashed e-mail: readers cannot harvest addresses' },
          { value: 'plain-email', name: 'by plain e-mail and name: readable for everyone who has the badge' },
          { value: 'did', name: 'by DID: recipients have a wallet of their own' },
        ],
      },
      context,
    ));
  const proof =
    choose('--proof', flags.proof, PROOF_FORMS) ??
    (await select<ProofForm>(
      {
        message: 'How shall badges be signed?',
        choices: [
          { value: 'data-integrity', name: "with a proof inside the JSON (Ed25519; the standard's first choice)" },
          { value: 'jwt', name: 'as a token, JWT (P-256: the 1EdTech validator refuses Ed25519)' },
        ],
      },
      context,
    ));
  return {
    name: name.trim(),
    hosting: given(hosting),
    url: given(url),
    email: given(email),
    description: given(description),
    recipients,
    proof,
    algorithm: algorithmOf(flags.keyType, proof),
    image,
  };
}

function hostingProblem(text: string): string | undefined {
  if (!/^https:\/\//i.test(text.trim())) return 'it must begin with https://';
  if (text !== text.trim() || !isWebUrl(text)) return 'it holds spaces or other characters that addresses do not have';
  const { search, hash, username, hostname, pathname } = new URL(text);
  if (!/^[A-Za-z0-9._~/-]*$/.test(pathname)) return 'its path may only have plain letters, digits, dots and hyphens';
  if (search !== '' || hash !== '' || username !== '') return 'only a host and a path are allowed';
  return /^[\d.]+$|^\[|^localhost$/.test(hostname) || !hostname.includes('.')
    ? 'it must be a public host name'
    : undefined;
}

function given(text: string): string | undefined {
  return text.trim() === '' ? undefined : text.trim();
}
