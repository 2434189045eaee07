import { bake } from '../bake/bake.ts';
import { proveSamePixels } from '../bake/pixels.ts';
import { BadgekitError } from '../errors.ts';
import { verifyByReference } from '../proof/reference.ts';
import type { SigningChecks } from '../proof/data-integrity.ts';
import type { Clock, Files, IssuedNote, Ledger, LedgerAward, Reservation, WantedPlaces } from '../ports.ts';
import type { IssuableBadge, Issuer } from './issuer.ts';
import type { JsonObject } from '../syntax/json.ts';
import { savingDifference } from './canonical-difference.ts';
import { secure, type SecuredText } from './secure.ts';

const BATCH = 50;
/** How many credentials are on their way to the disk at one time: it takes most of its time to say that it is done. */
const AT_ONCE = 10;

/** One credential that is to be issued: what is reserved for it, and how it is made once its place is known. */
export interface IssuableAward {
  readonly reservation: (now: number) => Reservation & { readonly wants: WantedPlaces };
  /** The unsigned credential. */
  readonly credential: (entry: LedgerAward) => JsonObject;
  /** Images that carry it. */
  readonly images: IssuableBadge['images'];
  /** Credentials of one shape: the first of each is proven by another implementation. */
  readonly shape: string;
  /** The newest edition that the ledger was known to have, when it was planned. */
  readonly knownEdition: number;
}

export interface Issuing {
  readonly issuer: Issuer;
  readonly ledger: Ledger;
  readonly files: Files;
  readonly clock: Clock;
  /** Asked for each credential: what is tried before it goes out. */
  readonly checks?: () => SigningChecks;
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
  /** The credential that it replaces. */
  readonly supersedes: string | undefined;
}

/**
 * Issues awards in batches: reserve in the ledger, sign, bake, write, mark as issued. Whatever interrupts it, the next
 * run finishes the reserved ones under the same ids and status entries, and issues nothing twice.
 */
export async function* issueAwards(
  awards: AsyncIterable<IssuableAward>,
  issuing: Issuing,
): AsyncGenerator<IssuedCredential> {
  const proven = new Set<string>();
  let batch: IssuableAward[] = [];
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
  batch: readonly IssuableAward[],
  issuing: Issuing,
  proven: Set<string>,
): AsyncGenerator<IssuedCredential> {
  const { ledger, clock, onHeld, files } = issuing;
  const now = clock();
  const wanted = batch.map((award) => ({ award, reservation: award.reservation(now) }));
  for (const { award, reservation } of wanted) await refuseStrayFile(award, reservation, issuing);
  const claims = await ledger.reserve(
    wanted.map(({ reservation }) => reservation),
    now,
  );
  const awards = new Map(wanted.map(({ award, reservation }) => [reservation.award, award]));
  const written: IssuedNote[] = [];
  const issued: IssuedCredential[] = [];
  for (const { entry, isOwn } of claims) if (!isOwn && entry.state === 'reserved') onHeld?.(entry.run);
  const own = claims.flatMap(({ entry, isOwn }) => {
    const award = awards.get(entry.award);
    return award === undefined || !isOwn ? [] : [{ award, entry }];
  });
  for (let at = 0; at < own.length; at += AT_ONCE) {
    const secured: { readonly award: IssuableAward; readonly entry: LedgerAward; readonly credential: SecuredText }[] =
      [];
    for (const { award, entry } of own.slice(at, at + AT_ONCE))
      secured.push({ award, entry, credential: await secureAward(award, entry, issuing, proven) });
    const outcomes = await Promise.allSettled(
      secured.map(({ award, entry, credential }) => writeCredential(entry, award.images, credential, files)),
    );
    // Nothing is left in the making when a fault is told.
    for (const [index, { entry, credential }] of secured.entries()) {
      const paths = pathsOf(outcomes[index]);
      const { credentialId, supersedes, line, badge } = entry;
      written.push({ credentialId, verificationMethod: credential.verificationMethod, files: paths });
      issued.push({ line, credentialId, badge, files: paths, supersedes });
    }
  }
  const marked = written.length === 0 ? new Set<string>() : await ledger.markIssued(written, clock());
  yield* issued.filter(({ credentialId }) => marked.has(credentialId));
}

function pathsOf(outcome: PromiseSettledResult<readonly string[]> | undefined): readonly string[] {
  if (outcome?.status === 'fulfilled') return outcome.value;
  throw outcome?.reason;
}

async function secureAward(
  { credential, images, shape }: IssuableAward,
  entry: LedgerAward,
  { issuer, checks, files }: Issuing,
  proven: Set<string>,
): Promise<SecuredText> {
  const secured = await savingDifference(files, () =>
    secure(credential(entry), issuer, issuer.form, entry.reservedAt, checks?.()),
  );
  if (proven.has(shape)) return secured;
  if (secured.document !== undefined)
    await verifyByReference(
      secured.document,
      issuer.key.publicKey,
      secured.verificationMethod,
      Math.max(entry.validFrom, entry.reservedAt),
    );
  for (const { format, bytes } of images) if (format === 'png') proveSamePixels(bytes, bake(bytes, secured.text));
  proven.add(shape);
  return secured;
}

async function writeCredential(
  entry: LedgerAward,
  images: IssuableBadge['images'],
  { text, extension }: SecuredText,
  files: Files,
): Promise<readonly string[]> {
  const base = credentialPath(entry.badge, entry.credentialId);
  const carried = images.map(({ format, bytes }) => ({ path: `${base}.${format}`, content: bake(bytes, text) }));
  const all = [
    { path: `${base}.${extension}`, content: Buffer.from(extension === 'jwt' ? `${text}\n` : text, 'utf8') },
    ...carried,
  ];
  // The award is reserved, so what stands under its name is this run's or an interrupted one's.
  for (const { path, content } of all) await files.write(path, content, { replace: true, isSole: true });
  return all.map(({ path }) => path);
}

/** A file of an award that the ledger does not know: made by hand, or the ledger was lost. It is never replaced. */
async function refuseStrayFile(
  { knownEdition }: IssuableAward,
  { award, edition, badge, credentialId }: Reservation,
  { files, ledger }: Issuing,
): Promise<void> {
  if (knownEdition >= edition) return;
  const base = credentialPath(badge, credentialId);
  for (const extension of ['json', 'jwt']) {
    if (!(await files.exists(`${base}.${extension}`))) continue;
    // Another run may have reserved and written it since this one looked.
    if (((await ledger.find([award])).get(award)?.edition ?? 0) >= edition) continue;
    throw new BadgekitError('FILE_EXISTS', 'the badge is already there, but the ledger does not know it', {
      where: { file: `${base}.${extension}` },
      hint: 'put the ledger (.badgekit/ledger.db) back from your backup, or make it again: badgekit ledger rebuild',
    });
  }
}

/** Where a credential's files lie, without their endings. */
function credentialPath(badge: string, credentialId: string): string {
  return `credentials/${badge}/${credentialId.replace('urn:uuid:', '')}`;
}
