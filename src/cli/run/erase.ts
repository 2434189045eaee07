import { createHash } from 'node:crypto';
import { BadgekitError, EXIT, type ExitCode } from '../../errors.ts';
import { standingOf } from '../../issue/standing.ts';
import type { Ledger, LedgerAward } from '../../ports.ts';
import { openKeyring } from '../../programme/keyring.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { findTraces, type Trace } from '../../programme/traces.ts';
import type { Instant } from '../../syntax/datetime.ts';
import { describeAward, nothingFound, spellings } from '../award-filter.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { erasureReceipt } from '../erasure-receipt.ts';
import { describeRun, usingLedger } from '../open-ledger.ts';
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
  readonly receipt: string | undefined;
}

/**
 * `erase`: takes a person out of ledger and files, and keeps what revocation needs. The ledger comes last: whatever
 * interrupts it, the person is found again by the same command.
 */
export async function runErase(recipient: string, options: EraseOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const names = spellings(recipient);
  if (!hasLedger(programme, session.env)) throw nothingFound([recipient], {});
  const keyring =
    options.revoke === true && options.dryRun !== true
      ? await withPassphrase(session, options.passphraseFile, (passphrase) =>
          openKeyring(programme, passphrase, session.env),
        )
      : undefined;
  return await usingLedger(programme, keyring, session, async (ledger) => {
    const awards = await ledger.awardsOf(names);
    if (awards.length === 0) throw nothingFound([recipient], {});
    const traces = await findTraces(programme, names);
    const now = session.clock();
    const revoked = options.revoke === true ? awards.filter((award) => isRevocable(award)) : [];
    const planned = { awards, traces, revoked: revoked.map(({ credentialId }) => credentialId) };
    if (options.dryRun === true) {
      report({ ...planned, statusLists: [], receipt: undefined }, programme, options, session, now);
      return EXIT.yes;
    }
    await refuseBesideOthers(ledger);
    await confirmed(awards, options, session);
    let statusLists: readonly string[] = [];
    if (keyring !== undefined) {
      await ledger.recordStatus(
        planned.revoked.map((credentialId) => ({
          credentialId,
          purpose: 'revocation' as const,
          set: true,
          reason: undefined,
          at: now,
          since: now,
        })),
      );
      statusLists = (await refreshPublic(programme, keyring, ledger, session)).lists;
    }
    for (const path of await filesOf(awards, programme)) await programme.files.remove(path);
    const receipt = receiptPath(awards);
    const done = { ...planned, statusLists, receipt };
    await programme.files.write(receipt, erasureReceipt(done, programme, now), {
      replace: true,
      mode: RECEIPT_MODE,
      isSole: true,
    });
    await ledger.erase(
      awards.map(({ credentialId }) => credentialId),
      now,
    );
    report(done, programme, options, session, now);
    return EXIT.yes;
  });
}

function isRevocable({ places, changes, state }: LedgerAward): boolean {
  const isRevoked = changes.some(({ purpose, set }) => purpose === 'revocation' && set);
  return state === 'issued' && !isRevoked && places.some(({ purpose }) => purpose === 'revocation');
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
  const paths = new Set(awards.flatMap((award) => award.files));
  for (const { badge, credentialId } of awards) {
    const name = credentialId.replace('urn:uuid:', '');
    for (const extension of ['json', 'jwt', 'png', 'svg'])
      for (const file of [`${name}.${extension}`, `.${name}.${extension}.tmp`])
        if (await files.exists(`credentials/${badge}/${file}`)) paths.add(`credentials/${badge}/${file}`);
  }
  return [...paths].sort();
}

/** The same for the same badges, so that an erasure that was interrupted leaves one receipt. */
function receiptPath(awards: readonly LedgerAward[]): string {
  const ids = awards.map(({ credentialId }) => credentialId).sort();
  return `erasures/${createHash('sha256').update(ids.join('\n')).digest('hex').slice(0, 12)}.md`;
}

function report(
  { awards, revoked, statusLists, traces, receipt }: Erasure,
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
    }));
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'erase', dryRun, credentials, revoked, statusLists, receipt: receipt === undefined ? null : programme.shown(receipt), remains: traces.map(({ path, lines }) => ({ file: programme.shown(path), lines })) })}\n`,
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
    ...traces.map(
      ({ path, lines: numbers }) =>
        `still there: ${programme.shown(path)}, ${numbers.length === 1 ? 'line' : 'lines'} ${numbers.join(', ')}: that file is yours to mend\n`,
    ),
    receipt === undefined
      ? 'Nothing was written.\n'
      : `The receipt ${programme.shown(receipt)} says what is kept, and what nobody can recall.\n`,
  ];
  session.out(lines.join(''));
}
