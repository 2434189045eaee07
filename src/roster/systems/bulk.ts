import { field, hasAll, indexOf, joinedName, type Layout, type RosterFormat, type RosterHead } from '../layout.ts';

/** Credly's bulk issue file: the badge is a template's id. */
export const credly: RosterFormat = {
  name: 'credly',
  title: 'a Credly bulk issue file',
  rows: 'awards',
  recognize: (head) =>
    hasAll(head, 'Badge Template ID', 'Recipient Email')
      ? 'it has "Badge Template ID" and "Recipient Email"'
      : undefined,
  layout: (head): Layout => ({
    fields: [
      ...field(head, 'email', 'Recipient Email'),
      ...joinedName([
        indexOf(head, 'Issued To First Name', 'First Name'),
        indexOf(head, 'Issued To Middle Name', 'Middle Name'),
        indexOf(head, 'Issued To Last Name', 'Last Name'),
      ]),
      ...field(head, 'badge', 'Badge Template ID'),
      ...field(head, 'issued_on', 'Issued At', 'Issued at', 'Issued At Date'),
      ...field(head, 'expires_on', 'Expires At', 'Expiration Date', 'Expires On'),
      ...field(head, 'evidence_url', 'Evidence URL'),
      ...field(head, 'evidence_name', 'Evidence Name'),
      ...field(head, 'locale', 'Locale'),
    ],
  }),
};

/** The bulk award file of Badgr, Canvas Badges and Parchment: a recipient is an address, a URL or a telephone number. */
export const badgr: RosterFormat = {
  name: 'badgr',
  title: 'a Badgr (Canvas Badges, Parchment) bulk award file',
  rows: 'awards',
  recognize: (head) =>
    hasAll(head, 'Badge Class ID', 'Identifier') ? 'it has "Badge Class ID" and "Identifier"' : undefined,
  layout: (head): Layout => ({
    fields: [
      ...recipientFields(indexOf(head, 'Identifier')),
      ...joinedName([indexOf(head, 'First Name'), indexOf(head, 'Last Name')]),
      ...field(head, 'badge', 'Badge Class ID'),
      ...field(head, 'narrative', 'Narrative'),
      ...field(head, 'evidence_url', 'Evidence URL'),
      ...field(head, 'evidence_description', 'Evidence Narrative'),
      ...field(head, 'issued_on', 'Issue Date'),
      ...field(head, 'expires_on', 'Expiration Date'),
    ],
  }),
};

function recipientFields(at: number | undefined): Layout['fields'] {
  if (at === undefined) return [];
  const where = (column: string, fits: (kind: 'email' | 'id' | 'identifier') => boolean): Layout['fields'][number] => ({
    column,
    at,
    take: (cells) => (fits(kindOf((cells[at] ?? '').trim())) ? (cells[at] ?? '') : ''),
  });
  return (['email', 'id', 'identifier'] as const).map((column) => where(column, (kind) => kind === column));
}

function kindOf(identifier: string): 'email' | 'id' | 'identifier' {
  if (/^https?:\/\//i.test(identifier) || identifier.startsWith('did:')) return 'id';
  return /^\+?[\d ().-]+$/.test(identifier) && identifier !== '' ? 'identifier' : 'email';
}

/** Accredible's list of recipients; the group of a list with several is the badge. */
export const accredible: RosterFormat = {
  name: 'accredible',
  title: 'an Accredible list of recipients',
  rows: 'awards',
  recognize: (head) =>
    hasAll(head, 'Recipient Name', 'Recipient Email') &&
    indexOf(head, 'Badge') === undefined &&
    indexOf(head, 'Issued On', 'Group', 'Group Name', 'Credential.Id', 'recipient_id') !== undefined
      ? 'it has "Recipient Name", "Recipient Email" and a column of Accredible\'s own'
      : undefined,
  layout: (head): Layout => ({
    fields: [
      ...field(head, 'email', 'Recipient Email'),
      ...field(head, 'name', 'Recipient Name'),
      ...field(head, 'badge', 'Group', 'Group Name'),
      ...field(head, 'issued_on', 'Issued On'),
      ...field(head, 'expires_on', 'Expired On', 'Expires On'),
    ],
  }),
};

/** The roster of Blockcerts' cert-tools. */
export const blockcerts: RosterFormat = {
  name: 'blockcerts',
  title: 'a Blockcerts roster',
  rows: 'awards',
  recognize: (head) =>
    hasAll(head, 'name', 'pubkey', 'identity') ? 'it has "name", "pubkey" and "identity"' : undefined,
  layout: (head): Layout => {
    const at = indexOf(head, 'identity') ?? 0;
    return {
      fields: [
        { column: 'email', at, take: (cells) => (cells[at] ?? '').trim().replace(/^mailto:/i, '') },
        ...field(head, 'name', 'name'),
      ],
    };
  },
};

/** The list of the Digital Credentials Consortium's admin dashboard. */
export const dcc: RosterFormat = {
  name: 'dcc',
  title: "a list for the Digital Credentials Consortium's admin dashboard",
  rows: 'awards',
  recognize: (head) =>
    hasAll(head, 'earnerName', 'credentialName', 'emailAddress')
      ? 'it has "earnerName", "credentialName" and "emailAddress"'
      : undefined,
  layout: (head: RosterHead): Layout => ({
    fields: [
      ...field(head, 'email', 'emailAddress'),
      ...field(head, 'name', 'earnerName'),
      ...field(head, 'badge', 'credentialName'),
    ],
  }),
};

/** The list of the geobadges tools. */
export const geobadges: RosterFormat = {
  name: 'geobadges',
  title: 'a geobadges list',
  rows: 'awards',
  recognize: (head) =>
    hasAll(head, 'recipient_email', 'badge', 'issued_on', 'issuer')
      ? 'it has "recipient_email" and "issuer"'
      : undefined,
  layout: (head): Layout => ({
    fields: [
      ...field(head, 'email', 'recipient_email'),
      ...field(head, 'badge', 'badge'),
      ...field(head, 'issued_on', 'issued_on'),
      ...field(head, 'expires_on', 'expires'),
      ...field(head, 'evidence_url', 'evidence'),
    ],
  }),
};
