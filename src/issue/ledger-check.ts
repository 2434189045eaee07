import type { AwardRecord, StatusPlace } from '../ports.ts';
import { describeList, placesOf } from '../status/place.ts';
import { type JsonObject, shownJson } from '../syntax/json.ts';

/** Something that ledger, files and status lists do not agree on. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly what: string;
  readonly file: string | undefined;
  readonly credential: string | undefined;
  readonly advice: string;
}

export type DifferenceKind =
  | 'database'
  | 'reserved'
  | 'file missing'
  | 'file unreadable'
  | 'file differs'
  | 'signature'
  | 'key ended'
  | 'file unknown'
  | 'file erased'
  | 'temporary file'
  | 'list missing'
  | 'list unreadable'
  | 'list differs'
  | 'list expired';

/** How a credential's own words differ from what the ledger says; undefined where they agree. */
export function documentDifference(
  award: AwardRecord,
  document: JsonObject,
  hosting: string | undefined,
): string | undefined {
  if (document['id'] !== award.credentialId) return `it is ${shownJson(document['id'])}, by its own words`;
  const said = hosting === undefined ? [] : placesOf(document, hosting);
  const wanted = award.places.map(nameOf).sort().join('; ');
  const found = said.map(nameOf).sort().join('; ');
  return wanted === found ? undefined : `its status is ${found || 'none'}; by the ledger it is ${wanted || 'none'}`;
}

function nameOf(place: StatusPlace): string {
  return `${describeList(place)}, entry ${place.index}`;
}

/** What to do about each kind of difference. */
export const ADVICE: Readonly<Record<DifferenceKind, string>> = {
  database: 'put back a copy of the ledger, or make it again: badgekit ledger rebuild',
  reserved: 'run its roster again: it is finished under the same id',
  'file missing': 'put it back from a backup; its holder has the badge, and its status is safe',
  'file unreadable': 'put it back from a backup',
  'file differs': 'put back the one that was issued, from a backup or from its holder',
  signature: 'put back the file that was issued, from a backup or from its holder',
  'key ended': 'badgekit keys recover issues such badges once more, and signs such lists with another key',
  'file unknown': 'move it away if it was not issued here; if the ledger is an old copy: badgekit ledger rebuild',
  'file erased': 'remove it and the images beside it',
  'temporary file': 'remove it: a run was killed while it wrote it',
  'list missing': 'badgekit status refresh signs it',
  'list unreadable': 'copy it back from your web host, or move it away and run: badgekit status refresh',
  'list differs': 'badgekit status refresh signs it anew',
  'list expired': 'badgekit status refresh signs it anew',
};
