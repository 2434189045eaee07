import { BadgekitError } from '../../errors.ts';
import { asList, issuerId } from '../../openbadges/credential.ts';
import { decodeBitstring } from '../../status/bitstring.ts';
import { readStatusEntry, readStatusList } from '../../status/list.ts';
import { formatMinute, readInstant } from '../../syntax/datetime.ts';
import { type Json, type JsonObject, shownJson } from '../../syntax/json.ts';
import { decodeUtf8, quoted } from '../../syntax/text.ts';
import type { VerifyOptions } from '../context.ts';
import { openText, type Subject } from '../subject.ts';
import { type CheckResult, failed, type Finding, passed, skipped, undetermined } from '../verdict.ts';
import { checkDates } from './dates.ts';
import { checkForm } from './form.ts';
import { checkSignature } from './signature.ts';

const MAX_LIST_BYTES = 4 * 1024 * 1024;

/** Step 9: every status entry of the credential is looked up; the worst answer counts. */
export async function checkStatus(document: JsonObject, options: VerifyOptions): Promise<CheckResult> {
  const entries = asList(document['credentialStatus']);
  if (entries.length === 0) return skipped('status', 'the badge has no status: its issuer cannot revoke it');
  const results: CheckResult[] = [];
  for (const entry of entries) results.push(await checkEntry(entry, issuerId(document) ?? '', options));
  const worst = (['failed', 'undetermined', 'passed'] as const)
    .map((outcome) => results.find((result) => result.outcome === outcome))
    .find((result) => result !== undefined);
  const findings = results.flatMap((result) => result.findings);
  return worst === undefined ? skipped('status', 'not looked up') : { ...worst, findings };
}

async function checkEntry(entry: Json, issuer: string, options: VerifyOptions): Promise<CheckResult> {
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
  const fetched = await options.world.read(read.list, MAX_LIST_BYTES);
  if (!fetched.found) {
    const advice = {
      offline: 'try again without --offline',
      unasked: undefined,
      blocked: undefined,
      unreachable: 'try again later',
    }[fetched.reason];
    return undetermined('status', [
      {
        code: 'STATUS_UNKNOWN',
        message: `whether it was revoked is not known: ${quoted(read.list, 160)} could not be read (${fetched.message})`,
        advice,
      },
    ]);
  }
  const opened = openText(safeText(fetched.value), 'status list');
  if (opened.subject === undefined) return rejectedList(`it cannot be read: ${opened.file.summary}`);
  const source = fetched.source.kind === 'folder' ? `, ${quoted(fetched.source.path)}` : '';
  return await readBit(opened.subject, { ...read, issuer, source }, options);
}

interface Wanted {
  readonly purpose: string;
  readonly index: number;
  readonly indexIsNumber: boolean;
  readonly list: string;
  readonly issuer: string;
  readonly source: string;
}

