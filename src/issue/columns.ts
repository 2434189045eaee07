import { BadgekitError } from '../errors.ts';
import { nearest, quoted, suggestion } from '../syntax/text.ts';

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
  'narrative',
  'score',
  'level',
  'credits',
  'locale',
  'award',
] as const;
export type Column = (typeof COLUMNS)[number];

const RESULT_PREFIX = 'result.';

/** Which cell of a row says what. Indices count from 0. */
export interface ColumnMap {
  readonly header: readonly string[];
  readonly indices: ReadonlyMap<Column, number>;
  /** By the result's name as the header writes it. */
  readonly results: ReadonlyMap<string, number>;
  /** Columns that badgekit does not read, with the one that each may have been meant as. */
  readonly unused: readonly { readonly name: string; readonly meant: string | undefined }[];
}

/**
 * Finds the roster's columns by their header, without regard to case, spaces and hyphens.
 * @param mapping `--map`: badgekit's name of a column to the header that it has in this file
 * @throws BadgekitError ROSTER_INVALID, saying which columns there are and what to do
 */
export function mapColumns(header: readonly string[], mapping: ReadonlyMap<string, string>): ColumnMap {
  refuseRepeated(header);
  const renamed = new Map([...mapping].map(([column, name]) => [indexOfHeader(header, name, column), column]));
  const indices = new Map<Column, number>();
  const results = new Map<string, number>();
  const unused: { name: string; meant: string | undefined }[] = [];
  for (const [index, name] of header.entries()) {
    const target = renamed.get(index) ?? fold(name);
    const column = COLUMNS.find((known) => known === target);
    if (column !== undefined && !isMappedElsewhere(column, index, renamed)) indices.set(column, index);
    else if (target.startsWith(RESULT_PREFIX))
      results.set((renamed.get(index) ?? clean(name)).slice(RESULT_PREFIX.length).trim(), index);
    else if (fold(name) !== '') unused.push({ name, meant: nearest(target, COLUMNS) });
  }
  if (!(['email', 'id', 'identifier'] as const).some((column) => indices.has(column))) throw noIdentity(header);
  return { header, indices, results, unused };
}

/** `--map email=E-Mail` as a column and a header. */
export function parseMapping(entries: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    entries.map((entry) => {
      const at = entry.indexOf('=');
      const column = entry.slice(0, at).trim();
      const isKnown = (COLUMNS as readonly string[]).includes(column) || column.startsWith(RESULT_PREFIX);
      if (at < 1)
        throw new BadgekitError('USAGE', `--map ${quoted(entry)} has no "="`, {
          hint: 'write --map column=Header, such as --map email="E-Mail address"',
        });
      if (!isKnown)
        throw new BadgekitError('USAGE', `--map ${quoted(entry)} names no column that badgekit knows`, {
          hint: suggestion(column, [...COLUMNS, 'result.<name>']),
        });
      return [column, entry.slice(at + 1)];
    }),
  );
}

function isMappedElsewhere(column: string, index: number, renamed: ReadonlyMap<number, string>): boolean {
  return [...renamed].some(([mapped, name]) => name === column && mapped !== index);
}

function indexOfHeader(header: readonly string[], name: string, column: string): number {
  const index = header.findIndex((cell) => fold(cell) === fold(name));
  if (index !== -1) return index;
  throw new BadgekitError('ROSTER_INVALID', `the roster has no column ${quoted(name)} to take ${column} from`, {
    where: { line: 1 },
    hint: `its columns are: ${list(header)}`,
  });
}

function refuseRepeated(header: readonly string[]): void {
  const folded = header.map(fold);
  const twice = folded.findIndex((name, index) => name !== '' && folded.indexOf(name) !== index);
  if (twice !== -1)
    throw new BadgekitError('ROSTER_INVALID', `the column ${quoted(header[twice] ?? '')} stands twice in the header`, {
      where: { line: 1, column: twice + 1 },
      hint: 'rename or remove one of them: badgekit will not guess which one counts',
    });
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

function clean(name: string): string {
  return name.replace(/[\s\u00a0]+/g, ' ').trim();
}

function fold(name: string): string {
  return clean(name)
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}
