import { standingOf } from '../issue/standing.ts';
import type { LedgerAward } from '../ports.ts';
import { isInArchive } from '../programme/issued-files.ts';
import type { Programme } from '../programme/programme.ts';
import type { Trace } from '../programme/traces.ts';
import { describeList } from '../status/place.ts';
import { formatDay, formatStamp, type Instant } from '../syntax/datetime.ts';
import { visible } from '../syntax/text.ts';

/** What a receipt tells of; it names nobody. */
export interface ErasedBadges {
  readonly awards: readonly LedgerAward[];
  readonly revoked: readonly string[];
  readonly traces: readonly Trace[];
  readonly unread: readonly string[];
  /** The copies of files that were evidence. */
  readonly evidence: readonly string[];
}

/** A page of Markdown that says what an erasure removed, what it kept and why, and what it could not reach. */
export function erasureReceipt(
  { awards, revoked, traces, unread, evidence }: ErasedBadges,
  { config }: Programme,
  at: Instant,
): string {
  const isRevokedNow = new Set(revoked);
  const badges = awards.map(
    (award) => `- ${award.credentialId}: ${badgeLine(award, isRevokedNow, at)}${entriesOf(award)}\n`,
  );
  const valid = awards.filter(
    (award) => award.state === 'issued' && !isRevokedNow.has(award.credentialId) && standingOf(award, at) === 'valid',
  );
  const archived = awards.filter(isInArchive);
  const found = traces.map((trace) => `- ${describeTrace(trace, shownInReceipt(trace))}\n`);
  const skipped = unread.map((path) => `- \`${visible(path, 200)}\` could not be read\n`);
  const remains =
    found.length + skipped.length === 0
      ? 'Nothing was found in the other files of the programme folder.\n'
      : [...found, ...skipped].join('');
  return `# Erasure of ${formatStamp(at)}

Issuer: ${visible(config.issuer.name ?? config.issuer.id)} (${visible(config.issuer.id)})

## Badges

${badges.join('')}
## Removed

- from the ledger: address, name, id, award key, line of the roster, digests of the row, reasons of revocations
- from \`credentials/\`: the files of these badges
${evidence.length === 0 ? '' : `- ${evidence.length === 1 ? 'the copy of a file that was evidence' : `the copies of ${evidence.length} files that were evidence`}\n`}
## Kept

For each badge its id, name, dates, status entries and the run that issued it, so that it can still be revoked and its
entry is given to nobody else; and a keyed digest of the award, so that no roster issues it again. Without
a file of \`keys/\` and its passphrase, nobody can tell from the digest whose it was.

## Out of reach

- Copies of the badges that were handed out. They carry ${config.recipients === 'hashed-email' ? 'a salted hash of the address' : config.recipients === 'did' ? 'the id of the holder' : 'the address'}, and verify as before${valid.length === 0 ? ', except that they do not count any more' : `: ${valid.length === 1 ? 'one is' : `${valid.length} are`} still valid. To end that: \`badgekit revoke <id>\``}.
${archived.length === 0 ? '' : `- The archives that badges were issued into: ${archived.map(({ credentialId, run }) => `${credentialId}, with the batch ${run}`).join('; ')}.\n`}${evidence.some((path) => path.startsWith('public/')) ? '- Evidence at the host, until `public/` is published there again, and what was downloaded from there.\n' : ''}- Backups of this folder and of the ledger, and the history of a version control system.
- What others made of the badges: mails, profiles, copies at employers.
- On PostgreSQL: pages that the server has not reused yet (\`VACUUM FULL award, status_change\`), its logs and backups.
- On SQLite: the file beside the ledger whose name ends in \`-wal\`, as long as another program had the ledger open.

## Still in the programme folder

These files are not badgekit's to change; remove the lines by hand.

${remains}`;
}

function badgeLine(award: LedgerAward, isRevokedNow: ReadonlySet<string>, at: Instant): string {
  if (award.state === 'reserved')
    return `${visible(award.badge)}, reserved and never issued; if the batch ${award.run} was writing an archive, it may stand at its end`;
  const how = isRevokedNow.has(award.credentialId) ? 'revoked with this erasure' : standingOf(award, at);
  return `${visible(award.badge)}, issued ${award.issuedAt === undefined ? '' : formatDay(award.issuedAt)}, ${how}`;
}

/** Where something of a person still stands: a file as it is to be shown, and the lines. */
export function describeTrace({ lines, isNamed }: Trace, shownFile: string): string {
  const where = lines.length === 0 ? '' : `, ${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`;
  return `${shownFile}${isNamed ? ', in its name' : ''}${where}`;
}

/** A receipt names no file whose name tells of the person. */
function shownInReceipt({ path, isNamed }: Trace): string {
  return isNamed ? `a file in \`${visible(folderOf(path), 200)}\`` : `\`${visible(path, 200)}\``;
}

function folderOf(path: string): string {
  return `${path.slice(0, path.lastIndexOf('/') + 1)}` || './';
}

/** The status entries, in the words by which `ledger rebuild` finds them again. */
function entriesOf({ places }: LedgerAward): string {
  return places.map((place) => `; ${describeList(place)}, entry ${place.index}`).join('');
}
