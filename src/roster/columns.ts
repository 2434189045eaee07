import { BadgekitError } from '../errors.ts';
import { nearest, quoted, suggestion } from '../syntax/text.ts';
import { factName } from './facts.ts';
import { type Field, joinedName, type RosterHead } from './layout.ts';
import { cleanName, foldName } from './names.ts';
import { placeOf, placesOf } from './words.ts';

/** The columns of badgekit's own rosters. `result.<name>` stands beside them, once for each result of a badge. */
const COLUMNS = [
  'email',
  'id',
  'identifier',
  'identifier_type',
  'name',
  'badge',
  'issued_on',
  'expires_on',
  'evidence_url',
  'evidence_name',
  'evidence_description',
  'evidence_file',
  'evidence_narrative',
  'evidence_genre',
  'evidence_audience',
  'narrative',
  'score',
  'level',
  'credits',
  'locale',
  'award',
] as const;
export type Column = (typeof COLUMNS)[number];

const RESULT_PREFIX = 'result.';
const EVIDENCE_PREFIX = 'evidence_file.';
/** A column that only conditions look at. */
export const FACT_PREFIX = 'fact.';
/** A column by which a system's files are joined, where it has another name in each of them. */
export const JOIN_PREFIX = 'join.';

/** Which cell of a row says what. Indices count from 0. */
export interface ColumnMap {
  /** How many columns the file has. */
  readonly width: number;
  readonly indices: ReadonlyMap<Column, number>;
  /** By the result's name as the header writes it. */
  readonly results: ReadonlyMap<string, number>;
  /** Columns of further files that are evidence, by the names that the header gives them. */
  readonly evidence: ReadonlyMap<string, number>;
  /** The column of the file that each cell comes from, where rows are put into badgekit's columns first. */
  readonly from?: readonly number[];
  /** Whether a system wrote the file: then columns that it has besides may hold anything. */
  readonly isOfSystem?: boolean;
  /** Where files were joined: their names, and of which file each column is, and which one there. */
  readonly joined?: {
    readonly files: readonly string[];
    readonly origins: readonly { readonly part: number; readonly at: number }[];
  };
  /** Every column by the name that conditions have for it; undefined where two have one name. */
  readonly facts: ReadonlyMap<string, FactPlace | undefined>;
}

/** Where a fact stands: in a row as the file has it, or as it was put into badgekit's columns. */
export interface FactPlace {
  readonly at: number;
  readonly isOriginal: boolean;
}

/** Columns that are not read, with the one that each may have been meant as. */
export type UnusedColumns = readonly { readonly name: string; readonly meant: string | undefined }[];

/** The columns that fields make, in their order, or where they stand in the file. */
export function columnsOf(fields: readonly Field[], header: readonly string[], isTranslated: boolean): ColumnMap {
  const indices = new Map<Column, number>();
  const results = new Map<string, number>();
  const evidence = new Map<string, number>();
  const facts = new Map<string, FactPlace | undefined>();
  for (const [at, name] of header.entries()) {
    const fact = factName(name);
    facts.set(fact, facts.has(fact) ? undefined : { at, isOriginal: true });
  }
  const seen = new Set<string>();
  for (const [index, { column, at }] of fields.entries()) {
    const place = isTranslated ? index : at;
    const own = COLUMNS.find((known) => known === column);
    if (own !== undefined) indices.set(own, place);
    else if (column.startsWith(RESULT_PREFIX)) results.set(column.slice(RESULT_PREFIX.length).trim(), place);
    else if (column.startsWith(EVIDENCE_PREFIX)) evidence.set(column.slice(EVIDENCE_PREFIX.length).trim(), place);
    if (column.startsWith(JOIN_PREFIX)) continue;
    const fact = column.startsWith(FACT_PREFIX) ? column.slice(FACT_PREFIX.length) : factName(column);
    const isTwice = seen.has(column);
    seen.add(column);
    facts.set(fact, isTwice ? undefined : { at: place, isOriginal: !isTranslated });
  }
  return {
    width: header.length,
    indices,
    results,
    evidence,
    facts,
    ...(isTranslated ? { from: fields.map(({ at }) => at) } : {}),
  };
}

/**
 * Finds the columns of a list by their names: badgekit's own, or else the words that people have for them.
 * @param mapping `--map`: badgekit's name of a column to the header that it has in this file
 * @param isJoined whether other files may say whom it names
 * @throws BadgekitError ROSTER_INVALID, saying which columns there are and what to do
 */
