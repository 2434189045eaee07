import { FACT_PREFIX } from '../columns.ts';
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

const GRADE =
  /\((?:real|percentage|letter|feedback|punkte|prozentsatz|note|réel|pourcentage|lettre|porcentaje|letra)\)$/i;

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
const FORM = /\s*\(([^()]*)\)$/;
const PERCENTAGE = /^(?:percentage|prozentsatz|pourcentage|porcentaje|percentuale|percentagem|procent)$/i;

/** Moodle's gradebook as plain text: each grade in the forms that were asked for. */
export const moodleGradebook: RosterFormat = {
  name: 'moodle-gradebook',
  title: 'a Moodle gradebook',
  rows: 'everyone',
  recognize: ({ header, names }) => {
    const grade = header.find((name) => GRADE.test(name.trim()));
    const isOfPeople = placeOf(names, 'given') !== undefined && placeOf(names, 'family') !== undefined;
    if (isOfPeople && grade !== undefined) return `it has names and "${grade}"`;
    return isOfPeople && names.includes('last_downloaded_from_this_course')
      ? 'it says when it was downloaded from the course'
      : undefined;
  },
  layout: (head): Layout => ({ fields: [...people(head), ...courseTotal(head)] }),
};

/** The total as `grade`: in per cent where it is there, or as it is. */
function courseTotal({ header }: RosterHead): readonly Field[] {
  const totals = header.flatMap((name, at) => {
    const [ending = '', form = ''] = FORM.exec(name.trim()) ?? [];
    const isTotal = COURSE_TOTAL.has(foldName(name.trim().slice(0, name.trim().length - ending.length)));
    return isTotal ? [{ at, isPercentage: PERCENTAGE.test(form) }] : [];
  });
  const best = totals.find(({ isPercentage }) => isPercentage) ?? totals[0];
  return best === undefined ? [] : [{ column: `${FACT_PREFIX}grade`, at: best.at }];
}

/** Moodle's activity completion report: the name stands in a column without one. */
export const moodleActivities: RosterFormat = {
  name: 'moodle-activities',
  title: 'a Moodle activity completion report',
  rows: 'everyone',
  example: 'knots_quiz in ["Completed", "Completed (achieved pass grade)"]',
  recognize: (head) =>
    head.names[0] === '' && head.names.length >= 4 && addressIn(head).length > 0
      ? 'its first column has no name, and others go in pairs'
      : undefined,
  layout: (head): Layout => ({ fields: [...addressIn(head), { column: 'name', at: 0 }] }),
};

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
        ...addressIn(ofPeople, indexOf(head, 'SIS Login ID')),
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
const CANVAS_ID = /\s*\(\d+\)$/;

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

const BLACKBOARD_COLUMN = /\s*\[Total Pts: [^\]]*\]\s*\|\d+$/;

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
  layout: (head): Layout => ({ fields: [...people(head), ...shortFacts(head, BLACKBOARD_COLUMN)] }),
};
