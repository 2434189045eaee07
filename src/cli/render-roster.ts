import { basename } from 'node:path';
import type { RowFault } from '../issue/award.ts';
import type { RosterPlan } from '../issue/plan.ts';
import { formatWhere } from '../errors.ts';
import type { NamedRoster } from '../programme/joined-roster.ts';
import type { Roster } from '../programme/roster.ts';
import type { ColumnMap } from '../roster/columns.ts';
import type { Field, RosterRow } from '../roster/layout.ts';
import { factName } from '../roster/facts.ts';
import { foldName } from '../roster/names.ts';
import { passedOverList } from '../roster/reading.ts';
import { LIST } from '../roster/formats.ts';
import { encodingName, type FoundEncoding } from '../syntax/encoding.ts';
import { quoted, visible } from '../syntax/text.ts';
import { writeYamlText } from '../syntax/yaml.ts';
import { faultAsJson } from './render-issue.ts';
import { namesEveryone } from './roster-options.ts';
import type { Session } from './session.ts';
import { count, counted, labelled, styles } from './style.ts';

/** What a roster file says, as badgekit reads it. */
export interface Inspection {
  readonly roster: Roster;
  /** All of its files: one, or several that are joined. */
  readonly files: readonly NamedRoster[];
  readonly rosterFile: string;
  /** What conditions of definitions look at, and what is called as their results are. */
  readonly judged: ReadonlySet<string>;
  /** How many rows stand for awards. */
  readonly rows: number;
  readonly first: readonly RosterRow[];
  /** What the programme says to the rows; undefined where there is none. */
  readonly compared:
    | {
        readonly refused: { readonly rows: number; readonly faults: readonly RowFault[] };
        readonly unearned: RosterPlan['unearned'];
      }
    | undefined;
}

const DELIMITER_NAMES = { ',': 'comma', ';': 'semicolon', '\t': 'tab' } as const;
const HOW_ENCODED: Readonly<Record<FoundEncoding['by'], string>> = {
  mark: 'by its byte order mark',
  content: 'by its content',
  guess: 'a guess: no other encoding that programs use fits',
  user: 'as you said',
};
const ORDERS = { dmy: 'the day comes first', mdy: 'the month comes first' } as const;
const LABEL = 12;
const COLUMN = 20;

/** How a roster file is read, as people read it. */
export function inspectionAsText(inspection: Inspection, session: Session): string {
  const { roster, files, rosterFile, rows, first, compared } = inspection;
  const { out } = styles(session);
  const section = (label: string, lines: readonly string[]): string =>
    lines.length === 0 ? '' : labelled(label.padEnd(LABEL), lines, out.bold);
  const config = configText(inspection);
  return [
    ...files.flatMap(({ roster: file, shownAs }, index) =>
      fileSections(file, shownAs, index === 0).map(([label, lines]) => section(label, lines)),
    ),
    section(
      'columns',
      roster.reading.fields.map((field) => columnLine(field, roster)),
    ),
    section('looked at', lookedAtLines(inspection)),
    section('not read', unreadLines(inspection)),
    section(
      'first rows',
      first.map((row) => rowLine(row, roster.reading.columns, roster.reading.fields)),
    ),
    section(
      'passed over',
      [...roster.passedOver()].map(
        ([reason, { rows: passed, firstLine }]) =>
          `${counted(passed, 'row')}: ${visible(reason, 200)} (the first on line ${firstLine})`,
      ),
    ),
    section('rows', [rowsLine(rows, compared)]),
    section(
      'not earned',
      (compared?.unearned.first ?? []).map(({ line, reason }) => `line ${line}: ${visible(reason, 400)}`),
    ),
    section(
      'refused',
      (compared?.refused.faults ?? []).map((fault) => faultLine(fault, rosterFile)),
    ),
    config === undefined
      ? ''
      : `\nTo have such files read so every time, put this into badgekit.yaml (in the name, * stands for anything):\n\n${config}`,
  ].join('');
}

