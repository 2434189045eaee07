import { BadgekitError, EXIT } from '../../errors.ts';
import { normalizeEmail } from '../../openbadges/recipient.ts';
import type { Ledger, LedgerAward, StatusChange, StatusPlace } from '../../ports.ts';
import { type Keyring, openKeyring } from '../../programme/keyring.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { formatDay } from '../../syntax/datetime.ts';
import { quoted, visible } from '../../syntax/text.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { withPassphrase } from '../passphrase.ts';
import { openLedgerOf } from '../open-ledger.ts';
import { refreshPublic } from '../public-folder.ts';
import type { Session } from '../session.ts';
import { counted, styles } from '../style.ts';

export interface RevokeOptions extends CommonOptions {
  readonly reason?: string;
  readonly badge?: string;
  readonly all?: boolean;
  readonly suspend?: boolean;
  readonly reinstate?: boolean;
}

type Purpose = StatusPlace['purpose'];

/** What is to happen to a credential's bit. */
interface Action {
  readonly purpose: Purpose;
  readonly set: boolean;
  readonly done: string;
}

const REVOKE: Action = { purpose: 'revocation', set: true, done: 'revoked' };
const SUSPEND: Action = { purpose: 'suspension', set: true, done: 'suspended' };
const REINSTATE: Action = { purpose: 'suspension', set: false, done: 'reinstated' };

/** `revoke`: finds the badges, sets or clears their bits, signs the lists anew, records why. */
export async function runRevoke(wanted: string, options: RevokeOptions, session: Session): Promise<number> {
  const action = actionOf(options);
  const programme = await openProgramme(session.cwd, options.programme);
  if (!hasLedger(programme, session.env)) throw unknown(wanted);
  const keyring = await withPassphrase(session, options.passphraseFile, (passphrase) =>
    openKeyring(programme, passphrase),
  );
  const ledger = await openLedgerOf(programme, keyring, session);
  try {
    const chosen = await choose(await find(wanted, options, ledger), options, session);
    const changes = planChanges(chosen, action, options, session);
    const lists = options.dryRun === true ? [] : await apply(changes, programme, keyring, ledger, session);
    report(chosen, changes, action, lists, options, session, programme);
    return EXIT.yes;
  } finally {
    await ledger.close();
  }
}

function actionOf({ suspend, reinstate }: RevokeOptions): Action {
  if (suspend === true && reinstate === true)
    throw new BadgekitError('USAGE', '--suspend and --reinstate exclude each other');
  return suspend === true ? SUSPEND : reinstate === true ? REINSTATE : REVOKE;
}

async function find(wanted: string, { badge }: RevokeOptions, ledger: Ledger): Promise<readonly LedgerAward[]> {
  const exact = await ledger.search(
    /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(wanted) ? `urn:uuid:${wanted.toLowerCase()}` : wanted,
  );
  const found = exact.length > 0 || !wanted.includes('@') ? exact : await ledger.search(normalizeEmail(wanted));
  const matching = badge === undefined ? found : found.filter((award) => award.badge === badge);
  if (matching.length === 0) throw unknown(wanted, badge, [...new Set(found.map((award) => award.badge))]);
  return matching;
}

/** Of several badges, those that the user means: named by an option, or picked on the terminal. */
async function choose(
  found: readonly LedgerAward[],
  { all, json }: RevokeOptions,
  session: Session,
): Promise<readonly LedgerAward[]> {
  if (found.length === 1 || all === true) return found;
  if (session.isInteractive && json !== true) {
    const { checkbox } = await import('@inquirer/prompts');
    const choices = found.map((award) => ({ value: award, name: describe(award) }));
    return await checkbox<LedgerAward>(
      { message: 'Which of these badges?', choices, required: true },
      { output: process.stderr },
    );
  }
  throw new BadgekitError('CREDENTIAL_AMBIGUOUS', `${counted(found.length, 'badge')} match; say which`, {
    hint: 'give the id of one, or --badge NAME, or --all',
    more: found.map((award) => `  ${describe(award)}`),
  });
}

function describe({ credentialId, badge, recipient, awardKey, validFrom }: LedgerAward): string {
  const which = awardKey === '' ? '' : ` (award ${visible(awardKey, 40)})`;
  return `${credentialId}  ${badge}${which}, ${visible(recipient)}, ${formatDay(validFrom)}`;
}

function planChanges(
  awards: readonly LedgerAward[],
  action: Action,
  { reason }: RevokeOptions,
  session: Session,
): readonly StatusChange[] {
  const changes: StatusChange[] = [];
  for (const award of awards) {
    refuseWithoutPlace(award, action);
    const isSet = award.changes.find(({ purpose }) => purpose === action.purpose)?.set === true;
    if (action === REINSTATE && award.changes.some(({ purpose, set }) => purpose === 'revocation' && set)) {
      throw new BadgekitError(
        'STATUS_UNAVAILABLE',
        `${award.credentialId} was revoked, and a revocation cannot be undone`,
        { hint: 'issue the badge anew, with another value in the column "award"' },
      );
    }
    if (isSet !== action.set)
      changes.push({
        credentialId: award.credentialId,
        purpose: action.purpose,
        set: action.set,
        reason,
        at: session.clock(),
      });
  }
  return changes;
}

function refuseWithoutPlace({ credentialId, places }: LedgerAward, { purpose }: Action): void {
  if (places.some((place) => place.purpose === purpose)) return;
  if (places.length === 0)
    throw new BadgekitError(
      'STATUS_UNAVAILABLE',
      `${credentialId} has no status: it was issued while the programme hosted nothing`,
      { hint: 'it cannot be revoked; set hosting in badgekit.yaml for what you issue from now on' },
    );
  throw new BadgekitError(
    'STATUS_UNAVAILABLE',
    `${credentialId} can be revoked, but not suspended: it was issued with the one status entry that Open Badges 3.0 has room for`,
    {
      hint: 'to suspend badges that you issue from now on, write in badgekit.yaml: status: { purposes: [revocation, suspension] }',
    },
  );
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

function report(
  chosen: readonly LedgerAward[],
  changes: readonly StatusChange[],
  action: Action,
  lists: readonly string[],
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
    }));
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'revoke', action: action.done, dryRun: options.dryRun === true, credentials, statusLists: lists })}\n`,
    );
    return;
  }
  const { out } = styles(session);
  const verb = options.dryRun === true ? `would be ${action.done}` : action.done;
  const lines = chosen.map(
    (award) =>
      `${changed.has(award.credentialId) ? out.bold(verb) : `was ${action === REINSTATE ? 'not suspended' : `${action.done} before`}`}  ${describe(award)}\n`,
  );
  const signed = lists.map(
    (list) =>
      `status list ${programme.shown(list)} signed again: publish it at ${programme.config.hosting ?? ''}, it counts from then on\n`,
  );
  session.out([...lines, ...signed, ...(options.dryRun === true ? ['Nothing was written.\n'] : [])].join(''));
}

function unknown(wanted: string, badge?: string, others: readonly string[] = []): BadgekitError {
  const which = badge === undefined ? '' : ` of "${badge}"`;
  return new BadgekitError('CREDENTIAL_UNKNOWN', `no badge${which} was issued to or as ${quoted(wanted)}`, {
    hint:
      others.length > 0
        ? `there are badges of: ${others.join(', ')}`
        : "give the credential's id (urn:uuid:…) or the recipient's e-mail address as the roster had it",
  });
}
