import { validate } from 'validators:programme';
import { BadgekitError, formatWhere, inFile } from '../errors.ts';
import { didDocumentPath, didWebUrl } from '../keys/did-web.ts';
import { placeFault, type ProfileDefinition } from '../openbadges/definition.ts';
import type { PortfolioFindingKind, PortfolioThresholds } from '../issue/portfolio.ts';
import type { TierConfig } from '../openbadges/tier-policy.ts';
import type { StatusPlace } from '../ports.ts';
import type { DateOrder } from '../roster/dates.ts';
import { schemaReader } from '../syntax/schema.ts';
import { decodeUtf8 } from '../syntax/text.ts';
import { parseYaml, type YamlSource } from '../syntax/yaml.ts';
import { CONFIG_FILE } from './places.ts';

export const RECIPIENT_POLICIES = ['hashed-email', 'plain-email', 'did'] as const;
export const PROOF_FORMS = ['data-integrity', 'jwt'] as const;

export type RecipientPolicy = (typeof RECIPIENT_POLICIES)[number];
export type ProofForm = (typeof PROOF_FORMS)[number];

/** How a roster file is written, and what its columns and badges are called. */
export interface RosterConfig {
  readonly format?: string;
  readonly columns?: Readonly<Record<string, string>>;
  readonly badges?: Readonly<Record<string, string>>;
  readonly dates?: DateOrder;
  readonly delimiter?: string;
  readonly encoding?: string;
}

/** What badgekit.yaml says, field by field as schemas/programme.json describes it. */
export interface ProgrammeConfig {
  readonly issuer: ProfileDefinition & { readonly image?: { readonly file: string; readonly caption?: string } };
  readonly hosting?: string;
  readonly key: string;
  /** The program that signs with keys that are not in keys/, and its arguments. */
  readonly signer?: { readonly command: readonly string[] };
  readonly recipients: RecipientPolicy;
  readonly proof?: ProofForm;
  /** A postgres:// address without a password; without one, the ledger is the file in .badgekit/. */
  readonly ledger?: string;
  /** What roster files do not say themselves, by their names, in which `*` stands for anything. */
  readonly roster?: Readonly<Record<string, RosterConfig>>;
  /** Whether files that are evidence are hosted with the badges, or kept. */
  readonly evidence?: 'public' | 'private';
  /** What badges of each tier must have. */
  readonly tiers?: TierConfig;
  /** From where on `portfolio` finds something, and how many findings of a kind there may be. */
  readonly portfolio?: Partial<PortfolioThresholds> & {
    readonly limits?: { readonly [Kind in PortfolioFindingKind]?: number };
  };
  /** Who can approve a plan: a name for them, and their public key as a did:key. */
  readonly approvers?: Readonly<Record<string, string>>;
  readonly status?: {
    readonly validFor?: string;
    readonly perTier?: boolean;
    readonly purposes?: readonly StatusPlace['purpose'][];
  };
}

/**
 * Reads badgekit.yaml.
 * @throws BadgekitError YAML_* | CONFIG_INVALID, listing every fault with its place
 */
export function readConfig(bytes: Uint8Array, file = CONFIG_FILE): ProgrammeConfig {
  return inFile(file, () => parseConfig(bytes, file));
}

function parseConfig(bytes: Uint8Array, file: string): ProgrammeConfig {
  const yaml = parseYaml(decodeUtf8(bytes));
  const outcome = schemaReader<ProgrammeConfig>(validate)(yaml.value);
  if (outcome.ok) return withSoundHosting(outcome.value, file, yaml);
  const [first, ...more] = outcome.faults.map((fault) => placeFault(fault, file, yaml));
  throw new BadgekitError('CONFIG_INVALID', first?.message ?? 'it cannot be used', {
    where: first?.where,
    hint: first?.hint,
    more: more.map(
      ({ where, message, hint }) => `${formatWhere(where)}: ${message}${hint === undefined ? '' : `; ${hint}`}`,
    ),
  });
}

/** did:web needs a hosting address, and its document must lie below it. */
function withSoundHosting(config: ProgrammeConfig, file: string, yaml: YamlSource): ProgrammeConfig {
  const hosting = config.hosting?.replace(/\/+$/, '');
  if (!config.issuer.id.startsWith('did:web:')) return { ...config, ...(hosting === undefined ? {} : { hosting }) };
  const isBelow = hosting !== undefined && didDocumentPath(config.issuer.id, hosting) !== undefined;
  if (isBelow) return { ...config, hosting };
  throw new BadgekitError('CONFIG_INVALID', "the identifier's document does not lie below the hosting address", {
    where: { ...yaml.at(hosting === undefined ? '/issuer/id' : '/hosting'), file, path: 'hosting' },
    hint: `for ${config.issuer.id} write: hosting: ${didWebUrl(config.issuer.id).replace(/\/(?:\.well-known\/)?did\.json$/, '')}`,
  });
}

/** What badgekit.yaml says about a roster file: by the first name that it fits. */
export function rosterConfig({ roster = {} }: Pick<ProgrammeConfig, 'roster'>, fileName: string): RosterConfig {
  const found = Object.entries(roster).find(([pattern]) => fitsPattern(fileName, pattern));
  return found?.[1] ?? {};
}

/** Whether a name fits a pattern, in which `*` stands for anything. */
function fitsPattern(name: string, pattern: string): boolean {
  const [first = '', ...parts] = pattern.split('*');
  const last = parts.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  // Each part between stands behind the one before it.
  let at = first.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}

export interface ConfigAnswers {
  readonly id: string;
  readonly name: string;
  readonly url: string | undefined;
  readonly email: string | undefined;
  readonly description: string | undefined;
  readonly image: { readonly file: string; readonly caption: string } | undefined;
  readonly hosting: string | undefined;
  readonly key: string;
  readonly recipients: RecipientPolicy;
  readonly proof: ProofForm;
}

function line(key: string, value: string | undefined): string {
  return value === undefined ? '' : `  ${key}: ${JSON.stringify(value)}\n`;
}

/** The text of a new badgekit.yaml, with a line of explanation for each choice. */
export function writeConfig(answers: ConfigAnswers): string {
  const image =
    answers.image === undefined
      ? ''
      : `  image:\n    file: ${JSON.stringify(answers.image.file)}\n    caption: ${JSON.stringify(answers.image.caption)}\n`;
  const hosting =
    answers.hosting === undefined
      ? '# Nothing is hosted: badges carry no status, so they cannot be revoked.\n'
      : `# Where the folder public/ is to be found on the web.\nhosting: ${JSON.stringify(answers.hosting)}\n`;
  return `# The issuer, as every badge will name it. Keep this file in version control; keep keys/ out of it.
issuer:
  id: ${JSON.stringify(answers.id)}
${line('name', answers.name)}${line('url', answers.url)}${line('email', answers.email)}${line('description', answers.description)}${image}
${hosting}
# The signing key: keys/<name>.jwe, sealed with your passphrase.
key: ${JSON.stringify(answers.key)}

# How recipients are identified: hashed-email (salted SHA-256), plain-email, or did.
recipients: ${answers.recipients}

# How badges are signed: data-integrity (a proof inside the JSON) or jwt.
proof: ${answers.proof}
`;
}
