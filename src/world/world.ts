import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Lookup, World } from '../ports.ts';
import { readBounded } from '../programme/files.ts';
import { Recent } from '../syntax/recent.ts';
import { detached, visible } from '../syntax/text.ts';
import { Answers } from './answers.ts';
import type { Bundle } from './bundle.ts';
import { type HttpsOptions, readHttps } from './https.ts';

/** A folder that is to be hosted under an address: what lies in it stands for what will be served. */
export interface Hosting {
  readonly url: string;
  readonly folder: string;
  /** The folder as the report names it. */
  readonly shownAs: string;
}

export interface WorldOptions {
  readonly offline: boolean;
  readonly hosting: readonly Hosting[];
  /** Whether what hosted folders hold is read once: for one run, in which nothing of it changes. */
  readonly isForOneRun?: boolean;
  readonly https?: HttpsOptions;
  /** What an earlier run looked up: it is asked before the network. */
  readonly bundle?: Bundle | undefined;
  /** Told of everything that is found, for a bundle of this run. */
  readonly record?: (url: string, bytes: Uint8Array) => void;
}

/** Files of hosted folders that are kept: keys and status lists, which many badges lead to. */
const MAX_NEAR = 64;

/** What a verifier may ask of the outside: hosted folders first, a bundle, then https under guards, which keeps what it read. */
export function createWorld({ offline, hosting, isForOneRun = false, https, bundle, record }: WorldOptions): World {
  const answers = new Answers();
  const recorded = (url: string, answer: Lookup<Uint8Array>): Lookup<Uint8Array> => {
    if (answer.found) record?.(url, answer.value);
    return answer;
  };
  const readLocal = async (url: string, maxBytes: number): Promise<Lookup<Uint8Array>> =>
    recorded(
      url,
      (await readHosted(url, maxBytes, hosting)) ??
        readSaved(url, maxBytes, bundle) ?? {
          found: false,
          ...(offline
            ? { reason: 'offline', message: 'the network was not asked' }
            : { reason: 'unasked', message: 'the network is asked only once the badge proved authentic' }),
        },
    );
  const local: World = {
    read: isForOneRun ? remembering(readLocal) : readLocal,
    get local() {
      return local;
    },
  };
  if (offline) return local;
  return {
    local,
    read: (url, maxBytes, reach = 'anywhere') =>
      answers.orAsk(`${reach} ${maxBytes} ${url}`, async () => {
        const near = await local.read(url, maxBytes);
        if (near.found || near.reason !== 'unasked') return near;
        return recorded(url, await readHttps(url, maxBytes, { ...https, reach }));
      }),
  };
}

/** Reads what was read lately no second time. */
function remembering(read: (url: string, maxBytes: number) => Promise<Lookup<Uint8Array>>): typeof read {
  const near = new Recent<string, { readonly maxBytes: number; readonly answer: Promise<Lookup<Uint8Array>> }>(
    MAX_NEAR,
  );
  return (url, maxBytes) => {
    const known = near.get(url);
    if (known?.maxBytes === maxBytes) return known.answer;
    const answer = read(url, maxBytes);
    // By a copy: a part of a text keeps the whole of it in memory.
    near.set(detached(url), { maxBytes, answer });
    return answer;
  };
}

function readSaved(url: string, maxBytes: number, bundle: Bundle | undefined): Lookup<Uint8Array> | undefined {
  const saved = bundle?.documents.get(url);
  if (bundle === undefined || saved === undefined) return undefined;
  if (saved.bytes.length > maxBytes)
    return { found: false, reason: 'unreachable', message: `it is larger than ${maxBytes} bytes` };
  return {
    found: true,
    value: saved.bytes,
    source: { kind: 'bundle', path: bundle.path, savedAt: saved.readAt },
  };
}

/** A URL's file in a hosted folder; undefined where no folder is hosted there. */
async function readHosted(
  url: string,
  maxBytes: number,
  hosting: readonly Hosting[],
): Promise<Lookup<Uint8Array> | undefined> {
  for (const host of hosting) {
    const path = pathBelow(url, host.url);
    if (path === undefined) continue;
    const shown = `${host.shownAs}/${path}`;
    const bytes = await readInside(host.folder, path, maxBytes);
    if (bytes === undefined)
      return { found: false, reason: 'unreachable', message: `there is no file ${visible(shown)} that can be read` };
    return { found: true, value: bytes, source: { kind: 'folder', path: shown } };
  }
  return undefined;
}

function pathBelow(url: string, base: string): string | undefined {
  const prefix = base.endsWith('/') ? base : `${base}/`;
  if (!url.startsWith(prefix)) return undefined;
  const path = url.slice(prefix.length);
  const isPlain = path.split('/').every((segment) => /^[\w.~-]+$/.test(segment) && segment !== '.' && segment !== '..');
  return isPlain ? path : undefined;
}

async function readInside(folder: string, path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, ...path.split('/')));
    return file.startsWith(root + sep) ? await readBounded(file, maxBytes, path) : undefined;
  } catch {
    return undefined;
  }
}
