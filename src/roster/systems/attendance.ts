import { field, hasAll, indexOf, joinedName, type Layout, type RosterFormat } from '../layout.ts';
import { fact, people } from './people.ts';

/** The answers of a Google form; of a quiz, with a score such as `28.00 / 30`. */
export const googleForms: RosterFormat = {
  name: 'google-forms',
  title: 'the answers of a Google form',
  rows: 'everyone',
  example: 'score_percent >= 70',
  recognize: (head) =>
    head.names[0] === 'timestamp' && head.names.length > 1 ? 'it begins with "Timestamp"' : undefined,
  layout: (head): Layout => ({ fields: people(head) }),
};

/** The answers of a Microsoft form, as Excel saves them. */
export const microsoftForms: RosterFormat = {
  name: 'microsoft-forms',
  title: 'the answers of a Microsoft form',
  rows: 'everyone',
  example: 'total_points >= 7',
  recognize: (head) =>
    hasAll(head, 'ID', 'Start time', 'Completion time') ? 'it has "Start time" and "Completion time"' : undefined,
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
        : { gather: { by: [email, name].filter((at) => at !== undefined), sum: minutes } }),
    };
  },
};

const MINUTES = ['Duration (Minutes)', 'Total Duration (Minutes)'];

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
    ],
  }),
};
