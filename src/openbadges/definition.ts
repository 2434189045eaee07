import { validate } from 'validators:definition';
import { BadgekitError, type Where } from '../errors.ts';
import { parseExpression } from '../syntax/expression.ts';
import { pointer } from '../syntax/json.ts';
import { schemaReader, dotted, type SchemaFault } from '../syntax/schema.ts';
import { quoted, suggestion } from '../syntax/text.ts';
import type { YamlSource } from '../syntax/yaml.ts';
import { NUMERIC_RESULT_TYPES, type Tier } from './vocabulary.ts';

/** What a definition says whose badges do not expire. */
export const NEVER = 'never';

export interface AlignmentDefinition {
  readonly targetName: string;
  readonly targetUrl: string;
  readonly targetDescription?: string;
  readonly targetFramework?: string;
  readonly targetCode?: string;
  readonly targetType?: string;
}

export interface LevelDefinition {
  readonly name: string;
  readonly level?: string;
  readonly description?: string;
  readonly points?: string;
  readonly alignment?: readonly AlignmentDefinition[];
}

export interface ResultDefinition {
  readonly name: string;
  readonly resultType: string;
  readonly allowedValue?: readonly string[];
  readonly requiredLevel?: string;
  readonly requiredValue?: string;
  readonly valueMin?: string;
  readonly valueMax?: string;
  /** From the lowest to the highest. */
  readonly rubricCriterionLevel?: readonly LevelDefinition[];
  readonly alignment?: readonly AlignmentDefinition[];
}

export interface ProfileDefinition {
  readonly id: string;
  readonly name: string;
  readonly url?: string;
  readonly email?: string;
  readonly description?: string;
  readonly phone?: string;
  readonly official?: string;
}

/** What a file in badges/ says, field by field as schemas/definition.json describes it. */
export interface DefinitionSource {
  readonly name: string;
  readonly description: string;
  readonly tier: Tier;
  readonly id?: string;
  readonly achievementType?: string;
  readonly criteria: { readonly id?: string; readonly narrative?: string };
  readonly image: { readonly file: string | readonly string[]; readonly caption: string };
  /** A duration of ISO 8601, or {@link NEVER}. */
  readonly validFor?: string;
  /** The day by which people want to look at the criteria again. */
  readonly review_by?: string;
  /** Who of a roster earns the badge: a condition on its columns. */
  readonly award_when?: string;
  readonly version?: string;
  readonly inLanguage?: string;
  readonly tag?: readonly string[];
  readonly alignment?: readonly AlignmentDefinition[];
  readonly creator?: ProfileDefinition;
  readonly creditsAvailable?: number;
  readonly fieldOfStudy?: string;
  readonly specialization?: string;
  readonly humanCode?: string;
  readonly otherIdentifier?: readonly { readonly identifier: string; readonly identifierType: string }[];
  readonly related?: readonly { readonly id: string; readonly version?: string; readonly inLanguage?: string }[];
  readonly resultDescription?: readonly ResultDefinition[];
  readonly endorsement?: readonly string[];
}

/** A definition under the name of its file. */
export interface Definition {
  readonly badge: string;
  readonly source: DefinitionSource;
}

/** A fault in a definition, placed in its file. */
export interface DefinitionFault {
  readonly where: Where;
  readonly message: string;
  readonly hint: string | undefined;
}

export type DefinitionOutcome =
  | { readonly ok: true; readonly definition: Definition }
  | { readonly ok: false; readonly faults: readonly DefinitionFault[] };

/** What a reference to a framework stands for, or why it stands for nothing. */
export type ResolvedAlignment =
  | { readonly ok: true; readonly alignment: AlignmentDefinition }
  | { readonly ok: false; readonly message: string; readonly hint: string };

type AlignmentReference = AlignmentDefinition | string;
type Referring<T> = Omit<T, 'alignment'> & { readonly alignment?: readonly AlignmentReference[] };
type ReferringResult = Omit<Referring<ResultDefinition>, 'rubricCriterionLevel'> & {
  readonly rubricCriterionLevel?: readonly Referring<LevelDefinition>[];
};

/** What a definition file says, with alignments that refer to frameworks: `esco:…`. */
type ReferringSource = Omit<DefinitionSource, 'alignment' | 'resultDescription'> & {
  readonly alignment?: readonly AlignmentReference[];
  readonly resultDescription?: readonly ReferringResult[];
};

const readBySchema = schemaReader<ReferringSource>(validate);

