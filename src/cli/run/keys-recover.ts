import { BadgekitError, EXIT, type ExitCode } from '../../errors.ts';
import { revocations } from '../../issue/revocations.ts';
import { readDidFile, writeDidFile } from '../../programme/did-file.ts';
import { loadIssuer } from '../../programme/issuer.ts';
import { openAwardSecret, openKeyring } from '../../programme/keyring.ts';
import { alone } from '../../programme/lock.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { requireDefinitions } from '../../programme/sound-definitions.ts';
import { withoutKey } from '../../site/did-document.ts';
import { describeAward } from '../award-filter.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { usingLedger } from '../open-ledger.ts';
import { withPassphrase } from '../passphrase.ts';
import { refreshPublic } from '../public-folder.ts';
import { reissueAwards, type ReissueOutcome } from '../reissue-awards.ts';
import type { Session } from '../session.ts';
import { counted } from '../style.ts';
import { planRecovery, requireKey } from './keys-end.ts';
import { algorithmOf, newKeyName, rotateKey, type Rotation } from './keys-rotate.ts';

const COMPROMISED = 'signed with a compromised key';

/**
 * `keys recover`: withdraws a compromised key, issues its badges once more with another one and revokes the old.
 * Whatever interrupts it, it can be run again.
 */
export async function runKeysRecover(name: string, options: CommonOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  await requireKey(programme, name);
  const since = await usingLedger(programme, undefined, session, async (ledger) => {
    const ended = (await ledger.endedKeys()).get(name);
    if (ended?.state === 'compromised') return ended.since;
    throw new BadgekitError('USAGE', `${name} was not reported as compromised`, {
      hint: `say so first, and see the plan: badgekit keys compromised ${name} --since DATE`,
    });
  });
  const { renewed, outcome, lists } = await withPassphrase(session, options.passphraseFile, async (passphrase) => {
    const awardSecret = await openAwardSecret(programme, passphrase);
    const current = await withAnotherKey(programme, name, { passphrase, awardSecret }, options, session);
    await withdraw(current, name, since);
    const done = await reissueAll(current, name, passphrase, session);
    return { renewed: current, ...done };
  });
  const shown = lists.map((path) => programme.shown(path));
  if (options.json === true)
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'keys recover', key: name, signing: renewed.config.key, issued: outcome.issued.map(({ credentialId, badge, files, supersedes }) => ({ id: credentialId, badge, files, supersedes: supersedes ?? null })), gone: outcome.gone.map(({ credentialId }) => credentialId), statusLists: shown })}\n`,
    );
  else session.out(asText(name, renewed, outcome, shown));
  if (session.isInterrupted()) return EXIT.interrupted;
  return outcome.gone.length > 0 ? EXIT.no : EXIT.yes;
}

/** The programme with a key that may sign: the present one, or a new one where the present one is compromised. */
async function withAnotherKey(
  programme: Programme,
  name: string,
  secrets: Pick<Rotation, 'passphrase' | 'awardSecret'>,
  options: CommonOptions,
  session: Session,
): Promise<Programme> {
  if (programme.config.key !== name) return programme;
  const file = await readDidFile(programme);
  await rotateKey(programme, await newKeyName(undefined, programme, file), {
    ...secrets,
    algorithm: algorithmOf(undefined, programme, file),
  });
  return await openProgramme(session.cwd, options.programme);
}

async function withdraw(programme: Programme, name: string, since: number): Promise<void> {
  await alone(programme, async () => {
    const { path, document } = await readDidFile(programme);
    await writeDidFile(programme, path, withoutKey(document, programme.config.issuer.id, name, since));
  });
}

async function reissueAll(
  programme: Programme,
  name: string,
  passphrase: string,
  session: Session,
): Promise<{ readonly outcome: ReissueOutcome; readonly lists: readonly string[] }> {
  const definitions = await requireDefinitions(programme);
  const keyring = await openKeyring(programme, passphrase, session.env);
  const form = programme.config.proof ?? 'data-integrity';
  const issuer = await loadIssuer(programme, { keyring, definitions, form });
  return await usingLedger(programme, keyring, session, async (ledger) => {
    const { reissue, revoke } = await planRecovery(programme, ledger, name, session.clock());
    session.finishOnInterrupt();
    const outcome = await reissueAwards(reissue, {
      programme,
      issuer,
      ledger,
      session,
      command: `keys recover ${name}`,
      termsOf: ({ validFrom, validUntil }) => ({
        validFrom,
        validUntil,
        revokesBecause: COMPROMISED,
      }),
    });
    const replaced = revoke.map(({ credentialId }) => credentialId);
    await ledger.recordStatus(revocations(replaced, COMPROMISED, session.clock()));
    return { outcome, lists: (await refreshPublic(programme, keyring, ledger, session)).lists };
  });
}

function asText(
  name: string,
  programme: Programme,
  { issued, gone }: ReissueOutcome,
  lists: readonly string[],
): string {
  return [
    `${name} is withdrawn; ${programme.config.key} signs from now on.\n`,
    `${counted(issued.length, 'badge')} issued once more, and the old revoked: send each to its holder.\n`,
    ...gone.map(
      (award) =>
        `impossible  ${describeAward(award)}: its files are not in credentials/ as they were issued: put them back (an archive is unpacked in the programme's folder), and run this again\n`,
    ),
    ...lists.map((list) => `status list ${list} signed again\n`),
    `Publish public/ at ${programme.config.hosting ?? ''} now: until then the key is trusted by others.\n`,
  ].join('');
}
