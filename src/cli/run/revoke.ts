import { BadgekitError, EXIT } from '../../errors.ts';
import { changeOf, standingOf } from '../../issue/standing.ts';
import type { Ledger, LedgerAward, StatusChange, StatusPurpose } from '../../ports.ts';
import { type Keyring, openKeyring } from '../../programme/keyring.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { type Instant, parseDateOrStamp } from '../../syntax/datetime.ts';
import { quoted } from '../../syntax/text.ts';
import { type AwardOptions, describeAward, filterOf, findAwards, isNarrowed, nothingFound } from '../award-filter.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { withPassphrase } from '../passphrase.ts';
import { usingLedger } from '../open-ledger.ts';
import { refreshPublic } from '../public-folder.ts';
import type { Session } from '../session.ts';
import { count, counted, styles } from '../style.ts';

export interface RevokeOptions extends CommonOptions, AwardOptions {
  readonly reason?: string;
  readonly date?: string;
  readonly all?: boolean;
  readonly suspend?: boolean;
  readonly reinstate?: boolean;
}

const MAX_SHOWN = 20;

/** What is to happen to a credential's bit. */
interface Action {
  readonly purpose: StatusPurpose;
  readonly set: boolean;
  readonly done: string;
  readonly verb: string;
}

const REVOKE: Action = { purpose: 'revocation', set: true, done: 'revoked', verb: 'Revoke' };
const SUSPEND: Action = { purpose: 'suspension', set: true, done: 'suspended', verb: 'Suspend' };
const REINSTATE: Action = { purpose: 'suspension', set: false, done: 'reinstated', verb: 'Reinstate' };

/** `revoke`: finds the badges, sets or clears their bits, signs the lists anew, records why. */
export async function runRevoke(wanted: string | undefined, options: RevokeOptions, session: Session): Promise<number> {
  const action = actionOf(options);
  const since = readDate(options.date, session);
  if (wanted === undefined && !isNarrowed(options))
    throw new BadgekitError('USAGE', 'nothing says which badges', {
      hint: "give a credential's id or a recipient, or one of --badge, --batch, --roster, --key",
    });
  const programme = await openProgramme(session.cwd, options.programme);
  const texts = [wanted, options.recipient];
  if (!(await hasLedger(programme, session.env))) throw nothingFound(texts, options);
  const keyring = await withPassphrase(session, options.passphraseFile, (passphrase) =>
    openKeyring(programme, passphrase, session.env),
  );
  return await usingLedger(programme, keyring, session, async (ledger) => {
    const found: LedgerAward[] = [];
    for await (const award of findAwards(ledger, filterOf(options, programme), texts)) found.push(award);
    if (found.length === 0) throw nothingFound(texts, options);
    const chosen = await choose(found, action, options, session);
    const planned = planChanges(chosen, action, { reason: options.reason, at: session.clock(), since });
    const lists = options.dryRun === true ? [] : await apply(planned.changes, programme, keyring, ledger, session);
    const earlier = action === REVOKE ? await earlierInForce(chosen, ledger, session.clock()) : [];
    report({ chosen, planned, action, lists, earlier }, options, session, programme);
    return planned.impossible.size > 0 ? EXIT.no : EXIT.yes;
  });
}

function readDate(text: string | undefined, session: Session): Instant {
  const now = session.clock();
  if (text === undefined) return now;
  const since = parseDateOrStamp(text);
  if (since !== undefined && since <= now) return since;
  throw new BadgekitError(
    'USAGE',
    since === undefined ? `--date ${quoted(text)} is no date` : '--date lies in the future: a list says what is so now',
    { hint: 'write year-month-day, such as 2026-05-04' },
  );
}

function actionOf({ suspend, reinstate }: RevokeOptions): Action {
  if (suspend === true && reinstate === true)
    throw new BadgekitError('USAGE', '--suspend and --reinstate exclude each other');
  return suspend === true ? SUSPEND : reinstate === true ? REINSTATE : REVOKE;
}

/** Of several badges, those that the user means: confirmed by an option, or on the terminal. */
async function choose(
  found: readonly LedgerAward[],
  { verb }: Action,
  { all, json, dryRun }: RevokeOptions,
  session: Session,
): Promise<readonly LedgerAward[]> {
  if (found.length === 1 || all === true || dryRun === true) return found;
  const shown = found.slice(0, MAX_SHOWN).map((award) => `  ${describeAward(award)}`);
  if (found.length > MAX_SHOWN) shown.push(`  and ${count(found.length - MAX_SHOWN)} more (--dry-run shows them all)`);
  if (!session.isInteractive || json === true)
    throw new BadgekitError('CREDENTIAL_AMBIGUOUS', `${counted(found.length, 'badge')} match; say which`, {
      hint: 'give the id of one, or --badge NAME, or --all',
      more: shown,
    });
  const { checkbox, confirm } = await import('@inquirer/prompts');
  const context = { output: process.stderr };
  if (found.length <= MAX_SHOWN) {
    const choices = found.map((award) => ({ value: award, name: describeAward(award) }));
    return await checkbox<LedgerAward>({ message: 'Which of these badges?', choices, required: true }, context);
  }
  session.err(`${shown.join('\n')}\n`);
  const message = `${verb} these ${counted(found.length, 'badge')}?`;
  if (await confirm({ message, default: false }, context)) return found;
  throw new BadgekitError('INTERRUPTED', 'stopped; nothing was written');
}

