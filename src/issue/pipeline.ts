import { BadgekitError } from '../errors.ts';
import type { SigningChecks } from '../proof/data-integrity.ts';
import type { Clock, Files, IssuedNote, Ledger, LedgerAward, Reservation, WantedPlaces } from '../ports.ts';
import { ahead, inBatches } from './ahead.ts';
import { savingDifference } from './canonical-difference.ts';
import type { Made, MadeCredential, Order, OrderContent, Workshop } from './workshop.ts';

/** One credential that is to be issued: what is reserved for it, and how it is made once its place is known. */
export interface IssuableAward {
  readonly reservation: (now: number) => Reservation & { readonly wants: WantedPlaces };
  /** What the unsigned credential says. */
  readonly content: (entry: LedgerAward) => OrderContent;
  /** What is to be there before it is made, once its place is reserved. */
  readonly prepare?: ((entry: LedgerAward) => Promise<void>) | undefined;
  /** Credentials of one shape: the first of each is proven by another implementation. */
  readonly shape: string;
  /** The newest edition that the ledger was known to have, when it was planned. */
  readonly knownEdition: number;
}

/** What takes the pieces of an archive, one after the other. */
export interface Outlet {
  /** Resolves once a piece is safe, or, in a pipe, taken. */
  write(piece: Uint8Array): Promise<void>;
  /** Whether what was taken may still be lost until more is taken: a pipe holds as much as its reader has not read yet. */
  readonly isPipe: boolean;
}

export interface Issuing {
  readonly workshop: Pick<Workshop, 'make' | 'width' | 'batch'>;
  readonly ledger: Ledger;
  readonly files: Files;
  /** Where an archive goes; undefined where the workshop writes files. */
  readonly outlet?: Outlet | undefined;
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
  /** On the disk or in the archive. */
  readonly files: readonly string[];
  /** The credential that it replaces. */
  readonly supersedes: string | undefined;
}

/**
 * Issues awards in batches: reserve in the ledger, sign, bake, write, mark as issued. Whatever interrupts it, the next
 * run finishes the reserved ones under the same ids and status entries, and issues nothing twice. Places are reserved, files
 * written and awards marked in the order of the awards, whoever signs.
 */
export async function* issueAwards(
  awards: AsyncIterable<IssuableAward>,
  issuing: Issuing,
): AsyncGenerator<IssuedCredential> {
  const { width, batch: size } = issuing.workshop;
  const reserved = reserveAll(inBatches(uninterrupted(awards, issuing), size), issuing);
  const made = ahead(reserved, width, (own) => makeBatch(own, issuing));
  for await (const batch of delivered(made, issuing)) yield* finishBatch(batch, issuing);
}

/**
 * Hands batches on to the outlet, if there is one. What a pipe has taken counts only when it has taken the next batch,
 * too: until then its reader may end without having read it.
 */
async function* delivered(batches: AsyncIterable<MadeBatch>, { outlet }: Issuing): AsyncGenerator<MadeBatch['awards']> {
  let before: MadeBatch['awards'] = [];
  for await (const { awards, piece } of batches) {
    const isEmpty = piece === undefined || piece.length === 0;
    if (!isEmpty) await outlet?.write(piece);
    if (outlet?.isPipe === true) {
      if (isEmpty) continue;
      yield before;
      before = awards;
    } else yield awards;
  }
  yield before;
}

async function* uninterrupted(
  awards: AsyncIterable<IssuableAward>,
  { isInterrupted }: Issuing,
): AsyncGenerator<IssuableAward> {
  for await (const award of awards) {
    if (isInterrupted?.() === true) return;
    yield award;
  }
}

/** An award that this run has reserved. */
interface OwnAward {
  readonly award: IssuableAward;
  readonly entry: LedgerAward;
}

async function* reserveAll(
  batches: AsyncIterable<readonly IssuableAward[]>,
  issuing: Issuing,
): AsyncGenerator<readonly OwnAward[]> {
  const { ledger, clock, onHeld, isInterrupted } = issuing;
  const folders = new Map<string, boolean>();
  for await (const batch of batches) {
    if (isInterrupted?.() === true) return;
    const now = clock();
    const wanted = batch.map((award) => ({ award, reservation: award.reservation(now) }));
    await lookForFolders(folders, wanted, issuing);
    for (const { award, reservation } of wanted)
      if (folders.get(reservation.badge) === true) await refuseStrayFile(award, reservation, issuing);
    const claims = await ledger.reserve(
      wanted.map(({ reservation }) => reservation),
      now,
    );
    const awards = new Map(wanted.map(({ award, reservation }) => [reservation.award, award]));
    for (const { entry, isOwn } of claims) if (!isOwn && entry.state === 'reserved') onHeld?.(entry.run);
    yield claims.flatMap(({ entry, isOwn }) => {
      const award = awards.get(entry.award);
      return award === undefined || !isOwn ? [] : [{ award, entry }];
    });
  }
}

interface MadeBatch extends Pick<Made, 'piece'> {
  readonly awards: readonly (MadeCredential & { readonly entry: LedgerAward })[];
}

async function makeBatch(own: readonly OwnAward[], { workshop, files, checks }: Issuing): Promise<MadeBatch> {
  for (const { award, entry } of own) await award.prepare?.(entry);
  const orders = own.map(({ award, entry }): Order => ({
    base: credentialPath(entry.badge, entry.credentialId),
    content: award.content(entry),
    created: entry.reservedAt,
    checks: checks?.() ?? 'signature',
    shape: award.shape,
    provenAt: Math.max(entry.validFrom, entry.reservedAt),
  }));
  const { credentials, piece } = await savingDifference(files, () => workshop.make(orders));
  const awards = own.flatMap(({ entry }, index) => {
    const credential = credentials[index];
    return credential === undefined ? [] : [{ entry, ...credential }];
  });
  return { awards, piece };
}

async function* finishBatch(
  batch: MadeBatch['awards'],
  { ledger, clock, outlet }: Issuing,
): AsyncGenerator<IssuedCredential> {
  if (batch.length === 0) return;
  const notes = batch.map(({ entry: { credentialId }, verificationMethod, files }): IssuedNote => {
    // What went into an archive is no file of the programme's.
    return { credentialId, verificationMethod, files: outlet === undefined ? files : [] };
  });
  const marked = await ledger.markIssued(notes, clock());
  for (const { entry, files } of batch) {
    const { line, credentialId, badge, supersedes } = entry;
    if (marked.has(credentialId)) yield { line, credentialId, badge, files, supersedes };
  }
}

/** Of which badges there are files, before this run makes any. */
async function lookForFolders(
  folders: Map<string, boolean>,
  wanted: readonly { readonly reservation: Reservation }[],
  { files }: Issuing,
): Promise<void> {
  for (const { reservation } of wanted) {
    const { badge } = reservation;
    if (!folders.has(badge)) folders.set(badge, await files.exists(`credentials/${badge}`));
  }
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

/** Where a credential's files lie, without their endings: in the programme's folder, and in an archive. */
export function credentialPath(badge: string, credentialId: string): string {
  return `credentials/${badge}/${credentialId.replace('urn:uuid:', '')}`;
}
