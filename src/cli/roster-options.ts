import { BadgekitError } from '../errors.ts';
import type { Definition } from '../openbadges/definition.ts';
import { ruleOf } from '../issue/rule.ts';
import type { RosterConfig } from '../programme/config.ts';
import type { Roster, RosterHints } from '../programme/roster.ts';
import { FACT_PREFIX, JOIN_PREFIX, parseMapping } from '../roster/columns.ts';
import { factName } from '../roster/facts.ts';
import type { PassedOver } from '../roster/reading.ts';
import { FORMAT_NAMES } from '../roster/formats.ts';
import type { Delimiter } from '../syntax/csv.ts';
import { encodingName, readEncoding } from '../syntax/encoding.ts';
import { namesIn } from '../syntax/expression.ts';
import { quoted, visible } from '../syntax/text.ts';
import { choose } from './choice.ts';
import type { Session } from './session.ts';
import { counted } from './style.ts';

/** What a user can say about a roster file that it does not say itself. */
export interface RosterOptions {
  readonly format?: string;
  readonly map?: readonly string[];
  readonly badgeId?: readonly string[];
  readonly dates?: string;
  readonly delimiter?: string;
  readonly encoding?: string;
}

const DELIMITER_WORDS: ReadonlyMap<string, Delimiter> = new Map([
  [',', ','],
  ['comma', ','],
  [';', ';'],
  ['semicolon', ';'],
  ['\t', '\t'],
  ['\\t', '\t'],
  ['tab', '\t'],
]);

/**
 * What the command line says about a roster, and what badgekit.yaml says where it is silent.
 * @throws BadgekitError USAGE
 */
export function readRosterHints(options: RosterOptions, config: RosterConfig = {}): RosterHints {
  const encoding = options.encoding ?? config.encoding;
  return {
    format: choose('--format', options.format ?? config.format, FORMAT_NAMES),
    mapping: new Map([...Object.entries(config.columns ?? {}), ...parseMapping(options.map ?? [])]),
    badges: new Map([...Object.entries(config.badges ?? {}), ...parseBadges(options.badgeId ?? [])]),
    dates: choose('--dates', options.dates ?? config.dates, ['dmy', 'mdy'] as const),
    delimiter: readDelimiter(options.delimiter ?? config.delimiter),
    encoding: encoding === undefined ? undefined : readEncoding(encoding),
  };
}

/** `--badge-id 4f1c…=welding`: their name of a badge, and ours. */
function parseBadges(entries: readonly string[]): readonly (readonly [string, string])[] {
  return entries.map((entry) => {
    const at = entry.lastIndexOf('=');
    if (at > 0 && at < entry.length - 1) return [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
    throw new BadgekitError('USAGE', `--badge-id ${quoted(entry)} does not name two badges`, {
      hint: 'write --badge-id theirs=ours, such as --badge-id 8a1b0c2d=first-aid',
    });
  });
}

function readDelimiter(text: string | undefined): Delimiter | undefined {
  const delimiter = DELIMITER_WORDS.get(text ?? '');
  if (text !== undefined && delimiter === undefined)
    throw new BadgekitError('USAGE', `--delimiter ${quoted(text)} separates no columns that badgekit reads`, {
      hint: 'write comma, semicolon or tab',
    });
  return delimiter;
}

/** What was guessed, and what was recognized, goes into badges for good: the user is told, and where to look. */
export function tellReading(
  roster: Roster,
  rosterFile: string,
  definitions: readonly Definition[],
  session: Session,
): void {
  const { encoding: found, format, reading, header } = roster;
  if (found.by === 'guess') {
    const { encoding, example } = found;
    const looks = example === undefined ? '' : `: line ${example.line} then says ${quoted(example.text)}`;
    session.err(
      `${rosterFile} is read as ${encodingName(encoding)}, as older programs save it${looks}. If that is wrong, give --encoding.\n`,
    );
  }
  if (format.system !== undefined) {
    const columns = reading.fields
      .filter(({ column }) => !column.startsWith(FACT_PREFIX) && !column.startsWith(JOIN_PREFIX))
      .map(({ column, at }) => `${visible(column, 40)} from ${quoted(header[at] ?? '', 40)}`);
    session.err(
      `${rosterFile} is read as ${format.system.title}: ${visible(format.why)}. If that is wrong, give --format.\n  ${columns.join(', ')}; badgekit roster inspect shows more\n`,
    );
  }
  const judged = namesJudged(definitions);
  const { facts } = reading.columns;
  for (const name of judged)
    if (facts.has(name) && facts.get(name) === undefined)
      session.err(`${rosterFile}: two columns are called ${quoted(name, 40)}, and neither is read; rename one\n`);
  for (const { name, meant } of reading.unused)
    if (!judged.has(factName(name)))
      session.err(
        `${rosterFile}: the column ${quoted(name, 40)} is not read${meant === undefined ? '' : `; did you mean "${meant}"?`}\n`,
      );
}

/** The columns that conditions of definitions look at, or that are called as their results are. */
export function namesJudged(definitions: readonly Definition[]): ReadonlySet<string> {
  return new Set(
    definitions.flatMap(({ source }) => {
      const rule = ruleOf(source);
      const results = (source.resultDescription ?? []).map(({ name }) => factName(name));
      return rule === undefined ? results : [...results, ...namesIn(rule)];
    }),
  );
}

/** What was passed over: `2 rows have not completed the course (the first on line 4)`. */
export function tellPassedOver(passedOver: PassedOver, rosterFile: string, session: Session): void {
  for (const [reason, { rows, firstLine, file = rosterFile, why = reason }] of passedOver)
    session.err(
      `${file}: ${counted(rows, 'row')} passed over: ${visible(why, 200)} (the first on line ${firstLine})\n`,
    );
}

/**
 * Whether a roster is of everyone, so that only a condition can say who has earned a badge: as its system writes it, or a list
 * that shows no sign of awards, whose addresses were only found by a word for them.
 */
export function namesEveryone({ format: { system }, reading }: Roster): boolean {
  return system === undefined ? reading.isUnsure : system.rows === 'everyone';
}

/**
 * Refuses to take everyone who stands in a file for someone who has earned a badge.
 * @param badge the one of rows that name none
 * @throws BadgekitError ROSTER_INVALID where no row could be an award
 */
export function refuseEveryone(
  roster: Roster,
  rosterFile: string,
  definitions: readonly Definition[],
  badge: string | undefined,
): void {
  const ruled = definitions
    .filter(({ source }) => source.award_when !== undefined)
    .map((definition) => definition.badge);
  const namesBadges = roster.reading.fields.some(({ column }) => column === 'badge');
  if (!namesEveryone(roster) || (namesBadges ? ruled.length > 0 : badge === undefined || ruled.includes(badge))) return;
  const { system } = roster.format;
  const example = system?.example ?? 'grade >= 70';
  throw new BadgekitError(
    'ROSTER_INVALID',
    system === undefined
      ? 'nothing in this list says that those who stand in it have earned a badge'
      : `this is ${system.title}: it names everyone, not only who earned a badge`,
    {
      where: { file: rosterFile },
      hint: `say in badges/${badge ?? definitions[0]?.badge ?? 'name'}.yaml who does, such as award_when: '${example}'; or, where each row is an award, give --format list`,
    },
  );
}
