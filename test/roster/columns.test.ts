import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadgekitError } from '../../src/errors.ts';
import { listFields, parseMapping } from '../../src/roster/columns.ts';
import { FORMAT_NAMES, findFormat } from '../../src/roster/formats.ts';
import { headOf } from '../../src/roster/layout.ts';
import { readingOf } from '../../src/roster/reading.ts';

const fieldsOf = (header: readonly string[], mapping: readonly string[] = []): readonly (readonly [string, string])[] =>
  listFields(headOf(header, []), parseMapping(mapping)).fields.map(
    ({ column, at, and = [] }) => [column, [at, ...and].map((index) => header[index]).join('+')] as const,
  );

describe('the columns of a list', () => {
  test.each<[readonly string[], readonly (readonly [string, string])[]]>([
    [
      ['E-Mail\u00a0', 'NAME'],
      [
        ['name', 'NAME'],
        ['email', 'E-Mail\u00a0'],
      ],
    ],
    [
      ['Prénom', 'Nom', 'Courriel'],
      [
        ['email', 'Courriel'],
        ['name', 'Prénom+Nom'],
      ],
    ],
    [
      ['Nom', 'Courriel'],
      [
        ['email', 'Courriel'],
        ['name', 'Nom'],
      ],
    ],
    [
      ['Nome', 'Cognome', 'Indirizzo email'],
      [
        ['email', 'Indirizzo email'],
        ['name', 'Nome+Cognome'],
      ],
    ],
    [
      ['Nome', 'Indirizzo email'],
      [
        ['email', 'Indirizzo email'],
        ['name', 'Nome'],
      ],
    ],
    [
      ['Vorname', 'Nachname', '"E-Mail-Adresse"'],
      [
        ['email', '"E-Mail-Adresse"'],
        ['name', 'Vorname+Nachname'],
      ],
    ],
    [
      ['Имя', 'Фамилия', 'Электронная почта'],
      [
        ['email', 'Электронная почта'],
        ['name', 'Имя+Фамилия'],
      ],
    ],
    [
      ['email', 'E-Mail address', 'name', 'First name', 'Last name'],
      [
        ['email', 'email'],
        ['name', 'name'],
      ],
    ],
  ])('%j', (header, expected) => {
    expect(fieldsOf(header)).toEqual(expected);
  });

  test('two that could be the same are not guessed', () => {
    expect(() => fieldsOf(['E-Mail', 'Mail', 'Name'])).toThrow(
      expect.objectContaining({
        message: 'both "E-Mail" and "Mail" could be the column email',
        hint: expect.stringContaining('--map'),
      }),
    );
    expect(fieldsOf(['E-Mail', 'Mail', 'Name'], ['email=Mail'])[0]).toEqual(['email', 'Mail']);
  });

  test('columns that are not read may stand twice, or have no name', () => {
    expect(fieldsOf(['email', 'Remark', 'Remark', '', ''])).toEqual([['email', 'email']]);
  });
});

describe('the format of a roster', () => {
  const found = (...header: readonly string[]): string =>
    findFormat(headOf(header, []), undefined).system?.name ?? 'list';

  test.each<[string, readonly string[]]>([
    ['list', ['email', 'name', 'badge', 'issued_on', 'expires_on', 'score']],
    ['list', ['id', 'name', 'badge', 'issued_on']],
    [
      'moodle-gradebook',
      ['First name', 'Surname', 'ID number', 'Email address', 'Quiz: Knots (Real)', 'Course total (Real)'],
    ],
    ['moodle-gradebook', ['Vorname', 'Nachname', 'ID-Nummer', 'E-Mail-Adresse', 'Kurs gesamt (Punkte)']],
    ['moodle-activities', ['', 'Email address', 'Knots quiz', '', 'Splicing', '18 April 2026']],
    ['canvas', ['Student', 'ID', 'SIS Login ID', 'Section', 'Knots (4711)', 'Current Score', 'Final Score']],
    ['canvas', ['LastName', 'FirstName', 'ID', 'SIS User ID', 'Section', 'Final Score']],
    ['edx', ['Student ID', 'Email', 'Username', 'Grade', 'Knots (Avg)', 'Enrollment Track', 'Certificate Eligible']],
    ['blackboard', ['Last Name', 'First Name', 'Username', 'Student ID', 'Knots [Total Pts: 10 Score] |664617']],
    ['google-forms', ['Timestamp', 'Email Address', 'Score', 'What is a bowline?']],
    ['microsoft-forms', ['ID', 'Start time', 'Completion time', 'Email', 'Name', 'Total points']],
    [
      'eventbrite',
      ['Order #', 'Order Date', 'First Name', 'Last Name', 'Email', 'Quantity', 'Attendee #', 'Attendee Status'],
    ],
    ['zoom', ['Name (Original Name)', 'User Email', 'Join Time', 'Leave Time', 'Duration (Minutes)', 'Guest']],
    ['oneroster', ['sourcedId', 'status', 'dateLastModified', 'enabledUser', 'givenName', 'familyName', 'email']],
  ])('%s is seen in %j', (name, header) => {
    expect(found(...header)).toBe(name);
    expect(FORMAT_NAMES).toContain(name);
  });

  test('a count of certificates is refused by name', () => {
    expect(() => found('CourseID', 'Certificate Type', 'Total Certificates Issued', 'Date Report Run')).toThrow(
      expect.objectContaining({ code: 'ROSTER_INVALID', message: expect.stringContaining('Open edX') }),
    );
  });

  test('a Moodle report without addresses says what to do', () => {
    const head = headOf(['ID', 'Name', 'Quiz', 'Course complete'], []);
    const hints = { mapping: new Map<string, string>(), badges: new Map<string, string>(), dates: undefined };
    expect(() => readingOf(head, findFormat(head, undefined), hints)).toThrow(
      expect.objectContaining({ code: 'ROSTER_INVALID', hint: expect.stringMatching(/--map .*let the system export/) }),
    );
  });

  test('no header makes anything but a list, a system or a refusal', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { maxLength: 8 }), (header) => {
        const code = ((): string | undefined => {
          try {
            const head = headOf(header, []);
            readingOf(head, findFormat(head, undefined), { mapping: new Map(), badges: new Map(), dates: undefined });
            return undefined;
          } catch (error) {
            return error instanceof BadgekitError ? error.code : 'another fault';
          }
        })();
        expect([undefined, 'ROSTER_INVALID']).toContain(code);
      }),
    );
  });
});
