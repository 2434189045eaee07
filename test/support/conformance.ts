import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
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
