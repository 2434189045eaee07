import { describe, expect, test } from 'vitest';
import { isJsonObject, type JsonObject, parseJson } from '../../src/syntax/json.ts';
import type { Report } from '../../src/verify/report.ts';
import { verify } from '../../src/verify/verify.ts';
import { secureAll } from '../../src/issue/secure.ts';
import { assembleCredential } from '../../src/openbadges/credential.ts';
import { canonicalForm } from '../../src/proof/canonicalize.ts';
import { verifyByReference } from '../../src/proof/reference.ts';
import { constant } from '../../src/syntax/constant.ts';
import { badgeContent, bytesOf, MADE, NOW, offline, signedBadge, testIssuer } from '../support/badge.ts';

/** The verdict, and why it is no better. */
function outcome({ verdict, checks }: Report): string {
  const codes = checks
    .filter(({ outcome: one }) => one === 'failed')
    .flatMap(({ findings }) => findings.map(({ code }) => code));
  return [verdict, ...codes].join(' ');
}

const FORGED = 'rejected SIGNATURE_WRONG';

/** What one file left behind must not decide about the next. */
describe('a verdict does not depend on what was verified before', () => {
  const issuer = testIssuer();
  const achievement = (description: string): object => ({ ...badgeContent(issuer.id).achievement, description });
  const badge = (description: string): Promise<JsonObject> =>
    signedBadge(issuer, { achievement: { ...badgeContent(issuer.id).achievement, description } });
  const outcomeOf = async (document: JsonObject, padding = 0): Promise<string> =>
    outcome(await verify(new TextEncoder().encode(JSON.stringify(document) + ' '.repeat(padding)), offline()));

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
        expect(await outcomeOf(forged)).toBe(FORGED);
        for (let round = 0; round < 4; round++) {
          for (let again = 0; again < 3; again++) expect(await outcomeOf(shown)).toBe('verified');
          expect(await outcomeOf(signed, padding)).toBe('verified');
          expect(await outcomeOf(forged)).toBe(FORGED);
          expect(await Promise.all([shown, forged, signed, forged].map((each) => outcomeOf(each)))).toEqual([
            'verified',
            FORGED,
            'verified',
            FORGED,
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
      for (const { text } of await secureAll(unsigned, keys, 'data-integrity')) {
        const shown = parseJson(text);
        if (!isJsonObject(shown)) throw new Error('a credential is an object');
        expect(shown['issuer']).toMatchObject({ name: 'New Name' });
        await expect(verifyByReference(shown, issuer.key.publicKey, issuer.method, NOW)).resolves.toBeUndefined();
      }
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
    const outcomeOf = async (document: JsonObject): Promise<string> =>
      outcome(await verify(bytesOf(document), offline()));
    const badge = await signedBadge(issuer);
    // Under the contexts of a badge, so that nothing else is wrong with what follows.
    const inContexts: JsonObject = { ...envelope, '@context': badge['@context'] ?? [] };
    for (const good of [envelope, inContexts, { ...inContexts, type: ['EnvelopedVerifiableCredential'] }])
      expect(await outcomeOf(good)).toBe('verified');
    const both = ['VerifiableCredential', 'OpenBadgeCredential', 'EnvelopedVerifiableCredential'];
    const forgeries: readonly JsonObject[] = [
      { ...badge, id, type: both },
      { ...badge, id, name: 'Doctor of Medicine' },
      { ...badge, ...inContexts },
      { ...inContexts, name: 'Doctor of Medicine' },
      { ...inContexts, type: both },
      { ...inContexts, id: JSON.stringify(badge) },
      { ...inContexts, id: `data:application/vc+jwt,${JSON.stringify(badge)}` },
      { ...inContexts, id: text },
      { ...inContexts, id: `data:application/vc+jwt,${JSON.stringify(envelope)}` },
    ];
    const outcomes: string[] = [];
    for (const forged of forgeries) outcomes.push(await outcomeOf(forged));
    expect(outcomes).toEqual([
      // As the badges that they say they are, their proof does not hold.
      FORGED,
      FORGED,
      // As what they are, they are no credentials.
      'rejected TERM_UNDEFINED TYPE_WRONG TERM_UNDEFINED',
      'rejected TYPE_WRONG ISSUER_MISMATCH DATE_MALFORMED',
      'rejected SCHEMA SCHEMA SCHEMA ISSUER_MISMATCH DATE_MALFORMED',
      'rejected TERM_UNDEFINED TYPE_WRONG ISSUER_MISMATCH DATE_MALFORMED',
      'rejected TERM_UNDEFINED TYPE_WRONG ISSUER_MISMATCH DATE_MALFORMED',
      'rejected TERM_UNDEFINED TYPE_WRONG ISSUER_MISMATCH DATE_MALFORMED',
      'rejected TYPE_WRONG ISSUER_MISMATCH DATE_MALFORMED',
    ]);
  });
});
