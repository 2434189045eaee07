import { foldName } from '../names.ts';
import { readDate } from '../dates.ts';
import { type Layout, type RosterFormat, type RosterHead } from '../layout.ts';
import { says } from '../words.ts';
import { addressIn } from './people.ts';

/** What the last column is called, where that was seen; elsewhere its place and its cells tell. */
const COMPLETE = new Set(
  [
    'Course complete',
    'Kurs abgeschlossen',
    'Cours achevé',
    'Curso completado',
    'Curso completo',
    'Corso completato',
    'Curso concluído',
    'Cursus voltooid',
    'Kursen slutförd',
    'Kurs ukończony',
  ].map(foldName),
);

/** Moodle's course completion report: who has completed the course has a date in the last column. */
export const moodleCompletion: RosterFormat = {
  name: 'moodle-completion',
  title: 'a Moodle course completion report',
  rows: 'awards',
  recognize: (head) => {
    const { names, header } = head;
    if (names[0] !== 'id' || !says(names[1] ?? '', 'name') || names.length < 4) return undefined;
    const last = names.at(-1) ?? '';
    if (COMPLETE.has(last)) return `it begins with "${header[0]}" and "${header[1]}" and ends with "${header.at(-1)}"`;
    return hasDatesAlone(head, names.length - 1) && hasPairs(header)
      ? `it begins with "${header[0]}" and "${header[1]}", and its last column holds dates or nothing`
      : undefined;
  },
  layout: (head): Layout => {
    const last = head.names.length - 1;
    // What stands behind the name identifies people.
    const email = addressIn(head, [2, 3, 4]);
    return {
      fields: [...email, { column: 'name', at: 1 }, { column: 'issued_on', at: last }],
      passOver: (cells) => ((cells[last] ?? '').trim() === '' ? 'has not completed the course' : undefined),
    };
  },
};

function hasDatesAlone({ rows }: RosterHead, at: number): boolean {
  const cells = rows.map(({ cells: row }) => (row[at] ?? '').trim()).filter((cell) => cell !== '');
  return cells.length > 0 && cells.every((cell) => readDate(cell, undefined).kind !== 'none');
}

/** Each activity with a grade has a second column: its name, a hyphen, and a word for the date. */
function hasPairs(header: readonly string[]): boolean {
  return header.some((name, index) => index > 1 && name !== '' && (header[index + 1] ?? '').startsWith(`${name} - `));
}
