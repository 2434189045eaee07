import { asList, issuerId } from '../openbadges/credential.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import { checkContained, type Contained, wrappedIn } from './checks/contained.ts';
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
import { boundedWorld, FileBudget, MAX_VALUES_IN_ALL } from './file-budget.ts';
import { verifyOpenBadges2 } from './open-badges-2/verify.ts';
import { type Claims, type Report, reportOf } from './report.ts';
import { openFile, type Opened, STANDARDS, type Subject } from './subject.ts';
import { type CheckResult, DEFAULT_NEEDS, failed, needsSigned, passedAll, skipped, undetermined } from './verdict.ts';

/**
 * Verifies one file: JSON, a compact JWS, or a baked PNG or SVG (Open Badges 3.0, section "Verification").
 * Cheap and local checks come before costly and remote ones. Nothing is looked up outside before the document has its
 * proper form, except the issuer's key; and no status before the signature holds under the issuer's own key.
 * Never throws on bad input: whatever is wrong with the file is in the report.
 */
export async function verify(bytes: Uint8Array, options: VerifyOptions): Promise<Report> {
  const budget = new FileBudget();
  // Members that are given later stand there from the beginning.
  const { world, run = world, keysFor, ...others } = options;
  const bounded = { world: boundedWorld(world, budget), run, keysFor, ...others };
  return await verifyOpened(openFile(bytes), bounded, budget, 0);
}

/** A learner record in a presentation is deep enough. */
const MAX_DEPTH = 2;

async function verifyOpened(
  { file, syntax, subject }: Opened,
  given: VerifyOptions,
  budget: FileBudget,
  depth: number,
): Promise<Report> {
  const found = syntax === undefined ? [file] : [file, syntax];
  if (subject === undefined) return reportOf(found, undefined, given.needs);
  if (!budget.spend(subject.document)) {
    const message = `it says more than ${MAX_VALUES_IN_ALL} things, with all that it wraps, or has an endless list`;
    return reportOf([...found, failed('form', [{ code: 'TOO_COMPLEX', message }])], undefined, given.needs);
  }
  if (subject.kind === 'OpenBadges2') return await verifyOpenBadges2(subject, found, given);
  const options = { ...given, keysFor: given.keysFor ?? issuerId(subject.document) };
  const wrapped = wrappedIn(subject);
  budget.allowLookupsFor(wrapped.length);
  const inner = async (opened: Opened): Promise<Report> =>
    depth >= MAX_DEPTH
      ? reportOf(
          [undetermined('file', [{ code: 'TOO_COMPLEX', message: 'it lies too deep inside others' }])],
          undefined,
        )
      : await verifyOpened(
          opened,
          {
            ...given,
            domain: undefined,
            challenge: undefined,
            // A key given for a record speaks for its issuer, and not for those of the badges in it.
            keysFor: innerKeysFor(subject, given.keysFor, options.keysFor),
          },
          budget,
          depth + 1,
        );
  const checkInner = async (): Promise<Contained> => await checkContained(subject, wrapped, inner);
  return subject.kind === 'VerifiablePresentation'
    ? await verifyPresentation(subject, found, options, checkInner)
    : await verifyCredential(subject, found, options, checkInner, budget);
}

/** A presentation is a way to carry: a key without a name speaks for the issuer in it, if there is one alone. */
function innerKeysFor(subject: Subject, given: string | undefined, own: string | undefined): string | undefined {
  if (subject.kind !== 'VerifiablePresentation') return own;
  const issuers = new Set(
    asList(subject.document['verifiableCredential'])
      .filter(isJsonObject)
      .map((credential) => issuerId(credential) ?? ''),
  );
  return issuers.size > 1 ? '' : given;
}

async function verifyCredential(
  subject: Subject,
  found: readonly CheckResult[],
  options: VerifyOptions,
  checkInner: () => Promise<Contained>,
  budget: FileBudget,
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
  const wrapped = isForged || isUnsafe(form) ? undefined : await checkInner();
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
    kind === 'AchievementCredential' || kind === 'ClrCredential'
      ? checkRecipient(document, options.recipient)
      : skipped('recipient', 'nobody is awarded such a credential'),
    isUnsafe(form) || isForged ? unlooked('endorsements') : await checkEndorsements(document, reach, budget),
    wrapped?.check ?? unlooked('credentials'),
    checkEvidence(document, options.evidence),
    isAuthentic ? await checkImage(subject, options.world) : unlooked('image'),
    await checkTrust(document, reach),
  ];
  return reportOf(
    checks,
    { document, standard: STANDARDS[kind], contained: wrapped?.contained ?? [] },
    needsSigned(options.needs),
  );
}

/**
 * A presentation has a holder where a credential has an issuer, and need not be signed: then it is only a way to carry
 * the credentials in it, and their verdicts are all there is.
 */
async function verifyPresentation(
  subject: Subject,
  found: readonly CheckResult[],
  options: VerifyOptions,
  checkInner: () => Promise<Contained>,
): Promise<Report> {
  const { document, jwt } = subject;
  const form = await checkForm(subject);
  const holder = holderOf(document);
  const isSigned = jwt !== undefined || document['proof'] !== undefined;
  const signer = asText(holder ?? jwt?.payload['iss']);
  const { signature, key } = isSigned
    ? await signatureOf(subject, form, { ...options, keysFor: signer, signer, purpose: 'authentication' })
    : unsigned(options);
  const isForged = [signature, key].some(({ outcome }) => outcome === 'failed');
  const { check, contained } =
    isForged || isUnsafe(form)
      ? { check: skipped('credentials', 'not looked at, because the presentation is at fault'), contained: [] }
      : await checkInner();
  const checks = [...found, ...inOrder(form), signature, key, check];
  const made = new Set(checks.map(({ check: name }) => name));
  const { possible, made: demanded } = options.needs ?? DEFAULT_NEEDS;
  const asked = [...demanded].filter((name) => made.has(name));
  return reportOf(
    checks,
    {
      document,
      standard: STANDARDS.VerifiablePresentation,
      claims: presentationClaims(
        document,
        passedAll([signature, key], ['signature', 'key']) ? asText(holder) : undefined,
      ),
      contained,
    },
    // What else the reader demands is demanded of each credential in it.
    { possible, made: new Set([...asked, 'credentials']) },
  );
}

function holderOf({ holder }: JsonObject): Json | undefined {
  return isJsonObject(holder) ? holder['id'] : holder;
}

function asText(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Of what a presentation says, only its holder is proven, and only where the holder signed it. */
function presentationClaims({ id }: JsonObject, signer: string | undefined): Claims {
  return {
    id: asText(id),
    name: undefined,
    issuerId: signer,
    issuerName: undefined,
    validFrom: undefined,
    validUntil: undefined,
    awardedDate: undefined,
    supersedes: undefined,
  };
}

/** A presentation that nobody signed answers no challenge. */
function unsigned({ domain, challenge }: VerifyOptions): SignatureChecks {
  const message = 'the presentation itself is not signed: anybody can have put it together';
  const isAsked = domain !== undefined || challenge !== undefined;
  return {
    signature: isAsked ? failed('signature', [{ code: 'PROOF_DOMAIN', message }]) : skipped('signature', message),
    key: skipped('key', 'not looked for'),
  };
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