export function listFields(
  head: Pick<RosterHead, 'header' | 'names'>,
  mapping: ReadonlyMap<string, string>,
  isJoined = false,
): ListFields {
  const { header, names } = head;
  const mapped = mappedFields(header, mapping);
  const own = ownFields(head, mapping, new Set(mapped.map(({ at }) => at)));
  refuseRepeated(header, own);
  const named = [...mapped, ...own];
  const taken = new Set(named.map(({ at }) => at));
  const free = names.map((name, at) => (taken.has(at) ? '' : name));
  const words = wordFields(header, free, named);
  // A name in words of two columns counts for more than one of them alone.
  const replaced = new Set(words.map(({ column }) => column));
  const fields = [...named.filter(({ column }) => !replaced.has(column)), ...words];
  if (!isJoined && !fields.some(({ column }) => IDENTITY.has(column))) throw noIdentity(header);
  const used = new Set(fields.flatMap(({ at, and = [] }) => [at, ...and]));
  const unused = header.flatMap((name, at) =>
    used.has(at) || names[at] === '' ? [] : [{ name, meant: nearest(names[at] ?? '', COLUMNS) }],
  );
  const isUnsure =
    unused.length > 0 &&
    !named.some(({ column }) => IDENTITY.has(column)) &&
    fields.every(({ column }) => IDENTITY.has(column) || column === 'name');
  return { fields, unused, isUnsure };
}

export interface ListFields {
  readonly fields: readonly Field[];
  readonly unused: UnusedColumns;
  /** Whether it may be a list of anybody: nothing in it says that something was awarded, and it has more that is not read. */
  readonly isUnsure: boolean;
}

const IDENTITY: ReadonlySet<string> = new Set(['email', 'id', 'identifier']);

/** The fields that have badgekit's own names, and are not mapped to others. */
export function ownFields(
  { header, names }: Pick<RosterHead, 'header' | 'names'>,
  mapping: ReadonlyMap<string, string>,
  taken: ReadonlySet<number>,
): readonly Field[] {
  return header.flatMap((name, at): readonly Field[] => {
    const target = names[at] ?? '';
    if (taken.has(at) || mapping.has(target)) return [];
    if (COLUMNS.some((known) => known === target)) return [{ column: target, at }];
    const prefix = [RESULT_PREFIX, EVIDENCE_PREFIX].find((known) => target.startsWith(known));
    return prefix === undefined ? [] : [{ column: `${prefix}${cleanName(name).slice(prefix.length)}`, at }];
  });
}

/** The fields that a user names. */
export function mappedFields(header: readonly string[], mapping: ReadonlyMap<string, string>): readonly Field[] {
  return [...mapping].map(([column, name]) => ({ column, at: indexOfHeader(header, name, column) }));
}

const ONE_WORD = ['email', 'badge', 'issued_on', 'expires_on', 'evidence_url', 'narrative'] as const;

/** What words in some language say, of what no column says by badgekit's own name. */
function wordFields(header: readonly string[], free: readonly string[], named: readonly Field[]): readonly Field[] {
  const has = new Set(named.map(({ column }) => column));
  const fields = ONE_WORD.flatMap((column): readonly Field[] => {
    if (has.has(column)) return [];
    const [at, other] = placesOf(free, column);
    if (at === undefined) return [];
    if (other === undefined) return [{ column, at }];
    throw new BadgekitError(
      'ROSTER_INVALID',
      `both ${quoted(header[at] ?? '', 40)} and ${quoted(header[other] ?? '', 40)} could be the column ${column}`,
      {
        where: { line: 1, column: other + 1 },
        hint: `say which one it is, by its name or its place: --map ${column}=#${at + 1}, or --map ${column}=#${other + 1}`,
      },
    );
  });
  return [...fields, ...nameFields(free, named.find(({ column }) => column === 'name')?.at)];
}

/**
 * A name in one column, or in several. "Nom" is a family name beside "Prénom", and a whole name where it stands alone; "Name"
 * is a given name beside "Surname".
 * @param named the column that has badgekit's own name for it
 */
