import { parseDateOrStamp } from '../syntax/datetime.ts';
import { foldName } from './names.ts';

/** Which comes first in a date of numbers that ends with the year. */
export type DateOrder = 'dmy' | 'mdy';

/** What a cell says when it is read as a date. */
export type DateReading =
  | { readonly kind: 'date'; readonly text: string }
  /** A date, by either order another one. */
  | { readonly kind: 'either' }
  | { readonly kind: 'none' };

/** The time of day that systems write behind a date, with or without a zone: an award is of a day. */
const TIME = String.raw`(?:(?:,? +|T)\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?(?: ?[ap]\.?m\.?)?(?: ?(?:[A-Z]{1,5})?(?:[+-]\d{1,2}(?::?\d{2})?)?)?)?`;
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})${TIME}$`, 'i');
const YEAR_LAST = new RegExp(String.raw`^(\d{1,2})([-/.]) ?(\d{1,2})\2 ?(\d{4}|\d{2})${TIME}$`, 'i');
/** `4 May 2026`, `4. Mai 2026`, `4 de mayo de 2026`, `04-May-26`. */
const DAY_NAMED = new RegExp(
  String.raw`^(?:\p{L}+,? +)?(\d{1,2})\.?[ -](?:de )?(\p{L}+)\.?,?[ -](?:de )?(\d{4}|\d{2})${TIME}$`,
  'iu',
);
const NAMED_DAY = new RegExp(String.raw`^(?:\p{L}+,? +)?(\p{L}+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})${TIME}$`, 'iu');

/**
 * Reads a date in one of the forms that systems export, as `2026-05-04`; what badgekit reads anyway stays as it is.
 * @param order undefined where it is not known
 */
export function readDate(text: string, order: DateOrder | undefined): DateReading {
  const trimmed = text.replace(/[\s\u00a0\u202f]+/g, ' ').trim();
  if (parseDateOrStamp(trimmed) !== undefined) return { kind: 'date', text: trimmed };
  const [, year, , month, day] = YEAR_FIRST.exec(trimmed) ?? [];
  if (year !== undefined) return dated(year, month, day);
  const parts = YEAR_LAST.exec(trimmed);
  if (parts !== null) return ofNumbers(parts, order);
  const [, namedDay, monthAfter, yearAfter] = DAY_NAMED.exec(trimmed) ?? [];
  if (monthAfter !== undefined) return dated(yearAfter, monthNumber(monthAfter), namedDay);
  const [, monthBefore, dayAfter, last] = NAMED_DAY.exec(trimmed) ?? [];
  return monthBefore === undefined ? { kind: 'none' } : dated(last, monthNumber(monthBefore), dayAfter);
}

/** The order that a date shows, since by the other one it would be none; undefined where it shows none. */
export function orderShownBy(text: string): DateOrder | undefined {
  const [dmy, mdy] = (['dmy', 'mdy'] as const).map((order) => readDate(text, order).kind === 'date');
  if (dmy === mdy) return undefined;
  return dmy === true ? 'dmy' : 'mdy';
}

function ofNumbers(
  [, first, mark, second, year]: readonly (string | undefined)[],
  order: DateOrder | undefined,
): DateReading {
  // With hyphens a short year may as well come first.
  if (mark === '-' && year?.length === 2) return { kind: 'none' };
  // Where dots separate, the day comes first, everywhere.
  const known = mark === '.' ? 'dmy' : order;
  if (known === 'dmy') return dated(year, second, first);
  if (known === 'mdy') return dated(year, first, second);
  const [dmy, mdy] = [dated(year, second, first), dated(year, first, second)];
  if (dmy.kind === 'none') return mdy;
  if (mdy.kind === 'none' || first === second) return dmy;
  return { kind: 'either' };
}

function dated(year = '', month = '', day = ''): DateReading {
  const text = `${year.length === 2 ? `20${year}` : year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return parseDateOrStamp(text) === undefined ? { kind: 'none' } : { kind: 'date', text };
}

/** Languages whose names of months are read; the short ones only where no two of them differ. */
const LANGUAGES = [
  'en',
  'de',
  'fr',
  'es',
  'it',
  'pt',
  'nl',
  'sv',
  'nb',
  'da',
  'fi',
  'pl',
  'cs',
  'hr',
  'ru',
  'uk',
  'tr',
];
const WITH_SHORT = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl'];
const MONTHS = 12;

let months: ReadonlyMap<string, string> | undefined;

function monthNumber(name: string): string | undefined {
  months ??= namesOfMonths();
  return months.get(foldName(name));
}

function namesOfMonths(): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const unclear = new Set<string>();
  for (const [tag, length] of [
    ...LANGUAGES.map((language) => [language, 'long'] as const),
    ...WITH_SHORT.map((language) => [language, 'short'] as const),
  ]) {
    // With the day beside it, a month stands in the case in which a date has it.
    const format = new Intl.DateTimeFormat(tag, { day: 'numeric', month: length, timeZone: 'UTC' });
    for (let month = 1; month <= MONTHS; month++) {
      const parts = format.formatToParts(Date.UTC(2026, month - 1, 1));
      const name = foldName((parts.find(({ type }) => type === 'month')?.value ?? '').replace(/\.$/, ''));
      if ((names.get(name) ?? String(month)) !== String(month)) unclear.add(name);
      if (/^\p{L}+$/u.test(name)) names.set(name, String(month));
    }
  }
  // A name that means one month here and another there means none.
  for (const name of unclear) names.delete(name);
  return names;
}
