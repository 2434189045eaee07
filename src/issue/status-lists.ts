import { BadgekitError, ifUsable } from '../errors.ts';
import type { Clock, Files, Ledger, StatusListRow } from '../ports.ts';
import { decodeBitstring } from '../status/bitstring.ts';
import { assembleStatusList, readStatusList, statusListPath } from '../status/list.ts';
import { SUPERSEDED_PATH, supersededText } from '../status/superseded.ts';
import { addDuration, type Instant, readInstant } from '../syntax/datetime.ts';
import { openJwt } from '../proof/jwt.ts';
import { asList } from '../openbadges/credential.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../syntax/json.ts';
import { decodeUtf8 } from '../syntax/text.ts';
import { type ListIssuer, statusListExtension } from './issuer.ts';
import { secure } from './secure.ts';

export const MAX_LIST_BYTES = 4 * 1024 * 1024;

export interface ListSigning {
  readonly issuer: ListIssuer;
  readonly ledger: Ledger;
  readonly files: Files;
  readonly clock: Clock;
  /** ISO 8601 duration for which a list can be relied on. */
  readonly validFor: string;
}

/** What was written, by path. */
export interface RefreshedLists {
  /** The lists that were signed. */
  readonly lists: readonly string[];
  /** What says which badges replaced which, where it changed. */
  readonly superseded: readonly string[];
}

/**
 * Brings the status lists in public/ up to date with the ledger: a list is signed anew where a bit differs, where
 * there is none yet, where another key signed it, and where less than half of its validity is left. No other process may be doing the same.
 */
export async function refreshStatusLists(signing: ListSigning): Promise<RefreshedLists> {
  const { hosting } = signing.issuer;
  if (hosting === undefined) return { lists: [], superseded: [] };
  const signed: string[] = [];
  for (const row of await signing.ledger.statusLists()) {
    const path = await refreshList(row, hosting, signing);
    if (path !== undefined) signed.push(path);
  }
  return { lists: signed, superseded: await publishSupersessions(signing) };
}

async function publishSupersessions({ ledger, files }: ListSigning): Promise<readonly string[]> {
  const supersessions = await ledger.supersessions();
  if (supersessions.length === 0) return [];
  const path = `public/${SUPERSEDED_PATH}`;
  const outcome = await files.write(path, supersededText(supersessions), { replace: true, isSole: true });
  return outcome === 'written' ? [path] : [];
}

async function refreshList(
  list: StatusListRow,
  hosting: string,
  { issuer, ledger, files, clock, validFor }: ListSigning,
): Promise<string | undefined> {
  const extension = statusListExtension(issuer);
  const hosted = statusListPath(list, extension);
  const path = `public/${hosted}`;
  const now = clock();
  const hostedList = await readList(path, files);
  const changes = await ledger.lastChanges(list);
  refuseForgetting(hostedList?.document, path, changes, list.signedAt);
  const content = {
    url: `${hosting}/${hosted}`,
    issuer: issuer.id,
    purpose: list.purpose,
    size: list.size,
    set: changes.filter((change) => change.set).map(({ index }) => index),
    validFrom: now,
    validUntil: addDuration(now, validFor),
  };
  const fresh = assembleStatusList(content);
  const form = extension === 'jwt' ? 'jwt' : 'data-integrity';
  const isOwnKey = hostedList?.verificationMethod === issuer.verificationMethod[form];
  if (isOwnKey && isCurrent(hostedList.document, fresh, now)) return undefined;
  await ledger.requireKey();
  await ledger.noteSigning(list, now);
  const { text } = await secure({ credential: fresh, created: now }, issuer, form);
  await files.write(path, text, { replace: true, isSole: true });
  return path;
}

function signingOf(list: JsonObject): Instant {
  return readInstant(list['validFrom']) ?? 0;
}

type Change = Awaited<ReturnType<Ledger['lastChanges']>>[number];

/**
 * A bit that is set in the list, and that the ledger has not set: it may have cleared it, unless the list is newer than the
 * last that was signed with this ledger. Then the ledger was lost, or is an old copy.
 */
function refuseForgetting(
  list: JsonObject | undefined,
  path: string,
  changes: readonly Change[],
  lastSigned: Instant | undefined,
): void {
  const encoded = list === undefined ? undefined : readStatusList(list)?.encodedList;
  if (list === undefined || encoded === undefined) return;
  const signedAt = signingOf(list);
  // Where nobody noted the signing, the dates of the changes have to do, though clocks may differ.
  const isOwn = ({ set, at }: Change): boolean => set || signedAt <= (lastSigned ?? at);
  const known = new Set(changes.filter(isOwn).map(({ index }) => index));
  const bits = decodeBitstring(encoded);
  for (let index = 0; index < bits.length; index++) {
    if (!bits.isSet(index) || known.has(index)) continue;
    throw new BadgekitError(
      'LEDGER_DAMAGED',
      'the list revokes badges that the ledger knows nothing of; signing it anew would make them valid again',
      {
        where: { file: path },
        hint: 'put the newest copy of .badgekit/ledger.db back from your backup',
      },
    );
  }
}

async function readList(path: string, files: Files): Promise<ListDocument | undefined> {
  if (!(await files.exists(path))) return undefined;
  const fault = new BadgekitError(
    'STATUS_LIST_INVALID',
    'the status list that is here cannot be read, so what it revokes is not known',
    {
      where: { file: path },
      hint: 'copy it back from your web host, or move it away to have it made anew from the ledger',
    },
  );
  const bytes = await files.read(path, MAX_LIST_BYTES);
  const list = ifUsable(() => readListCredential(bytes));
  if (list !== undefined) return list;
  throw fault;
}

/** A status list as it lies in a file. */
interface ListDocument {
  readonly document: JsonObject;
  /** The key that says it signed it. */
  readonly verificationMethod: Json | undefined;
}

/**
 * The credential of a status list file, as JSON or as a token; nothing about it is verified.
 * @throws BadgekitError where it is none
 */
export function readListCredential(bytes: Uint8Array): ListDocument {
  const text = decodeUtf8(bytes).trim();
  if (text.startsWith('{')) {
    const document = parseJson(text);
    const [proof] = isJsonObject(document) ? asList(document['proof']) : [];
    if (isJsonObject(document) && readStatusList(document) !== undefined)
      return { document, verificationMethod: isJsonObject(proof) ? proof['verificationMethod'] : undefined };
  } else {
    const { credential, header } = openJwt(text);
    if (readStatusList(credential) !== undefined) return { document: credential, verificationMethod: header['kid'] };
  }
  throw new BadgekitError('STATUS_LIST_INVALID', 'it is no status list');
}

function isCurrent(hosted: JsonObject, fresh: JsonObject, now: Instant): boolean {
  const [had, has] = [readStatusList(hosted)?.encodedList, readStatusList(fresh)?.encodedList];
  const [until, freshUntil] = [readInstant(hosted['validUntil']), readInstant(fresh['validUntil'])];
  const isLong = until !== undefined && freshUntil !== undefined && until - now > (freshUntil - now) / 2;
  return had === has && hosted['issuer'] === fresh['issuer'] && hosted['id'] === fresh['id'] && isLong;
}
