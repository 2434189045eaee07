import { issuerId } from '../openbadges/credential.ts';
import { isJsonObject, type JsonObject } from '../syntax/json.ts';
import { quoted } from '../syntax/text.ts';
import { checkDates } from './checks/dates.ts';
import { checkEndorsements } from './checks/endorsements.ts';
import { checkForm } from './checks/form.ts';
import { checkRecipient } from './checks/recipient.ts';
import { checkSignature } from './checks/signature.ts';
import { checkStatus } from './checks/status.ts';
import type { VerifyOptions } from './context.ts';
import { type Report, reportOf } from './report.ts';
import { openFile, type Subject } from './subject.ts';
import { type CheckResult, passedAll, skipped } from './verdict.ts';

/**
 * Verifies one file: JSON, a compact JWS, or a baked PNG or SVG (Open Badges 3.0, section "Verification").
 * Cheap and local checks come before costly and remote ones. Nothing is looked up outside before the document has its
 * proper form, except the issuer's key; and no status before the signature holds under the issuer's own key.
 * Never throws on bad input: whatever is wrong with the file is in the report.
 */
export async function verify(bytes: Uint8Array, given: VerifyOptions): Promise<Report> {
  const { file, subject } = openFile(bytes);
  if (subject === undefined) return reportOf([file], undefined);
  const options = { ...given, keysFor: issuerId(subject.document) };
  const form = await checkForm(subject);
  const isMalformed = form.outcome === 'failed';
  const { signature, key } =
    isMalformed && isUnsafe(form)
      ? unlooked()
      : await checkSignature(subject, isMalformed ? locally(options) : options);
  const { document } = subject;
  const isAuthentic = passedAll([form, signature, key], ['form', 'signature', 'key']);
  const checks: CheckResult[] = [
    file,
    form,
    signature,
    key,
    checkDates(document, options.at),
    await statusOf(subject, [form, signature, key], isAuthentic ? options : locally(options)),
    isUnsafe(form) || [signature, key].some(({ outcome }) => outcome === 'failed')
      ? skipped('endorsements', 'not looked at, because the badge is not authentic')
      : await checkEndorsements(document, isAuthentic ? options : locally(options)),
    checkRecipient(document, options.recipient),
    trust(document),
  ];
  return reportOf(checks, document);
}

/** A document with contexts that are unknown or inline cannot be canonicalized, so its signature says nothing. */
function isUnsafe(form: CheckResult): boolean {
  return form.findings.some(({ code }) => code.startsWith('CONTEXT_') || code === 'TOO_COMPLEX');
}

function unlooked(): { signature: CheckResult; key: CheckResult } {
  return {
    signature: skipped('signature', 'not looked at, because its terms mean nothing certain'),
    key: skipped('key', 'not looked for'),
  };
}

async function statusOf(
  { document, kind }: Subject,
  before: readonly CheckResult[],
  options: VerifyOptions,
): Promise<CheckResult> {
  if (kind === 'BitstringStatusListCredential') return skipped('status', 'a status list has no status of its own');
  const isForged = before.some(({ outcome }) => outcome === 'failed');
  if (isForged)
    return skipped(
      'status',
      `not looked up, because ${before[0]?.outcome === 'failed' ? 'the form of the badge is at fault' : 'the badge is not authentic'}`,
    );
  return await checkStatus(document, options);
}

/** Without the network: a file that proved nothing yet makes badgekit open no connection. */
function locally(options: VerifyOptions): VerifyOptions {
  return { ...options, world: options.world.local };
}

function trust({ issuer }: JsonObject): CheckResult {
  const name = isJsonObject(issuer) && typeof issuer['name'] === 'string' ? quoted(issuer['name']) : 'issuer';
  const message = `you named no trusted issuers: whether this is the real ${name} is for you to know`;
  return skipped('trust', message, [{ code: 'TRUST_NOT_ASKED', message }]);
}
