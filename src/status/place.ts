import { asList } from '../openbadges/credential.ts';
import type { StatusListName, StatusPlace } from '../ports.ts';
import type { JsonObject } from '../syntax/json.ts';
import { readStatusEntry } from './list.ts';

const LIST_FILE = /^status\/(revocation|suspension)-(?:([a-z0-9-]+)-)?([1-9]\d{0,8})\.(?:json|jwt)$/;

/** The list that a path below public/ and the hosting address names; undefined where it is none of badgekit's. */
export function listNameOf(path: string): StatusListName | undefined {
  const [, purpose, series = '', list = ''] = LIST_FILE.exec(path) ?? [];
  return purpose === 'revocation' || purpose === 'suspension' ? { purpose, series, list: Number(list) } : undefined;
}

/** `revocation list skill 2` */
export function describeList({ purpose, series, list }: StatusListName): string {
  return `${purpose} list ${series === '' ? '' : `${series} `}${list}`;
}

/** The places that a credential has in its issuer's own lists. */
export function placesOf(credential: JsonObject, hosting: string): readonly StatusPlace[] {
  return asList(credential['credentialStatus']).flatMap((member) => {
    const entry = readStatusEntry(member);
    if (entry.kind !== 'bitstring' || !entry.list.startsWith(`${hosting}/`)) return [];
    const list = listNameOf(entry.list.slice(hosting.length + 1));
    return list === undefined ? [] : [{ index: entry.index, ...list }];
  });
}
