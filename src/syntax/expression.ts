import jsep, { type Expression as Parsed } from '#jsep';
import { BadgekitError } from '../errors.ts';
import { quoted } from './text.ts';

/** What an expression is about: a number, a text, yes or no; undefined where nothing is written. */
export type Value = number | string | boolean | undefined;

/** What stands under a name, as it is written and as it is understood. */
export interface Cell {
  readonly text: string;
  readonly value: Value;
  /** Whether it is a text in quotes, in the condition itself. */
  readonly isQuoted?: boolean;
}

/** Where a condition finds what it looks at. */
export interface Facts {
  readonly cell: (name: string) => Cell;
  /** How a text is understood: as `cell` understands what is written in it. */
  readonly value: (text: string) => Value;
}

const COMPARISONS = ['>=', '<=', '>', '<', '==', '!='] as const;
const CALCULATIONS = ['+', '-', '*', '/'] as const;
type Comparison = (typeof COMPARISONS)[number];
type Calculation = (typeof CALCULATIONS)[number];

/** A condition that people write, such as `grade >= 70 and attended`. It can only look at what it is given, and ends. */
export type Expression =
  | { readonly kind: 'value'; readonly value: number | string | boolean }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'calculate';
      readonly operator: Calculation;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'among'; readonly left: Expression; readonly values: readonly (number | string)[] };

const MAX_LENGTH = 1000;
const MAX_DEPTH = 40;

// Words for what programmers write as signs.
for (const [word, precedence] of [
  ['or', 1],
  ['and', 2],
  ['in', 7],
] as const)
  jsep.addBinaryOp(word, precedence);
jsep.addUnaryOp('not');

/**
 * Reads a condition.
 * @throws BadgekitError EXPRESSION_INVALID, with the column (from 1)
 */
export function parseExpression(text: string): Expression {
  if (text.length > MAX_LENGTH) throw invalid(`the condition is longer than ${MAX_LENGTH} characters`, undefined);
  return understood(parse(text), 0);
}

function parse(text: string): Parsed {
  try {
    return jsep(text);
  } catch (error) {
    const column =
      error instanceof Error && 'index' in error && typeof error.index === 'number' ? error.index + 1 : undefined;
    const what = error instanceof Error && 'description' in error ? String(error.description) : 'it is malformed';
    throw invalid(`the condition cannot be read: ${what}`, column);
  }
}

function invalid(message: string, column: number | undefined): BadgekitError {
  return new BadgekitError('EXPRESSION_INVALID', message, {
    where: { column },
    hint: 'write names of columns, numbers, "texts", >= <= > < == !=, + - * /, and, or, not, in ["a", "b"]',
  });
}

/** Only what is listed here is understood: no calls, no members, nothing that could reach further. */
function understood(parsed: Parsed, depth: number): Expression {
  if (depth > MAX_DEPTH) throw invalid('the condition is nested too deep', undefined);
  const part = (of: unknown): Expression => understood(node(of), depth + 1);
  switch (parsed.type) {
    case 'Literal': {
      const { value } = parsed;
      if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
        return { kind: 'value', value };
      break;
    }
    case 'Identifier':
      if (typeof parsed['name'] === 'string') return { kind: 'name', name: parsed['name'] };
      break;
    case 'UnaryExpression': {
      const operator = parsed['operator'];
      if (operator === 'not' || operator === '!') return { kind: 'not', of: part(parsed['argument']) };
      const number = operator === '-' ? part(parsed['argument']) : undefined;
      if (number?.kind === 'value' && typeof number.value === 'number') return { kind: 'value', value: -number.value };
      break;
    }
    case 'BinaryExpression':
      return ofTwo(String(parsed['operator']), part(parsed['left']), parsed['right'], part);
    case 'Compound':
      throw invalid(
        Array.isArray(parsed['body']) && parsed['body'].length === 0
          ? 'the condition is empty'
          : 'two parts of the condition stand side by side: "and" or "or" is missing between them',
        undefined,
      );
    default:
  }
  throw invalid(`the condition holds something that has no meaning in it (${parsed.type})`, undefined);
}

function node(value: unknown): Parsed {
  if (isNode(value)) return value;
  throw invalid('a part of the condition is missing', undefined);
}

