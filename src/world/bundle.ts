import { validate } from 'validators:bundle';
import { BadgekitError } from '../errors.ts';
import { contextDocument, contextHash, knownContexts } from '../openbadges/contexts.ts';
import { formatStamp, type Instant, readInstant } from '../syntax/datetime.ts';
import { parseJson } from '../syntax/json.ts';
import { schemaReader } from '../syntax/schema.ts';
import { decodeUtf8, quoted } from '../syntax/text.ts';

/** What a verification looked up, kept so that somebody can decide later, without a network. */
export interface Bundle {
  readonly path: string;
  readonly documents: ReadonlyMap<string, { readonly bytes: Uint8Array; readonly readAt: Instant }>;
  /** The text of each credential that was verified, by its id. */
  readonly credentials: ReadonlyMap<string, string>;
}

interface BundleFile {
  readonly savedAt: string;
  readonly documents: readonly { readonly url: string; readonly readAt: string; readonly base64: string }[];
  readonly contexts: readonly { readonly url: string; readonly sha256: string }[];
  readonly credentials: readonly { readonly id: string; readonly text: string }[];
}

/**
 * Reads a saved trust bundle (schemas/bundle.json).
 * @throws BadgekitError BUNDLE_INVALID; so it is where a context meant something else when the bundle was saved
 */
export function readBundle(bytes: Uint8Array, path: string): Bundle {
  const outcome = schemaReader<BundleFile>(validate)(parseBundle(bytes, path));
  if (!outcome.ok)
    throw new BadgekitError(
      'BUNDLE_INVALID',
      `it is no trust bundle: ${outcome.faults[0]?.message ?? 'unknown form'}`,
      {
        where: { file: path },
      },
    );
  const { documents, contexts, credentials } = outcome.value;
  const changed = contexts.find(({ url, sha256 }) => (contextHash(url) ?? sha256) !== sha256);
  if (changed !== undefined)
    throw new BadgekitError(
      'BUNDLE_INVALID',
      `the context ${quoted(changed.url)} had another content when the bundle was saved: terms may have meant something else`,
      { where: { file: path }, hint: 'use the version of badgekit that saved it, or look everything up again' },
    );
  return {
    path,
    documents: new Map(
      documents.map(({ url, readAt, base64 }) => [
        url,
        { bytes: new Uint8Array(Buffer.from(base64, 'base64')), readAt: readInstant(readAt) ?? 0 },
      ]),
    ),
    credentials: new Map(credentials.map(({ id, text }) => [id, text])),
  };
}

function parseBundle(bytes: Uint8Array, path: string): unknown {
  try {
    return parseJson(decodeUtf8(bytes));
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    throw new BadgekitError('BUNDLE_INVALID', `it is no trust bundle: ${error.message}`, {
      where: { file: path, line: error.where?.line, column: error.where?.column },
    });
  }
}

/** Collects what a run looks up, for a bundle. */
export class BundleRecorder {
  readonly #documents = new Map<string, { bytes: Uint8Array; readAt: Instant }>();
  readonly #credentials = new Map<string, string>();

  document(url: string, bytes: Uint8Array, readAt: Instant): void {
    this.#documents.set(url, { bytes, readAt });
  }

  credential(id: string, text: string): void {
    this.#credentials.set(id, text);
  }

  get size(): { readonly documents: number; readonly credentials: number } {
    return { documents: this.#documents.size, credentials: this.#credentials.size };
  }

  /** The bundle's text: sorted, so that the same look-ups give the same file. */
  async write(savedAt: Instant): Promise<string> {
    const contexts = await Promise.all(
      knownContexts().map(async (url) => ({ url, sha256: contextHash(url), document: await contextDocument(url) })),
    );
    const bundle = {
      badgekit: 1,
      kind: 'trust bundle',
      savedAt: formatStamp(savedAt),
      documents: byName(this.#documents).map(([url, { bytes, readAt }]) => ({
        url,
        readAt: formatStamp(readAt),
        base64: Buffer.from(bytes).toString('base64'),
      })),
      contexts,
      credentials: byName(this.#credentials).map(([id, text]) => ({ id, text })),
    };
    return `${JSON.stringify(bundle, null, 2)}\n`;
  }
}

function byName<T>(entries: Iterable<readonly [string, T]>): (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}
