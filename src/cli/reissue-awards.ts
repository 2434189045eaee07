import type { Issuer } from '../issue/issuer.ts';
import { issueAwards, type IssuableAward, type IssuedCredential } from '../issue/pipeline.ts';
import { reissued, type Reissue } from '../issue/reissue.ts';
import { OwnWorkshop } from '../issue/workshop.ts';
import type { Ledger, LedgerAward } from '../ports.ts';
import type { Programme } from '../programme/programme.ts';
import { issuerKeys } from '../programme/issued-signature.ts';
import { reissueSource } from '../programme/reissue-source.ts';
import { HeldAwards } from './held-awards.ts';
import { startRun } from './open-ledger.ts';
import { startProgress } from './progress.ts';
import { sampler } from './check-sample.ts';
import type { Session } from './session.ts';

/** How a badge is issued once more. */
export type ReissueTerms = Pick<Reissue, 'validFrom' | 'validUntil' | 'revokesBecause'>;

export interface Reissuing {
  readonly programme: Programme;
  readonly issuer: Issuer;
  readonly ledger: Ledger;
  readonly session: Session;
  /** How others are told of this run. */
  readonly command: string;
  readonly termsOf: (award: LedgerAward) => ReissueTerms;
}

export interface ReissueOutcome {
  readonly issued: readonly IssuedCredential[];
  /** Badges whose files are gone: they cannot be made again. */
  readonly gone: readonly LedgerAward[];
}

/** Issues badges once more from their files; each stands for the one before it. */
export async function reissueAwards(awards: readonly LedgerAward[], reissuing: Reissuing): Promise<ReissueOutcome> {
  const { programme, issuer, ledger, session, command, termsOf } = reissuing;
  const issued: IssuedCredential[] = [];
  const gone: LedgerAward[] = [];
  if (awards.length === 0) return { issued, gone };
  const keyOf = await issuerKeys(programme);
  await startRun(ledger, command, session);
  const held = new HeldAwards(ledger, session);
  const progress = startProgress(session, 'Issuing', awards.length);
  async function* issuable(): AsyncGenerator<IssuableAward> {
    const done = new Set([
      ...issued.map(({ supersedes }) => supersedes),
      ...gone.map(({ credentialId }) => credentialId),
    ]);
    for (const award of awards) {
      if (done.has(award.credentialId)) continue;
      const source = await reissueSource(programme, award, keyOf);
      if (source === undefined) gone.push(award);
      else yield reissued({ award, ...source, ...termsOf(award) }, issuer);
    }
  }
  const issuing = {
    workshop: new OwnWorkshop(issuer, { kind: 'files', files: programme.files }, undefined),
    ledger,
    files: programme.files,
    clock: session.clock,
    checks: sampler({}, session.random),
    isInterrupted: session.isInterrupted,
    onHeld: held.note,
  };
  try {
    do {
      for await (const credential of issueAwards(issuable(), issuing)) {
        issued.push(credential);
        progress.step();
      }
    } while (await held.wait());
  } finally {
    progress.end();
  }
  return { issued, gone };
}