function isNode(value: unknown): value is Parsed {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function ofTwo(operator: string, left: Expression, second: unknown, part: (of: unknown) => Expression): Expression {
  if (operator === 'in') return { kind: 'among', left, values: listOf(node(second)) };
  const right = part(second);
  if (operator === 'and' || operator === '&&') return { kind: 'and', left, right };
  if (operator === 'or' || operator === '||') return { kind: 'or', left, right };
  const comparison = COMPARISONS.find((known) => known === operator);
  if (comparison !== undefined) return { kind: 'compare', operator: comparison, left, right };
  const calculation = CALCULATIONS.find((known) => known === operator);
  if (calculation !== undefined) return { kind: 'calculate', operator: calculation, left, right };
  throw invalid(`the condition has no sign ${quoted(operator)}`, undefined);
}

function listOf(parsed: Parsed): readonly (number | string)[] {
  const elements: unknown = parsed.type === 'ArrayExpression' ? parsed['elements'] : undefined;
  if (!Array.isArray(elements)) throw invalid('behind "in" stands a list, such as ["a", "b"]', undefined);
  return elements.map((element) => {
    const { value } = node(element);
    if (typeof value === 'number' || typeof value === 'string') return value;
    throw invalid('a list holds numbers and texts alone', undefined);
  });
}

/** The names that an expression looks at. */
export function namesIn(expression: Expression): ReadonlySet<string> {
  switch (expression.kind) {
    case 'value':
      return new Set();
    case 'name':
      return new Set([expression.name]);
    case 'not':
      return namesIn(expression.of);
    case 'among':
      return namesIn(expression.left);
    default:
      return new Set([...namesIn(expression.left), ...namesIn(expression.right)]);
  }
}

/**
 * Whether a condition holds; where it does not, why, in words. What nothing is written of is neither so nor not so: neither the
 * condition nor its opposite holds.
 */
export type Judgement =
  { readonly holds: true } | { readonly holds: false; readonly because: string; readonly isUnknown: boolean };

/** What a condition cannot be judged by: a text where a number belongs. */
export class Unjudgeable extends Error {}

const YES: Judgement = { holds: true };

function no(because: string, isUnknown = false): Judgement {
  return { holds: false, because, isUnknown };
}

/**
 * Judges a condition.
 * @throws Unjudgeable where a value is of another kind than the condition needs
 */
export function judge(expression: Expression, facts: Facts): Judgement {
  switch (expression.kind) {
    case 'and':
      return bothOf(judge(expression.left, facts), () => judge(expression.right, facts));
    case 'or':
      return eitherOf(judge(expression.left, facts), () => judge(expression.right, facts));
    case 'not': {
      const of = judge(expression.of, facts);
      if (of.holds) return no(`it is so that ${written(expression.of)}`);
      return of.isUnknown ? of : YES;
    }
    case 'compare':
      return compared(expression, facts);
    case 'among':
      return among(expression, facts);
    default: {
      const { value } = cellIn(expression, facts);
      if (value === true) return YES;
      if (value === false || value === undefined)
        return no(`${written(expression)} is ${shown(value)}`, value === undefined);
      throw new Unjudgeable(`${written(expression)} is ${shown(value)}, which is neither yes nor no`);
    }
  }
}

function bothOf(left: Judgement, right: () => Judgement): Judgement {
  if (left.holds) return right();
  if (!left.isUnknown) return left;
  const second = right();
  return second.holds || second.isUnknown ? left : second;
}

function eitherOf(left: Judgement, right: () => Judgement): Judgement {
  if (left.holds) return left;
  const second = right();
  return second.holds ? second : no(`${left.because}; and ${second.because}`, left.isUnknown || second.isUnknown);
}

function among({ left, values }: Expression & { readonly kind: 'among' }, facts: Facts): Judgement {
  const cell = cellIn(left, facts);
  if (values.some((value) => isSame(cell, literal(value), facts) === true)) return YES;
  return no(`${written(left)} is ${told(cell)}, none of ${values.map(shown).join(', ')}`, cell.value === undefined);
}

function compared(expression: Expression & { readonly kind: 'compare' }, facts: Facts): Judgement {
  const { operator, left, right } = expression;
  const [a, b] = [cellIn(left, facts), cellIn(right, facts)];
  const isSo = outcomeOf(operator, a, b, expression, facts);
  if (isSo === true) return YES;
  const asked = right.kind === 'value' ? told(b) : `${written(right)} (${told(b)})`;
  return no(`${written(left)} is ${told(a)}, and it takes ${operator} ${asked}`, isSo === undefined);
}

/** Undefined where it is neither so nor not so. */
function outcomeOf(operator: Comparison, a: Cell, b: Cell, expression: Expression, facts: Facts): boolean | undefined {
  if (operator === '==' || operator === '!=') {
    const same = isSame(a, b, facts);
    if (same === 'of other kinds')
      throw new Unjudgeable(`${told(a)} and ${told(b)} cannot be compared, as ${written(expression)} does`);
    return same === undefined ? undefined : same === (operator === '==');
  }
  const [first, second] = [a.value, b.value];
  if (first === undefined || second === undefined) return undefined;
  const areDates = isDate(first) && isDate(second);
  if (!areDates && (typeof first !== 'number' || typeof second !== 'number')) {
    const odd = typeof first === 'number' ? b : a;
    throw new Unjudgeable(`${told(odd)} is no number, which ${written(expression)} needs`);
  }
  switch (operator) {
    case '>=':
      return first >= second;
    case '<=':
      return first <= second;
    case '>':
      return first > second;
    case '<':
      return first < second;
  }
}

function isDate(value: Value): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value);
}