export function nameFields(names: readonly string[], named?: number): readonly Field[] {
  const [given, middle, family] = [placeOf(names, 'given'), placeOf(names, 'middle'), placeOf(names, 'family')];
  if (named === undefined && given !== undefined && family !== undefined && given !== family)
    return joinedName([given, middle, family]);
  const at = named ?? placeOf(names, 'name');
  if (at === undefined) return [];
  if (given !== undefined || family === undefined || family === at)
    return named === undefined ? [{ column: 'name', at }] : [];
  const [field] = joinedName([at, family]);
  if (field === undefined) return [];
  const whole = (cells: readonly string[]): string => (cells[at] ?? '').trim();
  const hasFamily = (cells: readonly string[]): boolean => whole(cells).includes((cells[family] ?? '').trim());
  return [{ ...field, take: (cells) => (hasFamily(cells) ? whole(cells) : (field.take?.(cells) ?? whole(cells))) }];
}

/** `--map email=E-Mail` as a column and a header. */
export function parseMapping(entries: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    entries.map((entry) => {
      const at = entry.indexOf('=');
      const column = entry.slice(0, at).trim();
      const isKnown =
        (COLUMNS as readonly string[]).includes(column) ||
        column.startsWith(RESULT_PREFIX) ||
        column.startsWith(EVIDENCE_PREFIX) ||
        (column.startsWith(FACT_PREFIX) &&
          factName(column.slice(FACT_PREFIX.length)) === column.slice(FACT_PREFIX.length));
      if (at < 1)
        throw new BadgekitError('USAGE', `--map ${quoted(entry)} has no "="`, {
          hint: 'write --map column=Header, such as --map email="E-Mail address"',
        });
      if (!isKnown)
        throw new BadgekitError('USAGE', `--map ${quoted(entry)} names no column that badgekit knows`, {
          hint: suggestion(column, [...COLUMNS, 'result.<name>', 'fact.<name>']),
        });
      return [column, entry.slice(at + 1)];
    }),
  );
}

function indexOfHeader(header: readonly string[], name: string, column: string): number {
  const [, place] = /^#(\d{1,5})$/.exec(name) ?? [];
  if (place !== undefined && Number(place) >= 1 && Number(place) <= header.length) return Number(place) - 1;
  const wanted = foldName(name);
  const [index, other] = [...header.keys()].filter((at) => foldName(header[at] ?? '') === wanted);
  if (index !== undefined && other === undefined) return index;
  if (index !== undefined && other !== undefined)
    throw new BadgekitError('ROSTER_INVALID', `the column ${quoted(name, 40)} stands twice in the header`, {
      where: { line: 1, column: other + 1 },
      hint: `say which one by its place: --map ${column}=#${index + 1}, or --map ${column}=#${other + 1}`,
    });
  throw new BadgekitError('ROSTER_INVALID', `the roster has no column ${quoted(name)} to take ${column} from`, {
    where: { line: 1 },
    hint: `its columns are: ${list(header)}`,
  });
}

function refuseRepeated(header: readonly string[], fields: readonly Field[]): void {
  const seen = new Set<string>();
  const twice = fields.find(({ column }) => {
    const name = foldName(column);
    if (seen.has(name)) return true;
    seen.add(name);
    return false;
  });
  if (twice !== undefined)
    throw new BadgekitError(
      'ROSTER_INVALID',
      `the column ${quoted(header[twice.at] ?? '')} stands twice in the header`,
      {
        where: { line: 1, column: twice.at + 1 },
        hint: 'rename or remove one of them: badgekit will not guess which one counts',
      },
    );
}

function noIdentity(header: readonly string[]): BadgekitError {
  const looksLikeRow = header.some((cell) => cell.includes('@'));
  const email = header.find((cell) => /mail/i.test(cell));
  const first = header.find((cell) => cell.trim() !== '') ?? 'Header';
  const packed = header.length === 1 ? [',', ';', '\t'].find((separator) => first.includes(separator)) : undefined;
  if (packed !== undefined)
    return new BadgekitError(
      'ROSTER_INVALID',
      `the whole header is one cell; it seems that ${packed === '\t' ? 'tabs' : `"${packed}"`} separate the columns`,
      { where: { line: 1 }, hint: `give --delimiter ${packed === '\t' ? 'tab' : `"${packed}"`}` },
    );
  return new BadgekitError(
    'ROSTER_INVALID',
    looksLikeRow
      ? 'the roster has no header line: its first line is already a person'
      : `no column is named "email" (or "id"); the columns are: ${list(header)}`,
    {
      where: { line: 1 },
      hint: looksLikeRow
        ? 'put a first line above it that names the columns, such as: email,name,badge'
        : `say which one it is: --map ${JSON.stringify(`email=${email ?? first}`)}`,
    },
  );
}

function list(header: readonly string[]): string {
  return header.map((name) => quoted(name, 40)).join(', ');
}
