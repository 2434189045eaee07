import { type Layout, type RosterFormat, type RosterHead, field } from '../layout.ts';
import { XAPI_HEADER } from '../xapi.ts';

/** Statements of a learning record store (Experience API): each says that somebody did something. */
export const xapi: RosterFormat = {
  name: 'xapi',
  title: 'statements of the Experience API (xAPI)',
  rows: 'everyone',
  example: 'verb == "passed" and activity == "https://…"',
  recognize: ({ header }) =>
    header.length >= XAPI_HEADER.length && XAPI_HEADER.every((name, at) => header[at] === name)
      ? 'it is JSON with actors and verbs'
      : undefined,
  layout: (head: RosterHead): Layout => ({
    fields: [
      ...field(head, 'email', 'email'),
      ...field(head, 'name', 'name'),
      ...field(head, 'issued_on', 'timestamp'),
    ],
    others: ['score'],
    passOver: (cells) => {
      const [verb, standing] = ['verb', 'standing'].map((name) => cells[XAPI_HEADER.indexOf(name)] ?? '');
      if (verb === 'voided') return 'takes another statement back';
      if (standing === 'voided') return 'was taken back';
      return standing === 'repeated' ? 'says once more what another one said before' : undefined;
    },
  }),
};
