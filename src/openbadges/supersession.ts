import { asList, type Evidence } from './credential.ts';
import { isJsonObject, type Json } from '../syntax/json.ts';

/**
 * How a credential says which one it replaces. Open Badges 3.0 has no member for that; its Evidence may be anything
 * with an id, and `genre` says what kind of evidence it is.
 */
export const GENRE_OF_SUPERSESSION = 'superseded badge';

/** The evidence that names the credential that was replaced. */
export function supersessionEvidence(credentialId: string): Evidence {
  return {
    id: credentialId,
    type: ['Evidence'],
    name: 'The badge that this one replaces',
    genre: GENRE_OF_SUPERSESSION,
  };
}

/** Evidence without what it says of a credential that was replaced. */
export function withoutSupersession(evidence: Json | undefined): readonly Json[] {
  return asList(evidence).filter((entry) => !isJsonObject(entry) || entry['genre'] !== GENRE_OF_SUPERSESSION);
}

/** The id of the credential that this one replaces, by its own words. */
export function supersededBy(evidence: Json | undefined): string | undefined {
  for (const entry of asList(evidence)) {
    if (isJsonObject(entry) && entry['genre'] === GENRE_OF_SUPERSESSION && typeof entry['id'] === 'string')
      return entry['id'];
  }
  return undefined;
}
