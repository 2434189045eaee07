import { BadgekitError } from '../../errors.ts';
import type { PublicKey } from '../../keys/public-key.ts';
import { asList, issuerId } from '../../openbadges/credential.ts';
import { checkProof } from '../../proof/data-integrity.ts';
import { suiteName, suiteOf } from '../../proof/suites.ts';
import { formatDay, readInstant } from '../../syntax/datetime.ts';
import { isJsonObject, type Json, type JsonObject, shownJson } from '../../syntax/json.ts';
import { quoted } from '../../syntax/text.ts';
import { CLOCK_SKEW_MS, type VerifyOptions } from '../context.ts';
import { resolveKey } from '../resolve-key.ts';
import type { Subject } from '../subject.ts';
import { failed, type Finding, undetermined } from '../verdict.ts';
import { decide, type SignatureChecks, withoutKey } from './decide.ts';
import { checkJwt } from './jwt.ts';

const MAX_PROOFS = 8;

/** Steps 4 to 7: the proof's shape, the key, the signature, and whether the key speaks for the issuer. */
export async function checkSignature(subject: Subject, options: VerifyOptions): Promise<SignatureChecks> {
  const issuer = issuerId(subject.document);
  if (issuer === undefined)
    return withoutKey(
      failed('signature', [{ code: 'ISSUER_MISMATCH', path: '/issuer', message: 'the credential names no issuer' }]),
    );
  const embedded =
    subject.document['proof'] === undefined ? undefined : await checkEmbedded(subject.document, issuer, options);
  if (subject.jwt === undefined)
    return (
      embedded ??
      withoutKey(
        failed('signature', [
          {
            code: 'NO_PROOF',
            message: 'it is not signed: anybody can have written it',
            advice: 'ask the issuer for the signed credential',
          },
        ]),
      )
    );
  const token = await checkJwt(subject.jwt, issuer, options);
  return embedded === undefined || token.signature.outcome === 'failed' || token.key.outcome === 'failed'
    ? token
    : worse(token, embedded);
}

/** Every proof that badgekit can read must hold; one that it cannot read leaves the question open. */
async function checkEmbedded(document: JsonObject, issuer: string, options: VerifyOptions): Promise<SignatureChecks> {
  const proofs = asList(document['proof']);
  if (proofs.length > MAX_PROOFS)
    return withoutKey(
      failed('signature', [
        { code: 'PROOF_MALFORMED', path: '/proof', message: `it has more than ${MAX_PROOFS} proofs` },
      ]),
    );
  const readable = proofs.filter((proof) => isJsonObject(proof) && suiteOf(proof) !== undefined);
  if (readable.length === 0) return unreadable(proofs[0] ?? null);
  const results: SignatureChecks[] = [];
  for (const proof of readable) {
    const result = await checkOne(document, proof, issuer, options);
    results.push(result);
    // One that fails decides; the others would only cost time.
    if (result.signature.outcome === 'failed' || result.key.outcome === 'failed') break;
  }
  const decisive = results.reduce(worse);
  const foreign = proofs.length - readable.length;
  if (foreign === 0) return decisive;
  const note: Finding = {
    code: 'PROOF_UNSUPPORTED',
    message: `${foreign} of its ${proofs.length} proofs is of a kind that badgekit does not know, and was not looked at`,
  };
  return { ...decisive, signature: { ...decisive.signature, findings: [...decisive.signature.findings, note] } };
}

const GRAVITY = { failed: 3, undetermined: 2, skipped: 1, passed: 0 } as const;

function worse(a: SignatureChecks, b: SignatureChecks): SignatureChecks {
  return gravity(b) > gravity(a) ? b : a;
}

function gravity({ signature, key }: SignatureChecks): number {
  return Math.max(GRAVITY[signature.outcome], GRAVITY[key.outcome]);
}

function unreadable(proof: Json): SignatureChecks {
  const placeholder = isJsonObject(proof) ? placeholderFault(proof) : undefined;
  if (placeholder !== undefined) return withoutKey(failed('signature', [placeholder]));
  const name = suiteName(proof);
  if (name === 'none')
    return withoutKey(
      failed('signature', [
        { code: 'PROOF_MALFORMED', path: '/proof', message: 'its proof does not say of what kind it is' },
      ]),
    );
  return withoutKey(
    undetermined('signature', [
      {
        code: 'PROOF_UNSUPPORTED',
        path: '/proof',
        message: `it is signed in a way that this version of badgekit does not verify: ${quoted(name)}`,
        advice: 'try a verifier that knows this kind of proof',
      },
    ]),
  );
}

