import type { StatusListName, StatusPlace } from '../ports.ts';
import { asList, type BitstringStatusListEntry } from '../openbadges/credential.ts';
import { CREDENTIALS_V2 } from '../openbadges/vocabulary.ts';
import { formatStamp, type Instant } from '../syntax/datetime.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import { encodeBitstring } from './bitstring.ts';

/** Where a list is hosted, relative to the hosting address and to public/. */
export function statusListPath({ purpose, series, list }: StatusListName, extension: 'json' | 'jwt'): string {
  return `status/${purpose}-${series === '' ? '' : `${series}-`}${list}.${extension}`;
}

/** The entry that a credential carries (Bitstring Status List v1.0, section 2.1); its id is not the list's own URL. */
export function statusEntry(hosting: string, place: StatusPlace, extension: 'json' | 'jwt'): BitstringStatusListEntry {
  const { purpose, index } = place;
  const url = `${hosting}/${statusListPath(place, extension)}`;
  return {
    id: `${url}#${index}`,
    type: 'BitstringStatusListEntry',
    statusPurpose: purpose,
    statusListIndex: String(index),
    statusListCredential: url,
  };
}

export interface StatusListContent {
  readonly url: string;
  /** The issuer's identifier. */
  readonly issuer: string;
  readonly purpose: StatusPlace['purpose'];
  readonly size: number;
  readonly set: Iterable<number>;
  readonly validFrom: Instant;
  readonly validUntil: Instant;
}

/** An unsigned BitstringStatusListCredential (section 2.2). */
export function assembleStatusList(content: StatusListContent): JsonObject {
  const { url } = content;
  return {
    '@context': [CREDENTIALS_V2],
    id: url,
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    issuer: content.issuer,
    validFrom: formatStamp(content.validFrom),
    validUntil: formatStamp(content.validUntil),
    credentialSubject: {
      id: `${url}#list`,
      type: 'BitstringStatusList',
      statusPurpose: content.purpose,
      encodedList: encodeBitstring(content.size, content.set),
    },
  };
}

/** A credentialStatus entry as a verifier reads it: parsed, or the reason why it cannot be. */
export type ReadEntry =
  | BitstringEntry
  | { readonly kind: 'revocation list'; readonly url: string }
  | { readonly kind: 'unsupported'; readonly type: string; readonly why: string }
  | { readonly kind: 'malformed'; readonly why: string };

export interface BitstringEntry {
  readonly kind: 'bitstring';
  /** The kind of list that the entry must lead to: an entry of one kind never counts in a list of the other. */
  readonly listType: ListType;
  readonly purpose: string;
  readonly index: number;
  readonly list: string;
  readonly indexIsNumber: boolean;
  /** Bits of the entry. */
  readonly size: number;
  /** What each value of a message means, in the order of the values. */
  readonly messages: readonly string[];
}

export type ListType = 'BitstringStatusList' | 'StatusList2021';

const ENTRY_TYPES: Readonly<Record<string, ListType>> = {
  BitstringStatusListEntry: 'BitstringStatusList',
  StatusList2021Entry: 'StatusList2021',
};
const INDEX = /^(?:0|[1-9]\d{0,14})$/;
const MAX_SIZE = 8;

export function readStatusEntry(entry: Json): ReadEntry {
  if (!isJsonObject(entry)) return { kind: 'malformed', why: 'it is not an object' };
  const { type, id } = entry;
  if (type === '1EdTechRevocationList')
    return typeof id === 'string'
      ? { kind: 'revocation list', url: id }
      : { kind: 'malformed', why: 'the revocation list has no id' };
  const listType = typeof type === 'string' && Object.hasOwn(ENTRY_TYPES, type) ? ENTRY_TYPES[type] : undefined;
  if (listType === undefined)
    return {
      kind: 'unsupported',
      type: typeof type === 'string' ? type : 'unnamed',
      why: 'badgekit does not know this kind of status',
    };
  return readBitstringEntry(entry, listType);
}

function readBitstringEntry(entry: JsonObject, listType: ListType): ReadEntry {
  const { statusPurpose, statusListIndex, statusListCredential, statusSize = 1, statusMessage } = entry;
  const index = typeof statusListIndex === 'number' ? String(statusListIndex) : statusListIndex;
  if (typeof index !== 'string' || !INDEX.test(index))
    return { kind: 'malformed', why: 'statusListIndex is not a whole number in plain digits' };
  if (typeof statusPurpose !== 'string' || typeof statusListCredential !== 'string')
    return { kind: 'malformed', why: 'statusPurpose or statusListCredential is missing' };
  if (typeof statusSize !== 'number' || !Number.isInteger(statusSize) || statusSize < 1)
    return { kind: 'malformed', why: 'statusSize is not a whole number of bits' };
  if (statusSize > MAX_SIZE)
    return { kind: 'unsupported', type: listType, why: `its entries have more than ${MAX_SIZE} bits` };
  const messages = statusSize === 1 && statusMessage === undefined ? [] : readMessages(statusMessage, statusSize);
  if (messages === undefined)
    return { kind: 'malformed', why: 'its statusMessage does not have one message for each value' };
  return {
    kind: 'bitstring',
    listType,
    purpose: statusPurpose,
    index: Number(index),
    list: statusListCredential,
    indexIsNumber: typeof statusListIndex === 'number',
    size: statusSize,
    messages,
  };
}

/** Section 2.1, statusMessage: one entry `{ status: "0x1", message }` for each value that the bits can have. */
function readMessages(value: Json | undefined, size: number): readonly string[] | undefined {
  const entries = asList(value).filter(isJsonObject);
  if (entries.length !== 2 ** size) return undefined;
  const messages = new Map(
    entries.map(({ status, message }) => [typeof status === 'string' ? Number(status) : -1, message]),
  );
  const ordered = Array.from({ length: 2 ** size }, (_, status) => messages.get(status));
  return ordered.every((message) => typeof message === 'string') ? ordered : undefined;
}

export interface StatusListParts {
  readonly listType: ListType;
  readonly purposes: readonly string[];
  readonly encodedList: string;
  /** How long a copy may be kept, in milliseconds (section 2.2, ttl). */
  readonly ttl: number | undefined;
}

/** The parts of a status list credential that a verifier needs; undefined where it is not one. */
export function readStatusList(credential: JsonObject): StatusListParts | undefined {
  const subject = credential['credentialSubject'];
  if (!isJsonObject(subject) || typeof subject['encodedList'] !== 'string') return undefined;
  const types = asList(credential['type']);
  const subjectTypes = asList(subject['type']);
  const listType = (['BitstringStatusList', 'StatusList2021'] as const).find(
    (type) => types.includes(`${type}Credential`) && subjectTypes.includes(type),
  );
  if (listType === undefined) return undefined;
  const purposes = asList(subject['statusPurpose']).filter((purpose) => typeof purpose === 'string');
  const { ttl, encodedList } = subject;
  return { listType, purposes, encodedList, ttl: typeof ttl === 'number' ? ttl : undefined };
}
