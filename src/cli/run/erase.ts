import { createHash } from 'node:crypto';
import { BadgekitError, EXIT, type ExitCode } from '../../errors.ts';
import { credentialPath } from '../../issue/pipeline.ts';
import { revocations } from '../../issue/revocations.ts';
import { standingOf } from '../../issue/standing.ts';
import type { Ledger, LedgerAward } from '../../ports.ts';
import { evidenceCopies, removeEvidence } from '../../programme/evidence-files.ts';
import { CREDENTIAL_ENDINGS, isCredentialFile, isInArchive } from '../../programme/issued-files.ts';
import { type Keyring, openKeyring } from '../../programme/keyring.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { findTraces, type Trace } from '../../programme/traces.ts';
import { visible } from '../../syntax/text.ts';
import type { Instant } from '../../syntax/datetime.ts';
import { describeAward, nothingFound, spellings } from '../award-filter.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { describeTrace, erasureReceipt } from '../erasure-receipt.ts';
import { describeRun, startRun, usingLedger } from '../open-ledger.ts';
import { withPassphrase } from '../passphrase.ts';
import { refreshPublic } from '../public-folder.ts';
import type { Session } from '../session.ts';
import { counted, styles } from '../style.ts';

const RECEIPT_MODE = 0o600;

export interface EraseOptions extends CommonOptions {
  readonly revoke?: boolean;
  readonly yes?: boolean;
}

/** What an erasure did, or would do. */
export interface Erasure {
  readonly awards: readonly LedgerAward[];
  /** The badges that were revoked with it. */
  readonly revoked: readonly string[];
  readonly statusLists: readonly string[];
  /** Where the person still stands, in files that are not badgekit's. */
  readonly traces: readonly Trace[];
  /** Files that could not be looked at. */
  readonly unread: readonly string[];
  /** Badges that were to be revoked, and cannot be. */
  readonly withoutStatus: readonly string[];
  /** The copies of files that were evidence. */
  readonly evidence: readonly string[];
  readonly receipt: string | undefined;
  /** Where the database keeps old copies of what was erased, and until when. */
  readonly oldCopies: string | undefined;
}

/**
 * `erase`: takes a person out of ledger and files, and keeps what revocation needs. The ledger comes last: whatever
 * interrupts it, the person is found again by the same command.
 */
export async function runErase(recipient: string, options: EraseOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const names = spellings(recipient);
  if (!(await hasLedger(programme, session.env))) throw nothingFound([recipient], {});
  const keyring =
    options.revoke === true && options.dryRun !== true
      ? await withPassphrase(session, options.passphraseFile, (passphrase) =>
          openKeyring(programme, passphrase, session.env),
        )
      : undefined;
  return await usingLedger(programme, keyring, session, async (ledger) => {
    const planned = await planErasure(names, recipient, programme, ledger, options);
    if (options.dryRun === true) {
      report(
        { ...planned, statusLists: [], receipt: undefined, oldCopies: undefined },
        programme,
        options,
        session,
        session.clock(),
      );
      return EXIT.yes;
    }
    await confirmed(planned.awards, options, session);
    // From here on others see this run; and what they did while the question stood is looked at again.
    await startRun(ledger, 'erase', session);
    await refuseBesideOthers(ledger);
    const done = await carryOut(await planErasure(names, recipient, programme, ledger, options), {
      programme,
      keyring,
      ledger,
      session,
    });
    report(done, programme, options, session, session.clock());
    return done.withoutStatus.length > 0 ? EXIT.no : EXIT.yes;
  });
}

type PlannedErasure = Omit<Erasure, 'statusLists' | 'receipt' | 'oldCopies'>;

