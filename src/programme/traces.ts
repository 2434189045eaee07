import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createReadStream } from 'node:fs';
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
}

/** Files of the programme that people keep (rosters, exports, notes) in which one of these texts stands, in any case. */
export async function findTraces({ root }: Programme, texts: readonly string[]): Promise<readonly Trace[]> {
  const wanted = texts.map((text) => text.toLowerCase());
  const traces: Trace[] = [];
  for (const path of await keptFiles(root)) {
    const lines: number[] = [];
    let number = 0;
    for await (const line of createInterface({ input: createReadStream(join(root, path)), crlfDelay: Infinity })) {
      number++;
      const folded = line.toLowerCase();
      if (wanted.some((text) => folded.includes(text))) lines.push(number);
    }
    if (lines.length > 0) traces.push({ path, lines });
  }
  return traces;
}

async function keptFiles(root: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (entry.isFile()) paths.push(entry.name);
    else if (entry.isDirectory() && !PASSED_OVER.has(entry.name)) paths.push(...(await listFiles(root, entry.name)));
  }
  return paths.sort();
}
