import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadContext } from '../../src/openbadges/contexts.ts';
import type { DocumentLoader } from '../../src/ports.ts';
import type { JsonObject } from '../../src/syntax/json.ts';
import { isJsonObject, parseJson } from '../../src/syntax/json.ts';

const folder = resolve(process.env['BADGEKIT_CONFORMANCE'] ?? join(import.meta.dirname, '../../../shared/conformance'));

/** Whether the published vectors are at hand; tests that need them are skipped where they are not. */
export const hasConformance = existsSync(join(folder, 'vectors'));

if (!hasConformance) {
  console.warn(
    `The published vectors are not at ${folder}: their tests are skipped. docs/conformance.md says where they come from; BADGEKIT_CONFORMANCE names the folder.`,
  );
}

export function conformancePath(path: string): string {
  return join(folder, path);
}

export function readBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, path)));
}

export function readText(path: string): string {
  return readFileSync(join(folder, path), 'utf8');
}

export function readDocument(path: string): JsonObject {
  const value = parseJson(readText(path));
  if (!isJsonObject(value)) throw new Error(`${path} is no JSON object`);
  return value;
}

/** The bundled contexts, and the one that the W3C's examples use besides. */
export const withExamples: DocumentLoader = async (url) =>
  url === 'https://www.w3.org/ns/credentials/examples/v2'
    ? {
        contextUrl: null,
        documentUrl: url,
        document: JSON.parse(readText('contexts/credentials-examples-v2.jsonld')) as object,
      }
    : await loadContext(url);
