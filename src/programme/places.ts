import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export const CONFIG_FILE = 'badgekit.yaml';
export const MAX_CONFIG_BYTES = 256 * 1024;
/** The line of it that names the key that signs, as a person writes it: what comes before the name, and the name. */
export const KEY_LINE = /^(key:[ \t]*)("[^"\n]*"|'[^'\n]*'|[^\s#]+)/m;
export const MAX_KEY_BYTES = 64 * 1024;
export const AWARD_SECRET_FILE = 'keys/award-ids.jwe';

export function keyFile(name: string): string {
  return `keys/${name}.jwe`;
}

/** The folder with badgekit.yaml: the one named, or the nearest at or above the working folder. */
export function findProgrammeRoot(workingFolder: string, named: string | undefined): string | undefined {
  if (named !== undefined) {
    const root = resolve(workingFolder, named);
    return existsSync(join(root, CONFIG_FILE)) ? root : undefined;
  }
  for (let at = resolve(workingFolder); ; at = dirname(at)) {
    if (existsSync(join(at, CONFIG_FILE))) return at;
    if (dirname(at) === at) return undefined;
  }
}
