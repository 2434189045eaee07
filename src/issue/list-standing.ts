import { ifUsable } from '../errors.ts';
import type { Files, Ledger, StatusListRow } from '../ports.ts';
import { decodeBitstring } from '../status/bitstring.ts';
import { readStatusList, statusListPath } from '../status/list.ts';
import { formatDay, type Instant, readInstant } from '../syntax/datetime.ts';
import type { Json, JsonObject } from '../syntax/json.ts';
import { withThousands } from '../syntax/text.ts';
import { MAX_LIST_BYTES, readListCredential } from './status-lists.ts';

/** Why a status list in public/ is not as the ledger would have it. */
export interface ListFault {
  readonly kind: 'list missing' | 'list unreadable' | 'list differs' | 'list expired';
  readonly what: string;
  readonly path: string;
}

export interface ListStanding {
  readonly path: string;
  readonly verificationMethod: Json | undefined;
  readonly faults: readonly ListFault[];
}

/** Compares a status list in public/ with what the ledger says. Changes nothing. */
export async function listStanding(
  list: StatusListRow,
  ledger: Pick<Ledger, 'lastChanges'>,
  files: Files,
  now: Instant,
): Promise<ListStanding> {
  const paths = (['json', 'jwt'] as const).map((form) => `public/${statusListPath(list, form)}` as const);
  const there = await Promise.all(paths.map((path) => files.exists(path)));
  const path = paths[there.indexOf(true)];
  if (path === undefined) return standing('list missing', 'the list is not there', paths[0] ?? '');
  const bytes = await files.read(path, MAX_LIST_BYTES);
  const hosted = ifUsable(() => readListCredential(bytes));
  const bits = ifUsable(() => decodeBitstring(readStatusList(hosted?.document ?? {})?.encodedList ?? ''));
  if (hosted === undefined || bits === undefined)
    return standing('list unreadable', 'it cannot be read as a status list', path);
  const wanted = new Set((await ledger.lastChanges(list)).filter(({ set }) => set).map(({ index }) => index));
  const { lacking, extra } = compareBits(bits, { length: bits.length, isSet: (index) => wanted.has(index) });
  const faults = [
    ...(lacking === 0 ? [] : [`it lacks ${entries(lacking)} that the ledger has set`]),
    ...(extra === 0 ? [] : [`it has ${entries(extra)} set that the ledger knows nothing of`]),
  ].map((what): ListFault => ({ kind: 'list differs', what, path }));
  return {
    path,
    verificationMethod: hosted.verificationMethod,
    faults: [...faults, ...expiry(hosted.document, path, now)],
  };
}

function expiry(document: JsonObject, path: string, now: Instant): readonly ListFault[] {
  const until = readInstant(document['validUntil']);
  return until !== undefined && until < now
    ? [{ kind: 'list expired', what: `nobody can rely on it since ${formatDay(until)}`, path }]
    : [];
}

function standing(kind: ListFault['kind'], what: string, path: string): ListStanding {
  return { path, verificationMethod: undefined, faults: [{ kind, what, path }] };
}

interface Bits {
  readonly length: number;
  isSet(index: number): boolean;
}

/** How many entries a list lacks that should be set, and how many it has set that should not be. */
export function compareBits(has: Bits, wanted: Bits): { readonly lacking: number; readonly extra: number } {
  let [lacking, extra] = [0, 0];
  for (let index = 0; index < Math.max(has.length, wanted.length); index++) {
    const [isSet, isWanted] = [has.isSet(index), wanted.isSet(index)];
    if (isWanted && !isSet) lacking++;
    if (isSet && !isWanted) extra++;
  }
  return { lacking, extra };
}

function entries(number: number): string {
  return number === 1 ? '1 entry' : `${withThousands(number)} entries`;
}
