import { isJsonObject, type Json } from '../syntax/json.ts';

/** Where an issuer says which revoked badges were replaced, relative to the hosting address and to public/. */
export const SUPERSEDED_PATH = 'status/superseded.json';
const OWN_LIST = /\/status\/revocation-(?:[a-z0-9-]+-)?\d+\.(?:json|jwt)$/;

export interface Supersession {
  readonly old: string;
  readonly new: string;
}

/**
 * The address beside a status list at which badgekit publishes replacements; undefined where the list does not look
 * like one of badgekit's. One file for all badges: whoever reads it does not say which badge he asks about.
 */
export function supersededUrl(list: string): string | undefined {
  return OWN_LIST.test(list) ? list.replace(OWN_LIST, `/${SUPERSEDED_PATH}`) : undefined;
}

/** The published text: credential ids alone, sorted. It is not signed: the new badge itself is, and names the old. */
export function supersededText(supersessions: readonly Supersession[]): string {
  const entries = supersessions.map((pair) => [pair.old, pair.new] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ superseded: Object.fromEntries(entries) }, null, 1)}\n`;
}

/** The credential that replaces another, by such a text. */
export function replacementOf(credentialId: string, published: Json): string | undefined {
  const superseded = isJsonObject(published) ? published['superseded'] : undefined;
  if (!isJsonObject(superseded) || !Object.hasOwn(superseded, credentialId)) return undefined;
  const replacement = superseded[credentialId];
  return typeof replacement === 'string' ? replacement : undefined;
}
