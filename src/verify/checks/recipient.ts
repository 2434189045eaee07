import { matchRecipient } from '../../openbadges/recipient.ts';
import type { JsonObject } from '../../syntax/json.ts';
import { type CheckResult, failed, type Finding, passed, skipped } from '../verdict.ts';

/** Step 10: whether the badge was awarded to somebody whom the reader names (Open Badges 3.0, "Recipient verification"). */
export function checkRecipient(document: JsonObject, recipient: string | undefined): CheckResult {
  if (recipient === undefined) return skipped('recipient', 'you named nobody to compare with', []);
  const match = matchRecipient(document['credentialSubject'] ?? null, recipient);
  if (match.outcome === 'no identifier')
    return failed('recipient', [
      {
        code: 'RECIPIENT_UNIDENTIFIED',
        path: '/credentialSubject',
        message: 'the badge does not say to whom it was awarded',
      },
    ]);
  if (match.outcome === 'no match')
    return failed('recipient', [
      {
        code: 'RECIPIENT_MISMATCH',
        path: '/credentialSubject',
        message: 'it was awarded to somebody else than the one whom you named',
        advice: 'try the address that the person had when the badge was awarded',
      },
    ]);
  const notes: Finding[] = [];
  if (match.folded)
    notes.push({ code: 'RECIPIENT_FOLDED', message: 'it matches in lower case and without spaces around it' });
  if (match.md5)
    notes.push({ code: 'RECIPIENT_MD5', message: 'the recipient is hashed with MD5, which is easy to guess from' });
  return passed(
    'recipient',
    { 'subject id': "matches the subject's id", plain: 'matches', hashed: 'matches (hashed)' }[match.how],
    notes,
  );
}
