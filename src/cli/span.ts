import { BadgekitError } from '../errors.ts';
import { isDuration } from '../syntax/datetime.ts';
import { quoted } from '../syntax/text.ts';

const SHORT = /^(\d{1,4})([dwmy])$/i;

/**
 * A length of time as people write it (`30d`, `6w`, `3m`, `2y`) or as ISO 8601 does (`P30D`), as ISO 8601.
 * @throws BadgekitError USAGE, naming the option
 */
export function parseSpan(option: string, text: string): string {
  const [, number = '', unit = ''] = SHORT.exec(text) ?? [];
  const duration = number === '' ? text : `P${number}${unit.toUpperCase()}`;
  if (isDuration(duration)) return duration;
  throw new BadgekitError('USAGE', `${option} ${quoted(text)} is no length of time`, {
    hint: 'write a number of days, weeks, months or years, such as 30d, 6w, 3m or 1y',
  });
}
