import { BadgekitError } from '../errors.ts';
import type { Definition } from '../openbadges/definition.ts';
import type { RosterConfig } from '../programme/config.ts';
import type { Roster, RosterHints } from '../programme/roster.ts';
import { parseMapping } from '../roster/columns.ts';
import { FORMAT_NAMES } from '../roster/formats.ts';
import type { Delimiter } from '../syntax/csv.ts';
import { encodingName, readEncoding } from '../syntax/encoding.ts';
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

const DELIMITER_WORDS: Readonly<Record<string, Delimiter>> = {
  ',': ',',
  comma: ',',
  ';': ';',
  semicolon: ';',
  '\t': '\t',
  '\\t': '\t',
  tab: '\t',
};

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
  const delimiter = DELIMITER_WORDS[text ?? ''];
  if (text !== undefined && delimiter === undefined)
    throw new BadgekitError('USAGE', `--delimiter ${quoted(text)} separates no columns that badgekit reads`, {
      hint: 'write comma, semicolon or tab',
    });
  return delimiter;
}

/** What was guessed, and what was recognized, goes into badges for good: the user is told, and where to look. */
export function tellReading(roster: Roster, rosterFile: string, session: Session): void {
  const { encoding: found, format, reading } = roster;
  if (found.by === 'guess') {
    const { encoding, example } = found;
    const looks = example === undefined ? '' : `: line ${example.line} then says ${quoted(example.text)}`;
    session.err(
      `${rosterFile} is read as ${encodingName(encoding)}, as older programs save it${looks}. If that is wrong, give --encoding.\n`,
    );
  }
  if (format.system !== undefined)
    session.err(
      `${rosterFile} is read as ${format.system.title}: ${visible(format.why)}. If that is wrong, give --format.\n`,
    );
  for (const { name, meant } of reading.unused)
    session.err(
      `${rosterFile}: the column ${quoted(name, 40)} is not read${meant === undefined ? '' : `; did you mean "${meant}"?`}\n`,
    );
}

/** What was passed over: `2 rows have not completed the course (the first on line 4)`. */
export function tellPassedOver(roster: Roster, rosterFile: string, session: Session): void {
  for (const [why, { rows, firstLine }] of roster.passedOver())
    session.err(`${rosterFile}: ${counted(rows, 'row')} passed over: ${why} (the first on line ${firstLine})\n`);
}

/**
 * Refuses to take everyone who stands in a file for someone who has earned a badge.
 * @throws BadgekitError ROSTER_INVALID where no definition says who has
 */
export function refuseEveryone(
  { format: { system } }: Roster,
  rosterFile: string,
  definitions: readonly Definition[],
): void {
  if (system?.rows !== 'everyone' || definitions.some(({ source }) => source.award_when !== undefined)) return;
  const [first] = definitions;
  throw new BadgekitError('ROSTER_INVALID', `this is ${system.title}: it names everyone, not only who earned a badge`, {
    where: { file: rosterFile },
    hint: `say in badges/${first?.badge ?? 'name'}.yaml who does, such as award_when: "${system.example ?? 'grade >= 70'}"; or leave only the rows of those who did, and give --format list`,
  });
}
