import type { StatusPlace } from '../ports.ts';
import { asList, type BitstringStatusListEntry } from '../openbadges/credential.ts';
import { CREDENTIALS_V2 } from '../openbadges/vocabulary.ts';
import { formatStamp, type Instant } from '../syntax/datetime.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import { encodeBitstring } from './bitstring.ts';

/** Where a list is hosted, relative to the hosting address and to public/. */
export function statusListPath(purpose: StatusPlace['purpose'], list: number, extension: 'json' | 'jwt'): string {
  return `status/${purpose}-${list}.${extension}`;
}

/** The entry that a credential carries (Bitstring Status List v1.0, section 2.1); its id is not the list's own URL. */
export function statusEntry(
  hosting: string,
  { purpose, list, index }: StatusPlace,
  extension: 'json' | 'jwt',
): BitstringStatusListEntry {
  const url = `${hosting}/${statusListPath(purpose, list, extension)}`;
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
  | {
      readonly kind: 'bitstring';
      readonly purpose: string;
      readonly index: number;
      readonly list: string;
      readonly indexIsNumber: boolean;
    }
  | { readonly kind: 'unsupported'; readonly type: string; readonly why: string }
  | { readonly kind: 'malformed'; readonly why: string };

const INDEX = /^(?:0|[1-9]\d{0,14})$/;

export function readStatusEntry(entry: Json): ReadEntry {
  if (!isJsonObject(entry)) return { kind: 'malformed', why: 'it is not an object' };
  const { type, statusPurpose, statusListIndex, statusListCredential, statusSize } = entry;
  if (type !== 'BitstringStatusListEntry')
    return {
      kind: 'unsupported',
      type: typeof type === 'string' ? type : 'unnamed',
      why: 'badgekit does not know this kind of status',
    };
  if (statusSize !== undefined && statusSize !== 1)
    return { kind: 'unsupported', type, why: 'its entries have more than one bit' };
  const index = typeof statusListIndex === 'number' ? String(statusListIndex) : statusListIndex;
  if (typeof index !== 'string' || !INDEX.test(index))
    return { kind: 'malformed', why: 'statusListIndex is not a whole number in plain digits' };
  if (typeof statusPurpose !== 'string' || typeof statusListCredential !== 'string')
    return { kind: 'malformed', why: 'statusPurpose or statusListCredential is missing' };
  return {
    kind: 'bitstring',
    purpose: statusPurpose,
    index: Number(index),
    list: statusListCredential,
    indexIsNumber: typeof statusListIndex === 'number',
  };
}

/** The parts of a status list credential that a verifier needs; undefined where it is not one. */
export function readStatusList(
  credential: JsonObject,
): { readonly purposes: readonly string[]; readonly encodedList: string } | undefined {
  const subject = credential['credentialSubject'];
  const isList =
    asList(credential['type']).includes('BitstringStatusListCredential') &&
    isJsonObject(subject) &&
    asList(subject['type']).includes('BitstringStatusList');
  if (!isList || typeof subject['encodedList'] !== 'string') return undefined;
  const purposes = asList(subject['statusPurpose']).filter((purpose) => typeof purpose === 'string');
  return { purposes, encodedList: subject['encodedList'] };
}
