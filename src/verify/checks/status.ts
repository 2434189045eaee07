import { BadgekitError, ifUsable } from '../../errors.ts';
import { asList, issuerId } from '../../openbadges/credential.ts';
import type { LookupSource } from '../../ports.ts';
import { showsAllOf } from '../../proof/data-integrity.ts';
import { isDerived } from '../../proof/suites.ts';
import { readStatusEntry } from '../../status/list.ts';
import { replacementOf, supersededUrl } from '../../status/superseded.ts';
import { findRevocation } from '../../status/revocation-list.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../syntax/json.ts';
import { decodeUtf8, quoted } from '../../syntax/text.ts';
import type { VerifyOptions } from '../context.ts';
import { staleness } from '../freshness.ts';
import { type Opened, openText } from '../subject.ts';
import { type CheckResult, failed, type Finding, passed, skipped, undetermined } from '../verdict.ts';
import { place, readBit, rejectedList } from './status-list.ts';

const MAX_LIST_BYTES = 4 * 1024 * 1024;
const MAX_SUPERSEDED_BYTES = 16 * 1024 * 1024;
/** Each is looked up; a badge has one or two. */
const MAX_ENTRIES = 8;
const STATUS = 'https://www.w3.org/2018/credentials#credentialStatus';

/** Step 9: every status entry of the credential is looked up; the worst answer counts. */
export async function checkStatus(document: JsonObject, options: VerifyOptions): Promise<CheckResult> {
  const entries = asList(document['credentialStatus']);
  if (entries.length === 0) {
    if (!isDerived(document) || options.allowsWithheld === true)
      return skipped('status', 'the badge has no status: its issuer cannot revoke it');
    return undetermined('status', [
      {
        code: 'WITHHELD',
        message: 'it shows no status, which its holder may have withheld: whether it was revoked is not known',
        advice: 'ask the holder to show the status as well, or give --allow-withheld if you know that it has none',
      },
    ]);
  }
  if (entries.length > MAX_ENTRIES)
    return failed('status', [
      {
        code: 'STATUS_MALFORMED',
        path: '/credentialStatus',
        message: `it has more than ${MAX_ENTRIES} status entries`,
      },
    ]);
  const results: CheckResult[] = [];
  for (const entry of entries) results.push(await checkEntry(entry, document, options));
  if (isDerived(document) && options.allowsWithheld !== true) results.push(await othersOf(entries, document));
  const worst = (['failed', 'undetermined', 'passed', 'skipped'] as const)
    .map((outcome) => results.find((result) => result.outcome === outcome))
    .find((result) => result !== undefined);
  const findings = results.flatMap((result) => result.findings);
  if (findings.some(({ code }) => code === 'REVOKED')) findings.push(...(await replacement(document, options)));
  return worst === undefined ? skipped('status', 'not looked up') : { ...worst, findings };
}

/** The badge that took the place of a revoked one, as far as its issuer publishes that. */
async function replacement(document: JsonObject, { world }: VerifyOptions): Promise<readonly Finding[]> {
  const { id } = document;
  const urls = asList(document['credentialStatus'])
    .map(readStatusEntry)
    .flatMap((entry) => (entry.kind === 'bitstring' ? (supersededUrl(entry.list) ?? []) : []));
  const [url] = urls;
  if (url === undefined || typeof id !== 'string') return [];
  const fetched = await world.read(url, MAX_SUPERSEDED_BYTES);
  const newer = fetched.found ? ifUsable(() => replacementOf(id, parseJson(decodeUtf8(fetched.value)))) : undefined;
  if (newer === undefined || !fetched.found) return [];
  return [
    {
      code: 'SUPERSEDED',
      message: `its issuer's host says that ${quoted(newer, 120)} took its place${place(fetched.source)}`,
      advice: 'ask the holder for that badge',
    },
  ];
}

