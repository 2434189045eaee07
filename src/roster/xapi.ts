import { hash } from 'node:crypto';
import { BadgekitError } from '../errors.ts';
import type { CsvRecord } from '../syntax/csv.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../syntax/json.ts';

/** What is read of a statement (Experience API 1.0.3, section 2 of part two), by the names of columns. */
const COLUMNS: readonly (readonly [string, (statement: JsonObject) => Json | undefined])[] = [
  ['email', ({ actor }) => withoutMailto(at(actor, 'mbox'))],
  ['name', ({ actor }) => at(actor, 'name')],
  ['account', ({ actor }) => accountOf(actor)],
  ['account_name', ({ actor }) => at(actor, 'account', 'name')],
  ['account_home', ({ actor }) => at(actor, 'account', 'homePage')],
  ['openid', ({ actor }) => at(actor, 'openid')],
  ['verb', ({ verb }) => lastPart(at(verb, 'id'))],
  ['verb_id', ({ verb }) => at(verb, 'id')],
  ['activity', ({ object }) => at(object, 'id')],
  ['activity_name', ({ object }) => inAnyLanguage(at(object, 'definition', 'name'))],
  ['success', ({ result }) => at(result, 'success')],
  ['completion', ({ result }) => at(result, 'completion')],
  ['score', ({ result }) => at(result, 'score', 'raw')],
  ['score_max', ({ result }) => at(result, 'score', 'max')],
  ['score_percent', ({ result }) => percentOf(at(result, 'score', 'scaled'))],
  ['timestamp', ({ timestamp }) => timestamp],
  ['statement', ({ id }) => id],
];
/** What is told of a statement beside what it says itself. */
const STANDING = 'standing';

export const XAPI_HEADER: readonly string[] = [...COLUMNS.map(([name]) => name), STANDING];

const PERCENT = 100;
const MAX_STATEMENT_LENGTH = 1024 * 1024;

