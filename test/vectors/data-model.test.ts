import { readdirSync } from 'node:fs';
import jsonld from 'jsonld';
import { describe, expect, test } from 'vitest';
import { credentialFaults, presentationFaults } from '../../src/openbadges/data-model.ts';
import { isJsonObject, type JsonObject } from '../../src/syntax/json.ts';
import { conformancePath, hasConformance, readDocument, withExamples } from '../support/conformance.ts';

const FOLDER = 'vectors/vc-data-model-2.0/input';
const files = hasConformance
  ? readdirSync(conformancePath(FOLDER), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.replaceAll('\\', '/'))
      .sort()
  : [];

/** What the suite replaces by dates of the day. */
const DATES: Readonly<Record<string, string>> = {
  'PAST DATE': '2020-01-01T00:00:00Z',
  'FUTURE DATE': '2040-01-01T00:00:00Z',
};

/** The suite gives its inputs to an issuer, which adds itself where none is named. */
function asIssued(file: string, document: JsonObject): JsonObject {
  if (/no-issuer|issuer-object-id|issuer-null|presentation/.test(file)) return document;
  const { issuer = 'did:example:issuer' } = document;
  const dated = Object.fromEntries(
    Object.entries(document).map(([name, value]) => [
      name,
      typeof value === 'string' ? (DATES[value] ?? value) : value,
    ]),
  );
  return { ...dated, issuer: isJsonObject(issuer) ? { id: 'did:example:issuer', ...issuer } : issuer };
}

async function refusal(file: string): Promise<string | undefined> {
  const document = asIssued(file, readDocument(`${FOLDER}/${file}`));
  const faults = file.startsWith('presentation') ? presentationFaults(document) : credentialFaults(document);
  if (faults[0] !== undefined) return faults[0].message;
  try {
    const { proof: _, ...unsecured } = document;
    await jsonld.expand(unsecured, { documentLoader: withExamples, safe: true });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown';
  }
}

/** The "mismatch" files are well-formed: they are for presentations signed by the holder, which they are not. */
describe.skipIf(!hasConformance)('the W3C test suite of the Verifiable Credentials Data Model 2.0', () => {
  test.each(files.filter((file) => file.endsWith('-ok.json')))('%s is accepted', async (file) => {
    expect(await refusal(file)).toBeUndefined();
  });

  test.each(files.filter((file) => /-fail(-or-inject)?\.json$/.test(file)))('%s is refused', async (file) => {
    expect(await refusal(file)).toBeDefined();
  });
});
