/** The name of a column as it is compared: without regard to case, accents, quotes, and how words are held together. */
export function foldName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/["'“”„«»‘’]/g, '')
    .trim()
    .replace(/[\s\u00a0_-]+/g, '_');
}

/** The name of a column as it is shown: on one line, without space around it. */
export function cleanName(name: string): string {
  return name.replace(/[\s\u00a0]+/g, ' ').trim();
}