/** The frameworks that a definition refers to, as far as it can be read. */
export function frameworksIn(yaml: YamlSource): ReadonlySet<string> {
  const outcome = readBySchema(yaml.value);
  const names = new Set<string>();
  if (outcome.ok)
    resolvedSource(outcome.value, (reference) => {
      names.add(reference.slice(0, reference.indexOf(':')));
      return { ok: false, message: '', hint: '' };
    });
  return names;
}

/**
 * Reads one definition and reports every fault in it, each with its place in the file.
 * @param resolve what references to frameworks stand for
 */
export function readDefinition(
  badge: string,
  file: string,
  yaml: YamlSource,
  resolve: (reference: string) => ResolvedAlignment = unresolved,
): DefinitionOutcome {
  const outcome = readBySchema(yaml.value);
  if (!outcome.ok)
    return { ok: false, faults: outcome.faults.map((fault) => placeFault(fault, file, yaml)).sort(byPlace) };
  const { source, faults: unknown } = resolvedSource(outcome.value, resolve);
  const faults = [
    ...unknown,
    ...(source.resultDescription ?? []).flatMap((result, index, all) => checkResult(result, index, all)),
    ...checkCondition(source.award_when),
  ];
  if (faults.length > 0) {
    return {
      ok: false,
      faults: faults
        .map(({ path, message, hint }) => ({
          where: { ...yaml.at(path), file, path: dotted(path) },
          message,
          hint,
        }))
        .sort(byPlace),
    };
  }
  return { ok: true, definition: { badge, source } };
}

function unresolved(reference: string): ResolvedAlignment {
  return { ok: false, message: `${quoted(reference)} is of no framework here`, hint: 'check it in its programme' };
}

/** A definition whose references to frameworks are whole alignments; those that stand for nothing are faults. */
function resolvedSource(
  { alignment, resultDescription, ...rest }: ReferringSource,
  resolve: (reference: string) => ResolvedAlignment,
): { readonly source: DefinitionSource; readonly faults: readonly RuleFault[] } {
  const faults: RuleFault[] = [];
  const whole = (list: readonly AlignmentReference[], path: string): readonly AlignmentDefinition[] =>
    list.flatMap((entry, index) => {
      const resolved = typeof entry === 'string' ? resolve(entry) : { ok: true as const, alignment: entry };
      if (resolved.ok) return [resolved.alignment];
      faults.push({ path: pointer(path, index), message: resolved.message, hint: resolved.hint });
      return [];
    });
  const aligned = <T extends { readonly alignment?: readonly AlignmentReference[] }>(part: T, path: string) => {
    const { alignment: list, ...others } = part;
    return list === undefined ? others : { ...others, alignment: whole(list, pointer(path, 'alignment')) };
  };
  const results = resultDescription?.map((result, index): ResultDefinition => {
    const path = pointer('/resultDescription', index);
    const { rubricCriterionLevel: levels, ...others } = result;
    const own = aligned(others, path);
    if (levels === undefined) return own;
    const levelPath = pointer(path, 'rubricCriterionLevel');
    return { ...own, rubricCriterionLevel: levels.map((level, at) => aligned(level, pointer(levelPath, at))) };
  });
  return {
    source: {
      ...rest,
      ...(alignment === undefined ? {} : { alignment: whole(alignment, '/alignment') }),
      ...(results === undefined ? {} : { resultDescription: results }),
    },
    faults,
  };
}

/** Places a schema fault in the YAML file that was checked, with advice that only the source text can give. */
export function placeFault(fault: SchemaFault, file: string, yaml: YamlSource): DefinitionFault {
  const isUnknown = fault.keyword === 'additionalProperties' && fault.member !== undefined;
  const place = isUnknown ? yaml.at(pointer(fault.path, fault.member), true) : yaml.at(fault.path);
  const path = dotted(fault.member === undefined ? fault.path : pointer(fault.path, fault.member));
  return {
    where: { ...place, file, path },
    message: withoutSubject(fault.message, path),
    hint: quotingHint(fault, yaml) ?? fault.hint,
  };
}

function byPlace(a: DefinitionFault, b: DefinitionFault): number {
  return (a.where.line ?? 0) - (b.where.line ?? 0) || (a.where.column ?? 0) - (b.where.column ?? 0);
}

function withoutSubject(message: string, path: string): string {
  return message.startsWith(`${path} `) ? message.slice(path.length + 1) : message;
}

