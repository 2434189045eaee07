import { formatDay, formatMinute, readInstant } from '../../syntax/datetime.ts';
import type { Json, JsonObject } from '../../syntax/json.ts';
import { quoted } from '../../syntax/text.ts';
import { CLOCK_SKEW_MS } from '../context.ts';
import { type CheckResult, failed, passed } from '../verdict.ts';

/** Step 8: whether the credential is valid at a moment (VCDM 2.0, section 4.9). Its end is exact, its start has the skew of clocks. */
export function checkDates(document: JsonObject, at: number): CheckResult {
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
  return passed(
    'dates',
    `valid since ${formatDay(start)}, ${end === undefined ? 'without end' : `until ${formatDay(end)}`}`,
  );
}

function shown(value: Json): string {
  return typeof value === 'string' ? quoted(value) : 'a value';
}
