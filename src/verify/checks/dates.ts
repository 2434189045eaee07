import { isDerived } from '../../proof/suites.ts';
import { formatDay, formatMinute, readInstant } from '../../syntax/datetime.ts';
import type { Json, JsonObject } from '../../syntax/json.ts';
import { quoted } from '../../syntax/text.ts';
import { CLOCK_SKEW_MS, type VerifyOptions } from '../context.ts';
import { type CheckResult, failed, passed, undetermined } from '../verdict.ts';

type DateOptions = Pick<VerifyOptions, 'at' | 'allowsWithheld'>;

/** Step 8: whether the credential is valid at a moment (VCDM 2.0, section 4.9). Its end is exact, its start has the skew of clocks. */
export function checkDates(document: JsonObject, { at, allowsWithheld }: DateOptions): CheckResult {
  const from = document['validFrom'] ?? document['issuanceDate'];
  const until = document['validUntil'] ?? document['expirationDate'];
  const [start, end] = [from, until].map(readInstant);
  const bad = [from, until].find((value, index) => value !== undefined && [start, end][index] === undefined);
  if (bad !== undefined || start === undefined)
    return failed('dates', [
      {
        code: 'DATE_MALFORMED',
        message: `${bad === undefined ? 'the start of validity is missing' : `${shown(bad)} is no date and time with a time zone`}`,
      },
    ]);
  if (start > at + CLOCK_SKEW_MS)
    return failed('dates', [
      { code: 'NOT_YET_VALID', path: '/validFrom', message: `it is not valid before ${formatMinute(start)}` },
    ]);
  if (end !== undefined && end < at)
    return failed('dates', [{ code: 'EXPIRED', path: '/validUntil', message: `it expired on ${formatDay(end)}` }]);
  if (end === undefined && isDerived(document) && allowsWithheld !== true)
    return undetermined('dates', [
      {
        code: 'WITHHELD',
        message: 'it shows no end, which its holder may have withheld: whether it has expired is not known',
        advice: 'ask the holder to show validUntil as well, or give --allow-withheld if you know that it has none',
      },
    ]);
  return passed(
    'dates',
    `valid since ${formatDay(start)}, ${end === undefined ? 'without end' : `until ${formatDay(end)}`}`,
  );
}

function shown(value: Json): string {
  return typeof value === 'string' ? quoted(value) : 'a value';
}
