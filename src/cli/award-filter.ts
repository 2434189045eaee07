import { BadgekitError } from '../errors.ts';
import { didKeyMethod } from '../keys/did-key.ts';
import { normalizeEmail } from '../openbadges/recipient.ts';
import type { AwardFilter, Ledger, LedgerAward } from '../ports.ts';
import type { Programme } from '../programme/programme.ts';
import { formatDay } from '../syntax/datetime.ts';
import { quoted, visible } from '../syntax/text.ts';

/** Options by which `list`, `revoke`, `renew` and others find badges. */
export interface AwardOptions {
  readonly badge?: string;
  readonly recipient?: string;
  readonly batch?: string;
  readonly roster?: string;
  readonly key?: string;
}

/** Whether any option narrows the choice. */
export function isNarrowed({ badge, recipient, batch, roster, key }: AwardOptions): boolean {
  return [badge, recipient, batch, roster, key].some((option) => option !== undefined);
}

export function filterOf({ badge, batch, roster, key }: AwardOptions, { config }: Programme): AwardFilter {
  return {
    badge,
    run: batch,
    roster: roster?.replace(/^.*[/\\]/, ''),
    verificationMethods: key === undefined ? undefined : verificationMethodsOf(config.issuer.id, key),
  };
}

/** Under what names a key of the programme signs. */
function verificationMethodsOf(issuer: string, key: string): readonly string[] {
  return issuer.startsWith('did:key:') ? [didKeyMethod(issuer)] : [`${issuer}#${key}`, `${issuer}#${key}-jwk`];
}

/** The forms in which the ledger may know what a person typed: a bare UUID is a credential id, addresses are folded. */
export function spellings(text: string): readonly string[] {
  // Nobody goes by no name; but those do whose names are not known, or were erased.
  if (text.trim() === '')
    throw new BadgekitError('USAGE', 'the recipient or credential is empty', {
      hint: "give an e-mail address, an id, or a credential's id",
    });
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(text)) return [`urn:uuid:${text.toLowerCase()}`];
  return text.includes('@') ? [...new Set([text, normalizeEmail(text)])] : [text];
}

/** Issued badges that the options and texts fit, each text being a credential id or a recipient. */
export async function* findAwards(
  ledger: Ledger,
  filter: AwardFilter,
  texts: readonly (string | undefined)[],
): AsyncGenerator<LedgerAward> {
  const [first, ...others] = texts.filter((text) => text !== undefined).map(spellings);
  for (const text of first ?? [undefined]) {
    let isFound = false;
    for await (const award of ledger.select({ ...filter, text })) {
      if (!others.every((spelled) => spelled.some((form) => isNamed(award, form)))) continue;
      isFound = true;
      yield award;
    }
    if (isFound) return;
  }
}

function isNamed({ credentialId, recipient, subjectId }: LedgerAward, text: string): boolean {
  return [credentialId, recipient, subjectId].includes(text);
}

/** `urn:uuid:…  knots (award 2026), ana@example.org, 2026-05-04` */
export function describeAward({ credentialId, badge, recipient, awardKey, validFrom }: LedgerAward): string {
  const which = awardKey === '' ? '' : ` (award ${visible(awardKey, 40)})`;
  return `${credentialId}  ${badge}${which}, ${recipient === '' ? 'erased' : visible(recipient)}, ${formatDay(validFrom)}`;
}

/** @returns the error for a choice that fits nothing */
export function nothingFound(texts: readonly (string | undefined)[], options: AwardOptions): BadgekitError {
  const named = texts.filter((text) => text !== undefined).map((text) => quoted(text));
  const to = named.length === 0 ? '' : ` to or as ${named.join(' and ')}`;
  const of = options.badge === undefined ? '' : ` of ${quoted(options.badge)}`;
  const narrowed = [
    ['--batch', options.batch],
    ['--roster', options.roster],
    ['--key', options.key],
  ]
    .filter(([, value]) => value !== undefined)
    .map(([option, value]) => `, ${option} ${quoted(value ?? '')}`);
  return new BadgekitError('CREDENTIAL_UNKNOWN', `no badge${of} was issued${to}${narrowed.join('')}`, {
    hint: "badgekit list shows what was issued; give a credential's id (urn:uuid:…) or a recipient's e-mail address as the roster had it",
  });
}