/** How a file is written, and what it is. */
function fileSections(
  { encoding, delimiter, format: { system, why }, reading, dates }: Roster,
  shownAs: string,
  isFirst: boolean,
): readonly (readonly [string, readonly string[]])[] {
  return [
    ['file', [visible(shownAs)]],
    ['encoding', encodingLines(encoding)],
    ['separator', [system?.name === 'xapi' ? 'none: it is JSON' : DELIMITER_NAMES[delimiter]]],
    [
      'format',
      [
        system === undefined ? `a list: ${why}` : `${system.title} (${system.name}): ${visible(why)}`,
        ...(isFirst && system?.rows === 'everyone'
          ? ['it names everyone: award_when in a definition says who has earned the badge']
          : []),
        ...(isFirst && reading.isUnsure
          ? [
              'nothing in it says who has earned a badge: award_when in a definition does, or --format list takes every row',
            ]
          : []),
      ],
    ],
    ['dates', dates === undefined ? [] : [ORDERS[dates]]],
  ];
}

function encodingLines({ encoding, by, example }: FoundEncoding): readonly string[] {
  const line = `${encodingName(encoding)}, ${HOW_ENCODED[by]}`;
  return example === undefined
    ? [line]
    : [line, `line ${example.line} then says ${quoted(example.text)}; if that is wrong, give --encoding`];
}

function columnLine({ column, at, and = [] }: Field, { header, reading }: Roster): string {
  const names = [at, ...and].map((index) => quoted(header[index] ?? '', 40)).join(' and ');
  const { joined } = reading.columns;
  const file = joined?.files[joined.origins[at]?.part ?? 0];
  return `${visible(column, 60).padEnd(COLUMN)}  from ${names}${file === undefined ? '' : ` of ${visible(file, 60)}`}`;
}

/** Columns that are no part of a badge by themselves, and that conditions or results of badges are about. */
function lookedAtLines({ roster: { header, reading }, judged }: Inspection): readonly string[] {
  const read = new Set(reading.fields.map(({ at }) => at));
  return header.filter((name, at) => !read.has(at) && isJudged(name, judged)).map((name) => quoted(name, 40));
}

/** `score` is looked at by `score_percent`, too. */
function isJudged(name: string, judged: ReadonlySet<string>): boolean {
  const fact = factName(name);
  return fact !== '' && [fact, `${fact}_max`, `${fact}_percent`].some((known) => judged.has(known));
}

function unreadLines({ roster: { header, reading }, judged }: Inspection): readonly string[] {
  const read = new Set(reading.fields.flatMap(({ at, and = [] }) => [at, ...and]));
  const meant = new Map(reading.unused.map(({ name, meant: column }) => [name, column]));
  return header.flatMap((name, index) => {
    if (read.has(index) || name.trim() === '' || isJudged(name, judged)) return [];
    const column = meant.get(name);
    return [`${quoted(name, 40)}${column === undefined ? '' : `; did you mean "${column}"?`}`];
  });
}

function rowLine({ line, cells }: RosterRow, columns: ColumnMap, fields: readonly Field[]): string {
  const values = valuesOf(cells, columns, fields);
  return `line ${line}: ${values.map(([column, text]) => `${visible(column, 60)} ${quoted(text, 40)}`).join(', ')}`;
}

/** What a row says, by column. */
function valuesOf(
  cells: readonly string[],
  { from }: ColumnMap,
  fields: readonly Field[],
): readonly (readonly [string, string])[] {
  return fields
    .map(({ column, at }, index) => [column, (cells[from === undefined ? at : index] ?? '').trim()] as const)
    .filter(([, text]) => text !== '');
}

function rowsLine(rows: number, compared: Inspection['compared']): string {
  const all = counted(rows, 'row');
  if (compared === undefined) return `${all}; no programme is here to compare ${rows === 1 ? 'it' : 'them'} with`;
  const { refused, unearned } = compared;
  const parts = [
    `${count(rows - refused.rows - unearned.rows)} would be awards`,
    ...(unearned.rows > 0 ? [`${count(unearned.rows)} not earned`] : []),
    ...(refused.rows > 0 ? [`${count(refused.rows)} refused`] : []),
  ];
  return `${all}: ${parts.join(', ')}`;
}

