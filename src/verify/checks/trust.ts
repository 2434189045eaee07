import { issuerId } from '../../openbadges/credential.ts';
import { formatDay } from '../../syntax/datetime.ts';
import { isJsonObject, type JsonObject } from '../../syntax/json.ts';
import { quoted } from '../../syntax/text.ts';
import type { VerifyOptions } from '../context.ts';
import { type CheckResult, passed, skipped, undetermined } from '../verdict.ts';

/** Step 14: whether the reader trusts the issuer. An issuer whom no list knows is not a false one. */
export async function checkTrust(document: JsonObject, { trust, at }: VerifyOptions): Promise<CheckResult> {
  const { issuer } = document;
  const id = issuerId(document) ?? 'nobody';
  const name = isJsonObject(issuer) && typeof issuer['name'] === 'string' ? quoted(issuer['name']) : 'issuer';
  if (trust === undefined) {
    const message = `you named no trusted issuers: whether this is the real ${name} is for you to know`;
    return skipped('trust', message, [
      { code: 'TRUST_NOT_ASKED', message, advice: '--trust FILE checks it against your list' },
    ]);
  }
  const answer = await trust.lookUp(id, at);
  switch (answer.outcome) {
    case 'trusted': {
      const called = answer.name === undefined ? '' : ` as ${quoted(answer.name)}`;
      return passed('trust', `${quoted(answer.list)} knows the issuer${called}`);
    }
    case 'unknown':
      return undetermined('trust', [
        {
          code: 'ISSUER_UNKNOWN',
          message: `${quoted(id, 160)} is in none of your lists (${answer.lists.map((list) => quoted(list)).join(', ')})`,
          advice: `if you know that this is the real ${name}, add it to your list`,
        },
      ]);
    case 'outside': {
      const from = answer.from === undefined ? '' : ` from ${formatDay(answer.from)}`;
      const until = answer.until === undefined ? '' : ` until ${formatDay(answer.until)}`;
      return undetermined('trust', [
        {
          code: 'ISSUER_UNKNOWN',
          message: `${quoted(answer.list)} knows the issuer${answer.name === undefined ? '' : ` as ${quoted(answer.name)}`}, but trusts it only${from}${until}`,
          advice: 'change its dates in your list, or judge as of another day with --at',
        },
      ]);
    }
    case 'unreachable':
      return undetermined('trust', [
        {
          code: 'TRUST_UNREACHABLE',
          message: `whether the issuer is trusted is not known: ${answer.why}`,
          advice: 'try again later, or give a list as a file',
        },
      ]);
  }
}
