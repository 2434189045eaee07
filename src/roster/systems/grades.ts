import { FACT_PREFIX, nameFields } from '../columns.ts';
import { readDate } from '../dates.ts';
import {
  type Field,
  field,
  hasAll,
  indexOf,
  joinedName,
  type Layout,
  type RosterFormat,
  type RosterHead,
} from '../layout.ts';
import { foldName } from '../names.ts';
import { placeOf } from '../words.ts';
import { addressIn, fact, people, shortFacts } from './people.ts';

/** What Moodle calls the total, without the form behind it. */
const COURSE_TOTAL = new Set(
  [
    'Course total',
    'Kurs gesamt',
    'Total du cours',
    'Total del curso',
    'Totale del corso',
    'Total do curso',
    'Cursustotaal',
    'Kurstotal',
  ].map(foldName),
);
/** The form of a grade behind its name: in points, per cent, letters. */
const FORM = /\(([\p{L} ]+)\)$/u;
const PERCENTAGE = /^(?:percentage|prozentsatz|pourcentage|porcentaje|percentuale|percentagem|porcentagem|procent)$/i;

/** Moodle's gradebook as plain text: each grade in the forms that were asked for. */
export const moodleGradebook: RosterFormat = {
  name: 'moodle-gradebook',
  title: 'a Moodle gradebook',
  rows: 'everyone',
  recognize: ({ header, names }) => {
    const isOfPeople = placeOf(names, 'given') !== undefined && placeOf(names, 'family') !== undefined;
    if (!isOfPeople) return undefined;
    const grade = header.find((name) => isTotal(name) || (name.includes(':') && FORM.test(name.trim())));
    if (grade !== undefined) return `it has names and "${grade}"`;
    return names.includes('last_downloaded_from_this_course')
      ? 'it says when it was downloaded from the course'
      : undefined;
  },
  layout: (head): Layout => ({ fields: [...people(head), ...courseTotal(head)] }),
};

function isTotal(name: string): boolean {
  return COURSE_TOTAL.has(foldName(name.trim().replace(FORM, '')));
}

/** The total as `grade`: in per cent where it is there, or in its only form; of several others, none can be meant. */
function courseTotal({ header, rows }: RosterHead): readonly Field[] {
  const totals = [...header.keys()].filter((at) => isTotal(header[at] ?? ''));
  const inPerCent = totals.filter(
    (at) =>
      PERCENTAGE.test(FORM.exec((header[at] ?? '').trim())?.[1] ?? '') ||
      rows.some(({ cells }) => (cells[at] ?? '').trim().endsWith('%')),
  );
  const [best, other] = inPerCent.length > 0 ? inPerCent : totals;
  return best === undefined || other !== undefined ? [] : [{ column: `${FACT_PREFIX}grade`, at: best }];
}

/** Moodle's activity completion report: the name stands in a column without one. */
export const moodleActivities: RosterFormat = {
  name: 'moodle-activities',
  title: 'a Moodle activity completion report',
  rows: 'everyone',
  example: 'knots_quiz in ["Completed", "Completed (achieved pass grade)"]',
  recognize: (head) =>
    head.names[0] === '' && hasPairs(head) ? 'its first column has no name, and its last ones go in pairs' : undefined,
  layout: (head): Layout => ({
    // What stands before the activities identifies people.
    fields: [...addressIn(head, [1, 2, 3]), { column: 'name', at: 0 }],
  }),
};

/** Behind what identifies people, each activity has a second column, which has no name or the day that was expected. */
function hasPairs({ header, names }: RosterHead): boolean {
  return [2, 3, 4].some((start) => {
    const pairs = names.slice(start);
    const isEven = pairs.length >= 2 && pairs.length % 2 === 0;
    return (
      isEven &&
      pairs.every((name, index) =>
        index % 2 === 0 ? name !== '' : name === '' || readDate(header[start + index] ?? '', undefined).kind !== 'none',
      )
    );
  });
}

