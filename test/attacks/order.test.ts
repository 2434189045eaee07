import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/syntax/json.ts';
import { verify } from '../../src/verify/verify.ts';
import { secureAll } from '../../src/issue/secure.ts';
import { assembleCredential } from '../../src/openbadges/credential.ts';
import { canonicalForm } from '../../src/proof/canonicalize.ts';
import { verifyByReference } from '../../src/proof/reference.ts';
import { constant } from '../../src/syntax/constant.ts';
import { badgeContent, bytesOf, MADE, NOW, offline, signedBadge, testIssuer } from '../support/badge.ts';

/** What one file left behind must not decide about the next. */
describe('a verdict does not depend on what was verified before', () => {
  const issuer = testIssuer();
  const achievement = (description: string): object => ({ ...badgeContent(issuer.id).achievement, description });
  const badge = (description: string): Promise<JsonObject> =>
    signedBadge(issuer, { achievement: { ...badgeContent(issuer.id).achievement, description } });
  const verdictOf = async (document: JsonObject, padding = 0): Promise<string> =>
    (await verify(new TextEncoder().encode(JSON.stringify(document) + ' '.repeat(padding)), offline())).verdict;

  test.each([0, 70_000])(
    'an achievement that was moved under the proof of another badge is refused, with %i bytes of white space between',
    async (padding) => {
      for (const [grand, small] of [
        ['Doctor of Medicine, licensed to operate on people, and trained in many more things.', 'Attended a course.'],
        ['Attended a course.', 'Doctor of Medicine, licensed to operate on people, and trained in many more things.'],
      ] as const) {
        const [shown, signed] = [await badge(grand), await badge(small)];
        const { credentialSubject: subject } = signed;
        const forged = {
          ...signed,
          credentialSubject: { ...(subject as JsonObject), achievement: achievement(grand) as JsonObject },
        };
        expect(await verdictOf(forged)).toBe('rejected');
        for (let round = 0; round < 4; round++) {
          for (let again = 0; again < 3; again++) expect(await verdictOf(shown)).toBe('verified');
          expect(await verdictOf(signed, padding)).toBe('verified');
          expect(await verdictOf(forged)).toBe('rejected');
          expect(await Promise.all([shown, forged, signed, forged].map((each) => verdictOf(each)))).toEqual([
            'verified',
            'rejected',
            'verified',
            'rejected',
          ]);
        }
      }
    },
  );

  test('nor does what is signed: an issuer that changed its name stands in what is signed as in what is shown', async () => {
    const { issuer: old } = badgeContent(issuer.id);
    const renamed = constant({ ...old, name: 'New Name' });
    const documents = (profile: typeof old): readonly JsonObject[] =>
      [1, 2, 3].map((second) =>
        assembleCredential(badgeContent(issuer.id, { issuer: profile, validFrom: MADE + 1000 * second })),
      );
    const keys = { key: issuer.key, verificationMethod: { 'data-integrity': issuer.method, jwt: issuer.method } };
    for (let batch = 0; batch < 4; batch++) {
      for (const document of documents({ ...old })) await canonicalForm(document);
      const unsigned = documents(renamed).map((credential) => ({ credential, created: MADE }));
      for (const { document } of await secureAll(unsigned, keys, 'data-integrity'))
        await expect(
          verifyByReference(document ?? {}, issuer.key.publicKey, issuer.method, NOW),
        ).resolves.toBeUndefined();
    }
  });
});

describe('an envelope', () => {
  const issuer = testIssuer();

  test('that says something itself, or holds no token, is no envelope', async () => {
    const { text } = (
      await secureAll(
        [{ credential: assembleCredential(badgeContent(issuer.id)), created: MADE }],
        { key: issuer.key, verificationMethod: { 'data-integrity': issuer.method, jwt: issuer.method } },
        'jwt',
      )
    )[0] ?? { text: '' };
    const context = 'https://www.w3.org/ns/credentials/v2';
    const id = `data:application/vc+jwt,${text}`;
    const envelope: JsonObject = { '@context': context, id, type: 'EnvelopedVerifiableCredential' };
    const verdictOf = async (document: JsonObject): Promise<string> =>
      (await verify(bytesOf(document), offline())).verdict;
    expect(await verdictOf(envelope)).toBe('verified');
    expect(await verdictOf({ ...envelope, type: ['EnvelopedVerifiableCredential'] })).toBe('verified');
    const badge = await signedBadge(issuer);
    const forgeries: readonly JsonObject[] = [
      { ...envelope, name: 'Doctor of Medicine' },
      { ...badge, ...envelope, type: ['VerifiableCredential', 'OpenBadgeCredential', 'EnvelopedVerifiableCredential'] },
      { ...badge, name: 'Doctor of Medicine', ...envelope },
      { ...envelope, type: ['EnvelopedVerifiableCredential', 'OpenBadgeCredential'] },
      { ...envelope, id: JSON.stringify(badge) },
      { ...envelope, id: `data:application/vc+jwt,${JSON.stringify(badge)}` },
      { ...envelope, id: text },
      { ...envelope, id: `data:application/vc+jwt,${JSON.stringify(envelope)}` },
    ];
    for (const forged of forgeries)
      expect(await verdictOf(forged), JSON.stringify(forged).slice(0, 300)).not.toBe('verified');
  });
});
