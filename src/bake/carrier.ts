/** A credential found in a file, and how it was carried there. */
export interface Extracted {
  /** The exact text: JSON or a compact JWS. */
  readonly credential: string;
  readonly standard: 'Open Badges 3.0' | 'Open Badges 2.0' | 'CLR 2.0';
  /** `PNG, one credential in an iTXt chunk` */
  readonly how: string;
  /** What is odd about it, and not wrong enough to refuse it. */
  readonly notes: readonly string[];
}

/**
 * Bakes credentials into one image, which was read already: the pieces of a file, of which only the middle one is the
 * credential's own.
 */
export type Carrier = (credential: string) => readonly [before: Uint8Array, own: Uint8Array, after: Uint8Array];

/** The names under which credentials are put into images (Open Badges 3.0, "Baking"; the first is what badgekit writes). */
export const CARRIED = [
  {
    standard: 'Open Badges 3.0',
    keyword: 'openbadgecredential',
    namespace: 'https://purl.imsglobal.org/ob/v3p0',
    element: 'credential',
  },
  {
    standard: 'CLR 2.0',
    keyword: 'clrcredential',
    namespace: 'https://purl.imsglobal.org/clr/v2p0',
    element: 'credential',
  },
  { standard: 'Open Badges 2.0', keyword: 'openbadges', namespace: 'http://openbadges.org', element: 'assertion' },
] as const;
