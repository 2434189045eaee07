import {
  type DefinitionSource,
  isNumeric,
  type LevelDefinition,
  type ResultDefinition,
  sameName,
  valueProblem,
} from '../openbadges/definition.ts';
import { NUMERIC_RESULT_TYPES } from '../openbadges/vocabulary.ts';
import { quoted, suggestion } from '../syntax/text.ts';
import type { Column, ColumnMap } from '../roster/columns.ts';
import { factName, readValue } from '../roster/facts.ts';
import type { RosterRow } from '../roster/layout.ts';

/** A result that a row awards, by the names of the definition. */
export interface AwardedResult {
  readonly name: string;
  readonly value: string | undefined;
  readonly level: string | undefined;
  readonly status: string | undefined;
}

/** Where a cell is: in a column of badgekit's own, in the cell of a row (from 1), or in a column of the file (from 0). */
export type CellPlace = Column | number | { readonly inFile: number };
export type ResultCells = ReadonlyMap<string, { readonly column: CellPlace; readonly text: string }>;
type Fault = (column: CellPlace, message: string, hint: string | undefined) => void;

/** A result's status (Open Badges 3.0, ResultStatusType). */
const STATUSES = ['Completed', 'Enrolled', 'Failed', 'InProgress', 'OnHold', 'Provisional', 'Withdrew'] as const;

/**
 * The results of a row: `score` belongs to the definition's first numeric result, `level` to its first one with
 * levels, `result.<name>` to the one of that name. A result below what the definition requires refuses the row.
 */
export function readResults(
  { resultDescription = [] }: DefinitionSource,
  cells: ResultCells,
  fault: Fault,
): readonly AwardedResult[] {
  const awarded = new Map<string, AwardedResult>();
  for (const [key, { column, text }] of cells) {
    const definition = findResult(key, resultDescription);
    if (definition === undefined) {
      fault(column, `${key} ${quoted(text)} belongs to no result of the badge`, missingHint(key, resultDescription));
      continue;
    }
    const result = readResult(definition, text, key, (message, hint) => fault(column, message, hint));
    if (result === undefined) continue;
    const earlier = awarded.get(definition.name);
    awarded.set(definition.name, {
      ...result,
      value: result.value ?? earlier?.value,
      level: result.level ?? earlier?.level,
    });
  }
  return resultDescription.flatMap(({ name }) => awarded.get(name) ?? []);
}

function findResult(key: string, results: readonly ResultDefinition[]): ResultDefinition | undefined {
  if (key === 'score')
    return (
      results.find(
        ({ resultType, rubricCriterionLevel }) =>
          NUMERIC_RESULT_TYPES.has(resultType) && rubricCriterionLevel === undefined,
      ) ?? results.find(({ resultType }) => NUMERIC_RESULT_TYPES.has(resultType))
    );
  if (key === 'level') return results.find(({ rubricCriterionLevel }) => rubricCriterionLevel !== undefined);
  return results.find(({ name }) => sameName(name, key.slice('result.'.length)));
}

function readResult(
  definition: ResultDefinition,
  text: string,
  key: string,
  fault: (message: string, hint: string | undefined) => void,
): AwardedResult | undefined {
  const { name, rubricCriterionLevel: levels, requiredLevel, requiredValue, resultType } = definition;
  const none = { name, value: undefined, level: undefined, status: undefined };
  if (levels !== undefined && key !== 'score') {
    const reached = levelCalled(text, levels);
    const required = levels.findIndex((level) => level.name === requiredLevel);
    const names = levels.map((level) => level.name);
    if (reached === -1) fault(`${key} ${quoted(text)} is not one of: ${names.join(', ')}`, suggestion(text, names));
    else if (reached < required)
      fault(
        `${key} ${quoted(text)} lies below the required "${requiredLevel ?? ''}"`,
        'remove the row: the badge is not earned yet',
      );
    else return { ...none, level: names[reached] };
    return undefined;
  }
  if (resultType === 'Status') {
    const status = STATUSES.find((word) => sameName(word, text));
    if (status === undefined) fault(`${key} ${quoted(text)} is not a status`, `write one of: ${STATUSES.join(', ')}`);
    return status === undefined ? undefined : { ...none, status };
  }
  const problem = valueProblem(definition, text);
  if (problem !== undefined) fault(`${key} ${problem.message}`, problem.hint);
  else if (requiredValue !== undefined && isBelow(definition, text, requiredValue))
    fault(`${key} ${text} lies below the required ${requiredValue}`, 'remove the row: the badge is not earned yet');
  else return { ...none, value: text };
  return undefined;
}

/** A level by its name or, in the columns of a rubric, by its points. */
function levelCalled(text: string, levels: readonly LevelDefinition[]): number {
  const named = levels.findIndex((level) => sameName(level.name, text));
  if (named !== -1 || !isNumeric(text)) return named;
  const isSo = (number: string | undefined): boolean => number !== undefined && Number(number) === Number(text);
  const worth = levels.findIndex(({ points }) => isSo(points));
  return worth === -1 ? levels.findIndex(({ level }) => isSo(level)) : worth;
}

/** Names that mean something else in a roster. */
const OWN: ReadonlySet<string> = new Set(['score', 'level', 'email', 'name', 'badge', 'narrative', 'credits', 'award']);

/**
 * What a row says in a column that is called as a result is: a number as systems write numbers, or a text. Undefined where there
 * is none, or where a system writes something else there that is its own affair.
 */
export function cellCalled(
  definition: ResultDefinition,
  { cells, original = cells }: RosterRow,
  { facts, isOfSystem = false }: Pick<ColumnMap, 'facts' | 'isOfSystem'>,
): { readonly column: CellPlace; readonly text: string } | undefined {
  const fact = factName(definition.name);
  const place = OWN.has(fact) ? undefined : facts.get(fact);
  const written = ((place?.isOriginal === true ? original : cells)[place?.at ?? -1] ?? '').trim();
  if (place === undefined || written === '' || /^[-–—]$/.test(written)) return undefined;
  const value = readValue(written);
  const text = typeof value === 'number' ? String(value) : written;
  if (isOfSystem && !isValueOf(definition, text)) return undefined;
  return { column: place.isOriginal ? { inFile: place.at } : place.at + 1, text };
}

function isValueOf(definition: ResultDefinition, text: string): boolean {
  const { rubricCriterionLevel: levels, resultType } = definition;
  if (levels !== undefined) return levelCalled(text, levels) !== -1;
  if (resultType === 'Status') return STATUSES.some((word) => sameName(word, text));
  return valueProblem(definition, text) === undefined;
}

/** Whether a value is lower than another: by number, or by its place in the list of allowed values (low to high). */
function isBelow({ allowedValue }: ResultDefinition, value: string, required: string): boolean {
  return allowedValue === undefined
    ? Number(value) < Number(required)
    : allowedValue.indexOf(value) < allowedValue.indexOf(required);
}

function missingHint(key: string, results: readonly ResultDefinition[]): string {
  const names = results.map(({ name }) => name);
  const kind = key === 'score' ? 'the badge defines no numeric result' : 'the badge defines no result with levels';
  if (key === 'score' || key === 'level')
    return names.length === 0
      ? 'the badge defines no results: empty the cell, or add resultDescription to its definition'
      : `${kind}; its results are: ${names.join(', ')}`;
  return (
    suggestion(key.slice('result.'.length), names) ??
    'the badge defines no results: empty the cell, or add resultDescription to its definition'
  );
}
