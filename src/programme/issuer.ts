import { basename } from 'node:path';
import { imageFormat } from '../bake/bake.ts';
import { BadgekitError } from '../errors.ts';
import type { IssuableBadge, Issuer, ListIssuer } from '../issue/issuer.ts';
import { achievementOf, type Image, type Profile, profileOf } from '../openbadges/achievement.ts';
import { NEVER } from '../openbadges/definition.ts';
import { derivedUuid } from '../openbadges/identifiers.ts';
import type { ProgrammeConfig, ProofForm } from './config.ts';
import { type LoadedDefinition, MAX_IMAGE_BYTES } from './definitions.ts';
import type { Keyring } from './keyring.ts';
import type { Programme } from './programme.ts';

/** Above this, an image that is not hosted stays out of the credential: it would swell every single one. */
const MAX_EMBEDDED_IMAGE_BYTES = 48 * 1024;
const DEFAULT_LIST_VALIDITY = 'P1Y';
const MEDIA_TYPES = { png: 'image/png', svg: 'image/svg+xml' } as const;

/** The image of the issuer itself, read from the programme. */
export interface ProfileImage {
  /** Its path below public/ and the hosting address. */
  readonly hostedAs: string;
  readonly bytes: Uint8Array;
  readonly caption: string | undefined;
}

/** @throws BadgekitError FILE_* | IMAGE_UNKNOWN where the issuer's image cannot be used */
export async function loadProfileImage({ config, files }: Programme): Promise<ProfileImage | undefined> {
  const { image } = config.issuer;
  if (image === undefined) return undefined;
  const bytes = await files.read(image.file, MAX_IMAGE_BYTES);
  imageFormat(bytes);
  return { hostedAs: `images/${basename(image.file)}`, bytes, caption: image.caption };
}

/** The issuer's Profile: always an object in what badgekit issues, with its image as an object too. */
export function issuerProfile({ issuer, hosting }: ProgrammeConfig, image: ProfileImage | undefined): Profile {
  const { image: _file, ...profile } = issuer;
  const id = image === undefined ? undefined : imageId(hosting, image.hostedAs, image.bytes);
  if (id === undefined) return profileOf(profile);
  const shown: Image = { id, type: 'Image', ...(image?.caption === undefined ? {} : { caption: image.caption }) };
  return profileOf(profile, shown);
}

/** Where an achievement is described on the web, or a URN that stands for it where nothing is hosted. */
function achievementId(
  { issuer, hosting }: ProgrammeConfig,
  { badge, source }: Pick<LoadedDefinition, 'badge' | 'source'>,
): string {
  if (source.id !== undefined) return source.id;
  return hosting === undefined ? derivedUuid('Achievement', issuer.id, badge) : `${hosting}/achievements/${badge}.json`;
}

/** What is needed to sign status lists: neither definitions nor images. */
export function listIssuer({ config }: Programme, { key, verificationMethod }: Keyring): ListIssuer {
  return { id: config.issuer.id, hosting: config.hosting, key, verificationMethod };
}

/** How long a status list of the programme can be relied on. */
export function listValidity({ config }: Programme): string {
  return config.status?.validFor ?? DEFAULT_LIST_VALIDITY;
}

/** Path of a definition's image below public/. */
export function hostedImagePath(name: string): string {
  return `achievements/${basename(name)}`;
}

/** Each definition as what is issued from it. */
export function issuableBadge(config: ProgrammeConfig, definition: LoadedDefinition): IssuableBadge {
  const [image] = definition.images;
  const achievement = achievementOf(definition, {
    id: achievementId(config, definition),
    image: image === undefined ? undefined : imageId(config.hosting, hostedImagePath(image.name), image.bytes),
    endorsement: definition.endorsement,
    endorsementJwt: definition.endorsementJwt,
  });
  const { tier, validFor } = definition.source;
  return { achievement, tier, images: definition.images, validFor: validFor === NEVER ? undefined : validFor };
}

export interface IssuerParts {
  readonly keyring: Keyring;
  readonly definitions: readonly LoadedDefinition[];
  readonly form: ProofForm;
}

/**
 * Everything that issuing needs of a programme.
 * @throws BadgekitError KEY_INVALID where the key does not sign in the form that is asked for
 */
export async function loadIssuer(programme: Programme, { keyring, definitions, form }: IssuerParts): Promise<Issuer> {
  const { config } = programme;
  const { key, verificationMethod, awardSecret } = keyring;
  if (form === 'data-integrity' && key.publicKey.algorithm.cryptosuite === undefined) {
    throw new BadgekitError('KEY_INVALID', `an ${key.publicKey.algorithm.name} key signs tokens only`, {
      hint: 'give --proof jwt, or set proof: jwt in badgekit.yaml',
    });
  }
  return {
    profile: issuerProfile(config, await loadProfileImage(programme)),
    hosting: config.hosting,
    recipients: config.recipients,
    form,
    key,
    verificationMethod,
    awardSecret,
    publishesEvidence: config.evidence === 'public',
    purposes: config.status?.purposes ?? ['revocation'],
    hasListsPerTier: config.status?.perTier === true,
    badges: new Map(definitions.map((definition) => [definition.badge, issuableBadge(config, definition)])),
  };
}

function imageId(hosting: string | undefined, hostedAs: string, bytes: Uint8Array): string | undefined {
  if (hosting !== undefined) return `${hosting}/${hostedAs}`;
  if (bytes.length > MAX_EMBEDDED_IMAGE_BYTES) return undefined;
  return `data:${MEDIA_TYPES[imageFormat(bytes)]};base64,${Buffer.from(bytes).toString('base64')}`;
}
