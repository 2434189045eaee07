import type { Value } from '../syntax/expression.ts';
import { Recent } from '../syntax/recent.ts';
import { foldName } from './names.ts';

/** The name by which a condition calls a column: `Course total (Percentage)` is `course_total_percentage`. */
export function factName(header: string): string {
  return factNames.orMake(header, () => makeFactName(header));
}

const MOST_NAMES = 500;
/** The same results of a badge are looked for in every row. */
const factNames = new Recent<string, string>(MOST_NAMES);

function makeFactName(header: string): string {
  const name = foldName(header)
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
  return /^\p{N}/u.test(name) ? `_${name}` : name;
}

const YES = new Set(
  [
    'yes',
    'y',
    'true',
    'ja',
    'oui',
    'si',
    'sim',
    'tak',
    'ano',
    'kylla',
    'evet',
    'да',
    'так',
    'はい',
    '是',
    '예',
    '✓',
    '✔',
  ].map(foldName),
);
const NO = new Set(
  [
    'no',
    'n',
    'false',
    'nein',
    'nee',
    'non',
    'nao',
    'nej',
    'nei',
    'nie',
    'ne',
    'ei',
    'hayir',
    'нет',
    'ні',
    'いいえ',
    '否',
    '아니요',
    '✗',
    '✘',
  ].map(foldName),
);

const NUMBER = /^[-+]?\d+(?:\.\d+)?$/;
/** With a comma and three digits behind it a number may be a thousand times as large: it stays a text. */
const COMMA_NUMBER = /^[-+]?\d+,(?:\d{1,2}|\d{4,})$/;
const FRACTION = /^([-+]?\d+(?:[.,]\d+)?)\s*\/\s*(\d+(?:[.,]\d+)?)$/;
const PERCENT_OF_ONE = 100;

/** What a cell says: a number (`85.5`, `85,5`, `85 %`, the 28 of `28.00 / 30`), yes or no in some language, or a text. */
export function readValue(cell: string): Value {
  const text = cell.replace(/[\s\u00a0\u202f]+/g, ' ').trim();
  if (text === '' || /^[-–—]$/.test(text)) return undefined;
  const number = numberIn(text.replace(/ ?%$/, '')) ?? fractionIn(text)?.value;
  if (number !== undefined) return number;
  const word = foldName(text);
  if (YES.has(word)) return true;
  return NO.has(word) ? false : text;
}

/** The parts of a fraction, such as `28.00 / 30`. */
export function fractionIn(
  text: string,
): { readonly value: number; readonly max: number; readonly percent: number } | undefined {
  const [, above = '', below = ''] = FRACTION.exec(text.trim()) ?? [];
  const [value, max] = [numberIn(above), numberIn(below)];
  if (value === undefined || max === undefined || max === 0) return undefined;
  return { value, max, percent: (value / max) * PERCENT_OF_ONE };
}

function numberIn(text: string): number | undefined {
  if (NUMBER.test(text)) return Number(text);
  return COMMA_NUMBER.test(text) ? Number(text.replace(',', '.')) : undefined;
}
