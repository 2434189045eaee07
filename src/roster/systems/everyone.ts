import { nameFields } from '../columns.ts';
import {
  columnOfAddresses,
  field,
  hasAll,
  indexOf,
  joinedName,
  type Layout,
  type RosterFormat,
  type RosterHead,
} from '../layout.ts';
import { placeOf } from '../words.ts';

/** What these files have in common: a person in each row, who has earned something or not. */
function everyone(
  name: string,
  title: string,
  recognize: RosterFormat['recognize'],
  layout: RosterFormat['layout'],
): RosterFormat {
  return { name, title, rows: 'everyone', recognize, layout };
}

function people(head: RosterHead): Layout {
  const email = placeOf(head.names, 'email') ?? columnOfAddresses(head);
  return {
    fields: [...(email === undefined ? [] : [{ column: 'email', at: email }]), ...nameFields(head.names)],
  };
}

const GRADE =
  /\((?:real|percentage|letter|feedback|punkte|prozentsatz|note|réel|pourcentage|lettre|porcentaje|letra)\)$/i;

export const moodleGradebook = everyone(
  'moodle-gradebook',
  'a Moodle gradebook',
  ({ header, names }) => {
    const grade = header.find((name) => GRADE.test(name.trim()));
    const isPerson = placeOf(names, 'given') !== undefined && placeOf(names, 'family') !== undefined;
    if (isPerson && grade !== undefined) return `it has names and "${grade}"`;
    return isPerson && names.includes('last_downloaded_from_this_course')
      ? 'it says when it was downloaded from the course'
      : undefined;
  },
  people,
);

export const moodleActivities = everyone(
  'moodle-activities',
  'a Moodle activity completion report',
  (head) =>
    head.names[0] === '' &&
    head.names.length >= 4 &&
    (placeOf(head.names, 'email') ?? columnOfAddresses(head)) !== undefined
      ? 'its first column has no name, and others go in pairs'
      : undefined,
  (head) => ({
    fields: [...people(head).fields.filter(({ column }) => column === 'email'), { column: 'name', at: 0 }],
  }),
);

export const canvas = everyone(
  'canvas',
  'a Canvas gradebook',
  (head) =>
    indexOf(head, 'Student', 'LastName') !== undefined &&
    hasAll(head, 'ID', 'Section') &&
    (head.header.some((name) => /\(\d+\)$/.test(name.trim())) ||
      indexOf(head, 'Current Score', 'Final Score') !== undefined)
      ? 'it has "Student", "ID", "Section" and scores'
      : undefined,
  (head) => ({ fields: [...field(head, 'email', 'SIS Login ID'), ...field(head, 'name', 'Student')] }),
);

export const edx = everyone(
  'edx',
  'an Open edX grade report',
  (head) =>
    hasAll(head, 'Email', 'Username', 'Grade', 'Enrollment Track')
      ? 'it has "Grade" and "Enrollment Track"'
      : undefined,
  people,
);

export const blackboard = everyone(
  'blackboard',
  'a Blackboard Grade Center file',
  ({ header }) => {
    const column = header.find((name) => /\[Total Pts: .*\]\s*\|\d+$/.test(name.trim()));
    return column === undefined ? undefined : `it has "${column.trim()}"`;
  },
  people,
);

export const googleForms = everyone(
  'google-forms',
  'the answers of a Google form',
  (head) => (head.names[0] === 'timestamp' && head.names.length > 1 ? 'it begins with "Timestamp"' : undefined),
  people,
);

export const microsoftForms = everyone(
  'microsoft-forms',
  'the answers of a Microsoft form',
  (head) =>
    hasAll(head, 'ID', 'Start time', 'Completion time') ? 'it has "Start time" and "Completion time"' : undefined,
  people,
);

export const eventbrite = everyone(
  'eventbrite',
  'an Eventbrite attendee report',
  (head) =>
    indexOf(head, 'Order #') !== undefined && indexOf(head, 'Attendee #', 'Attendee Status') !== undefined
      ? 'it has "Order #" and attendees'
      : undefined,
  people,
);

export const zoom = everyone(
  'zoom',
  'a Zoom list of participants',
  (head) =>
    indexOf(head, 'Name (Original Name)', 'Name (original name)') !== undefined &&
    indexOf(head, 'Duration (Minutes)', 'Total Duration (Minutes)') !== undefined
      ? 'it has "Name (Original Name)" and minutes'
      : undefined,
  (head) => ({
    fields: [...field(head, 'email', 'User Email', 'Email'), ...field(head, 'name', 'Name (Original Name)')],
  }),
);

export const oneRoster = everyone(
  'oneroster',
  'a OneRoster list of users',
  (head) =>
    hasAll(head, 'sourcedId', 'enabledUser', 'givenName', 'familyName')
      ? 'it has "sourcedId" and "enabledUser"'
      : undefined,
  (head) => ({
    fields: [
      ...field(head, 'email', 'email'),
      ...joinedName([indexOf(head, 'givenName'), indexOf(head, 'familyName')]),
    ],
  }),
);
