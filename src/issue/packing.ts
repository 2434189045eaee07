import type { WholeFile } from '../ports.ts';
import { envelopeOf } from '../proof/jwt.ts';
import type { Instant } from '../syntax/datetime.ts';
import type { SecuredText } from './secure.ts';

/** How many credentials can be written one after the other: a line for each, or the files of each. */
export const ARCHIVE_FORMS = ['jsonl', 'tar'] as const;
export type ArchiveForm = (typeof ARCHIVE_FORMS)[number];

/** A credential with its files, and when it was made. */
export interface Packable {
  readonly secured: Pick<SecuredText, 'text' | 'extension'>;
  readonly files: readonly WholeFile[];
  readonly created: Instant;
}

/** What ends a tar archive: two empty blocks. */
export const TAR_END = new Uint8Array(1024);

/**
 * Credentials as a piece of an archive; pieces one after the other make the whole, a tar archive with `TAR_END` behind
 * them. The same credentials make the same bytes.
 */
export async function packed(form: ArchiveForm, credentials: readonly Packable[]): Promise<Uint8Array<ArrayBuffer>> {
  if (form === 'tar') {
    const { tarOf } = await import('./tar.ts');
    return (await tarOf(credentials)).subarray(0, -TAR_END.length);
  }
  const lines = credentials.map(({ secured }) => `${lineOf(secured)}\n`).join('');
  return new TextEncoder().encode(lines);
}

/** A credential as one line of JSON; a token in its envelope. */
function lineOf({ text, extension }: Packable['secured']): string {
  return extension === 'json' ? text : JSON.stringify(envelopeOf(text));
}
