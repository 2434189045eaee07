import { BadgekitError, EXIT, type ExitCode } from '../../errors.ts';
import { type Standing, standingOf } from '../../issue/standing.ts';
import type { EndedKey, Ledger, LedgerAward } from '../../ports.ts';
import { readDidFile } from '../../programme/did-file.ts';
import { noteEndedKey } from '../../programme/ended-keys.ts';
import { alone } from '../../programme/lock.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { formatDay, type Instant, parseDateOrStamp } from '../../syntax/datetime.ts';
import { quoted } from '../../syntax/text.ts';
import { describeAward, filterOf, findAwards } from '../award-filter.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { usingLedger } from '../open-ledger.ts';
import type { Session } from '../session.ts';
import { count, counted } from '../style.ts';

const MAX_SHOWN = 20;

/** `keys retire`: the key never signs again; what it signed still verifies. */
export async function runKeysRetire(name: string, options: CommonOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  await requireKey(programme, name);
  if (name === programme.config.key)
    throw new BadgekitError('USAGE', `${name} is the key that signs now`, {
      hint: 'make another one first: badgekit keys rotate',
    });
  const at = session.clock();
  if (options.dryRun !== true) await endKey(programme, { name, state: 'retired', since: at, at }, session);
  session.out(
    options.json === true
      ? `${JSON.stringify({ badgekit: 1, command: 'keys retire', dryRun: options.dryRun === true, key: name })}\n`
      : `${options.dryRun === true ? `${name} would never sign` : `${name} never signs`} again. It stays published, so that what it signed still verifies; its file in keys/ can be destroyed.\n`,
  );
  return EXIT.yes;
}

export interface KeysCompromisedOptions extends CommonOptions {
  readonly since: string;
}

/** `keys compromised`: the key never signs again; what is to be done is planned and shown. */
export async function runKeysCompromised(
  name: string,
  options: KeysCompromisedOptions,
  session: Session,
): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  await requireKey(programme, name);
  const now = session.clock();
  const since = parseDateOrStamp(options.since);
  if (since === undefined || since > now)
    throw new BadgekitError('USAGE', `--since ${quoted(options.since)} is no day in the past`, {
      hint: 'write the day since when the key may have been in other hands, such as 2026-05-04',
    });
  if (options.dryRun !== true) await endKey(programme, { name, state: 'compromised', since, at: now }, session);
  const plan = await usingLedger(programme, undefined, session, (ledger) => planRecovery(programme, ledger, name, now));
  if (options.json === true)
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'keys compromised', dryRun: options.dryRun === true, key: name, since: options.since, signed: plan.signed, reissue: plan.reissue.map(({ credentialId }) => credentialId), revoke: plan.revoke.map(({ credentialId }) => credentialId), issuedSince: plan.reissue.filter((award) => isSince(award, since)).map(({ credentialId }) => credentialId), leave: Object.fromEntries(plan.left), rotate: name === programme.config.key })}\n`,
    );
  else session.out(planAsText(plan, name, since, programme, options.dryRun === true));
  return EXIT.yes;
}

/** Beside the keys first: that outlives the ledger. Runs that are under way stop at what they would sign next. */
async function endKey(programme: Programme, key: EndedKey, session: Session): Promise<void> {
  await alone(programme, () => noteEndedKey(programme, key));
  await usingLedger(programme, undefined, session, (ledger) => ledger.endKey(key));
}

/** What has to be done about the badges of a compromised key. */
export interface RecoveryPlan {
  readonly signed: number;
  /** Valid badges: they are issued once more with another key, and revoked. */
  readonly reissue: readonly LedgerAward[];
  /** Valid badges in whose place there is another one already: they are revoked. */
  readonly revoke: readonly LedgerAward[];
  /** The others, counted by how they stand. */
  readonly left: ReadonlyMap<Standing, number>;
}

export async function planRecovery(
  programme: Programme,
  ledger: Ledger,
  name: string,
  now: Instant,
): Promise<RecoveryPlan> {
  const reissue: LedgerAward[] = [];
  const revoke: LedgerAward[] = [];
  const left = new Map<Standing, number>();
  for await (const award of findAwards(ledger, filterOf({ key: name }, programme), [])) {
    const standing = standingOf(award, now);
    const counts = standing === 'valid' || standing === 'suspended';
    if (counts && award.supersededBy === undefined && award.erasedAt === undefined) reissue.push(award);
    else if (counts && award.places.some(({ purpose }) => purpose === 'revocation')) revoke.push(award);
    else left.set(standing, (left.get(standing) ?? 0) + 1);
  }
  const others = [...left.values()].reduce((sum, number) => sum + number, 0);
  return { signed: reissue.length + revoke.length + others, reissue, revoke, left };
}

function planAsText(
  { signed, reissue, revoke, left }: RecoveryPlan,
  name: string,
  since: Instant,
  { config }: Programme,
  isTrial: boolean,
): string {
  const after = reissue.filter((award) => isSince(award, since));
  const shown = after.slice(0, MAX_SHOWN).map((award) => `    ${describeAward(award)}\n`);
  if (after.length > MAX_SHOWN) shown.push(`    and ${count(after.length - MAX_SHOWN)} more\n`);
  const others = [...left].map(([standing, number]) => `${count(number)} ${standing}`).join(', ');
  return [
    `${name} is compromised since ${formatDay(since)}: ${isTrial ? 'it would never sign' : 'it never signs'} again.\n`,
    `It signed ${counted(signed, 'badge')}${others === '' ? '' : ` (${others}: nothing to do for those)`}.\n`,
    'The plan:\n',
    name === config.key
      ? '  - another key is made, and signs from now on\n'
      : `  - ${config.key} signs, as it does now\n`,
    `  - ${name} is withdrawn in the DID document: nothing that it signed verifies any more, forged or not\n`,
    `  - ${counted(reissue.length, 'badge')} ${reissue.length === 1 ? 'is' : 'are'} issued once more with the other key, and the old revoked\n`,
    ...(revoke.length > 0
      ? [
          `  - ${counted(revoke.length, 'badge')} that another one replaced ${revoke.length === 1 ? 'is' : 'are'} revoked\n`,
        ]
      : []),
    ...(after.length > 0
      ? [
          `  - of these, ${counted(after.length, 'was', 'were')} issued since ${formatDay(since)}: look whether they are yours\n`,
          ...shown,
        ]
      : []),
    isTrial ? 'Nothing was written.\n' : `Carry it out: badgekit keys recover ${name}\n`,
  ].join('');
}

function isSince({ issuedAt = 0 }: LedgerAward, since: Instant): boolean {
  return issuedAt >= since;
}

/** @throws BadgekitError KEY_MISSING, naming the keys that there are */
export async function requireKey(programme: Programme, name: string): Promise<void> {
  const { keys } = await readDidFile(programme);
  if (keys.has(name)) return;
  throw new BadgekitError('KEY_MISSING', `the issuer has no key named ${quoted(name)}`, {
    hint: `there are: ${[...keys.keys()].join(', ')}`,
  });
}
