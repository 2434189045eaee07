import { listFiles } from './files.ts';
import type { Programme } from './programme.ts';

const ROSTERS_FOLDER = 'rosters';
const LISTS = ['.rejected.csv', '.not-awarded.csv'] as const;

/** The roster files in the programme's own folder of them, by path, without the lists that badgekit writes beside them. */
export async function rosterFiles({ root }: Pick<Programme, 'root'>): Promise<readonly string[]> {
  const files = await listFiles(root, ROSTERS_FOLDER);
  return files.filter((file) => /\.(?:csv|tsv|jsonl)$/.test(file) && !LISTS.some((end) => file.endsWith(end)));
}

/** The lists that badgekit wrote beside rosters: rows that were refused, and rows of people who earned nothing. */
export async function rowListFiles({ root }: Pick<Programme, 'root'>): Promise<readonly string[]> {
  const files = await listFiles(root, ROSTERS_FOLDER);
  return files.filter((file) => LISTS.some((end) => file.endsWith(end)));
}
