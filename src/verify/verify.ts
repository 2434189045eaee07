import { issuerId } from '../openbadges/credential.ts';
import { isJsonObject } from '../syntax/json.ts';
import { checkContained } from './checks/contained.ts';
import { checkDates } from './checks/dates.ts';
import type { SignatureChecks } from './checks/decide.ts';
import { checkEndorsements } from './checks/endorsements.ts';
import { checkEvidence } from './checks/evidence.ts';
import { checkForm, type FormChecks, formFaultsOf } from './checks/form.ts';
import { checkImage } from './checks/image.ts';
import { checkRecipient } from './checks/recipient.ts';
import { checkRefresh } from './checks/refresh.ts';
import { checkSignature, type SignatureOptions } from './checks/signature.ts';
import { checkStatus } from './checks/status.ts';
import { checkTrust } from './checks/trust.ts';
import type { VerifyOptions } from './context.ts';
import { verifyOpenBadges2 } from './open-badges-2/verify.ts';
import { type Report, reportOf } from './report.ts';
import { openFile, type Opened, STANDARDS, type Subject } from './subject.ts';
import { type CheckResult, DEFAULT_NEEDS, passedAll, skipped } from './verdict.ts';

/**
 * Verifies one file: JSON, a compact JWS, or a baked PNG or SVG (Open Badges 3.0, section "Verification").
 * Cheap and local checks come before costly and remote ones. Nothing is looked up outside before the document has its
 * proper form, except the issuer's key; and no status before the signature holds under the issuer's own key.
 * Never throws on bad input: whatever is wrong with the file is in the report.
 */
export async function verify(bytes: Uint8Array, options: VerifyOptions): Promise<Report> {
  return await verifyOpened(openFile(bytes), options, 0);
}

/** A learner record in a presentation is deep enough. */
const MAX_DEPTH = 2;

async function verifyOpened({ file, syntax, subject }: Opened, given: VerifyOptions, depth: number): Promise<Report> {
  const found = syntax === undefined ? [file] : [file, syntax];
  if (subject === undefined) return reportOf(found, undefined, given.needs);
  if (subject.kind === 'OpenBadges2') return await verifyOpenBadges2(subject, found, given);
  const options = { ...given, keysFor: given.keysFor ?? issuerId(subject.document) };
  const inner = async (opened: Opened): Promise<Report> =>
    depth >= MAX_DEPTH
      ? reportOf([{ ...opened.file, outcome: 'undetermined', summary: 'it lies too deep inside others' }], undefined)
      : await verifyOpened(opened, { ...given, domain: undefined, challenge: undefined }, depth + 1);
  return subject.kind === 'VerifiablePresentation'
    ? await verifyPresentation(subject, found, options, inner)
    : await verifyCredential(subject, found, options, inner);
}

type VerifyInner = (opened: Opened) => Promise<Report>;

async function verifyCredential(
  subject: Subject,
  found: readonly CheckResult[],
  options: VerifyOptions,
  inner: VerifyInner,
): Promise<Report> {
  const { document, kind } = subject;
  const form = await checkForm(subject);
  const isMalformed = formFaultsOf(form).length > 0;
  const { signature, key } = await signatureOf(subject, form, options);
  const isAuthentic = !isMalformed && passedAll([signature, key], ['signature', 'key']);
  const isForged = [signature, key].some(({ outcome }) => outcome === 'failed');
  const reach = isAuthentic ? options : locally(options);
  const unlooked = (check: CheckResult['check']): CheckResult =>
    skipped(
      check,
      `not looked at, because ${isMalformed ? 'the form of the badge is at fault' : 'the badge is not authentic'}`,
    );
  const wrapped = isForged || isUnsafe(form) ? undefined : await checkContained(subject, inner);
  const checks: CheckResult[] = [
    ...found,
    ...inOrder(form),
    signature,
    key,
    checkDates(document, options),
    kind === 'StatusListCredential'
      ? skipped('status', 'a status list has no status of its own')
      : isMalformed || isForged
        ? unlooked('status')
        : await checkStatus(document, reach),
    isAuthentic
      ? await checkRefresh(document, options, verify)
      : skipped('refresh', 'not asked, because the badge is not authentic'),
    checkRecipient(document, options.recipient),
    isUnsafe(form) || isForged ? unlooked('endorsements') : await checkEndorsements(document, reach),
    wrapped?.check ?? unlooked('credentials'),
    checkEvidence(document, options.evidence),
    await checkImage(subject, options.world),
    await checkTrust(document, reach),
  ];
  return reportOf(checks, { document, standard: STANDARDS[kind], contained: wrapped?.contained ?? [] }, options.needs);
}

/**
 * A presentation has a holder where a credential has an issuer, and need not be signed: then it is only a way to carry
 * the credentials in it, and their verdicts are all there is.
 */
async function verifyPresentation(
  subject: Subject,
  found: readonly CheckResult[],
  options: VerifyOptions,
  inner: VerifyInner,
): Promise<Report> {
  const { document, jwt } = subject;
  const form = await checkForm(subject);
  const holder = isJsonObject(document['holder']) ? document['holder']['id'] : document['holder'];
  const isSigned = jwt !== undefined || document['proof'] !== undefined;
  const signer = typeof holder === 'string' ? holder : undefined;
  const { signature, key } = isSigned
    ? await signatureOf(subject, form, { ...options, keysFor: signer, signer, purpose: 'authentication' })
    : {
        signature: skipped('signature', 'the presentation itself is not signed: anybody can have put it together'),
        key: skipped('key', 'not looked for'),
      };
  const isForged = [signature, key].some(({ outcome }) => outcome === 'failed');
  const { check, contained } =
    isForged || isUnsafe(form)
      ? { check: skipped('credentials', 'not looked at, because the presentation is at fault'), contained: [] }
      : await checkContained(subject, inner);
  const checks = [...found, ...inOrder(form), signature, key, check];
  const needs = options.needs ?? { possible: DEFAULT_NEEDS.possible, made: new Set() };
  const made = new Set([...needs.made].filter((name) => name !== 'signature' && name !== 'key'));
  return reportOf(
    checks,
    { document, standard: STANDARDS.VerifiablePresentation, contained },
    { ...needs, made: new Set([...made, 'credentials']) },
  );
}

async function signatureOf(subject: Subject, form: FormChecks, options: SignatureOptions): Promise<SignatureChecks> {
  if (isUnsafe(form))
    return {
      signature: skipped('signature', 'not looked at, because its terms mean nothing certain'),
      key: skipped('key', 'not looked for'),
    };
  const isMalformed = formFaultsOf(form).length > 0;
  return await checkSignature(subject, isMalformed ? { ...options, world: options.world.local } : options);
}

/** A document with contexts that are unknown or inline cannot be canonicalized, so its signature says nothing. */
function isUnsafe({ contexts, form, terms }: FormChecks): boolean {
  return (
    contexts.outcome === 'failed' || [...form.findings, ...terms.findings].some(({ code }) => code === 'TOO_COMPLEX')
  );
}

function inOrder({ contexts, form, terms, schema, rules }: FormChecks): readonly CheckResult[] {
  return [contexts, form, terms, schema, rules];
}

/** Without the network: a file that proved nothing yet makes badgekit open no connection. */
function locally(options: VerifyOptions): VerifyOptions {
  return { ...options, world: options.world.local };
}
