import { pointer } from './json.ts';

/** Where a walk through a document is. It becomes a JSON Pointer only where there is something to say about it. */
export interface Place {
  /** Undefined at the root. */
  readonly within: Place | undefined;
  readonly key: string | number;
}

/** The JSON Pointer (RFC 6901) of a place; of the root where there is none. */
export function pointerTo(place: Place | undefined): string {
  return place === undefined ? '' : pointer(pointerTo(place.within), place.key);
}
