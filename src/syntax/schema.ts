import type { ErrorObject } from 'ajv/dist/2020.js';
import { FORMATS } from './formats.ts';
import { type JsonObject, pointer } from './json.ts';
import { nearest, quoted } from './text.ts';

/** One fault that a JSON Schema found, at its root cause and in plain words. */
export interface SchemaFault {
  /** JSON Pointer to the faulty value; for a missing or unknown member, to the object that should or should not have it. */
  readonly path: string;
  /** The member that is missing or unknown, if that is the fault. */
  readonly member: string | undefined;
  readonly keyword: string;
  /** `image.caption is missing` */
  readonly message: string;
  /** What to write instead. */
  readonly hint: string | undefined;
}

/** The function of a compiled schema; it leaves what it found in `errors`. */
export interface Validate {
  (value: unknown): boolean;
  readonly errors?: readonly ErrorObject[] | null;
}

export type SchemaOutcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: readonly SchemaFault[] };

/**
 * Reads by a JSON Schema (draft 2020-12), whose function comes from a `validators:` module. Hints come from `x-hint`
 * beside a keyword, else from the keyword itself. What stands at a place with `x-secret` is never repeated in a message.
 * The returned function reports every fault, each once.
 */
export function schemaReader<T>(validate: Validate): (value: unknown) => SchemaOutcome<T> {
  const isValid = (value: unknown): value is T => validate(value);
  return (value) => {
    if (isValid(value)) return { ok: true, value };
    return { ok: false, faults: rootCauses(validate.errors ?? []).map(explain) };
  };
}

/** Without the errors that only repeat others: composite keywords, entries that are not the one wanted, wrong types. */
function rootCauses(errors: readonly ErrorObject[]): ErrorObject[] {
  const wrongType = new Set(errors.filter(({ keyword }) => keyword === 'type').map(({ instancePath }) => instancePath));
  const seen = new Set<string>();
  const hinted = errors
    .filter((error) => error.keyword === 'anyOf' && parentHint(error) !== undefined)
    .map(({ instancePath, schemaPath }) => ({ instancePath, schemaPath }));
  return errors.filter((error) => {
    const branchOf = hinted.find(
      ({ instancePath, schemaPath }) =>
        error.instancePath === instancePath && error.schemaPath !== schemaPath && error.keyword !== 'type',
    );
    if (branchOf !== undefined && error.keyword !== 'anyOf') return false;
    if (error.schemaPath.includes('/contains/')) return false;
    if (['if', 'allOf', 'anyOf', 'oneOf', 'not'].includes(error.keyword) && parentHint(error) === undefined)
      return false;
    if (error.keyword !== 'type' && wrongType.has(error.instancePath)) return false;
    const identity = JSON.stringify([error.instancePath, error.keyword, error.params]);
    return !seen.has(identity) && seen.add(identity);
  });
}

function explain(error: ErrorObject): SchemaFault {
  const { instancePath: path, keyword } = error;
  const member = namedMember(error);
  const subject = dotted(member === undefined ? path : pointer(path, member));
  const { message, hint } = EXPLANATIONS[keyword]?.(error, subject) ?? {
    message: `${subject} ${error.message ?? 'is not allowed'}`,
    hint: undefined,
  };
  return { path, member, keyword, message, hint: guessOf(error) ?? parentHint(error) ?? hint };
}

const TYPE_HINTS: Readonly<Record<string, string>> = {
  number: 'write digits with a decimal point and without quotes, such as 1.5',
  array: 'write a list: [one, two], or a line with "- " for each',
};

/** For a word that is not one of a list, the one of the list that was most likely meant. */
function guessOf({ keyword, data, params, parentSchema }: ErrorObject): string | undefined {
  const branches: unknown = keyword === 'anyOf' ? parentSchema?.['anyOf'] : [{ enum: params['allowedValues'] }];
  if (typeof data !== 'string' || !['anyOf', 'enum'].includes(keyword) || !Array.isArray(branches)) return undefined;
  const words = branches.flatMap((branch: { enum?: unknown }) =>
    Array.isArray(branch.enum) ? branch.enum.map(String) : [],
  );
  const guess = nearest(data, words);
  return guess === undefined ? undefined : `did you mean "${guess}"?`;
}

interface Explanation {
  readonly message: string;
  readonly hint: string | undefined;
}

