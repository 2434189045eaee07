// First: jsonld takes from there what it needs when it is loaded.
import { sharingContexts } from './shared-contexts.ts';
import jsonld from 'jsonld';
import { BadgekitError } from '../errors.ts';
import { loadContext } from '../openbadges/contexts.ts';
import type { DocumentLoader } from '../ports.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import { isFaithful } from '../syntax/json-number.ts';
import { quoted } from '../syntax/text.ts';
import { canonicalByFirstDegree } from './first-degree.ts';
import { byCodePoints, hasTwoOrders, parseQuads, planesIn, type Quad, quadLine } from './n-quads.ts';

/**
 * How much work the labelling of a graph's blank nodes may be. Enough for every graph of the W3C's test suite that has
 * an answer, and for any badge; so-called poison graphs end here within a second (RDFC-1.0, section 7.1).
 */
export const MAX_DEEP_ITERATIONS = 2000;

/**
 * The canonical N-Quads of a JSON-LD document by the libraries, whatever the document is: RDFC-1.0 after JSON-LD 1.1
 * expansion. In safe mode whatever a context does not define is an error and never a silently unsigned part. The other
 * mode is for telling, after a signature failed, whether undefined parts are why; nothing is ever accepted by it.
 * @throws BadgekitError TERM_UNDEFINED | CONTEXT_UNKNOWN | CREDENTIAL_INVALID
 */
export async function libraryForm(
  document: JsonObject,
  documentLoader: DocumentLoader = loadContext,
  mode: 'safe' | 'as far as defined' = 'safe',
): Promise<string> {
  requireFaithfulNumbers(document);
  try {
    const text = await jsonld.canonize(structuredClone(document), {
      ...sharingContexts,
      algorithm: 'RDFC-1.0',
      base: null,
      canonizeOptions: { maxDeepIterations: deepIterationsFor(document) },
      documentLoader,
      format: 'application/n-quads',
      safe: mode === 'safe',
    });
    return asTheStandardSays(text);
  } catch (error) {
    throw explain(error);
  }
}

/**
 * The canonical form of statements, each of them there once, by the library.
 * @param document that makes them
 * @throws BadgekitError CREDENTIAL_INVALID
 */
export async function libraryLabels(quads: readonly Quad[], document: JsonObject): Promise<string> {
  try {
    const text = await jsonld.canonize(quads.map(quadLine).join(''), {
      algorithm: 'RDFC-1.0',
      canonizeOptions: { maxDeepIterations: deepIterationsFor(document) },
      documentLoader: loadContext,
      format: 'application/n-quads',
      inputFormat: 'application/n-quads',
      safe: true,
    });
    return asTheStandardSays(text);
  } catch (error) {
    throw explain(error);
  }
}

/**
 * Half of a surrogate pair is no character: hashed, all such halves would be the same.
 * The libraries order by UTF-16 units what RDFC-1.0 orders by code points. Where a text may come out in two orders it is
 * ordered anew, and not answered where its blank nodes have to be told apart by more than their first-degree hashes.
 */
function asTheStandardSays(text: string): string {
  if (!text.isWellFormed())
    throw new BadgekitError('CREDENTIAL_INVALID', 'a text in it holds half of a surrogate pair, which is no character');
  if (!hasTwoOrders(planesIn(text))) return text;
  const ordered = canonicalByFirstDegree(parseQuads(text), byCodePoints);
  if (ordered !== undefined) return ordered;
  throw new BadgekitError(
    'CREDENTIAL_INVALID',
    'parts of it that have no id are alike, beside characters of two planes',
  );
}

/** The libraries write some numbers as others: a signature must not cover those. */
function requireFaithfulNumbers(value: Json): void {
  if (Array.isArray(value)) for (const entry of value) requireFaithfulNumbers(entry);
  else if (isJsonObject(value)) for (const member of Object.values(value)) requireFaithfulNumbers(member);
  else if (typeof value === 'number' && !isFaithful(String(value), value))
    throw new BadgekitError('CREDENTIAL_INVALID', `the number ${value} would be signed as another one`);
}

/** A large record of many like things needs one step for each of them. */
function deepIterationsFor(document: JsonObject): number {
  return Math.max(MAX_DEEP_ITERATIONS, countNodes(document));
}

function countNodes(value: Json): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, entry) => sum + countNodes(entry), 0);
  if (!isJsonObject(value)) return 0;
  return Object.values(value).reduce<number>((sum, member) => sum + countNodes(member), 1);
}

function explain(error: unknown): BadgekitError {
  for (let at: unknown = error; at instanceof Error; at = causeOf(at)) if (at instanceof BadgekitError) return at;
  const event = safeModeEvent(error);
  if (event !== undefined) {
    return new BadgekitError('TERM_UNDEFINED', `${event}: a signature would not cover it`, {
      hint: 'use a term that the contexts define, or leave it out',
      cause: error,
    });
  }
  return new BadgekitError('CREDENTIAL_INVALID', `the document cannot be processed as JSON-LD: ${reason(error)}`, {
    cause: error,
  });
}

/** The name that JSON-LD 1.1 (section 9.6) gives to the error; what else can happen is that the order takes too long. */
function reason(error: unknown): string {
  const details: unknown = error instanceof Error && 'details' in error ? error.details : undefined;
  const code = typeof details === 'object' && details !== null && 'code' in details ? details.code : undefined;
  if (typeof code === 'string' && /^[\w@ -]{1,60}$/.test(code)) return code;
  if (error instanceof Error && error.message.startsWith('Maximum deep iterations'))
    return 'too many of its parts have no id and are alike';
  return 'it is not what JSON-LD can express';
}

function causeOf(error: Error): unknown {
  const details: unknown = 'details' in error ? error.details : undefined;
  return (
    error.cause ?? (typeof details === 'object' && details !== null && 'cause' in details ? details.cause : undefined)
  );
}

/** What safe mode objected to, in words. */
function safeModeEvent(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('details' in error)) return undefined;
  const details = error.details as { event?: { code?: string; details?: Record<string, unknown> } } | undefined;
  const code = details?.event?.code;
  if (code === undefined) return undefined;
  const found = details?.event?.details ?? {};
  const subject =
    found['property'] ??
    found['type'] ??
    found['id'] ??
    found['expandedProperty'] ??
    found['value'] ??
    found['language'];
  const name = typeof subject === 'string' ? quoted(subject) : 'something';
  const words: Readonly<Record<string, string>> = {
    'invalid property': `no context defines the member ${name}`,
    'relative @type reference': `no context defines the type ${name}`,
    'relative @id reference': `the id ${name} is not absolute`,
    'relative predicate reference': `no context defines the member ${name}`,
    'relative property reference': `no context defines the member ${name}`,
  };
  return words[code] ?? `JSON-LD would drop ${name} (${code})`;
}