/** Bitstring Status List v1.0, section 3.2: the list's own proof first, then purpose, length and index. */
async function readBit(list: Subject, wanted: Wanted, options: VerifyOptions): Promise<CheckResult> {
  const content = readStatusList(list.document);
  if (content === undefined) return rejectedList('it is no BitstringStatusListCredential');
  if (issuerId(list.document) !== wanted.issuer)
    return failed('status', [
      {
        code: 'STATUS_LIST_ISSUER',
        message: `the status list is by ${quoted(issuerId(list.document) ?? 'nobody')}, not by the badge's issuer`,
      },
    ]);
  if (!content.purposes.includes(wanted.purpose))
    return failed('status', [
      {
        code: 'STATUS_LIST_PURPOSE',
        message: `the status list is for ${content.purposes.map((purpose) => quoted(purpose)).join(', ') || 'nothing'}, not for ${quoted(wanted.purpose)}`,
      },
    ]);
  const authenticity = await authenticate(list, options);
  if (authenticity.outcome === 'failed') return authenticity;
  const bit = bitAt(content.encodedList, wanted.index);
  if (typeof bit !== 'boolean') return bit;
  const asOf = listDate(list.document);
  if (bit) return setBit(wanted.purpose, asOf, authenticity);
  if (authenticity.outcome !== 'passed') return authenticity;
  if (list.document['id'] !== wanted.list)
    return undetermined('status', [
      {
        code: 'STATUS_LIST_ID',
        message: `the list found at ${quoted(wanted.list, 160)} calls itself ${quoted(shownJson(list.document['id']), 160)}: it may be another list`,
      },
    ]);
  const notes: Finding[] = wanted.indexIsNumber
    ? [
        {
          code: 'STATUS_INDEX_NUMBER',
          path: '/credentialStatus/statusListIndex',
          message: 'the index is written as a number where the standard has text',
        },
      ]
    : [];
  return passed(
    'status',
    `${CLEAR[wanted.purpose] ?? `nothing is set for ${quoted(wanted.purpose)}, which says nothing of revocation`}, list of ${asOf}${wanted.source}`,
    notes,
  );
}

const CLEAR: Readonly<Partial<Record<string, string>>> = { revocation: 'not revoked', suspension: 'not suspended' };

/** The list is a credential like any other; it has no status of its own. */
async function authenticate(list: Subject, options: VerifyOptions): Promise<CheckResult> {
  const form = await checkForm(list);
  const { signature, key } = await checkSignature(list, { ...options, isPinned: false });
  const dates = checkDates(list.document, options.at);
  const fault = [form, signature, key, dates].find(({ outcome }) => outcome === 'failed');
  if (fault?.findings[0]?.code === 'EXPIRED')
    return undetermined('status', [
      {
        code: 'STATUS_UNKNOWN',
        message: `whether it was revoked is not known: the status list ${fault.summary.replace(/^it /, '')}`,
        advice: 'the issuer must publish a newer one; ask there',
      },
    ]);
  if (fault !== undefined) return rejectedList(fault.summary);
  const open = [signature, key].find(({ outcome }) => outcome === 'undetermined');
  if (open === undefined) return passed('status', '');
  return undetermined('status', [
    {
      code: 'STATUS_UNKNOWN',
      message: `the status list cannot be relied on: ${open.summary}`,
      advice: open.findings[0]?.advice,
    },
  ]);
}

function bitAt(encodedList: string, index: number): boolean | CheckResult {
  try {
    const bits = decodeBitstring(encodedList);
    if (index < bits.length) return bits.isSet(index);
    return failed('status', [
      {
        code: 'STATUS_LIST_RANGE',
        message: `the badge's place ${index} lies outside its status list of ${bits.length} entries`,
      },
    ]);
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    return rejectedList(error.message);
  }
}

/** A set bit counts even where the list cannot be relied on: nobody gains by believing a revoked badge. */
function setBit(purpose: string, asOf: string, authenticity: CheckResult): CheckResult {
  const notes = authenticity.findings;
  if (purpose === 'suspension')
    return failed('status', [{ code: 'SUSPENDED', message: `it is suspended (list of ${asOf})` }, ...notes]);
  if (purpose === 'revocation')
    return failed('status', [{ code: 'REVOKED', message: `it was revoked (list of ${asOf})` }, ...notes]);
  return undetermined('status', [
    {
      code: 'STATUS_UNSUPPORTED',
      message: `its status is set for the purpose ${quoted(purpose)}, which badgekit cannot judge`,
    },
    ...notes,
  ]);
}

function rejectedList(why: string): CheckResult {
  return failed('status', [{ code: 'STATUS_LIST_REJECTED', message: `the status list is not acceptable: ${why}` }]);
}

function listDate(list: JsonObject): string {
  const instant = readInstant(list['validFrom']);
  return instant === undefined ? 'unknown date' : formatMinute(instant);
}

function safeText(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch {
    return '';
  }
}
