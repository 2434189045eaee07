import { BadgekitError } from '../errors.ts';
import { quoted } from '../syntax/text.ts';
import { type ColumnMap, columnsOf, JOIN_PREFIX } from './columns.ts';
import { factName } from './facts.ts';
import type { Field, RosterRow } from './layout.ts';
import { foldName } from './names.ts';

/** A file that is joined with others: how its rows are read, and what messages call it. */
export interface JoinedFile {
  readonly name: string;
  readonly header: readonly string[];
  readonly fields: readonly Field[];
  /** Whether its rows come in the columns of its fields, rather than in those of the file. */
  readonly isTranslated: boolean;
}

/** How the rows of several files become one. */
export interface Join {
  readonly header: readonly string[];
  readonly fields: readonly Field[];
  readonly columns: ColumnMap;
  readonly files: readonly JoinedFile[];
  /** What tells in each file which rows belong together; empty where a row does not say it. */
  readonly keys: readonly ((row: RosterRow) => string)[];
  /** Whether the key is itself who somebody is. */
  readonly isByPerson: boolean;
  /** For each file but the first: into which column each of its own goes, and each of its fields. */
  readonly into: readonly { readonly columns: readonly (number | undefined)[]; readonly fields: readonly number[] }[];
}

const PERSONAL: ReadonlySet<string> = new Set(['email', 'id', 'identifier']);

/**
 * Says how files are joined by a column that all of them have, by badgekit's name for it or by its header. The first file
 * says who is in the roster; the others add what it does not say.
 * @throws BadgekitError ROSTER_INVALID where a file has no such column, or none says whom it names
 */
export function joinOf(files: readonly JoinedFile[], key: string): Join {
  const [first, ...others] = files;
  if (first === undefined) throw new Error('files are joined');
  const keys = files.map((file) => keyOf(file, key));
  const header = [...first.header];
  const fields = [...first.fields];
  const origins = header.map((_, at) => ({ part: 0, at }));
  const into = others.map((file, index) => {
    const columns = file.header.map((name, at) => {
      // What says the same in both files is one column.
      const own = file.fields.find((field) => field.at === at && field.and === undefined);
      const same = fields.find(({ column }) => column === own?.column);
      if (same !== undefined) return same.at;
      const fact = factName(name);
      if (fact === '') return undefined;
      const known = header.findIndex((other) => factName(other) === fact);
      if (known !== -1) return known;
      origins.push({ part: index + 1, at });
      return header.push(name) - 1;
    });
    const placeOf = (at: number): number => columns[at] ?? 0;
    return {
      columns,
      fields: file.fields.map(({ column, at, and }) => {
        const known = fields.findIndex((other) => other.column === column);
        if (known !== -1) return known;
        const further = and === undefined ? {} : { and: and.map(placeOf) };
        return fields.push({ column, at: placeOf(at), ...further }) - 1;
      }),
    };
  });
  if (!fields.some(({ column }) => PERSONAL.has(column)))
    throw new BadgekitError('ROSTER_INVALID', 'no column of these files holds e-mail addresses', {
      where: { file: first.name, line: 1 },
      hint: 'join a file that has them, or say which column of the first one does: --map email=Header',
    });
  const columns: ColumnMap = {
    ...columnsOf(fields, header, true),
    joined: { files: files.map(({ name }) => name), origins },
  };
  return { header, fields, columns, files, keys, isByPerson: isPersonal(first, key), into };
}

/** Whether a key leads to the column that says who somebody is, and to one person each. */
function isPersonal({ header, fields }: JoinedFile, key: string): boolean {
  const wanted = foldName(key);
  const own = fields.filter(({ column }) => column === 'email' || column === 'id');
  return own.some(({ column, at }) => column === wanted || foldName(header[at] ?? '') === wanted);
}

/** How a row says what it is joined by. */
function keyOf({ name, header, fields, isTranslated }: JoinedFile, key: string): (row: RosterRow) => string {
  const wanted = foldName(key);
  const at = fields.findIndex(({ column }) => column === `${JOIN_PREFIX}${wanted}` || column === wanted);
  const own = fields[at];
  if (own !== undefined) return ({ cells }) => keyText(cells[isTranslated ? at : own.at] ?? '');
  const column = header.findIndex((other) => foldName(other) === wanted || factName(other) === factName(key));
  if (column !== -1) return ({ cells, original = cells }) => keyText(original[column] ?? '');
  throw new BadgekitError('ROSTER_INVALID', `there is no column ${quoted(key, 40)} to join it by`, {
    where: { file: name, line: 1 },
    hint: `its columns are: ${header.map((other) => quoted(other, 40)).join(', ')}`,
  });
}

/** As it is written: `ana_m` and `ana-m` are two people. Addresses are compared as mail is delivered, whatever their case. */
function keyText(cell: string): string {
  const text = cell.normalize('NFC').replace(/^[\s\u00a0]+|[\s\u00a0]+$/g, '');
  return text.includes('@') ? text.toLowerCase() : text;
}