function faultLine({ line, column, message, hint, file }: RowFault, roster: string): string {
  return visible(
    `${formatWhere({ file: file ?? roster, line, column })}  ${message}${hint === undefined ? '' : `; ${hint}`}`,
    1000,
  );
}

/** What badgekit.yaml would say about such files; undefined where it need not say anything. */
function configText({ files }: Inspection): string | undefined {
  const entries = files.flatMap((file) => configEntry(file) ?? []);
  return entries.length === 0 ? undefined : `roster:\n${entries.join('')}`;
}

function configEntry({ roster, shownAs }: NamedRoster): string | undefined {
  const { format, reading, header, encoding, delimiter, dates, hints } = roster;
  const mapped = hints.mapping ?? new Map<string, string>();
  // Words of a language are found by themselves, and are clearer where they stand. To write them down is to say that they are
  // meant, so not for a list that may be of anybody.
  const columns = reading.fields.filter(
    ({ column, at, take }) =>
      mapped.has(column) ||
      (format.system === undefined && !reading.isUnsure && take === undefined && foldName(header[at] ?? '') !== column),
  );
  const name = ({ column, at }: Field): string => mapped.get(column) ?? header[at] ?? '';
  const isNamed = format.system !== undefined || hints.format === LIST;
  const lines = [
    ...(isNamed ? [`    format: ${format.system?.name ?? LIST}`] : []),
    ...(columns.length === 0
      ? []
      : [
          '    columns:',
          ...columns.map((field) => `      ${writeYamlText(field.column)}: ${writeYamlText(name(field))}`),
        ]),
    ...(hints.badges === undefined || hints.badges.size === 0
      ? []
      : [
          '    badges:',
          ...[...hints.badges].map(([theirs, ours]) => `      ${writeYamlText(theirs)}: ${writeYamlText(ours)}`),
        ]),
    ...(dates === undefined ? [] : [`    dates: ${dates}`]),
    ...(hints.delimiter === undefined ? [] : [`    delimiter: ${DELIMITER_NAMES[delimiter]}`]),
    ...(encoding.by === 'guess' || encoding.by === 'user' ? [`    encoding: ${encoding.encoding}`] : []),
  ];
  return lines.length === 0
    ? undefined
    : `  ${writeYamlText(basename(shownAs))}:\n${lines.map((line) => `${line}\n`).join('')}`;
}

/** The same as JSON (schemas/output.json). */
export function inspectionAsJson(inspection: Inspection): string {
  const { roster, files, rosterFile, rows, first, compared } = inspection;
  const { header, reading, format } = roster;
  const { columns, fields } = reading;
  const read = new Set(fields.flatMap(({ at, and = [] }) => [at, ...and]));
  return `${JSON.stringify({
    badgekit: 1,
    command: 'roster inspect',
    roster: rosterFile,
    ...(files.length > 1 ? { joined: files.slice(1).map(({ shownAs }) => shownAs) } : {}),
    encoding: { name: roster.encoding.encoding, by: roster.encoding.by },
    delimiter: DELIMITER_NAMES[roster.delimiter],
    format: { name: format.system?.name ?? LIST, why: format.why, rows: namesEveryone(roster) ? 'everyone' : 'awards' },
    dates: roster.dates ?? null,
    columns: fields.map(({ column, at, and = [] }) => ({
      column,
      headers: [at, ...and].map((index) => header[index] ?? ''),
    })),
    notRead: header.filter((name, index) => !read.has(index) && name.trim() !== ''),
    rows,
    passedOver: passedOverList(roster.passedOver()),
    first: first.map(({ line, cells }) => ({
      line,
      values: Object.fromEntries(valuesOf(cells, columns, fields)),
    })),
    unearned: compared?.unearned.rows ?? null,
    refused:
      compared === undefined
        ? null
        : {
            rows: compared.refused.rows,
            faults: compared.refused.faults.map(faultAsJson),
          },
    config: configText(inspection) ?? null,
  })}\n`;
}
