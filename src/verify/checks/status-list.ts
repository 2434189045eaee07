import { hash } from 'node:crypto';
import { BadgekitError } from '../../errors.ts';
import { issuerId } from '../../openbadges/credential.ts';
import type { LookupSource } from '../../ports.ts';
import { type Bitstring, decodeBitstring } from '../../status/bitstring.ts';
import { type BitstringEntry, readStatusList, type StatusListParts } from '../../status/list.ts';
import { formatMinute, readInstant } from '../../syntax/datetime.ts';
import { type JsonObject, shownJson } from '../../syntax/json.ts';
import { Recent } from '../../syntax/recent.ts';
import { quoted } from '../../syntax/text.ts';
import type { VerifyOptions } from '../context.ts';
import type { Subject } from '../subject.ts';
import { type CheckResult, failed, type Finding, passed, skipped, undetermined } from '../verdict.ts';
import { checkDates } from './dates.ts';
import { checkForm, formFaultsOf } from './form.ts';
import { checkSignature } from './signature.ts';

const MAX_UNPACKED = 12;

/** An entry of a badge and what is known around it. */
export interface Wanted extends BitstringEntry {
  readonly issuer: string;
  readonly source: LookupSource;
}

/** Bitstring Status List v1.0, section 3.2: the list's own proof first, then purpose, length and index. */
export async function readBit(list: Subject, wanted: Wanted, options: VerifyOptions): Promise<CheckResult> {
  const content = readStatusList(list.document);
  if (content === undefined || content.listType !== wanted.listType)
    return rejectedList(`it is no ${wanted.listType}Credential`);
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
  const value = valueIn(list, content, wanted);
  if (typeof value !== 'number') return value;
  const asOf = listDate(list.document);
  if (value > 0 && wanted.purpose !== 'refresh' && wanted.purpose !== 'message')
    return setValue(wanted.purpose, value, asOf, wanted, authenticity);
  if (authenticity.outcome !== 'passed') return authenticity;
  if (list.document['id'] !== wanted.list)
    return undetermined('status', [
      {
        code: 'STATUS_LIST_ID',
        message: `the list found at ${quoted(wanted.list, 160)} calls itself ${quoted(shownJson(list.document['id']), 160)}: it may be another list`,
      },
    ]);
  const published = readInstant(list.document['validFrom'] ?? list.document['issuanceDate']);
  if (options.maxStatusAgeMs !== undefined && (published ?? 0) < options.at - options.maxStatusAgeMs)
    return undetermined('status', [
      {
        code: 'STATUS_STALE',
        message: `whether it was revoked since is not known: the status list is of ${asOf}, older than you allow`,
        advice: 'the issuer must publish a newer one; ask there',
      },
    ]);
  const summary = clear(value, asOf, wanted);
  const notes = notesOn(value, content, wanted, options);
  // Only these say whether it still holds; a demand for the status is not met by others.
  return wanted.purpose === 'revocation' || wanted.purpose === 'suspension'
    ? passed('status', summary, notes)
    : skipped('status', summary, notes);
}

const CLEAR: Readonly<Partial<Record<string, string>>> = {
  revocation: 'not revoked',
  suspension: 'not suspended',
  refresh: 'not revoked by this entry',
};

function clear(value: number, asOf: string, { purpose, messages, source }: Wanted): string {
  const said =
    purpose === 'message'
      ? `its status is ${quoted(messages[value] ?? String(value), 200)}`
      : Object.hasOwn(CLEAR, purpose)
        ? CLEAR[purpose]
        : undefined;
  return `${said ?? `nothing is set for ${quoted(purpose)}, which says nothing of revocation`}, list of ${asOf}${place(source)}`;
}

function notesOn(value: number, { ttl }: StatusListParts, wanted: Wanted, { at }: VerifyOptions): Finding[] {
  const notes: Finding[] = [];
  if (wanted.indexIsNumber)
    notes.push({
      code: 'STATUS_INDEX_NUMBER',
      path: '/credentialStatus/statusListIndex',
      message: 'the index is written as a number where the standard has text',
    });
  if (wanted.purpose === 'refresh' && value > 0)
    notes.push({ code: 'STATUS_MESSAGE', message: 'its issuer says that there is a newer version of it' });
  if (wanted.purpose === 'message' && value > 0)
    notes.push({
      code: 'STATUS_MESSAGE',
      message: `its issuer says of it: ${quoted(wanted.messages[value] ?? '', 200)}`,
    });
  // A saved copy outlives its ttl; that is what a bundle is for, and the reader is told.
  if (wanted.source.kind === 'bundle' && ttl !== undefined && at - wanted.source.savedAt > ttl)
    notes.push({
      code: 'STATUS_STALE',
      message: `the list was saved ${formatMinute(wanted.source.savedAt)}, and its issuer says not to rely on a copy for so long`,
      advice: 'look again online',
    });
  return notes;
}

/** Where a list came from, if not from the network. */
export function place(source: LookupSource): string {
  if (source.kind === 'network') return '';
  const saved = source.kind === 'bundle' ? `, saved ${formatMinute(source.savedAt)}` : '';
  return `, ${quoted(source.path)}${saved}`;
}

