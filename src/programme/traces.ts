import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { listFiles } from './files.ts';
import type { Programme } from './programme.ts';

/** What badgekit keeps itself, and what is not the programme's. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  '.badgekit',
  '.git',
  'credentials',
  'keys',
  'node_modules',
  'public',
]);

/** Where a text stands in a file, by lines counted from 1. */
export interface Trace {
  readonly path: string;
  readonly lines: readonly number[];
  /** Whether it stands in the file's own name. */
  readonly isNamed: boolean;
}

export interface Traces {
  readonly traces: readonly Trace[];
  /** Files that could not be read. */
  readonly unread: readonly string[];
}

/** Files of the programme that people keep (rosters, exports, notes) in which one of these texts stands, in any case. */
export async function findTraces({ root }: Programme, texts: readonly string[]): Promise<Traces> {
  const wanted = texts.map((text) => text.toLowerCase());
  const isIn = (text: string): boolean => wanted.some((one) => text.toLowerCase().includes(one));
  const traces: Trace[] = [];
  const unread: string[] = [];
  for (const path of await keptFiles(root)) {
    const lines = await linesWith(join(root, path), isIn);
    if (lines === undefined) unread.push(path);
    if (isIn(path) || (lines ?? []).length > 0) traces.push({ path, lines: lines ?? [], isNamed: isIn(path) });
  }
  return { traces, unread };
}

/** The lines of a file for which something holds; undefined where it cannot be read. */
async function linesWith(path: string, isIn: (text: string) => boolean): Promise<readonly number[] | undefined> {
  const lines: number[] = [];
  let number = 0;
  const stream = createReadStream(path);
  try {
    const failure = new Promise<never>((_resolve, reject) => stream.once('error', reject));
    failure.catch(() => undefined);
    await Promise.race([new Promise((resolve) => stream.once('open', resolve)), failure]);
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      number++;
      if (isIn(line)) lines.push(number);
    }
    return lines;
  } catch {
    return undefined;
  }
}

async function keptFiles(root: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (entry.isFile()) paths.push(entry.name);
    else if (entry.isDirectory() && !PASSED_OVER.has(entry.name)) paths.push(...(await listFiles(root, entry.name)));
  }
  return paths.sort();
}
