import { isSameKey, type PublicKey } from '../../keys/public-key.ts';
import { publishedIn } from '../../keys/test-keys.ts';
import type { ProofSuite } from '../../proof/suites.ts';
import type { GivenKey, VerifyOptions } from '../context.ts';
import type { ResolvedKey } from '../resolve-key.ts';
import { type CheckResult, failed, type Finding, passed, skipped, undetermined } from '../verdict.ts';

/** The two answers that belong together: is the signature good, and is the key the issuer's. */
export interface SignatureChecks {
  readonly signature: CheckResult;
  readonly key: CheckResult;
}

export interface Decision {
  readonly suite: string;
  readonly accepts: Pick<ProofSuite, 'keys'>;
  readonly created: string;
  readonly issuer: string;
  /** The verification method that the proof names. */
  readonly method: string;
  readonly resolved: ResolvedKey;
  readonly verifies: (key: PublicKey) => Promise<boolean>;
  readonly options: VerifyOptions;
}

/** Whether the reader's word about a key holds for this issuer, this method and this moment. */
function speaksFor(
  { controller, method: only, endsAt }: GivenKey,
  issuer: string,
  method: string,
  { keysFor = issuer, at }: VerifyOptions,
): boolean {
  const isOwner = controller === undefined ? keysFor === issuer : controller === issuer;
  return isOwner && (only === undefined || only === method) && (endsAt === undefined || endsAt > at);
}

/** Brings together what the key is and whether the signature holds under it. */
export async function decide({
  suite,
  accepts,
  created,
  issuer,
  method,
  resolved,
  verifies,
  options,
}: Decision): Promise<SignatureChecks> {
  const good = passed('signature', `${suite}${created}`);
  if (resolved.kind === 'refused')
    return {
      signature: undetermined('signature', [
        { code: resolved.finding.code, message: 'not looked at, because the key cannot be used' },
      ]),
      key: failed('key', [resolved.finding]),
    };
  const given = (options.keys ?? []).filter((own) => speaksFor(own, issuer, method, options)).map(({ key }) => key);
  if (resolved.kind !== 'authenticated') {
    // The reader's word settles what nothing else can; it never overrules what the issuer's own identifier says.
    for (const key of given)
      if (accepts.keys.includes(key.algorithm.name) && (await verifies(key)))
        return { signature: good, key: givenKey(key) };
  }
  if (resolved.kind === 'unknown') {
    const message =
      given.length === 0 ? "cannot be checked without the issuer's key" : 'was not made with a key that you gave';
    return {
      signature: undetermined('signature', [{ code: resolved.finding.code, message }]),
      key: undetermined('key', [resolved.finding]),
    };
  }
  const { key } = resolved;
  if (!accepts.keys.includes(key.algorithm.name)) {
    const finding: Finding = {
      code: 'KEY_KIND',
      message: `the key is an ${key.algorithm.name} key, which ${suite} does not use`,
    };
    return { signature: failed('signature', [finding]), key: failed('key', [finding]) };
  }
  if (!(await verifies(key))) return wrong(suite, resolved);
  const isOther = given.length > 0 && !given.some((own) => isSameKey(own, key));
  if (isOther && options.isPinned !== false)
    return {
      signature: good,
      key: failed('key', [
        { code: 'KEY_NOT_AUTHENTICATED', message: 'it was signed with a key that is not among those you gave' },
      ]),
    };
  return { signature: good, key: keyCheck(resolved) };
}

function wrong(suite: string, resolved: ResolvedKey & { key: PublicKey }): SignatureChecks {
  const finding: Finding = {
    code: 'SIGNATURE_WRONG',
    message: `the ${suite} signature does not match: the content was changed after it was signed, or another key signed it`,
    advice: '--explain looks for the cause',
  };
  return { signature: failed('signature', [finding]), key: keyCheck(resolved) };
}

function keyCheck(resolved: ResolvedKey & { key: PublicKey }): CheckResult {
  const published = publishedIn(resolved.key);
  const test: Finding = {
    code: 'TEST_KEY',
    message: `the key is a known test key: its secret half is printed in ${published ?? ''}, so everybody can sign with it`,
  };
  if (resolved.kind === 'claimed')
    return undetermined('key', published === undefined ? [resolved.finding] : [resolved.finding, test]);
  if (published !== undefined) return undetermined('key', [test]);
  return passed('key', resolved.kind === 'authenticated' ? resolved.how : '');
}

function givenKey(key: PublicKey): CheckResult {
  const published = publishedIn(key);
  const notes: Finding[] =
    published === undefined
      ? []
      : [{ code: 'TEST_KEY', message: `the key that you gave is a known test key, printed in ${published}` }];
  return passed('key', 'a key that you gave', notes);
}

export function withoutKey(signature: CheckResult): SignatureChecks {
  return { signature, key: skipped('key', 'not looked for') };
}
