import { BadgekitError } from '../errors.ts';
import { quoted } from '../syntax/text.ts';

const KEY_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
/** `-jwk` at the end would be taken for another form of the same key. */
const RESERVED = /^award-ids$|-jwk$/;

/** @throws BadgekitError USAGE where a text cannot be the name of a key */
export function refuseKeyName(option: string, name: string): void {
  if (KEY_NAME.test(name) && !RESERVED.test(name)) return;
  throw new BadgekitError('USAGE', `${option} ${quoted(name)} cannot be a key's name`, {
    hint: 'use lower-case letters, digits and hyphens, such as key-1',
  });
}