async function planErasure(
  names: readonly string[],
  recipient: string,
  programme: Programme,
  ledger: Ledger,
  { revoke }: EraseOptions,
): Promise<PlannedErasure> {
  const awards = await ledger.awardsOf(names);
  if (awards.length === 0) throw nothingFound([recipient], {});
  const told = awards.flatMap((award) => [award.recipient, award.subjectId ?? '', award.recipientName ?? '']);
  const { traces, unread } = await findTraces(programme, [
    ...new Set([...names, ...told].filter((text) => text !== '')),
  ]);
  const isWanted = revoke === true;
  return {
    awards,
    evidence: await evidenceCopies(
      programme,
      awards.map(({ credentialId }) => credentialId),
    ),
    traces,
    unread,
    revoked: isWanted ? awards.filter(isRevocable).map(({ credentialId }) => credentialId) : [],
    withoutStatus: isWanted ? awards.filter(isWithoutStatus).map(({ credentialId }) => credentialId) : [],
  };
}

interface Erasing {
  readonly programme: Programme;
  readonly keyring: Keyring | undefined;
  readonly ledger: Ledger;
  readonly session: Session;
}

async function carryOut(planned: PlannedErasure, { programme, keyring, ledger, session }: Erasing): Promise<Erasure> {
  const { awards } = planned;
  const now = session.clock();
  let statusLists: readonly string[] = [];
  if (keyring !== undefined) {
    await ledger.recordStatus(revocations(planned.revoked, undefined, now));
    statusLists = (await refreshPublic(programme, keyring, ledger, session)).lists;
  }
  for (const path of await filesOf(awards, programme)) await programme.files.remove(path);
  await removeEvidence(programme, planned.evidence);
  const receipt = receiptPath(awards);
  await programme.files.write(receipt, erasureReceipt(planned, programme, now), {
    replace: true,
    mode: RECEIPT_MODE,
    isSole: true,
  });
  const oldCopies = await ledger.erase(
    awards.map(({ credentialId }) => credentialId),
    now,
  );
  // A run that took up what another had reserved may have written in between; from here on it cannot.
  for (const path of await filesOf(awards, programme)) await programme.files.remove(path);
  const ids = awards.map(({ credentialId }) => credentialId);
  await removeEvidence(programme, await evidenceCopies(programme, ids));
  return { ...planned, statusLists, receipt, oldCopies };
}

function isRevocable({ places, changes, state }: LedgerAward): boolean {
  const isRevoked = changes.some(({ purpose, set }) => purpose === 'revocation' && set);
  return state === 'issued' && !isRevoked && places.some(({ purpose }) => purpose === 'revocation');
}

function isWithoutStatus({ places, state }: LedgerAward): boolean {
  return state === 'issued' && !places.some(({ purpose }) => purpose === 'revocation');
}

/** A run that issues may hold the person in memory, and write him down again. */
async function refuseBesideOthers(ledger: Ledger): Promise<void> {
  const [other] = await ledger.livingRuns();
  if (other !== undefined)
    throw new BadgekitError('LEDGER_LOCKED', `${describeRun(other)} is under way, and may write of this person`, {
      hint: 'wait until it has finished, then run the same command again',
    });
}

async function confirmed(awards: readonly LedgerAward[], { yes, json }: EraseOptions, session: Session): Promise<void> {
  if (yes === true) return;
  if (!session.isInteractive || json === true)
    throw new BadgekitError('ANSWER_MISSING', `${counted(awards.length, 'badge')} would be erased for good`, {
      hint: 'give --yes to do it, or --dry-run to see what would be done',
      more: awards.map((award) => `  ${describeAward(award)}`),
    });
  const { confirm } = await import('@inquirer/prompts');
  session.err(awards.map((award) => `  ${describeAward(award)}\n`).join(''));
  const message = `Erase this person, and ${counted(awards.length, 'badge')} in credentials/? It cannot be undone.`;
  if (!(await confirm({ message, default: false }, { output: process.stderr })))
    throw new BadgekitError('INTERRUPTED', 'stopped; nothing was written');
}

