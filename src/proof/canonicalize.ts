import { BadgekitError } from '../errors.ts';
import type { DocumentLoader } from '../ports.ts';
import type { JsonObject } from '../syntax/json.ts';
import { libraryForm, libraryLabels } from './library-form.ts';
import { Shapes } from './shapes.ts';

/**
 * Who answered: a template of the document's shape; a template for the statements and the library for the labels, where
 * blank nodes are alike at first sight; or the libraries alone.
 */
export type Tier = 'template' | 'template and library' | 'library';

export interface CanonicalForm {
  readonly text: string;
  readonly tier: Tier;
}

const shapes = new Shapes();

/**
 * The canonical N-Quads of a JSON-LD document (RDFC-1.0 after JSON-LD 1.1 expansion in safe mode), and who answered.
 * @throws BadgekitError TERM_UNDEFINED | CONTEXT_UNKNOWN | CREDENTIAL_INVALID
 */
export async function canonicalForm(document: JsonObject): Promise<CanonicalForm> {
  const filled = shapes.fillRecent(document) ?? (await shapes.fill(document));
  if (filled === undefined) return { text: await libraryForm(document), tier: 'library' };
  return filled.text === undefined
    ? { text: await libraryLabels(filled.quads, document), tier: 'template and library' }
    : { text: filled.text, tier: 'template' };
}

/**
 * The same text, whoever makes it; by the libraries alone where contexts are to be read otherwise than badgekit does.
 * @throws BadgekitError TERM_UNDEFINED | CONTEXT_UNKNOWN | CREDENTIAL_INVALID
 */
export async function canonicalize(
  document: JsonObject,
  documentLoader?: DocumentLoader,
  mode: 'safe' | 'as far as defined' = 'safe',
): Promise<string> {
  if (documentLoader !== undefined || mode !== 'safe') return await libraryForm(document, documentLoader, mode);
  return (await canonicalForm(document)).text;
}

/** Two canonical forms of one document, where there must be one. */
export class CanonicalDifference extends BadgekitError {
  readonly document: JsonObject;
  readonly own: string;
  readonly libraries: string;

  constructor(document: JsonObject, own: string, libraries: string) {
    super(
      'CANONICAL_DIFFERENCE',
      'the libraries canonicalize a credential otherwise than badgekit does; it was not signed',
    );
    this.document = document;
    this.own = own;
    this.libraries = libraries;
  }
}

/**
 * Proves that the libraries make the same canonical form of a document.
 * @throws CanonicalDifference where they do not
 */
export async function requireAgreement(document: JsonObject, own: string): Promise<void> {
  const libraries = await libraryForm(document);
  if (libraries !== own) throw new CanonicalDifference(document, own, libraries);
}