/** Whether a text is JSON, as learning record stores give it, rather than a table. */
export function looksLikeStatements(beginning: string): boolean {
  return /^\ufeff?\s*[[{]/.test(beginning);
}

/** What has to be known of all statements before one of them is read. */
export interface StatementSurvey {
  /** The ids of statements that others take back, in lower case. */
  readonly voided: ReadonlySet<string>;
  /** Whether accounts of several systems are in it, whose names may mean different people. */
  readonly hasHomes: boolean;
}

const VOIDED = 'http://adlnet.gov/expapi/verbs/voided';

/** Reads all statements once: which are taken back by others (xAPI 1.0.3, part two, 2.3.2), and whose accounts are in them. */
export async function surveyOf(text: AsyncIterable<string>): Promise<StatementSurvey> {
  const voided = new Set<string>();
  const homes = new Set<string>();
  for await (const { statement } of statementsIn(text)) {
    const { actor, verb, object } = statement;
    if (at(verb, 'id') === VOIDED && at(object, 'objectType') === 'StatementRef')
      voided.add(cellOf(at(object, 'id')).toLowerCase());
    const home = cellOf(at(actor, 'account', 'homePage'));
    if (home !== '' && homes.size < 2) homes.add(home);
  }
  return { voided, hasHomes: homes.size > 1 };
}

const TAG = 16;

/**
 * The statements of a text as rows of a table: an array, one a line, or what a learning record store answers
 * (`{"statements": […]}`). Each has a line of its own: where several stand on one, they are counted on from it.
 * @throws BadgekitError JSON_* with the line; ROSTER_INVALID where it holds something else
 */
export async function* statementRows(
  text: AsyncIterable<string>,
  { voided, hasHomes }: StatementSurvey,
): AsyncGenerator<CsvRecord> {
  yield { line: 1, cells: XAPI_HEADER };
  const seen = new Set<string>();
  let last = 0;
  for await (const { line, statement } of statementsIn(text)) {
    last = Math.max(line, last + 1);
    const values = COLUMNS.map(([, read]) => cellOf(read(statement)));
    // A name alone stands for several people then.
    if (hasHomes) values[ACCOUNT_NAME] = '';
    const said = hash('sha256', values.filter((_, index) => !PASSING.has(index)).join('\0'), 'base64url').slice(0, TAG);
    const isVoided = voided.has(cellOf(statement['id']).toLowerCase());
    const standing = isVoided ? 'voided' : seen.has(said) ? 'repeated' : '';
    if (standing === '') seen.add(said);
    yield { line: last, cells: [...values, standing] };
  }
}

function indexOf(name: string): number {
  return XAPI_HEADER.indexOf(name);
}

const ACCOUNT_NAME = indexOf('account_name');
/** What differs between two statements that say the same. */
const PASSING: ReadonlySet<number> = new Set(['name', 'activity_name', 'timestamp', 'statement'].map(indexOf));

function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let here = value;
  for (const key of path) here = isJsonObject(here) ? here[key] : undefined;
  return here;
}

function cellOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Who an account is: a name, in one system. */
function accountOf(actor: Json | undefined): string {
  const [name, home] = [cellOf(at(actor, 'account', 'name')), cellOf(at(actor, 'account', 'homePage'))];
  return name === '' || home === '' ? name : `${name} at ${home}`;
}

function withoutMailto(value: Json | undefined): string {
  return typeof value === 'string' ? value.replace(/^mailto:/i, '') : '';
}

function lastPart(value: Json | undefined): string {
  return typeof value === 'string' ? (/[^/#]+$/.exec(value)?.[0] ?? '') : '';
}

function inAnyLanguage(value: Json | undefined): Json | undefined {
  if (!isJsonObject(value)) return undefined;
  const english = Object.keys(value).find((tag) => tag === 'en' || tag.startsWith('en-'));
  return value[english ?? Object.keys(value)[0] ?? ''];
}

/** A scaled score, from -1 to 1, as per cent. */
function percentOf(scaled: Json | undefined): number | undefined {
  return typeof scaled === 'number' ? Math.round(scaled * PERCENT * PERCENT) / PERCENT : undefined;
}

interface Statement {
  readonly line: number;
  readonly statement: JsonObject;
}

async function* statementsIn(text: AsyncIterable<string>): AsyncGenerator<Statement> {
  for await (const { line, source } of objectsIn(text)) {
    const value = parse(source, line);
    if (!isJsonObject(value) || value['actor'] === undefined || value['verb'] === undefined)
      throw new BadgekitError(
        'ROSTER_INVALID',
        'it is JSON, and no statement of the Experience API (actor, verb, object)',
        {
          where: { line },
          hint: 'export statements from your learning record store, or a table as CSV',
        },
      );
    yield { line, statement: value };
  }
}

/** Strictly, but for numbers: what is written with more digits than a double keeps is no fault of a score. */
function parse(source: string, line: number): Json {
  try {
    return parseJson(source);
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    if (error.code === 'JSON_UNSAFE_NUMBER') return parseJson(withDoubles(source));
    throw new BadgekitError(error.code, error.message, {
      where: { line: line + (error.where?.line ?? 1) - 1 },
      hint: error.hint,
    });
  }
}

const DIGITS = 15;

/** The same JSON with its numbers to fifteen digits. */
function withDoubles(source: string): string {
  return source.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, (token) => {
    if (token.startsWith('"')) return token;
    const number = Number(Number(token).toPrecision(DIGITS));
    // What is larger than a double keeps is no score: as a text it hurts nobody.
    return Number.isFinite(number) && Math.abs(number) <= Number.MAX_SAFE_INTEGER ? String(number) : `"${token}"`;
  });
}

/** What stands before the first statement of an array, or of what a learning record store answers. */
const BEFORE_FIRST = /^\ufeff?\s*(?:\[|\{\s*(?:"more"\s*:\s*"[^"]*"\s*,\s*)?"statements"\s*:\s*\[)/;
/** What may stand behind the last one. */
const BEHIND_LAST = /^\s*(?:,\s*"more"\s*:\s*"[^"]*"\s*)?\}?\s*$/;
const LONGEST_BEGINNING = 4096;

/** The objects of a text one by one, each with its line: those in the outermost array, or those that stand one after the other. */
async function* objectsIn(
  text: AsyncIterable<string>,
): AsyncGenerator<{ readonly line: number; readonly source: string }> {
  const scanner = new ObjectScanner();
  let beginning: string | undefined = '';
  for await (const piece of text) {
    if (beginning === undefined) yield* scanner.scan(piece);
    else {
      beginning += piece;
      if (beginning.length < LONGEST_BEGINNING) continue;
      yield* scanner.begin(beginning);
      beginning = undefined;
    }
  }
  if (beginning !== undefined) yield* scanner.begin(beginning);
  scanner.end();
}

/** Takes a text apart into the objects that stand side by side in it, wherever its pieces end. */
class ObjectScanner {
  /** Whether what is left of the text is behind the statements. */
  isEnded = false;
  #isArray = false;
  #line = 1;
  #start = 1;
  #depth = 0;
  #source = '';
  #isText = false;
  #isEscaped = false;
  #tail = '';

  *begin(text: string): Generator<{ readonly line: number; readonly source: string }> {
    const [before = ''] = BEFORE_FIRST.exec(text) ?? [];
    this.#isArray = before !== '';
    this.#refusePage(before);
    this.#line += before.split('\n').length - 1;
    yield* this.scan(text.slice(before.length).replace(/^\ufeff/, ''));
  }

  *scan(text: string): Generator<{ readonly line: number; readonly source: string }> {
    for (const char of text) {
      if (char === '\n') this.#line++;
      if (this.#depth === 0) {
        if (this.isEnded) {
          if (this.#tail.length < LONGEST_BEGINNING) this.#tail += char;
          continue;
        }
        if (this.#isArray && char === ']') {
          this.isEnded = true;
          continue;
        }
        if (/[\s,]/.test(char)) continue;
        this.#start = this.#line;
        if (char !== '{') throw this.#fault('something else than a statement stands here');
      }
      this.#source += char;
      if (this.#source.length > MAX_STATEMENT_LENGTH)
        throw this.#fault('a statement is longer than a million characters');
      this.#count(char);
      if (this.#depth > 0) continue;
      yield { line: this.#start, source: this.#source };
      this.#source = '';
    }
  }

  end(): void {
    if (this.#depth > 0 || (this.#isArray && !this.isEnded)) throw this.#fault('the file ends in the middle');
    this.#refusePage(this.#tail);
    if (!BEHIND_LAST.test(this.#tail)) throw this.#fault('something else stands behind the statements');
  }

  /** A store answers page by page: one alone lacks statements, and what takes others back. */
  #refusePage(around: string): void {
    const [, more = ''] = /"more"\s*:\s*"([^"]*)"/.exec(around) ?? [];
    if (more === '') return;
    throw new BadgekitError('ROSTER_INVALID', 'this is one page of several: its "more" leads to the next', {
      where: { line: this.#line },
      hint: 'get all pages, and put their statements into one file, one a line',
    });
  }

  #count(char: string): void {
    if (this.#isText) {
      this.#isText = this.#isEscaped || char !== '"';
      this.#isEscaped = !this.#isEscaped && char === '\\';
    } else if (char === '"') this.#isText = true;
    else if (char === '{' || char === '[') this.#depth++;
    else if (char === '}' || char === ']') this.#depth--;
  }

  #fault(message: string): BadgekitError {
    return new BadgekitError('JSON_SYNTAX', message, { where: { line: this.#start }, hint: 'export it again' });
  }
}