const EXPLANATIONS: Readonly<Record<string, (error: ErrorObject, subject: string) => Explanation>> = {
  required: (error, subject) => ({ message: `${subject} is missing`, hint: memberHint(error) }),
  additionalProperties: (error, subject) => {
    const known = Object.keys(propertiesOf(error));
    const guess = nearest(String(error.params['additionalProperty']), known);
    return {
      message: `${subject} is not known here`,
      hint: guess === undefined ? `known are: ${known.join(', ')}` : `did you mean "${guess}"?`,
    };
  },
  type: (error, subject) => ({
    message: `${subject} is ${kindOf(error.data)} where ${expectedKind(error.params['type'])} belongs`,
    hint: TYPE_HINTS[String(error.params['type'])],
  }),
  enum: (error, subject) => {
    const allowed = Array.isArray(error.params['allowedValues']) ? error.params['allowedValues'].map(String) : [];
    const guess = nearest(typeof error.data === 'string' ? error.data : '', allowed);
    const list = allowed.length > 12 ? `${allowed.slice(0, 12).join(', ')}, …` : allowed.join(', ');
    return {
      message: `${subject} ${shown(error.data)} is not one of the allowed words`,
      hint: guess === undefined ? `write one of: ${list}` : `did you mean "${guess}"?`,
    };
  },
  const: (error, subject) => ({
    message: `${subject} ${shown(error.data)} is not ${shown(error.params['allowedValue'])}`,
    hint: undefined,
  }),
  format: (error, subject) => ({
    message: `${subject} ${shown(error.data)} is not ${FORMATS[String(error.params['format'])]?.hint.split(' such as')[0] ?? 'in the right form'}`,
    hint: `write ${FORMATS[String(error.params['format'])]?.hint ?? 'it differently'}`,
  }),
  pattern: (error, subject) => ({
    message:
      error.parentSchema?.['x-secret'] === true
        ? `${subject} is not in the right form`
        : `${subject} ${shown(error.data)} is not in the right form`,
    hint: undefined,
  }),
  minLength: (_, subject) => ({ message: `${subject} is empty`, hint: 'write something, or leave the whole line out' }),
  minItems: (_, subject) => ({ message: `${subject} is an empty or too short list`, hint: undefined }),
  uniqueItems: (_, subject) => ({ message: `${subject} has an entry twice`, hint: undefined }),
  contains: (error, subject) => ({
    message: `${subject} does not contain ${shown(containedWord(error))}`,
    hint: undefined,
  }),
  anyOf: (error, subject) => ({
    message:
      typeof error.data === 'string'
        ? `${subject} ${shown(error.data)} is not one of the standard's words`
        : `${subject} is incomplete`,
    hint: undefined,
  }),
  minimum: (error, subject) => ({
    message: `${subject} ${shown(error.data)} is less than ${String(error.params['limit'])}`,
    hint: undefined,
  }),
  not: (_, subject) => ({ message: `${subject} is not allowed`, hint: undefined }),
};

function namedMember(error: ErrorObject): string | undefined {
  const name = error.params['missingProperty'] ?? error.params['additionalProperty'];
  return typeof name === 'string' ? name : undefined;
}

function parentHint(error: ErrorObject): string | undefined {
  const hint = error.parentSchema?.['x-hint'];
  return typeof hint === 'string' && error.keyword !== 'additionalProperties' && error.keyword !== 'required'
    ? hint
    : undefined;
}

function memberHint(error: ErrorObject): string | undefined {
  const schema = propertiesOf(error)[String(error.params['missingProperty'])];
  return typeof schema?.['x-hint'] === 'string' ? schema['x-hint'] : undefined;
}

function propertiesOf(error: ErrorObject): Readonly<Record<string, JsonObject>> {
  const properties: unknown = error.parentSchema?.['properties'];
  return typeof properties === 'object' && properties !== null
    ? (properties as Readonly<Record<string, JsonObject>>)
    : {};
}

function containedWord(error: ErrorObject): unknown {
  const contains: unknown = error.parentSchema?.['contains'];
  if (typeof contains !== 'object' || contains === null) return '?';
  if ('const' in contains) return contains.const;
  return 'enum' in contains && Array.isArray(contains.enum) ? contains.enum.join(' or ') : '?';
}

/** `/alignment/0/targetUrl` as people say it: `alignment[0].targetUrl`. */
export function dotted(path: string): string {
  const parts = path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const text = parts.map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`)).join('');
  return text.replace(/^\./, '') || 'the whole';
}

function shown(value: unknown): string {
  return typeof value === 'string' ? quoted(value, 60) : typeof value === 'object' ? kindOf(value) : String(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return (
    { string: 'text', number: 'a number', boolean: 'yes/no', object: 'a group of fields' }[typeof value as string] ??
    'something else'
  );
}

function expectedKind(type: unknown): string {
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    integer: 'a whole number',
    boolean: 'true or false',
    object: 'a group of fields',
    array: 'a list',
  };
  const types = Array.isArray(type) ? type : [type];
  return types.map((name) => names[String(name)] ?? String(name)).join(' or ');
}
