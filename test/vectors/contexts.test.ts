import { describe, expect, test } from 'vitest';
import { contextDocument, knownContexts } from '../../src/openbadges/contexts.ts';
import { hasConformance, readText } from '../support/conformance.ts';

/** Where the published copy of each bundled context lies. */
const PUBLISHED: Readonly<Record<string, string>> = {
  'https://www.w3.org/ns/credentials/v2': 'credentials-v2.jsonld',
  'https://www.w3.org/2018/credentials/v1': 'credentials-v1.jsonld',
  'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json': 'ob-v3p0-context-3.0.3.json',
  'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json': 'ob-v3p0-context-3.0.2.json',
  'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json': 'ob-v3p0-context-3.0.1.json',
  'https://purl.imsglobal.org/spec/ob/v3p0/context.json': 'ob-v3p0-context.json',
  'https://purl.imsglobal.org/spec/ob/v3p0/extensions.json': 'ob-v3p0-extensions.json',
  'https://w3id.org/security/data-integrity/v1': 'data-integrity-v1.jsonld',
  'https://w3id.org/security/data-integrity/v2': 'data-integrity-v2.jsonld',
  'https://w3id.org/security/multikey/v1': 'multikey-v1.jsonld',
  'https://w3id.org/security/suites/ed25519-2020/v1': 'ed25519-2020-v1.jsonld',
  'https://www.w3.org/ns/credentials/status/v1': 'vc-bitstring-status-list-v1.jsonld',
  'https://w3id.org/vc/status-list/2021/v1': 'vc-status-list-2021-v1.jsonld',
};

describe('bundled contexts', () => {
  test.each(knownContexts())('%s matches its pin', async (url) => {
    expect(await contextDocument(url)).toHaveProperty('@context');
  });

  test('anything else is unknown, and nothing is fetched', async () => {
    await expect(contextDocument('https://example.org/context.json')).rejects.toMatchObject({
      code: 'CONTEXT_UNKNOWN',
    });
    await expect(contextDocument('file:///etc/passwd')).rejects.toMatchObject({ code: 'CONTEXT_UNKNOWN' });
    await expect(contextDocument('constructor')).rejects.toMatchObject({ code: 'CONTEXT_UNKNOWN' });
  });

  test.skipIf(!hasConformance).each(Object.entries(PUBLISHED))('%s is the published one', async (url, file) => {
    expect(await contextDocument(url)).toEqual(JSON.parse(readText(`contexts/${file}`)));
  });
});