/** What is to be recorded, and why some badges cannot be. */
interface PlannedChanges {
  readonly changes: readonly StatusChange[];
  readonly impossible: ReadonlyMap<string, BadgekitError>;
}

function planChanges(
  awards: readonly LedgerAward[],
  action: Action,
  how: Pick<StatusChange, 'reason' | 'at' | 'since'>,
): PlannedChanges {
  const changes: StatusChange[] = [];
  const impossible = new Map<string, BadgekitError>();
  for (const award of awards) {
    const { credentialId } = award;
    const fault = obstacle(award, action);
    if (fault !== undefined) impossible.set(credentialId, fault);
    else if ((changeOf(award, action.purpose)?.set === true) !== action.set)
      changes.push({ credentialId, purpose: action.purpose, set: action.set, ...how });
  }
  const [only] = impossible.values();
  if (only !== undefined && awards.length === 1) throw only;
  return { changes, impossible };
}

/** Why a badge's bit cannot be set or cleared, if so. */
function obstacle(award: LedgerAward, action: Action): BadgekitError | undefined {
  const { credentialId, places } = award;
  if (places.length === 0)
    return new BadgekitError(
      'STATUS_UNAVAILABLE',
      `${credentialId} has no status: it was issued while the programme hosted nothing`,
      { hint: 'it cannot be revoked; set hosting in badgekit.yaml for what you issue from now on' },
    );
  if (!places.some((place) => place.purpose === action.purpose))
    return new BadgekitError(
      'STATUS_UNAVAILABLE',
      `${credentialId} can be revoked, but not suspended: it was issued with the one status entry that Open Badges 3.0 has room for`,
      {
        hint: 'to suspend badges that you issue from now on, write in badgekit.yaml: status: { purposes: [revocation, suspension] }',
      },
    );
  if (action === REINSTATE && changeOf(award, 'revocation')?.set === true)
    return new BadgekitError('STATUS_UNAVAILABLE', `${credentialId} was revoked, and a revocation cannot be undone`, {
      hint: 'issue the badge anew, with another value in the column "award"',
    });
  return undefined;
}

/** The ledger first: a bit that is recorded and not yet signed is signed by the next run, never forgotten. */
async function apply(
  changes: readonly StatusChange[],
  programme: Programme,
  keyring: Keyring,
  ledger: Ledger,
  session: Session,
): Promise<readonly string[]> {
  await ledger.recordStatus(changes);
  return (await refreshPublic(programme, keyring, ledger, session)).lists;
}

/** Earlier editions of these badges that were renewed and not revoked: revoking the newer one leaves them as they are. */
async function earlierInForce(
  chosen: readonly LedgerAward[],
  ledger: Ledger,
  now: Instant,
): Promise<readonly LedgerAward[]> {
  const isChosen = new Set(chosen.map(({ credentialId }) => credentialId));
  const earlier: LedgerAward[] = [];
  for (const { supersedes } of chosen)
    for (let id = supersedes; id !== undefined && !isChosen.has(id);) {
      isChosen.add(id);
      let before: string | undefined;
      for await (const award of ledger.select({ text: id })) {
        before = award.supersedes;
        if (standingOf(award, now) === 'valid') earlier.push(award);
      }
      id = before;
    }
  return earlier;
}

/** What was done, or would be. */
interface Revoked {
  readonly chosen: readonly LedgerAward[];
  readonly planned: PlannedChanges;
  readonly action: Action;
  readonly lists: readonly string[];
  readonly earlier: readonly LedgerAward[];
}

function report(
  { chosen, planned: { changes, impossible }, action, lists, earlier }: Revoked,
  options: RevokeOptions,
  session: Session,
  programme: Programme,
): void {
  const changed = new Set(changes.map(({ credentialId }) => credentialId));
  if (options.json === true) {
    const credentials = chosen.map(({ credentialId, badge, recipient }) => ({
      id: credentialId,
      badge,
      recipient,
      changed: changed.has(credentialId),
      problem: impossible.get(credentialId)?.message ?? null,
    }));
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'revoke', action: action.done, dryRun: options.dryRun === true, credentials, statusLists: lists, stillInForce: earlier.map(({ credentialId }) => credentialId) })}\n`,
    );
    return;
  }
  const { out } = styles(session);
  const verb = options.dryRun === true ? `would be ${action.done}` : action.done;
  const before = action === REINSTATE ? 'was not suspended' : `was ${action.done} before`;
  const lines = chosen.map((award) => {
    const { credentialId } = award;
    const problem = impossible.get(credentialId);
    if (problem !== undefined)
      return `${out.bold('impossible')}  ${describeAward(award)}
  ${problem.message}
`;
    return `${changed.has(credentialId) ? out.bold(verb) : before}  ${describeAward(award)}
`;
  });
  const signed = lists.map(
    (list) =>
      `status list ${programme.shown(list)} signed again: publish it at ${programme.config.hosting ?? ''}, it counts from then on\n`,
  );
  const others = earlier.map(
    (award) =>
      `${out.bold('still in force')}  ${describeAward(award)}
  an earlier edition: to revoke it, too: badgekit revoke ${award.credentialId}
`,
  );
  session.out(
    [...lines, ...others, ...signed, ...(options.dryRun === true ? ['Nothing was written.\n'] : [])].join(''),
  );
}
