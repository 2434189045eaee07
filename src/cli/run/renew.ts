import { EXIT, type ExitCode } from '../../errors.ts';
import type { Issuer } from '../../issue/issuer.ts';
import { standingOf } from '../../issue/standing.ts';
import type { LedgerAward } from '../../ports.ts';
import { loadIssuer } from '../../programme/issuer.ts';
import { openKeyring } from '../../programme/keyring.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { openProgramme } from '../../programme/programme.ts';
import { requireDefinitions } from '../../programme/sound-definitions.ts';
import { addDuration, formatDay, type Instant } from '../../syntax/datetime.ts';
import { type AwardOptions, describeAward, filterOf, findAwards } from '../award-filter.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { usingLedger } from '../open-ledger.ts';
import { withPassphrase } from '../passphrase.ts';
import { refreshPublic } from '../public-folder.ts';
import { reissueAwards, type ReissueOutcome } from '../reissue-awards.ts';
import type { Session } from '../session.ts';
import { parseSpan } from '../span.ts';
import { counted, styles } from '../style.ts';

export interface RenewOptions extends CommonOptions, AwardOptions {
  readonly expiring: string;
  readonly expired?: boolean;
}

/** `renew`: issues badges once more that are about to expire. */
export async function runRenew(options: RenewOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const span = parseSpan('--expiring', options.expiring);
  const definitions = await requireDefinitions(programme);
  const keyring = await withPassphrase(session, options.passphraseFile, (passphrase) =>
    openKeyring(programme, passphrase, session.env),
  );
  const form = programme.config.proof ?? 'data-integrity';
  const issuer = await loadIssuer(programme, { keyring, definitions, form });
  const now = session.clock();
  const isTrial = options.dryRun === true;
  const found: LedgerAward[] = [];
  let outcome: ReissueOutcome = { issued: [], gone: [] };
  let lists: readonly string[] = [];
  if (await hasLedger(programme, session.env))
    await usingLedger(programme, keyring, session, async (ledger) => {
      const filter = { ...filterOf(options, programme), endsBefore: addDuration(now, span) };
      for await (const award of findAwards(ledger, filter, [options.recipient]))
        if (isRenewable(award, now, options)) found.push(award);
      if (isTrial) return;
      session.finishOnInterrupt();
      outcome = await reissueAwards(found, {
        programme,
        issuer,
        ledger,
        session,
        command: 'renew',
        termsOf: (award) => ({ validFrom: now, validUntil: endOf(award, issuer, now), revokesBecause: undefined }),
      });
      lists = (await refreshPublic(programme, keyring, ledger, session)).lists;
    });
  const shownLists = lists.map((path) => programme.shown(path));
  if (options.json === true) session.out(`${JSON.stringify(asJson(found, outcome, shownLists, isTrial))}\n`);
  else session.out(asText(found, outcome, shownLists, isTrial, issuer, now, session));
  if (session.isInterrupted()) return EXIT.interrupted;
  return outcome.gone.length > 0 ? EXIT.no : EXIT.yes;
}

function isRenewable(award: LedgerAward, now: Instant, { expired }: RenewOptions): boolean {
  if (award.supersededBy !== undefined || award.erasedAt !== undefined) return false;
  const standing = standingOf(award, now);
  return standing === 'valid' || (standing === 'expired' && expired === true);
}

/** As long as the definition says, or as long as the old one was valid. */
function endOf({ badge, validFrom, validUntil }: LedgerAward, { badges }: Issuer, now: Instant): Instant | undefined {
  const validFor = badges.get(badge)?.validFor;
  if (validFor !== undefined) return addDuration(now, validFor);
  return validUntil === undefined ? undefined : now + (validUntil - validFrom);
}

function asJson(
  found: readonly LedgerAward[],
  { issued, gone }: ReissueOutcome,
  statusLists: readonly string[],
  dryRun: boolean,
): object {
  return {
    badgekit: 1,
    command: 'renew',
    dryRun,
    found: found.map(({ credentialId }) => credentialId),
    issued: issued.map(({ credentialId, badge, files, supersedes }) => ({
      id: credentialId,
      badge,
      files,
      supersedes: supersedes ?? null,
    })),
    gone: gone.map(({ credentialId }) => credentialId),
    statusLists,
  };
}

function asText(
  found: readonly LedgerAward[],
  { issued, gone }: ReissueOutcome,
  lists: readonly string[],
  isTrial: boolean,
  issuer: Issuer,
  now: Instant,
  session: Session,
): string {
  const { out } = styles(session);
  if (found.length === 0) return 'Nothing to do: no such badge is about to expire.\n';
  const isGone = new Set(gone.map(({ credentialId }) => credentialId));
  const isDone = new Set(issued.map(({ supersedes }) => supersedes));
  const lines = found.map((award) => {
    if (isGone.has(award.credentialId))
      return `${out.bold('impossible')}  ${describeAward(award)}\n  its files are not in credentials/ as they were issued: put them back (an archive is unpacked in the programme's folder), or issue its roster row with another value in the column "award"\n`;
    if (!isTrial && !isDone.has(award.credentialId)) return `not yet  ${describeAward(award)}\n`;
    const end = endOf(award, issuer, now);
    return `${isTrial ? 'would be renewed' : out.bold('renewed')}  ${describeAward(award)}${end === undefined ? '' : `, until ${formatDay(end)}`}\n`;
  });
  const done = isTrial
    ? 'Nothing was written.\n'
    : `${counted(issued.length, 'badge')} in credentials/: send ${issued.length === 1 ? 'it to its holder' : 'each to its holder'}.\n${lists.map((list) => `status list ${list} signed: publish it\n`).join('')}`;
  return `${lines.join('')}${done}`;
}
