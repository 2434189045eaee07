import { BadgekitError } from '../errors.ts';
import { Recent } from './recent.ts';
import { detached } from './text.ts';

const STAMP = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const MAX_KEPT = 64;
const MAX_KEPT_LENGTH = 40;
/** How long a stamp in UTC with whole seconds is. */
const PLAIN_LENGTH = 20;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const DURATION =
  /^P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?$/;

/** An instant, in milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/**
 * XML Schema 1.1 dateTimeStamp: a date and time with a time zone, on a day that exists, before the year 10000.
 * @returns the instant, or undefined where the text is anything else
 */
export function parseDateTimeStamp(text: string): Instant | undefined {
  return remembered(stamps, text, readStamp);
}

/** The same dates stand in many badges, and each is read several times. */
const stamps = new Recent<string, Instant>(MAX_KEPT);
const dates = new Recent<string, Instant>(MAX_KEPT);

function remembered(
  recent: Recent<string, Instant>,
  text: string,
  read: (text: string) => Instant | undefined,
): Instant | undefined {
  if (text.length > MAX_KEPT_LENGTH) return read(text);
  const known = recent.get(text);
  if (known !== undefined) return known;
  const instant = read(text);
  if (instant !== undefined) recent.set(detached(text), instant);
  return instant;
}

function readStamp(text: string): Instant | undefined {
  const match = STAMP.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', zone = ''] = match;
  const inRange = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60 && isZone(zone);
  if (!inRange || !isCalendarDay(year, month, day)) return undefined;
  if (zone === 'Z' && text.length === PLAIN_LENGTH && year >= '0100')
    return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const instant = Date.parse(text.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(instant) ? undefined : instant;
}

/** The instant of a value that should be a dateTimeStamp; undefined where it is anything else. */
export function readInstant(value: unknown): Instant | undefined {
  return typeof value === 'string' ? parseDateTimeStamp(value) : undefined;
}

/** `2026-05-04` as midnight UTC, or a full dateTimeStamp; undefined for anything else. */
export function parseDateOrStamp(text: string): Instant | undefined {
  return remembered(dates, text, readDateOrStamp);
}

function readDateOrStamp(text: string): Instant | undefined {
  const match = DATE.exec(text);
  if (match === null) return parseDateTimeStamp(text);
  const [, year = '', month = '', day = ''] = match;
  return isCalendarDay(year, month, day) ? Date.parse(`${text}T00:00:00Z`) : undefined;
}

/** A dateTimeStamp in UTC with whole seconds, as badgekit writes every date. */
export function formatStamp(instant: Instant): string {
  return formatted.orMake(instant, () => `${new Date(Math.floor(instant / 1000) * 1000).toISOString().slice(0, 19)}Z`);
}

const formatted = new Recent<Instant, string>(MAX_KEPT);

/** `2026-11-24`, in UTC. */
export function formatDay(instant: Instant): string {
  return formatStamp(instant).slice(0, 10);
}

/** `2026-11-24 06:00 UTC`. */
export function formatMinute(instant: Instant): string {
  return `${formatStamp(instant).slice(0, 16).replace('T', ' ')} UTC`;
}

/** Whether a text is an ISO 8601 duration that stands for some time (`P2Y`, `P18M`, `P1W`, `P1DT12H`). */
export function isDuration(text: string): boolean {
  const match = DURATION.exec(text);
  return match !== null && match.slice(1).some((part) => Number(part ?? 0) > 0) && !text.endsWith('T');
}

/**
 * Adds an ISO 8601 duration in UTC. A day that the target month lacks becomes its last one (31 January + P1M is
 * 28 or 29 February).
 * @throws BadgekitError DATE_INVALID where the text is no duration or the sum passes the year 9999
 */
export function addDuration(instant: Instant, duration: string): Instant {
  const parts = partsOf(duration);
  if (parts === undefined)
    throw new BadgekitError('DATE_INVALID', `"${duration}" is not an ISO 8601 duration such as P2Y`);
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts;
  const start = new Date(instant);
  const month = start.getUTCMonth() + years * 12 + months;
  const longest = new Date(Date.UTC(start.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const moved = new Date(instant);
  moved.setUTCFullYear(start.getUTCFullYear(), month, Math.min(start.getUTCDate(), longest));
  const sum = moved.getTime() + (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1000;
  if (Number.isNaN(sum) || sum >= Date.UTC(10_000, 0))
    throw new BadgekitError('DATE_INVALID', 'the date would lie after the year 9999');
  return sum;
}

const MOST_REMEMBERED = 64;
/** The durations that were read lately: those of definitions are asked for with every award. */
const durations = new Map<string, readonly number[] | undefined>();

/** The years, months, weeks, days, hours, minutes and seconds of a duration; undefined for a text that is none. */
function partsOf(text: string): readonly number[] | undefined {
  if (durations.has(text)) return durations.get(text);
  const match = isDuration(text) ? DURATION.exec(text) : null;
  const parts = match?.slice(1).map((part) => Number(part ?? 0));
  if (durations.size < MOST_REMEMBERED) durations.set(text, parts);
  return parts;
}

const UNITS = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const;

/** `P1Y6M` as `1 year and 6 months`; what is no duration stays as it is. */
export function durationInWords(text: string): string {
  const numbers = partsOf(text);
  if (numbers === undefined) return text;
  const parts = UNITS.flatMap((unit, index) => {
    const number = numbers[index] ?? 0;
    return number === 0 ? [] : [`${number} ${unit}${number === 1 ? '' : 's'}`];
  });
  const last = parts.pop() ?? '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}

function isCalendarDay(year: string, month: string, day: string): boolean {
  const [number, length] = [Number(day), lastDay(Number(year), Number(month))];
  return Number(year) > 0 && number > 0 && number <= length;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** The days of a month of the Gregorian calendar; none for a month that there is not. */
function lastDay(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
}

function isZone(zone: string): boolean {
  if (zone === 'Z') return true;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  return minutes < 60 && (hours < 14 || (hours === 14 && minutes === 0));
}
