/** A table of text with a header. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What stands in a column of a row, if anything does. */
export function textIn({ header }: Table, row: readonly string[], column: string): string | undefined {
  const text = (row[header.indexOf(column)] ?? '').trim();
  return text === '' ? undefined : text;
}