/**
 * Whether two things are the same. A text in quotes is compared with what is written, without regard to case, or with what
 * that means, where it is yes or no; `""` with nothing.
 */
function isSame(a: Cell, b: Cell, facts: Facts): boolean | 'of other kinds' | undefined {
  if (a.text === '' && b.text === '') return true;
  if (isEmptyText(a) || isEmptyText(b)) return (isEmptyText(a) ? b : a).value === undefined;
  if (a.value === undefined || b.value === undefined) return undefined;
  if (plain(a.text) === plain(b.text)) return true;
  if (typeof a.value === typeof b.value) return typeof a.value === 'string' ? false : a.value === b.value;
  const [text, other] = typeof a.value === 'string' ? [a, b] : [b, a];
  if (typeof text.value !== 'string') return 'of other kinds';
  // A text in quotes means what it would mean in a cell.
  return text.isQuoted === true ? facts.value(text.text) === other.value : 'of other kinds';
}

function isEmptyText(cell: Cell): boolean {
  return cell.isQuoted === true && cell.text === '';
}

function plain(text: string): string {
  return text.normalize('NFC').trim().toLowerCase();
}

function literal(value: number | string | boolean): Cell {
  return {
    text: typeof value === 'string' ? value : String(value),
    value,
    ...(typeof value === 'string' ? { isQuoted: true } : {}),
  };
}

function cellIn(expression: Expression, facts: Facts): Cell {
  switch (expression.kind) {
    case 'value':
      return literal(expression.value);
    case 'name':
      return facts.cell(expression.name);
    case 'calculate': {
      const [a, b] = [cellIn(expression.left, facts), cellIn(expression.right, facts)];
      if (a.value === undefined || b.value === undefined) return NOTHING;
      if (typeof a.value !== 'number' || typeof b.value !== 'number')
        throw new Unjudgeable(
          `${told(typeof a.value === 'number' ? b : a)} is no number, which ${written(expression)} needs`,
        );
      const result = calculated(expression.operator, a.value, b.value);
      return result === undefined ? NOTHING : literal(result);
    }
    default: {
      const judgement = judge(expression, facts);
      return judgement.holds ? literal(true) : judgement.isUnknown ? NOTHING : literal(false);
    }
  }
}

const NOTHING: Cell = { text: '', value: undefined };

/** What has no result, such as a division by nothing, counts as not written. */
function calculated(operator: Calculation, a: number, b: number): number | undefined {
  const result = { '+': a + b, '-': a - b, '*': a * b, '/': a / b }[operator];
  return Number.isFinite(result) ? result : undefined;
}

/** A cell as it is told: what is understood, or what is written. */
function told({ value, isQuoted, text }: Cell): string {
  return isQuoted === true ? quoted(text, 40) : shown(value);
}

/** A value as it is told. */
function shown(value: Value): string {
  if (value === undefined) return 'empty';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? String(value) : quoted(value, 40);
}

/** An expression as it is written, in one way. */
function written(expression: Expression): string {
  switch (expression.kind) {
    case 'value':
      return shown(expression.value);
    case 'name':
      return expression.name;
    case 'not':
      return `not ${written(expression.of)}`;
    case 'among':
      return `${written(expression.left)} in [${expression.values.map(shown).join(', ')}]`;
    case 'and':
    case 'or':
      return `(${written(expression.left)} ${expression.kind} ${written(expression.right)})`;
    default:
      return `${written(expression.left)} ${expression.operator} ${written(expression.right)}`;
  }
}
