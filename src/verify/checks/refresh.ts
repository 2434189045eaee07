import { asList, issuerId } from '../../openbadges/credential.ts';
import { formatDay, readInstant } from '../../syntax/datetime.ts';
import { isJsonObject, type JsonObject, shownJson } from '../../syntax/json.ts';
import { quoted } from '../../syntax/text.ts';
import type { VerifyOptions } from '../context.ts';
import type { Report } from '../report.ts';
import { MAX_CREDENTIAL_LENGTH, openFile } from '../subject.ts';
import { type CheckResult, type Finding, passed, skipped, undetermined } from '../verdict.ts';

/**
 * Step 9a: whether the issuer offers a newer version (Open Badges 3.0, "Refresh"). The service is named; it is asked
 * only where the reader says so, once, and what it sends is verified like any file. The verdict stays that of the file.
 */
export async function checkRefresh(
  document: JsonObject,
  options: VerifyOptions,
  verifyAgain: (bytes: Uint8Array, options: VerifyOptions) => Promise<Report>,
): Promise<CheckResult> {
  const [service] = asList(document['refreshService']);
  if (!isJsonObject(service)) return skipped('refresh', 'it has no refresh service');
  const { id, type } = service;
  const offered: Finding = {
    code: 'REFRESH_OFFERED',
    path: '/refreshService',
    message: `its issuer offers newer versions at ${quoted(shownJson(id ?? 'nowhere'), 200)}`,
    advice: '--refresh asks there, once',
  };
  if (options.refresh !== true || type !== '1EdTechCredentialRefresh' || typeof id !== 'string')
    return skipped('refresh', offered.message, [offered]);
  const found = await options.world.read(id, MAX_CREDENTIAL_LENGTH);
  if (!found.found) return notRefreshed(`${quoted(id, 160)} could not be read (${found.message})`);
  const report = await verifyAgain(found.value, { ...options, refresh: false, recipient: undefined });
  const { subject } = openFile(found.value);
  if (subject === undefined) return notRefreshed(`what ${quoted(id, 160)} sent is no credential`);
  if (!isSameCredential(subject.document, document))
    return notRefreshed(`what ${quoted(id, 160)} sent is another credential`);
  const [then, now] = [document, subject.document].map(({ validFrom, issuanceDate }) =>
    readInstant(validFrom ?? issuanceDate),
  );
  if ((now ?? 0) <= (then ?? 0)) return passed('refresh', 'this is the newest version');
  const newer = `there is a newer version, valid from ${formatDay(now ?? 0)}: ${report.headline}`;
  return passed('refresh', newer, [{ code: 'REFRESH_NEWER', message: newer, advice: `take that one instead: ${id}` }]);
}

/** Two versions of one credential have its id and its issuer (Open Badges 3.0, "Credential equality"). */
function isSameCredential(one: JsonObject, other: JsonObject): boolean {
  return plain(one['id']) === plain(other['id']) && plain(issuerId(one)) === plain(issuerId(other));
}

function plain(id: unknown): string {
  const text = typeof id === 'string' ? id.trim() : '';
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function notRefreshed(why: string): CheckResult {
  const message = `whether there is a newer version is not known: ${why}`;
  return undetermined('refresh', [{ code: 'REFRESH_FAILED', message }]);
}
