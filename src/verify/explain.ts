import { ifUsable, unusable } from '../errors.ts';
import { methodKey } from '../keys/controller-document.ts';
import type { PublicKey } from '../keys/public-key.ts';
import { asList, issuerId } from '../openbadges/credential.ts';
import { checkProof, holdsAsFarAsDefined } from '../proof/data-integrity.ts';
import { checkJwtSignature, type OpenedJwt } from '../proof/jwt.ts';
import { suiteOf } from '../proof/suites.ts';
import { isJsonObject, type Json, type JsonObject, shownJson } from '../syntax/json.ts';
import { quoted } from '../syntax/text.ts';
import type { VerifyOptions } from './context.ts';
import { differences } from './differences.ts';
import { issuerKeys } from './issuer-keys.ts';
import type { Report } from './report.ts';
import { resolveKey } from './resolve-key.ts';
import { openFile, type Subject } from './subject.ts';
import { accidents, removals, type Variation } from './variations.ts';
import type { CheckResult, Finding } from './verdict.ts';

/** A file beside the one that is explained, or a copy that a bundle kept: it may be the same credential, unspoilt. */
export interface Copy {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const MAX_EDITS_TOLD = 5;
/** With more, it is no edited copy. */
const MAX_DIFFERENCES = 1000;

/**
 * Finds out why a signature does not hold, by trying what commonly happens to a credential on its way until the
 * signature fits. Whatever fits is certain, since nothing else can be what was signed; where nothing fits, it says so.
 */
export async function explain(
  bytes: Uint8Array,
  report: Report,
  options: VerifyOptions,
  copies: readonly Copy[] = [],
): Promise<Report> {
  const failing = report.checks.find(({ outcome }) => outcome === 'failed');
  if (failing === undefined) return report;
  const causes = await causesOf(openFile(bytes).subject, report.checks, options, copies);
  const [first] = causes;
  if (first === undefined) return report;
  const target = report.checks.find(({ check, outcome }) => check === 'signature' && outcome !== 'passed') ?? failing;
  return {
    ...report,
    headline: first.code === 'CAUSE_UNKNOWN' ? report.headline : `REJECTED  ${first.message}`,
    checks: report.checks.map((check) =>
      check === target ? { ...check, findings: [...check.findings, ...causes] } : check,
    ),
  };
}

async function causesOf(
  subject: Subject | undefined,
  checks: readonly CheckResult[],
  options: VerifyOptions,
  copies: readonly Copy[],
): Promise<readonly Finding[]> {
  const has = (code: Finding['code']): CheckResult | undefined =>
    checks.find(({ outcome, findings }) => outcome === 'failed' && findings.some((finding) => finding.code === code));
  const lost = has('NO_CREDENTIAL');
  if (lost !== undefined) return [savedAgain(lost)];
  if (subject === undefined) return [];
  const foreign = has('JWT_ALGORITHM') ?? has('KEY_KIND');
  if (foreign !== undefined) return [otherFamily(subject, foreign)];
  const isWrong = has('SIGNATURE_WRONG') ?? has('TERM_UNDEFINED');
  if (isWrong === undefined) return [];
  const others = copies.flatMap((copy) => opened(copy));
  return subject.jwt === undefined
    ? await explainProof(subject.document, options, others)
    : await explainToken(subject.jwt, options, others);
}

interface OpenedCopy {
  readonly name: string;
  readonly subject: Subject;
}

function opened({ name, bytes }: Copy): readonly OpenedCopy[] {
  const { subject } = openFile(bytes);
  return subject === undefined ? [] : [{ name, subject }];
}

function savedAgain({ summary }: CheckResult): Finding {
  return {
    code: 'CAUSE_IMAGE_SAVED_AGAIN',
    message: `the image came without its credential: ${summary}. Chat programs, screenshots and photo editors save images again and drop it`,
    advice: 'ask the holder for the original file, or for the credential as .json',
  };
}

function otherFamily({ jwt, document }: Subject, { summary }: CheckResult): Finding {
  const [proof] = asList(document['proof']);
  const named = jwt?.header['alg'] ?? (isJsonObject(proof) ? proof['cryptosuite'] : undefined) ?? 'none';
  return {
    code: 'CAUSE_ALGORITHM',
    message: `the signature says that it was made with ${quoted(shownJson(named))}, which is not the way of the issuer's key: ${summary}`,
    advice: 'somebody wrote another algorithm into it; ask the issuer for the original',
  };
}

/** The keys under which a proof is tried: the one that it names, and those that the reader gave. */
async function keysFor(method: string, issuer: string, options: VerifyOptions): Promise<readonly PublicKey[]> {
  const resolved = await resolveKey(method, issuer, options);
  const named = resolved.kind === 'authenticated' || resolved.kind === 'claimed' ? [resolved.key] : [];
  const given = (options.keys ?? []).map(({ key }) => key);
  return [...named, ...given];
}

async function explainProof(
  document: JsonObject,
  options: VerifyOptions,
  copies: readonly OpenedCopy[],
): Promise<readonly Finding[]> {
  const proof = asList(document['proof'])
    .filter(isJsonObject)
    .find((each) => suiteOf(each) !== undefined);
  const issuer = issuerId(document);
  if (proof === undefined || issuer === undefined) return [];
  const method = shownJson(proof['verificationMethod'] ?? '');
  const keys = await keysFor(method, issuer, options);
  const fits = async (candidate: JsonObject, by: JsonObject = proof, tried = keys): Promise<boolean> => {
    for (const key of tried) if (await holds(() => checkProof(candidate, by, key))) return true;
    return false;
  };
  const named = { issuer, method, path: '/proof', fits: async (key: PublicKey) => await fits(document, proof, [key]) };
  return (
    (await byVariation(accidents(document, proof), fits)) ??
    (await againstCopies(document, proof, copies, fits)) ??
    (await undefinedTerms(document, proof, keys)) ??
    (await byVariation(removals(document, proof), fits)) ??
    (await byOtherKey(named, options)) ?? [unknownCause(keys.length > 0)]
  );
}

type Fits = (document: JsonObject, proof?: JsonObject, keys?: readonly PublicKey[]) => Promise<boolean>;

/** The same credential elsewhere, unspoilt; or the one to which the proof belongs. */
async function againstCopies(
  document: JsonObject,
  proof: JsonObject,
  copies: readonly OpenedCopy[],
  fits: Fits,
): Promise<readonly Finding[] | undefined> {
  let nearest: { readonly signed: JsonObject; readonly name: string; readonly distance: number } | undefined;
  for (const { name, subject } of copies) {
    const other = subject.document;
    const own = asList(other['proof'])
      .filter(isJsonObject)
      .find(({ proofValue }) => proofValue !== undefined);
    if (own === undefined) continue;
    if (other['id'] === document['id'] && (await fits(other, own))) {
      const distance = differences(other, document, MAX_DIFFERENCES).length;
      if (nearest === undefined || distance < nearest.distance) nearest = { signed: other, name, distance };
    }
    const isTheirs = own['proofValue'] === proof['proofValue'] && other['id'] !== document['id'];
    if (isTheirs && (await fits(other, own)))
      return [
        {
          code: 'CAUSE_PROOF_COPIED',
          path: '/proof',
          message: `its signature was copied from another credential, ${quoted(shownJson(other['id'] ?? ''), 120)} in ${quoted(name)}`,
          advice: 'the issuer signed that one, not this one',
        },
      ];
  }
  return nearest === undefined ? undefined : editedSince(nearest.signed, document, nearest.name);
}

function editedSince(signed: JsonObject, here: JsonObject, name: string): readonly Finding[] {
  const { proof: _one, ...before } = signed;
  const { proof: _two, ...after } = here;
  const edits = differences(before, after, MAX_DIFFERENCES);
  if (edits.length === 0)
    return [
      {
        code: 'CAUSE_FIELD_EDITED',
        path: '/proof',
        message: `its proof was edited: the rest is as in ${quoted(name)}, where the signature holds`,
      },
    ];
  const told = edits.slice(0, MAX_EDITS_TOLD).map((edit): Finding => ({
    code: 'CAUSE_FIELD_EDITED',
    path: edit.path,
    message: `edited after it was signed, judging by the copy in ${quoted(name)}: ${edit.path} signed ${shown(edit.before)}, here ${shown(edit.after)}`,
  }));
  const more = edits.length - told.length;
  if (more === 0) return told;
  const atLeast = edits.length < MAX_DIFFERENCES ? '' : 'at least ';
  return [
    ...told,
    { code: 'CAUSE_FIELD_EDITED', message: `and in ${atLeast}${more} more place${more === 1 ? '' : 's'}` },
  ];
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'nothing' : quoted(shownJson(value));
}

async function undefinedTerms(
  document: JsonObject,
  proof: JsonObject,
  keys: readonly PublicKey[],
): Promise<readonly Finding[] | undefined> {
  for (const key of keys) {
    const isStrict = await holds(() => checkProof(document, proof, key));
    if (!isStrict && (await holds(() => holdsAsFarAsDefined(document, proof, key))))
      return [
        {
          code: 'CAUSE_UNSIGNED_TERMS',
          message:
            'the signature fits all that the contexts define, and the rest of it is not signed: it was added later, or the program that signed it did not notice',
          advice: 'take out what no context defines, or do not rely on it',
        },
      ];
  }
  return undefined;
}

async function byVariation(tried: Iterable<Variation>, fits: Fits): Promise<readonly Finding[] | undefined> {
  for (const { finding, document: candidate, proof: by } of tried) if (await fits(candidate, by)) return [finding];
  return undefined;
}

/** The key that a signature names, and how to try another in its place. */
interface NamedKey {
  readonly issuer: string;
  readonly method: string;
  readonly path: string | undefined;
  readonly fits: (key: PublicKey) => Promise<boolean>;
}

/** A key that the issuer has besides the named one: the proof names the wrong key, or the key was changed under its name. */
async function byOtherKey(
  { issuer, method, path, fits }: NamedKey,
  options: VerifyOptions,
): Promise<readonly Finding[] | undefined> {
  const found = await issuerKeys(issuer, options).catch(unusable);
  if (found?.kind !== 'found') return undefined;
  for (const other of found.document.methods.filter(({ id }) => id !== method)) {
    const key = ifUsable(() => methodKey(other));
    if (key !== undefined && (await fits(key)))
      return [
        {
          code: 'CAUSE_OTHER_KEY',
          path,
          message: `it was signed with another key of the issuer, ${quoted(other.id)}, than the one that it names, ${quoted(method)}`,
          advice: 'the issuer may have changed keys: ask there which one signed it',
        },
      ];
  }
  return undefined;
}

async function explainToken(
  jwt: OpenedJwt,
  options: VerifyOptions,
  copies: readonly OpenedCopy[],
): Promise<readonly Finding[]> {
  const issuer = issuerId(jwt.credential) ?? '';
  const method = shownJson(jwt.header['kid'] ?? '');
  const keys = await keysFor(method, issuer, options);
  for (const { name, subject } of copies) {
    const other = subject.jwt;
    if (other === undefined || other.credential['id'] !== jwt.credential['id']) continue;
    const isSound = (await Promise.all(keys.map((key) => checkJwtSignature(other, key)))).includes(true);
    if (!isSound) continue;
    const [theirs, ours] = [other.text.split('.'), jwt.text.split('.')];
    const parts = ['header', 'payload', 'signature'].filter((_, index) => theirs[index] !== ours[index]);
    const edits = differences(other.payload, jwt.payload)
      .slice(0, MAX_EDITS_TOLD)
      .map(({ path, before, after }) => `${path} signed ${shown(before)}, here ${shown(after)}`);
    return [
      {
        code: 'CAUSE_TOKEN_ALTERED',
        message: `the token's ${parts.join(' and ')} differs from ${quoted(name)}, where the signature holds${edits.length === 0 ? '' : `: ${edits.join('; ')}`}`,
      },
    ];
  }
  return (
    (await byOtherKey(
      { issuer, method, path: undefined, fits: async (key) => await checkJwtSignature(jwt, key) },
      options,
    )) ?? [
      {
        code: 'CAUSE_UNKNOWN',
        message:
          "the token's header, payload and signature do not belong together; which of them was altered cannot be told without an unspoilt copy",
        advice: 'put the original beside it, or give a --bundle that has it',
      },
    ]
  );
}

function unknownCause(hadKey: boolean): Finding {
  return {
    code: 'CAUSE_UNKNOWN',
    message: hadKey
      ? 'why it does not match cannot be told: none of the common accidents explains it, so it was edited, or another key signed it'
      : "why it does not match cannot be told without the issuer's key",
    advice: hadKey
      ? 'put the original beside it, or give a --bundle that has it'
      : "give the issuer's key with --key FILE",
  };
}

async function holds(check: () => Promise<boolean>): Promise<boolean> {
  return (await check().catch(unusable)) === true;
}
