import { afterEach, expect, test, vi } from 'vitest';
import { addProof, checkProof } from '../../src/proof/data-integrity.ts';
import { Shapes } from '../../src/proof/shapes.ts';
import { assembleCredential } from '../../src/openbadges/credential.ts';
import { isJsonObject, type JsonObject } from '../../src/syntax/json.ts';
import { badgeContent, MADE, signedBadge, type TestIssuer, testIssuer } from '../support/badge.ts';
import { shownBadge } from '../support/sign.ts';

const issuer = testIssuer();
const sharing = testIssuer('P-256');

afterEach(() => {
  vi.restoreAllMocks();
});

test.each<[string, TestIssuer, () => Promise<JsonObject>]>([
  ['a proof of all', issuer, () => signedBadge(issuer)],
  ['a proof of what its holder shows', sharing, () => shownBadge(sharing)],
])('a template that gives another canonical form rejects no badge with %s', async (_, { key }, make) => {
  const badge = await make();
  const [proof] = [badge['proof']].flat().filter(isJsonObject);
  vi.spyOn(Shapes.prototype, 'fillRecent').mockImplementation(() => ({ text: '<urn:x:1> <urn:x:2> "wrong" .\n' }));
  expect(await checkProof(badge, proof ?? {}, key.publicKey)).toBe(true);
  const other = { ...badge, name: 'Other' };
  expect(await checkProof(other, proof ?? {}, key.publicKey)).toBe(false);
});

test('a template that gives another canonical form signs no badge where everything is checked', async () => {
  vi.spyOn(Shapes.prototype, 'fillRecent').mockImplementation(() => ({ text: '<urn:x:1> <urn:x:2> "wrong" .\n' }));
  const signed = addProof(assembleCredential(badgeContent(issuer.id)), issuer.key, {
    verificationMethod: issuer.method,
    created: MADE,
    checks: 'everything',
  });
  await expect(signed).rejects.toThrow('the libraries canonicalize a credential otherwise');
});