/** What can be said of the statuses that a derived proof may leave out. */
async function othersOf(entries: readonly Json[], document: JsonObject): Promise<CheckResult> {
  if (entries.some(isOfRevocation) && (await showsAllOf(document, STATUS)))
    return skipped('status', 'whether it has others does not show', [
      {
        code: 'PROOF_DERIVED',
        path: '/credentialStatus',
        message:
          'the issuer made this status one that cannot be withheld; whether it signed others, too, does not show',
      },
    ]);
  return undetermined('status', [
    {
      code: 'WITHHELD',
      message: 'its holder may have withheld another status than it shows: whether it was revoked is not known',
      advice: 'ask the holder to show every status, or give --allow-withheld if you know that there is no other',
    },
  ]);
}

function isOfRevocation(entry: Json): boolean {
  return isJsonObject(entry) && (entry['statusPurpose'] === 'revocation' || entry['type'] === '1EdTechRevocationList');
}

async function checkEntry(entry: Json, document: JsonObject, options: VerifyOptions): Promise<CheckResult> {
  const read = readStatusEntry(entry);
  if (read.kind === 'malformed')
    return failed('status', [
      { code: 'STATUS_MALFORMED', path: '/credentialStatus', message: `the status entry is malformed: ${read.why}` },
    ]);
  if (read.kind === 'unsupported')
    return undetermined('status', [
      {
        code: 'STATUS_UNSUPPORTED',
        path: '/credentialStatus',
        message: `the status ${quoted(read.type)} cannot be looked up: ${read.why}`,
      },
    ]);
  const url = read.kind === 'bitstring' ? read.list : read.url;
  const fetched = await options.world.read(url, MAX_LIST_BYTES);
  if (!fetched.found) {
    const advice = {
      offline: 'try again without --offline, or with a saved --bundle',
      unasked: undefined,
      blocked: undefined,
      unreachable: 'try again later',
      absent: 'the issuer does not host the list (any more): ask there',
    }[fetched.reason];
    return undetermined('status', [
      {
        code: 'STATUS_UNKNOWN',
        message: `whether it was revoked is not known: ${quoted(url, 160)} could not be read (${fetched.message})`,
        advice,
      },
    ]);
  }
  const stale = staleness(fetched.source, options);
  if (stale !== undefined) return undetermined('status', [stale]);
  if (read.kind === 'revocation list') return checkRevocationList(fetched.value, url, fetched.source, document);
  const opened = openList(fetched.value);
  const { subject } = opened;
  if (subject === undefined) return rejectedList(`it cannot be read: ${(opened.syntax ?? opened.file).summary}`);
  return await readBit(
    subject,
    Object.assign({}, read, { issuer: issuerId(document) ?? '', source: fetched.source }),
    options,
  );
}

/** Many badges have one list: its bytes are read once. */
const openedLists = new WeakMap<Uint8Array, Opened>();

function openList(bytes: Uint8Array): Opened {
  const opened =
    openedLists.get(bytes) ??
    openText(ifUsable(() => decodeUtf8(bytes)) ?? '', 'status list', { maxLength: MAX_LIST_BYTES });
  openedLists.set(bytes, opened);
  return opened;
}

/** A list that nobody signed: it counts as far as its place on the web can be relied on, and the report says so. */
function checkRevocationList(bytes: Uint8Array, url: string, source: LookupSource, document: JsonObject): CheckResult {
  try {
    const id = typeof document['id'] === 'string' ? document['id'] : '';
    const answer = findRevocation(parseJson(decodeUtf8(bytes)), url, id, issuerId(document) ?? '');
    const note: Finding = {
      code: 'STATUS_UNSIGNED',
      message: `the 1EdTechRevocationList is not signed: this rests on the server that sent it${place(source)}`,
    };
    if (!answer.revoked)
      return passed('status', `not revoked, by the issuer's revocation list${place(source)}`, [note]);
    const reason = answer.reason === undefined ? '' : `; the reason given is ${quoted(answer.reason, 200)}`;
    return failed('status', [{ code: 'REVOKED', message: `it was revoked${reason}` }, note]);
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    return undetermined('status', [
      { code: 'STATUS_UNKNOWN', message: `whether it was revoked is not known: ${error.message}` },
    ]);
  }
}
