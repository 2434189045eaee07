import { join } from 'node:path';
import { unusable } from '../errors.ts';
import { openJwk } from '../keys/sealed.ts';
import type { Json } from '../syntax/json.ts';
import { decodeUtf8 } from '../syntax/text.ts';
import { readBounded } from './files.ts';
import { CONFIG_FILE, KEY_LINE, keyFile, MAX_CONFIG_BYTES, MAX_KEY_BYTES } from './places.ts';

/** What most keys are called; whoever calls one otherwise waits a little longer. */
const PLAIN_NAME = /^(?:[\w.-]+|"[\w.-]+"|'[\w.-]+')$/;

/** A sealed file that is being opened, which takes a while by design. */
export interface Unsealing {
  /** As it is sealed. */
  readonly text: string;
  readonly opened: Promise<Json>;
}

/**
 * Begins to open the key that signs, before what else a run needs is loaded, let alone badgekit.yaml read by the rules.
 * @returns undefined where it does not show at a glance which one that is; any fault is told by who opens the key
 */
export async function beginUnsealing(root: string, passphrase: string): Promise<Unsealing | undefined> {
  const read = async (path: string, maxBytes: number): Promise<string> =>
    decodeUtf8(await readBounded(join(root, path), maxBytes, path));
  try {
    const [, , name = ''] = KEY_LINE.exec(await read(CONFIG_FILE, MAX_CONFIG_BYTES)) ?? [];
    if (!PLAIN_NAME.test(name)) return undefined;
    const text = (await read(keyFile(name.replace(/["']/g, '')), MAX_KEY_BYTES)).trim();
    const opened = openJwk(text, passphrase);
    // A failure is met where the key is needed.
    opened.catch(() => undefined);
    return { text, opened };
  } catch (error) {
    return unusable(error);
  }
}
