import { bake } from '../bake/bake.ts';
import { proveSamePixels } from '../bake/pixels.ts';
import { BadgekitError } from '../errors.ts';
import { verifyByReference } from '../proof/reference.ts';
import type { Clock, Files, IssuedNote, Ledger, LedgerAward, Reservation, WantedPlaces } from '../ports.ts';
import { badgeOf, credentialOf, periodOf } from './content.ts';
import type { Award } from './award.ts';
import type { IssuableBadge, Issuer } from './issuer.ts';
import type { IdentifiedAward } from './plan.ts';
import { secure, type SecuredText } from './secure.ts';

const BATCH = 50;

export interface Issuing {
  readonly issuer: Issuer;
  readonly ledger: Ledger;
  readonly files: Files;
  readonly clock: Clock;
  readonly roster: string;
  /** Asked before each award is taken up: whether to stop after what is in hand. */
  readonly isInterrupted?: () => boolean;
  /** Told of an award that another run has in hand: it is passed over. */
  readonly onHeld?: (run: string) => void;
}

export interface IssuedCredential {
  readonly line: number;
  readonly credentialId: string;
  readonly badge: string;
  readonly files: readonly string[];
  /** The credential that it replaces, and that was revoked for it. */
  readonly supersedes: string | undefined;
}

/**
 * Issues awards in batches: reserve in the ledger, sign, bake, write, mark as issued. Whatever interrupts it, the next
 * run finishes the reserved ones under the same ids and status entries, and issues nothing twice.
 */
export async function* issueAwards(
  awards: AsyncIterable<IdentifiedAward>,
  issuing: Issuing,
): AsyncGenerator<IssuedCredential> {
  const proven = new Set<string>();
  let batch: IdentifiedAward[] = [];
  for await (const award of awards) {
    if (issuing.isInterrupted?.() === true) return;
    batch.push(award);
    if (batch.length < BATCH) continue;
    yield* issueBatch(batch, issuing, proven);
    batch = [];
  }
  if (batch.length > 0) yield* issueBatch(batch, issuing, proven);
}

async function* issueBatch(
  batch: readonly IdentifiedAward[],
  issuing: Issuing,
  proven: Set<string>,
): AsyncGenerator<IssuedCredential> {
  const { ledger, clock, issuer, onHeld } = issuing;
  await refuseStrayFiles(batch, issuing);
  const now = clock();
  const claims = await ledger.reserve(
    batch.map((award) => ({ ...reservationOf(award, issuing, now), wants: wantedPlaces(award.row, issuer) })),
    now,
  );
  const written: IssuedNote[] = [];
  const issued: IssuedCredential[] = [];
  const awards = new Map(batch.map((award) => [award.award, award]));
  for (const { entry, isOwn } of claims) {
    const award = awards.get(entry.award);
    if (!isOwn && entry.state === 'reserved') onHeld?.(entry.run);
    if (award === undefined || !isOwn) continue;
    const secured = await secureAward(award, entry, issuing, proven);
    const files = await writeCredential(entry, badgeOf(award.row, issuer), secured, issuing.files);
    const { credentialId, supersedes } = entry;
    written.push({
      credentialId,
      verificationMethod: secured.verificationMethod,
      files,
      revokes: supersedes === undefined ? undefined : { credentialId: supersedes, reason: 'superseded' },
    });
    issued.push({ line: award.row.line, credentialId, badge: award.row.badge, files, supersedes });
  }
  const own = written.length === 0 ? new Set<string>() : await ledger.markIssued(written, clock());
  yield* issued.filter(({ credentialId }) => own.has(credentialId));
}

function wantedPlaces(row: Award, issuer: Issuer): WantedPlaces {
  const { hosting, purposes, hasListsPerTier } = issuer;
  return { purposes: hosting === undefined ? [] : purposes, series: hasListsPerTier ? badgeOf(row, issuer).tier : '' };
}

function reservationOf(award: IdentifiedAward, { issuer, roster }: Issuing, now: number): Reservation {
  const { row, credentialId, edition, supersedes, content } = award;
  const { from, until } = periodOf(row, badgeOf(row, issuer), now);
  return {
    credentialId,
    award: award.award,
    edition,
    supersedes,
    content,
    badge: row.badge,
    recipient: row.recipient.label,
    subjectId: row.recipient.id,
    recipientName: row.name,
    awardKey: row.awardKey,
    roster,
    line: row.line,
    validFrom: from,
    validUntil: until,
  };
}

async function secureAward(
  { row }: IdentifiedAward,
  entry: LedgerAward,
  { issuer }: Issuing,
  proven: Set<string>,
): Promise<SecuredText> {
  const credential = credentialOf({ ...entry, row }, issuer);
  const secured = await secure(credential, issuer, issuer.form, entry.reservedAt);
  if (!proven.has(row.definition)) {
    if (secured.document !== undefined)
      await verifyByReference(
        secured.document,
        issuer.key.publicKey,
        secured.verificationMethod,
        Math.max(entry.validFrom, entry.reservedAt),
      );
    for (const { format, bytes } of badgeOf(row, issuer).images)
      if (format === 'png') proveSamePixels(bytes, bake(bytes, secured.text));
    proven.add(row.definition);
  }
  return secured;
}

async function writeCredential(
  entry: LedgerAward,
  { images }: IssuableBadge,
  { text, extension }: SecuredText,
  files: Files,
): Promise<readonly string[]> {
  const base = basePath(entry.badge, entry.credentialId);
  const carried = images.map(({ format, bytes }) => ({ path: `${base}.${format}`, content: bake(bytes, text) }));
  const all = [
    { path: `${base}.${extension}`, content: Buffer.from(extension === 'jwt' ? `${text}\n` : text, 'utf8') },
    ...carried,
  ];
  // The award is reserved, so what stands under its name is this run's or an interrupted one's.
  for (const { path, content } of all) await files.write(path, content, { replace: true, isSole: true });
  return all.map(({ path }) => path);
}

/** Files of an award that the ledger does not know: made by hand, or the ledger was lost. They are never replaced. */
async function refuseStrayFiles(batch: readonly IdentifiedAward[], { files, ledger }: Issuing): Promise<void> {
  for (const { known, row, credentialId, award, edition } of batch) {
    if (known !== undefined && known.edition >= edition) continue;
    const base = basePath(row.badge, credentialId);
    for (const extension of ['json', 'jwt']) {
      if (!(await files.exists(`${base}.${extension}`))) continue;
      // Another run may have reserved and written it since this one looked.
      if (((await ledger.find([award])).get(award)?.edition ?? 0) >= edition) continue;
      throw new BadgekitError('FILE_EXISTS', 'the badge is already there, but the ledger does not know it', {
        where: { file: `${base}.${extension}` },
        hint: 'put the ledger (.badgekit/ledger.db) back from your backup; or move credentials/ away to issue everything anew',
      });
    }
  }
}

function basePath(badge: string, credentialId: string): string {
  return `credentials/${badge}/${credentialId.replace('urn:uuid:', '')}`;
}