/** The files of the badges: those that the ledger knows, and those that an interrupted run left under their names. */
async function filesOf(awards: readonly LedgerAward[], { files }: Programme): Promise<readonly string[]> {
  // What a ledger says may come from anywhere: nothing else is ever removed.
  const paths = new Set(awards.flatMap((award) => award.files).filter(isCredentialFile));
  for (const { badge, credentialId } of awards) {
    const base = credentialPath(badge, credentialId);
    const hidden = base.replace(/[^/]+$/, '.$&');
    for (const ending of CREDENTIAL_ENDINGS)
      for (const file of [`${base}.${ending}`, `${hidden}.${ending}.tmp`])
        if (await files.exists(file)) paths.add(file);
  }
  return [...paths].sort();
}

/** The same for the same badges, so that an erasure that was interrupted leaves one receipt. */
function receiptPath(awards: readonly LedgerAward[]): string {
  const ids = awards.map(({ credentialId }) => credentialId).sort();
  return `erasures/${createHash('sha256').update(ids.join('\n')).digest('hex').slice(0, 12)}.md`;
}

function report(
  { awards, revoked, statusLists, traces, unread, withoutStatus, evidence, receipt, oldCopies }: Erasure,
  programme: Programme,
  { json, dryRun = false }: EraseOptions,
  session: Session,
  now: Instant,
): void {
  if (json === true) {
    const credentials = awards.map((award) => ({
      id: award.credentialId,
      badge: award.badge,
      state: award.state === 'reserved' ? 'reserved' : standingOf(award, now),
      files: award.files,
      archived: isInArchive(award),
    }));
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'erase', dryRun, credentials, revoked, withoutStatus, statusLists, evidence, receipt: receipt === undefined ? null : programme.shown(receipt), remains: traces.map(({ path, lines }) => ({ file: programme.shown(path), lines })), unread: unread.map((path) => programme.shown(path)), oldCopies: oldCopies ?? null })}\n`,
    );
    return;
  }
  const { out } = styles(session);
  const isRevoked = new Set(revoked);
  const lines = [
    ...awards.map((award) => {
      const what = isRevoked.has(award.credentialId) ? 'erased and revoked' : 'erased';
      return `${dryRun ? `would be ${what}` : out.bold(what)}  ${describeAward(award)}\n`;
    }),
    ...statusLists.map(
      (list) => `status list ${programme.shown(list)} signed again: publish it at ${programme.config.hosting ?? ''}\n`,
    ),
    ...(evidence.length === 0
      ? []
      : [
          `${dryRun ? 'would be erased' : 'erased'}  ${counted(evidence.length, 'file')} of evidence${evidence.some((path) => path.startsWith('public/')) ? ': publish public/ again, so that your host has them no more' : ''}\n`,
        ]),
    ...awards
      .filter(isInArchive)
      .map(
        ({ credentialId, run }) =>
          `${credentialId} went into an archive, with the batch ${run}: take it out there, too, and wherever it was unpacked\n`,
      ),
    ...awards
      .filter(({ state }) => state === 'reserved')
      .map(
        ({ credentialId, run }) =>
          `${credentialId} was being issued by the batch ${run}: if that was writing an archive, look for it at its end\n`,
      ),
    ...withoutStatus.map((id) => `${id} cannot be revoked: it was issued without a status\n`),
    ...traces.map(
      (trace) =>
        `still there: ${describeTrace(trace, visible(programme.shown(trace.path), 200))}: that file is yours to mend\n`,
    ),
    ...unread.map((path) => `not looked at: ${visible(programme.shown(path), 200)} cannot be read\n`),
    ...(oldCopies === undefined ? [] : [`old copies stay ${oldCopies}\n`]),
    receipt === undefined
      ? 'Nothing was written.\n'
      : `The receipt ${programme.shown(receipt)} says what is kept, and what nobody can recall.\n`,
  ];
  session.out(lines.join(''));
}