async function checkOne(
  document: JsonObject,
  proof: Json,
  issuer: string,
  options: VerifyOptions,
): Promise<SignatureChecks> {
  const suite = isJsonObject(proof) ? suiteOf(proof) : undefined;
  if (!isJsonObject(proof) || suite === undefined) return unreadable(proof);
  const shape = proofFault(proof, options.at);
  if (shape !== undefined)
    return withoutKey(
      shape.code === 'PROOF_UNSUPPORTED' ? undetermined('signature', [shape]) : failed('signature', [shape]),
    );
  const method = shownJson(proof['verificationMethod']);
  const verifies = (key: PublicKey): Promise<boolean> => checkProof(document, proof, key);
  const decision = {
    suite: suite.name,
    accepts: suite,
    created: createdText(proof),
    issuer,
    method,
    resolved: await resolveKey(method, issuer, options),
    verifies,
    options,
  };
  try {
    return await decide(decision);
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    return withoutKey(
      failed('signature', [
        {
          code: error.code === 'TERM_UNDEFINED' ? 'TERM_UNDEFINED' : 'TOO_COMPLEX',
          message: `what was signed cannot be made out: ${error.message}`,
        },
      ]),
    );
  }
}

const PROOF_MEMBERS: ReadonlySet<string> = new Set([
  '@context',
  'id',
  'type',
  'cryptosuite',
  'created',
  'expires',
  'verificationMethod',
  'proofPurpose',
  'proofValue',
  'previousProof',
  'domain',
  'challenge',
  'nonce',
]);

/** The members that a proof must have, before any key is looked for (VC Data Integrity, section 2.1). */
function proofFault(proof: JsonObject, at: number): Finding | undefined {
  const { proofPurpose, verificationMethod, proofValue, created, expires } = proof;
  // Other contexts have other names for these members, under which an end could hide from this check.
  const foreign = Object.keys(proof).find((member) => !PROOF_MEMBERS.has(member));
  if (foreign !== undefined)
    return {
      code: 'PROOF_MALFORMED',
      path: '/proof',
      message: `the proof has a member ${quoted(foreign)}, which proofs do not have`,
    };
  if (proofPurpose !== 'assertionMethod')
    return {
      code: 'PROOF_PURPOSE',
      path: '/proof',
      message: `the proof was made for the purpose ${quoted(shownJson(proofPurpose ?? 'none'))}, not to assert a credential`,
    };
  if (typeof verificationMethod !== 'string' || typeof proofValue !== 'string')
    return {
      code: 'PROOF_MALFORMED',
      path: '/proof',
      message: 'the proof lacks its verificationMethod or its proofValue',
    };
  const placeholder = placeholderFault(proof);
  if (placeholder !== undefined) return placeholder;
  if (proof['previousProof'] !== undefined)
    return {
      code: 'PROOF_UNSUPPORTED',
      path: '/proof',
      message: 'the proof builds on another one (previousProof), which this version of badgekit does not verify',
    };
  const createdAt = readInstant(created);
  if (created !== undefined && createdAt === undefined)
    return {
      code: 'PROOF_CREATED',
      path: '/proof',
      message: `the proof's date ${quoted(shownJson(created))} is no date and time with a time zone`,
    };
  if (createdAt !== undefined && createdAt > at + CLOCK_SKEW_MS)
    return {
      code: 'PROOF_CREATED',
      path: '/proof',
      message: `it was signed only on ${formatDay(createdAt)}, after the moment as of which it is judged (${formatDay(at)})`,
    };
  const expiresAt = readInstant(expires);
  if (expires !== undefined && (expiresAt === undefined || expiresAt < at))
    return {
      code: 'PROOF_EXPIRED',
      path: '/proof',
      message: `the proof itself expired (${quoted(shownJson(expires))})`,
    };
  return undefined;
}

function placeholderFault({ verificationMethod, proofValue }: JsonObject): Finding | undefined {
  const repeats =
    typeof verificationMethod === 'string' &&
    typeof proofValue === 'string' &&
    verificationMethod.endsWith(`#${proofValue}`);
  return repeats
    ? {
        code: 'PROOF_PLACEHOLDER',
        path: '/proof',
        message: "the proof's value only repeats the name of its key: it is a placeholder, not a signature",
      }
    : undefined;
}

function createdText(proof: JsonObject): string {
  const created = readInstant(proof['created']);
  return created === undefined ? '' : `, made ${formatDay(created)}`;
}
