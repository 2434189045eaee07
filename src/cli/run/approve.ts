import { resolve } from 'node:path';
import { BadgekitError, EXIT, type ExitCode } from '../../errors.ts';
import { didKeyOf } from '../../keys/did-key.ts';
import { privateKeyFromJwk } from '../../keys/private-key.ts';
import { approvalFile, approverKey, signApproval } from '../../programme/approvals.ts';
import { CONFIG_FILE } from '../../programme/places.ts';
import { writeWhole } from '../../programme/files.ts';
import { openSealedFile, signingKeyIn } from '../../programme/keyring.ts';
import { openPlanFile, type PlanFile } from '../../programme/plan-file.ts';
import { openProgramme } from '../../programme/programme.ts';
import { quoted, visible } from '../../syntax/text.ts';
import { approverKeyFile } from '../approver-key.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { APPROVER_PASSPHRASE_VARIABLE } from '../given-passphrase.ts';
import { withPassphrase } from '../passphrase.ts';
import type { Session } from '../session.ts';
import { counted } from '../style.ts';

const PLAIN_MODE = 0o644;

interface ApproveOptions extends CommonOptions {
  readonly as: string;
  readonly key?: string;
}

/** `approve`: signs a plan's digest with a person's own key. */
export async function runApprove(planFile: string, options: ApproveOptions, session: Session): Promise<ExitCode> {
  const { as: name } = options;
  const keyFile = approverKeyFile(name, options.key, session);
  const programme = await openProgramme(session.cwd, options.programme);
  const did = approverKey(name, programme.config, programme.shown(CONFIG_FILE));
  const path = resolve(session.cwd, planFile);
  const plan = await openPlanFile(path, planFile);
  if (plan.head.issuer !== programme.config.issuer.id)
    throw new BadgekitError('PLAN_CHANGED', `the plan is for the issuer ${quoted(plan.head.issuer, 200)}`, {
      where: { file: planFile },
      hint: 'approve it in the programme that it was made in',
    });
  session.err(await summaryOf(plan, planFile));
  if (session.isInteractive && !(await isMeant())) {
    session.err('Nothing was approved.\n');
    return EXIT.no;
  }
  const key = await withPassphrase(
    session,
    options.passphraseFile,
    async (passphrase) =>
      privateKeyFromJwk(signingKeyIn(await openSealedFile(resolve(session.cwd, keyFile), keyFile, passphrase))),
    { variable: APPROVER_PASSPHRASE_VARIABLE, message: `Passphrase of ${name}` },
  );
  if (didKeyOf(key.publicKey) !== did)
    throw new BadgekitError('APPROVAL_INVALID', `the key is not the one that badgekit.yaml names for ${name}`, {
      where: { file: keyFile },
      hint: `give the key of ${name}, or write its public half under approvers`,
    });
  const file = approvalFile(planFile, name);
  const approval = `${await signApproval(key, name, plan.digest, session.clock())}\n`;
  await writeWhole(resolve(session.cwd, file), Buffer.from(approval, 'utf8'), {
    replace: true,
    mode: PLAIN_MODE,
    shownAs: file,
  });
  const { toIssue } = plan.head.counts;
  if (options.json === true)
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'approve', plan: planFile, sha256: plan.digest, as: name, file, toIssue })}\n`,
    );
  else
    session.out(
      `Approved by ${name}, in ${visible(file)}.\nTo carry the plan out: badgekit issue --plan ${visible(planFile)}\n`,
    );
  return EXIT.yes;
}

/** What is approved, counted from the rows that are signed, not from what the plan says of itself. */
async function summaryOf({ head, digest, rows }: PlanFile, planFile: string): Promise<string> {
  const perBadge = new Map<string, number>();
  for await (const { step, badge } of rows()) if (step === 'issue') perBadge.set(badge, (perBadge.get(badge) ?? 0) + 1);
  const badges = [...perBadge].map(([badge, number]) => `  ${counted(number, 'badge')} ${visible(badge)}\n`);
  const roster = head.inputs.rosters.map(({ file }) => visible(file, 200)).join(' and ');
  return `${visible(planFile)} (SHA-256 ${digest}) issues from ${roster}:\n${badges.length === 0 ? '  nothing\n' : badges.join('')}`;
}

async function isMeant(): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts');
  return await confirm({ message: 'Do you approve this?', default: false }, { output: process.stderr });
}