function quotingHint(fault: SchemaFault, yaml: YamlSource): string | undefined {
  const written = yaml.written(fault.path);
  const isBareWord =
    fault.keyword === 'type' && written !== undefined && written !== '' && fault.message.endsWith('text belongs');
  if (isBareWord) return `put it in quotes: "${written}"`;
  return written === '' && fault.keyword === 'type'
    ? 'write a value after the colon, or leave the whole line out'
    : undefined;
}

interface RuleFault {
  readonly path: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** A condition is read when it is written, not when a roster comes. */
function checkCondition(text: string | undefined): RuleFault[] {
  if (text === undefined) return [];
  try {
    parseExpression(text);
    return [];
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    const { message, hint, where } = error;
    const place = where?.column === undefined ? '' : ` (at character ${where.column})`;
    return [{ path: '/award_when', message: `${message}${place}`, hint }];
  }
}

/** The rules that tie a ResultDescription's fields to each other (Open Badges 3.0, B.5.9). */
function checkResult(result: ResultDefinition, index: number, all: readonly ResultDefinition[]): RuleFault[] {
  const path = pointer('/resultDescription', index);
  const levels = result.rubricCriterionLevel?.map(({ name }) => name) ?? [];
  const faults: RuleFault[] = [];
  const fault = (member: string, message: string, hint?: string): void =>
    void faults.push({ path: pointer(path, member), message, hint });
  if (all.findIndex(({ name }) => sameName(name, result.name)) !== index)
    fault('name', `is the second result named ${quoted(result.name)}`, 'give each result its own name');
  const twice = levels.findIndex((name, at) => levels.findIndex((other) => sameName(other, name)) !== at);
  if (twice !== -1)
    fault(
      'rubricCriterionLevel',
      `has two levels named ${quoted(levels[twice] ?? '')}`,
      'give each level its own name',
    );
  if (result.requiredLevel !== undefined && !levels.includes(result.requiredLevel)) {
    fault(
      'requiredLevel',
      `${quoted(result.requiredLevel)} is not one of its levels`,
      suggestion(result.requiredLevel, levels) ?? 'add rubricCriterionLevel',
    );
  }
  if (result.resultType === 'RubricCriterionLevel' && levels.length === 0)
    fault(
      'resultType',
      'is RubricCriterionLevel, but there are no levels',
      'add rubricCriterionLevel with a name for each level, lowest first',
    );
  for (const member of ['valueMin', 'valueMax', 'requiredValue'] as const) {
    const value = result[member];
    const mustBeNumber = NUMERIC_RESULT_TYPES.has(result.resultType) || member !== 'requiredValue';
    if (value !== undefined && mustBeNumber && result.allowedValue === undefined && !isNumeric(value))
      fault(member, `${quoted(value)} is not a number`, 'write digits in quotes, such as "60"');
  }
  const problem =
    result.requiredValue === undefined || faults.length > 0 ? undefined : valueProblem(result, result.requiredValue);
  if (problem !== undefined) fault('requiredValue', problem.message, problem.hint);
  return faults;
}

/** Why a value cannot be a result of this kind, or undefined where it can. */
export function valueProblem(
  result: ResultDefinition,
  value: string,
): { readonly message: string; readonly hint: string | undefined } | undefined {
  const { allowedValue, valueMin, valueMax } = result;
  if (allowedValue !== undefined) {
    if (allowedValue.includes(value)) return undefined;
    return {
      message: `${quoted(value)} is not one of: ${allowedValue.join(', ')}`,
      hint: suggestion(value, allowedValue),
    };
  }
  const needsNumber = NUMERIC_RESULT_TYPES.has(result.resultType) || valueMin !== undefined || valueMax !== undefined;
  if (!needsNumber) return undefined;
  if (!isNumeric(value))
    return { message: `${quoted(value)} is not a number`, hint: 'write digits with a decimal point, such as 87.5' };
  const tooLow = valueMin !== undefined && Number(value) < Number(valueMin);
  const tooHigh = valueMax !== undefined && Number(value) > Number(valueMax);
  if (!tooLow && !tooHigh) return undefined;
  return { message: `${value} lies outside ${valueMin ?? 'any'} to ${valueMax ?? 'any'}`, hint: undefined };
}

export function isNumeric(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}

/** Names as people compare them: without regard to case and surrounding space. */
export function sameName(a: string, b: string): boolean {
  return a.trim().normalize('NFC').toLowerCase() === b.trim().normalize('NFC').toLowerCase();
}
