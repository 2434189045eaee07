import { BadgekitError } from '../../errors.ts';
import type { PublicKey } from '../../keys/public-key.ts';
import { asList, issuerId } from '../../openbadges/credential.ts';
import { checkProof } from '../../proof/data-integrity.ts';
import { isBaseProof } from '../../proof/selective-disclosure.ts';
import { type ProofSuite, suiteName, suiteOf } from '../../proof/suites.ts';
import { formatDay, formatMinute, readInstant } from '../../syntax/datetime.ts';
import { isJsonObject, type Json, type JsonObject, shownJson } from '../../syntax/json.ts';
import { quoted } from '../../syntax/text.ts';
import { CLOCK_SKEW_MS, type VerifyOptions } from '../context.ts';
import { isOfIssuer, type Purpose, resolveKey } from '../resolve-key.ts';
import type { Subject } from '../subject.ts';
import { failed, type Finding, undetermined } from '../verdict.ts';
import { decide, type SignatureChecks, withoutKey } from './decide.ts';
import { checkJwt } from './jwt.ts';
import { chainFault } from './proof-chain.ts';

const MAX_PROOFS = 8;

export type SignatureOptions = VerifyOptions & {
  /** Who must have signed; the issuer, unless it is a presentation's holder. */
  readonly signer?: string | undefined;
  readonly purpose?: Purpose;
};