/** Many badges have one list: it is judged once in a run. */
const judged = new WeakMap<object, Map<string, Promise<CheckResult>>>();

function authenticate(list: Subject, options: VerifyOptions): Promise<CheckResult> {
  const run = options.run ?? options.world;
  const known = judged.get(run) ?? new Map<string, Promise<CheckResult>>();
  judged.set(run, known);
  const name = circumstances(list, options);
  const answer = known.get(name) ?? judge(list, options);
  known.set(name, answer);
  return answer;
}

/** What a judgement of a list depends on, in one text; what anybody may have written comes last. */
function circumstances(list: Subject, { at, world, allowsWithheld, keys = [], keysFor }: VerifyOptions): string {
  // What was found without the network is not what would be found with it.
  const isLocal = world === world.local;
  const given = keys.length === 0 ? '[]' : JSON.stringify(keys.map(({ key, ...about }) => [key.jwk, about]));
  return `${digestOf(list)} ${at} ${isLocal} ${allowsWithheld} ${given.length} ${given}${keysFor === undefined ? '' : ` ${keysFor}`}`;
}

const digests = new WeakMap<JsonObject, string>();

/** Of all that the list says. */
function digestOf({ jwt, document }: Subject): string {
  const digest = digests.get(document) ?? hash('sha256', jwt?.text ?? JSON.stringify(document), 'base64');
  digests.set(document, digest);
  return digest;
}

/** The list is a credential like any other; it has no status of its own. */
async function judge(list: Subject, options: VerifyOptions): Promise<CheckResult> {
  const form = await checkForm(list);
  const { signature, key } = await checkSignature(list, {
    ...options,
    isPinned: false,
    domain: undefined,
    challenge: undefined,
  });
  const dates = checkDates(list.document, options);
  const fault = [...formFaultsOf(form), signature, key, dates].find(({ outcome }) => outcome === 'failed');
  if (fault?.findings[0]?.code === 'EXPIRED')
    return undetermined('status', [
      {
        code: 'STATUS_UNKNOWN',
        message: `whether it was revoked is not known: the status list ${fault.summary.replace(/^it /, '')}`,
        advice: 'the issuer must publish a newer one; ask there',
      },
    ]);
  if (fault !== undefined) return rejectedList(fault.summary);
  const open = [signature, key, dates].find(({ outcome }) => outcome === 'undetermined');
  if (open === undefined) return passed('status', '');
  return undetermined('status', [
    {
      code: 'STATUS_UNKNOWN',
      message: `the status list cannot be relied on: ${open.summary}`,
      advice: open.findings[0]?.advice,
    },
  ]);
}

/** Readers of one list want many of its bits. The last few lists stay unpacked. */
const unpacked = new Recent<string, Bitstring | BadgekitError>(MAX_UNPACKED);

function unpack(list: Subject, { encodedList, listType }: StatusListParts, size: number): Bitstring {
  const name = `${size} ${digestOf(list)}`;
  const known = unpacked.orMake(name, () => tryUnpack(encodedList, size, listType === 'BitstringStatusList'));
  if (known instanceof BadgekitError) throw known;
  return known;
}

function tryUnpack(encodedList: string, size: number, isPrefixed: boolean): Bitstring | BadgekitError {
  try {
    return decodeBitstring(encodedList, { size, isPrefixed });
  } catch (error) {
    if (error instanceof BadgekitError) return error;
    throw error;
  }
}

function valueIn(list: Subject, content: StatusListParts, { index, size }: Wanted): number | CheckResult {
  try {
    const bits = unpack(list, content, size);
    const entries = Math.floor(bits.length / size);
    if (index < entries) return bits.valueAt(index, size);
    return failed('status', [
      {
        code: 'STATUS_LIST_RANGE',
        message: `the badge's place ${index} lies outside its status list of ${entries} entries`,
      },
    ]);
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    return rejectedList(error.message);
  }
}

/** A set bit counts even where the list cannot be relied on: nobody gains by believing a revoked badge. */
function setValue(
  purpose: string,
  value: number,
  asOf: string,
  { messages }: Wanted,
  { findings }: CheckResult,
): CheckResult {
  const said = messages[value] === undefined ? '' : `; the reason given is ${quoted(messages[value], 200)}`;
  if (purpose === 'suspension')
    return failed('status', [{ code: 'SUSPENDED', message: `it is suspended (list of ${asOf})${said}` }, ...findings]);
  if (purpose === 'revocation')
    return failed('status', [{ code: 'REVOKED', message: `it was revoked (list of ${asOf})${said}` }, ...findings]);
  return undetermined('status', [
    {
      code: 'STATUS_UNSUPPORTED',
      message: `its status is set for the purpose ${quoted(purpose)}, which badgekit cannot judge`,
    },
    ...findings,
  ]);
}

export function rejectedList(why: string): CheckResult {
  return failed('status', [{ code: 'STATUS_LIST_REJECTED', message: `the status list is not acceptable: ${why}` }]);
}

function listDate(list: JsonObject): string {
  const instant = readInstant(list['validFrom'] ?? list['issuanceDate']);
  return instant === undefined ? 'unknown date' : formatMinute(instant);
}
