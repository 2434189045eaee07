import { BadgekitError } from '../errors.ts';
import type { Files } from '../ports.ts';
import { CanonicalDifference } from '../proof/canonicalize.ts';

const FOLDER = '.badgekit/differences';
const PRIVATE = 0o600;

/**
 * Runs what signs a credential. Where the libraries canonicalize it otherwise, the document and both forms are kept, so that
 * they can be looked at.
 * @throws BadgekitError as `sign` does; CANONICAL_DIFFERENCE with the folder in which they lie
 */
export async function savingDifference<T>(files: Files, sign: () => Promise<T>): Promise<T> {
  try {
    return await sign();
  } catch (error) {
    if (!(error instanceof CanonicalDifference)) throw error;
    const { document, own, libraries } = error;
    const name = String(document['id'])
      .replaceAll(/[^\w-]+/g, '-')
      .slice(0, 80);
    const contents = [
      ['document.json', `${JSON.stringify(document, null, 2)}\n`],
      ['badgekit.nq', own],
      ['libraries.nq', libraries],
    ] as const;
    for (const [file, content] of contents)
      await files.write(`${FOLDER}/${name}/${file}`, content, { replace: true, mode: PRIVATE });
    throw new BadgekitError(error.code, error.message, { where: { file: `${FOLDER}/${name}` }, cause: error });
  }
}
