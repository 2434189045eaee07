import type { Roster, RosterHints } from '../programme/roster.ts';
import { BadgekitError } from '../errors.ts';
import type { Delimiter } from '../syntax/csv.ts';
import { encodingName, readEncoding } from '../syntax/encoding.ts';
import { quoted } from '../syntax/text.ts';
import type { Session } from './session.ts';

/** What a user can say about a roster file. */
export interface RosterOptions {
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

/** @throws BadgekitError USAGE */
export function readRosterHints({ delimiter, encoding }: RosterOptions): RosterHints {
  return {
    delimiter: readDelimiter(delimiter),
    encoding: encoding === undefined ? undefined : readEncoding(encoding),
  };
}

function readDelimiter(text: string | undefined): Delimiter | undefined {
  const delimiter = DELIMITER_WORDS[text ?? ''];
  if (text !== undefined && delimiter === undefined)
    throw new BadgekitError('USAGE', `--delimiter ${quoted(text)} separates no columns that badgekit reads`, {
      hint: 'write comma, semicolon or tab',
    });
  return delimiter;
}

/** What was guessed goes into badges for good: the user is told where to look. */
export function tellGuess({ encoding: found }: Roster, rosterFile: string, session: Session): void {
  if (found.by !== 'guess') return;
  const { encoding, example } = found;
  const looks = example === undefined ? '' : `: line ${example.line} then says ${quoted(example.text)}`;
  session.err(
    `${rosterFile} is read as ${encodingName(encoding)}, as older programs save it${looks}. If that is wrong, give --encoding.\n`,
  );
}