/** Steps 4 to 7: the proof's shape, the key, the signature, and whether the key speaks for the issuer. */
export async function checkSignature(subject: Subject, options: SignatureOptions): Promise<SignatureChecks> {
  const issuer = options.signer ?? issuerId(subject.document);
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

/**
 * A proof set or chain (VC Data Integrity, sections 2.1.1 and 2.1.2). Every proof that badgekit can read must hold;
 * one that it cannot read is noted. Those by others than the issuer are told, and count for nothing.
 */
async function checkEmbedded(
  document: JsonObject,
  issuer: string,
  options: SignatureOptions,
): Promise<SignatureChecks> {
  const proofs = asList(document['proof']);
  if (proofs.length > MAX_PROOFS)
    return withoutKey(
      failed('signature', [
        { code: 'PROOF_MALFORMED', path: '/proof', message: `it has more than ${MAX_PROOFS} proofs` },
      ]),
    );
  const chain = chainFault(proofs);
  if (chain !== undefined) return withoutKey(failed('signature', [chain]));
  const readable = proofs.filter((proof) => isJsonObject(proof) && suiteOf(proof) !== undefined);
  if (readable.length === 0) return unreadable(proofs[0] ?? null);
  const own = readable.filter((proof) => signerOf(proof, issuer) === issuer);
  const results: SignatureChecks[] = [];
  // Without one of the issuer's own, the first one tells whose they are instead.
  for (const proof of own.length === 0 ? readable : own) {
    const result = await checkOne(document, proof, issuer, options);
    results.push(result);
    // One that fails decides; the others would only cost time.
    if (result.signature.outcome === 'failed' || result.key.outcome === 'failed') break;
  }
  const decisive = results.reduce(worse);
  if (decisive.signature.outcome === 'failed' || own.length === 0) return decisive;
  const notes: Finding[] = [];
  for (const proof of readable.filter((other) => !own.includes(other))) {
    const note = await cosignature(document, proof, signerOf(proof, issuer), options);
    if (note.code !== 'PROOF_COSIGNED') return { ...decisive, signature: failed('signature', [note]) };
    notes.push(note);
  }
  const unknown = proofs.length - readable.length;
  if (unknown > 0)
    notes.push({
      code: 'PROOF_UNSUPPORTED',
      message: `${unknown} of its ${proofs.length} proofs is of a kind that badgekit does not know, and was not looked at`,
    });
  return { ...decisive, signature: { ...decisive.signature, findings: [...decisive.signature.findings, ...notes] } };
}

/** Whose key a proof names, by the address of the key alone. */
function signerOf(proof: Json, issuer: string): string {
  const method = isJsonObject(proof) ? proof['verificationMethod'] : undefined;
  if (typeof method !== 'string') return issuer;
  return isOfIssuer(method, issuer) ? issuer : (method.split('#')[0] ?? method);
}

/** A proof by somebody else beside the issuer's: a false one spoils the badge, a good one adds nothing to it. */
async function cosignature(
  document: JsonObject,
  proof: Json,
  signer: string,
  options: SignatureOptions,
): Promise<Finding> {
  const { signature, key } = await checkOne(document, proof, signer, {
    ...options,
    isPinned: false,
    domain: undefined,
    challenge: undefined,
  });
  const [fault] = [signature, key].filter(({ outcome }) => outcome === 'failed');
  if (fault?.findings[0] !== undefined)
    return { ...fault.findings[0], message: `a second proof, by ${quoted(signer)}, does not hold: ${fault.summary}` };
  const isGood = signature.outcome === 'passed' && key.outcome === 'passed';
  return {
    code: 'PROOF_COSIGNED',
    message: isGood
      ? `${quoted(signer)}, who is not the issuer, signed it, too`
      : `a proof that names ${quoted(signer)}, who is not the issuer, could not be checked and counts for nothing`,
  };
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
  if (name === 'none' || name === 'DataIntegrityProof')
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
  options: SignatureOptions,
): Promise<SignatureChecks> {
  const suite = isJsonObject(proof) ? suiteOf(proof) : undefined;
  if (!isJsonObject(proof) || suite === undefined) return unreadable(proof);
  const shape = proofFault(proof, suite, options);
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
    const checks = await decide(decision);
    const notes = proofNotes(proof, suite, options);
    return { ...checks, signature: { ...checks.signature, findings: [...checks.signature.findings, ...notes] } };
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

/** What a good signature leaves open, and the reader should know. */
function proofNotes({ domain, challenge }: JsonObject, suite: ProofSuite, options: SignatureOptions): Finding[] {
  const notes: Finding[] = [];
  if (suite.transformation === 'selective')
    notes.push({
      code: 'PROOF_DERIVED',
      path: '/proof',
      message: 'its holder chose what to show of it: what is absent may have been withheld',
    });
  const bound = [
    ['domain', domain, options.domain],
    ['challenge', challenge, options.challenge],
  ] as const;
  for (const [name, value, wanted] of bound)
    if (value !== undefined && wanted === undefined)
      notes.push({
        code: 'PROOF_DOMAIN',
        path: '/proof',
        message: `the proof was made for the ${name} ${quoted(shownJson(value))}, which you did not ask for`,
        advice: `--${name} says which one it must be`,
      });
  return notes;
}

/** The members that a proof must have, before any key is looked for (VC Data Integrity, section 2.1). */
function proofFault(proof: JsonObject, suite: ProofSuite, options: SignatureOptions): Finding | undefined {
  const { at, purpose = 'assertionMethod' } = options;
  const { proofPurpose, verificationMethod, proofValue, created, expires } = proof;
  // Other contexts have other names for these members, under which an end could hide from this check.
  const foreign = Object.keys(proof).find((member) => !PROOF_MEMBERS.has(member));
  if (foreign !== undefined)
    return {
      code: 'PROOF_MALFORMED',
      path: '/proof',
      message: `the proof has a member ${quoted(foreign)}, which proofs do not have`,
    };
  if (proofPurpose !== purpose)
    return {
      code: 'PROOF_PURPOSE',
      path: '/proof',
      message: `the proof was made for the purpose ${quoted(shownJson(proofPurpose ?? 'none'))}, not ${purpose === 'assertionMethod' ? 'to assert a credential' : 'by a holder, to present credentials'}`,
    };
  if (typeof verificationMethod !== 'string' || typeof proofValue !== 'string')
    return {
      code: 'PROOF_MALFORMED',
      path: '/proof',
      message: 'the proof lacks its verificationMethod or its proofValue',
    };
  const placeholder = placeholderFault(proof);
  if (placeholder !== undefined) return placeholder;
  if (suite.transformation === 'selective' && isBaseProof(proofValue))
    return {
      code: 'PROOF_NOT_DERIVED',
      path: '/proof',
      message:
        'it has a base proof, which is for its holder alone: only what the holder derives from it can be checked',
      advice: 'ask the holder to derive a credential from it with a wallet',
    };
  for (const [name, wanted] of [
    ['domain', options.domain],
    ['challenge', options.challenge],
  ] as const)
    if (wanted !== undefined && !asList(proof[name]).includes(wanted))
      return {
        code: 'PROOF_DOMAIN',
        path: '/proof',
        message: `the proof was not made for the ${name} ${quoted(wanted)}`,
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
      message: `it was signed only ${formatMinute(createdAt)}, after the moment as of which it is judged (${formatMinute(at)})`,
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
