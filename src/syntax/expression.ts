import jsep, { type Expression as Parsed } from '#jsep';
import { BadgekitError } from '../errors.ts';
import { quoted } from './text.ts';

/** What an expression is about: a number, a text, yes or no; undefined where nothing is written. */
export type Value = number | string | boolean | undefined;

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

/** Whether a condition holds; where it does not, why, in words. */
export type Judgement = { readonly holds: true } | { readonly holds: false; readonly because: string };

/** What a condition cannot be judged by: a text where a number belongs. */
export class Unjudgeable extends Error {}

/**
 * Judges a condition.
 * @throws Unjudgeable where a value is of another kind than the condition needs
 */
export function judge(expression: Expression, valueOf: (name: string) => Value): Judgement {
  switch (expression.kind) {
    case 'and': {
      const left = judge(expression.left, valueOf);
      return left.holds ? judge(expression.right, valueOf) : left;
    }
    case 'or': {
      const left = judge(expression.left, valueOf);
      if (left.holds) return left;
      const right = judge(expression.right, valueOf);
      return right.holds ? right : { holds: false, because: `${left.because}; and ${right.because}` };
    }
    case 'not':
      return judge(expression.of, valueOf).holds
        ? { holds: false, because: `it is so that ${written(expression.of)}` }
        : { holds: true };
    case 'compare':
      return compared(expression, valueOf);
    case 'among': {
      const value = valueIn(expression.left, valueOf);
      if (value !== undefined && expression.values.some((other) => isSame(value, other))) return { holds: true };
      return {
        holds: false,
        because: `${written(expression.left)} is ${shown(value)}, none of ${expression.values.map(shown).join(', ')}`,
      };
    }
    default: {
      const value = valueIn(expression, valueOf);
      if (value === true) return { holds: true };
      if (value === false || value === undefined)
        return { holds: false, because: `${written(expression)} is ${shown(value)}` };
      throw new Unjudgeable(`${written(expression)} is ${shown(value)}, which is neither yes nor no`);
    }
  }
}

function compared(expression: Expression & { readonly kind: 'compare' }, valueOf: (name: string) => Value): Judgement {
  const { operator, left, right } = expression;
  const [a, b] = [valueIn(left, valueOf), valueIn(right, valueOf)];
  if (isSo(operator, a, b, expression)) return { holds: true };
  const asked = right.kind === 'value' ? shown(b) : `${written(right)} (${shown(b)})`;
  return { holds: false, because: `${written(left)} is ${shown(a)}, and it takes ${operator} ${asked}` };
}

function isSo(operator: Comparison, a: Value, b: Value, expression: Expression): boolean {
  if (operator === '==') return a !== undefined && b !== undefined && isSame(a, b);
  if (operator === '!=') return a === undefined || b === undefined ? a !== b : !isSame(a, b);
  if (a === undefined || b === undefined) return false;
  const [first, second] = [a, b];
  const areDates = isDate(first) && isDate(second);
  if (!areDates && (typeof first !== 'number' || typeof second !== 'number')) {
    const odd = typeof first === 'number' ? second : first;
    throw new Unjudgeable(`${shown(odd)} is no number, which ${written(expression)} needs`);
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

/** Texts are the same without regard to case and the space around them. */
function isSame(a: Value, b: Value): boolean {
  if (typeof a === 'string' && typeof b === 'string') return plain(a) === plain(b);
  if (typeof a === 'boolean' && typeof b === 'string')
    return (a ? ['yes', 'true'] : ['no', 'false']).includes(plain(b));
  if (typeof a === 'string' && typeof b === 'boolean') return isSame(b, a);
  return a === b;
}

function plain(text: string): string {
  return text.normalize('NFC').trim().toLowerCase();
}

function valueIn(expression: Expression, valueOf: (name: string) => Value): Value {
  switch (expression.kind) {
    case 'value':
      return expression.value;
    case 'name':
      return valueOf(expression.name);
    case 'calculate': {
      const [a, b] = [valueIn(expression.left, valueOf), valueIn(expression.right, valueOf)];
      if (a === undefined || b === undefined) return undefined;
      if (typeof a === 'number' && typeof b === 'number') return calculated(expression.operator, a, b);
      throw new Unjudgeable(`${shown(typeof a === 'number' ? b : a)} is no number, which ${written(expression)} needs`);
    }
    default:
      return judge(expression, valueOf).holds;
  }
}

/** What has no result, such as a division by nothing, counts as not written. */
function calculated(operator: Calculation, a: number, b: number): number | undefined {
  const result = { '+': a + b, '-': a - b, '*': a * b, '/': a / b }[operator];
  return Number.isFinite(result) ? result : undefined;
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
