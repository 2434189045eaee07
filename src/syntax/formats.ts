import { isDuration, parseDateTimeStamp } from './datetime.ts';
import { isAbsoluteIri, isDid, isEmailAddress, isWebUrl } from './iri.ts';

interface Format {
  readonly validate: (text: string) => boolean;
  /** What such a value is, with an example. */
  readonly hint: string;
}

/** The formats that the schemas of schemas/ name. */
export const FORMATS: Readonly<Record<string, Format>> = {
  iri: { validate: isAbsoluteIri, hint: 'an absolute URL or URI such as https://example.org/x or urn:uuid:…' },
  'web-url': { validate: isWebUrl, hint: 'an absolute web address such as https://example.org/x' },
  did: { validate: isDid, hint: 'a DID such as did:web:example.org' },
  email: { validate: isEmailAddress, hint: 'an e-mail address such as ana@example.org' },
  'date-time': {
    validate: (text) => parseDateTimeStamp(text) !== undefined,
    hint: 'a date and time with its time zone such as 2026-05-04T09:00:00Z',
  },
  date: {
    validate: (text) => parseDateTimeStamp(`${text}T00:00:00Z`) !== undefined,
    hint: 'a date such as 2026-05-04',
  },
  validity: {
    validate: (text) => text === 'never' || isDuration(text),
    hint: 'an ISO 8601 duration such as P2Y (two years) or P18M, or never',
  },
  duration: { validate: isDuration, hint: 'an ISO 8601 duration such as P2Y (two years) or P18M' },
};