/** Canvas's gradebook: rows that are no people stand among them, and an address only where the login is one. */
export const canvas: RosterFormat = {
  name: 'canvas',
  title: 'a Canvas gradebook',
  rows: 'everyone',
  recognize: (head) =>
    indexOf(head, 'Student', 'LastName') !== undefined &&
    hasAll(head, 'ID', 'Section') &&
    (head.header.some((name) => CANVAS_ID.test(name.trim())) ||
      indexOf(head, 'Current Score', 'Final Score') !== undefined)
      ? 'it has "Student", "ID", "Section" and scores'
      : undefined,
  layout: (head): Layout => {
    const [student, id] = [indexOf(head, 'Student'), indexOf(head, 'ID')];
    const name =
      student === undefined
        ? joinedName([indexOf(head, 'FirstName'), indexOf(head, 'LastName')])
        : [{ column: 'name', at: student, take: (cells: readonly string[]) => givenNameFirst(cells[student] ?? '') }];
    const passOver = (cells: readonly string[]): string | undefined => {
      if (student !== undefined && TEST_STUDENT.test((cells[student] ?? '').trim())) return 'is the test student';
      const hasId = id === undefined || (cells[id] ?? '').trim() !== '';
      return hasId ? undefined : 'is no person, but says something of the columns';
    };
    const ofPeople = { ...head, rows: head.rows.filter(({ cells }) => passOver(cells) === undefined) };
    return {
      fields: [
        ...addressIn(ofPeople, [indexOf(head, 'SIS Login ID')]),
        ...name,
        ...fact(head, 'grade', 'Final Score'),
        ...shortFacts(head, CANVAS_ID),
      ],
      passOver,
    };
  },
};

const TEST_STUDENT = /^student, test$/i;
/** An assignment's id behind its name. */
const CANVAS_ID = /\(\d+\)$/;

/** `Lind, Ana` as `Ana Lind`. */
function givenNameFirst(name: string): string {
  const [family = '', given, more] = name.split(',').map((part) => part.trim());
  return given === undefined || given === '' || more !== undefined ? name : `${given} ${family}`;
}

/** Open edX's grade report: a grade from 0 to 1, and no names. */
export const edx: RosterFormat = {
  name: 'edx',
  title: 'an Open edX grade report',
  rows: 'everyone',
  example: 'grade >= 0.7',
  recognize: (head) =>
    hasAll(head, 'Email', 'Username', 'Grade', 'Enrollment Track')
      ? 'it has "Grade" and "Enrollment Track"'
      : undefined,
  layout: (head): Layout => ({
    fields: [...field(head, 'email', 'Email'), ...field(head, 'name', 'Name', 'Full Name')],
  }),
};

/** Open edX's profile report, to be joined with the grade report, which holds no names. */
export const edxProfile: RosterFormat = {
  name: 'edx-profile',
  title: 'an Open edX profile report',
  rows: 'everyone',
  example: 'enrollment_mode == "verified"',
  recognize: (head) =>
    hasAll(head, 'id', 'username', 'name', 'email') && EDX_PROFILE.some((name) => indexOf(head, name) !== undefined)
      ? 'it has "id", "username", "name" and "email"'
      : undefined,
  layout: (head): Layout => ({
    fields: [...field(head, 'email', 'email'), ...field(head, 'name', 'name')],
    others: ['id', 'level'],
  }),
};

const EDX_PROFILE = ['language', 'location', 'year_of_birth', 'level_of_education', 'mailing_address', 'goals'];

const BLACKBOARD_COLUMN = /\[Total Pts: [^[\]]{0,60}\] {0,4}\|\d+$/;

/** Blackboard's Grade Center: a column's name says how many points it has, and its id. */
export const blackboard: RosterFormat = {
  name: 'blackboard',
  title: 'a Blackboard Grade Center file',
  rows: 'everyone',
  example: 'knots >= 7',
  recognize: ({ header }) => {
    const column = header.find((name) => BLACKBOARD_COLUMN.test(name.trim()));
    return column === undefined ? undefined : `it has "${column.trim()}"`;
  },
  layout: (head): Layout => ({
    fields: [
      ...addressIn(head, [indexOf(head, 'Username')]),
      ...nameFields(head.names),
      ...shortFacts(head, BLACKBOARD_COLUMN),
    ],
  }),
};
