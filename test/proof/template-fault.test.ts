import { afterEach, expect, test, vi } from 'vitest';
import { BadgekitError } from '../../src/errors.ts';
import { addProof, checkProof } from '../../src/proof/data-integrity.ts';
import { Shapes } from '../../src/proof/shapes.ts';
import { assembleCredential } from '../../src/openbadges/credential.ts';
import { isJsonObject } from '../../src/syntax/json.ts';
import { badgeContent, MADE, signedBadge, testIssuer } from '../support/badge.ts';

const issuer = testIssuer();
const badge = await signedBadge(issuer);
const [proof] = [badge['proof']].flat().filter(isJsonObject);

afterEach(() => {
  vi.restoreAllMocks();
});

test.each<[string, () => { text: string }]>([
  ['another canonical form', () => ({ text: '<urn:x:1> <urn:x:2> "wrong" .\n' })],
  [
    'an error',
    () => {
      throw new BadgekitError('CREDENTIAL_INVALID', 'a fault of the template');
    },
  ],
])('a template that gives %s rejects no badge', async (_, fault) => {
  vi.spyOn(Shapes.prototype, 'fillRecent').mockImplementation(fault);
  expect(await checkProof(badge, proof ?? {}, issuer.key.publicKey)).toBe(true);
  const other = { ...badge, awardedDate: '2026-05-05T09:00:00Z' };
  expect(await checkProof(other, proof ?? {}, issuer.key.publicKey)).toBe(false);
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
