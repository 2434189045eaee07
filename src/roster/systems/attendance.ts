import { field, hasAll, indexOf, joinedName, type Layout, type RosterFormat } from '../layout.ts';
import { JOIN_PREFIX, nameFields } from '../columns.ts';
import { readValue } from '../facts.ts';
import { foldName } from '../names.ts';
import { placesOf } from '../words.ts';
import { fact, people } from './people.ts';

/** What Google calls the first column of a form's answers. */
const TIMESTAMP = new Set(
  [
    'Timestamp',
    'Zeitstempel',
    'Horodateur',
    'Marca temporal',
    'Informazioni cronologiche',
    'Carimbo de data/hora',
    'Tijdstempel',
    'Tidsstämpel',
    'Tidsstempel',
    'Aikaleima',
    'Sygnatura czasowa',
    'Časová značka',
    'Zaman damgası',
    'Отметка времени',
    'Позначка часу',
    'タイムスタンプ',
    '时间戳记',
    '타임스탬프',
  ].map(foldName),
);

/** The answers of a Google form; of a quiz, with a score such as `28.00 / 30`. */
export const googleForms: RosterFormat = {
  name: 'google-forms',
  title: 'the answers of a Google form',
  rows: 'everyone',
  example: 'score_percent >= 70',
  recognize: (head) =>
    TIMESTAMP.has(head.names[0] ?? '') && head.names.length > 1 ? `it begins with "${head.header[0]}"` : undefined,
  layout: (head): Layout => {
    // Google's own column comes before the questions, which may ask for another address.
    const [own] = placesOf(head.names, 'email');
    return { fields: [...(own === 1 || own === 2 ? [{ column: 'email', at: own }] : []), ...nameFields(head.names)] };
  },
};

/** What Microsoft calls when an answer was begun and when it was sent. */
const FORM_TIMES = [
  ['Start time', 'Completion time'],
  ['Startzeit', 'Fertigstellungszeit'],
  ['Heure de début', 'Heure de fin'],
  ['Hora de inicio', 'Hora de finalización'],
] as const;

/** The answers of a Microsoft form, as Excel saves them. */
export const microsoftForms: RosterFormat = {
  name: 'microsoft-forms',
  title: 'the answers of a Microsoft form',
  rows: 'everyone',
  example: 'total_points >= 7',
  recognize: (head) => {
    const [start, end] = FORM_TIMES.find((times) => hasAll(head, 'ID', ...times)) ?? [];
    return start === undefined || end === undefined ? undefined : `it has "${start}" and "${end}"`;
  },
  layout: (head): Layout => ({ fields: people(head) }),
};

/** Eventbrite's attendees: whoever bought a ticket, whether or not they came. */
export const eventbrite: RosterFormat = {
  name: 'eventbrite',
  title: 'an Eventbrite attendee report',
  rows: 'everyone',
  example: 'attendee_status == "Checked In"',
  recognize: (head) =>
    indexOf(head, 'Order #') !== undefined && indexOf(head, 'Attendee #', 'Attendee Status') !== undefined
      ? 'it has "Order #" and attendees'
      : undefined,
  layout: (head): Layout => ({ fields: people(head) }),
};

/** Zoom's participants: a row each time that somebody joined. */
export const zoom: RosterFormat = {
  name: 'zoom',
  title: 'a Zoom list of participants',
  rows: 'everyone',
  example: 'minutes >= 60',
  recognize: (head) =>
    hasAll(head, 'Name (Original Name)') && indexOf(head, ...MINUTES) !== undefined
      ? 'it has "Name (Original Name)" and minutes'
      : undefined,
  layout: (head): Layout => {
    const [email, name] = [indexOf(head, 'User Email', 'Email'), indexOf(head, 'Name (Original Name)')];
    const minutes = indexOf(head, ...MINUTES);
    const waiting = indexOf(head, 'In Waiting Room');
    return {
      fields: [
        ...field(head, 'email', 'User Email', 'Email'),
        ...(name === undefined
          ? []
          : [
              {
                column: 'name',
                at: name,
                take: (cells: readonly string[]) => (cells[name] ?? '').replace(/ \([^()]*\)$/, ''),
              },
            ]),
        ...fact(head, 'minutes', ...MINUTES),
      ],
      ...(minutes === undefined
        ? {}
        : {
            gather: {
              by: [email, name].filter((at) => at !== undefined),
              minutes,
              from: indexOf(head, 'Join Time'),
              until: indexOf(head, 'Leave Time'),
            },
          }),
      passOver: (cells) =>
        waiting !== undefined && readValue(cells[waiting] ?? '') === true ? 'is of the waiting room' : undefined,
    };
  },
};

const MINUTES = ['Duration (Minutes)', 'Total Duration (Minutes)'];

/** Microsoft Teams' report of who attended. */
export const teams: RosterFormat = {
  name: 'teams',
  title: "Microsoft Teams' list of attendance",
  rows: 'everyone',
  example: 'role == "Presenter"',
  recognize: (head) => (hasAll(head, 'First Join', 'Last Leave') ? 'it has "First Join" and "Last Leave"' : undefined),
  layout: (head): Layout => ({ fields: people(head) }),
};

/** OneRoster's users.csv. */
export const oneRoster: RosterFormat = {
  name: 'oneroster',
  title: 'a OneRoster list of users',
  rows: 'everyone',
  example: 'role == "student" and enableduser',
  recognize: (head) =>
    hasAll(head, 'sourcedId', 'enabledUser', 'givenName', 'familyName')
      ? 'it has "sourcedId" and "enabledUser"'
      : undefined,
  layout: (head): Layout => ({
    fields: [
      ...field(head, 'email', 'email'),
      ...joinedName([indexOf(head, 'givenName'), indexOf(head, 'familyName')]),
      ...field(head, `${JOIN_PREFIX}sourcedid`, 'sourcedId'),
    ],
    others: ['identifier'],
  }),
};

/** OneRoster's results.csv: scores without names, to be joined with users.csv by `sourcedId`. */
export const oneRosterResults: RosterFormat = {
  name: 'oneroster-results',
  title: 'a OneRoster list of results',
  rows: 'everyone',
  example: 'score >= 70 and scorestatus == "fully graded"',
  recognize: (head) =>
    hasAll(head, 'sourcedId', 'lineItemSourcedId', 'studentSourcedId', 'scoreStatus')
      ? 'it has "lineItemSourcedId" and "studentSourcedId"'
      : undefined,
  layout: (head): Layout => {
    const status = indexOf(head, 'status');
    return {
      fields: [
        ...field(head, `${JOIN_PREFIX}sourcedid`, 'studentSourcedId'),
        ...fact(head, 'score', 'score'),
        ...field(head, 'issued_on', 'scoreDate'),
      ],
      others: ['score'],
      passOver: (cells) =>
        status !== undefined && (cells[status] ?? '').trim().toLowerCase() === 'tobedeleted' ? 'is deleted' : undefined,
    };
  },
};
